-- Views that other contexts' SQL may name.
create schema if not exists identity;

-- Accounts that may act: the e-mail address was proved, and no operator closed the door.
create or replace view identity.open_account as
  select id as account_id, role from identity_account where verified_at is not null and disabled_at is null;
