-- The ledger: balances follow entries, journals sum to zero, nothing posted ever changes.

create or replace function payments.add_to_balance() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update payments_account set balance_minor = balance_minor + new.amount_minor where id = new.account_id;
  return null;
end $$;
create or replace trigger add_to_balance after insert on payments_entry
  for each row execute function payments.add_to_balance();

create or replace function payments.refuse_unbalanced() returns trigger language plpgsql as $$
begin
  if exists (
    select from payments_entry e join payments_account a on a.id = e.account_id
    where e.journal_id = new.journal_id group by a.currency having sum(e.amount_minor) <> 0
  ) then
    raise exception 'journal % does not sum to zero', new.journal_id using errcode = 'GH422';
  end if;
  return null;
end $$;
drop trigger if exists refuse_unbalanced on payments_entry;
create constraint trigger refuse_unbalanced after insert on payments_entry deferrable initially deferred
  for each row execute function payments.refuse_unbalanced();

create or replace function payments.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is never changed: post a reversal', tg_table_name using errcode = 'GH405';
end $$;
create or replace trigger refuse_change before update or delete on payments_journal
  for each row execute function payments.refuse_change();
create or replace trigger refuse_truncate before truncate on payments_journal
  for each statement execute function payments.refuse_change();
create or replace trigger refuse_change before update or delete on payments_entry
  for each row execute function payments.refuse_change();
create or replace trigger refuse_truncate before truncate on payments_entry
  for each statement execute function payments.refuse_change();
create or replace trigger refuse_change before delete on payments_account
  for each row execute function payments.refuse_change();
create or replace trigger refuse_truncate before truncate on payments_account
  for each statement execute function payments.refuse_change();
create or replace trigger refuse_change before update or delete on payments_settlement
  for each row execute function payments.refuse_change();
create or replace trigger refuse_truncate before truncate on payments_settlement
  for each statement execute function payments.refuse_change();

revoke update, delete, truncate on payments_journal, payments_entry, payments_settlement from guildhall_app;
revoke insert, update, delete, truncate on payments_account from guildhall_app;
revoke delete, truncate on payments_payment, payments_settlement_block, payments_intent, payments_heard from guildhall_app;

-- The two states of a payment move only along the arrows of lifecycle.PAYMENT_MOVES and PAYOUT_MOVES (a test compares them).

create or replace function payments.refuse_state() returns trigger language plpgsql as $$
begin
  raise exception 'payment cannot go from %/% to %/%', old.payment_state, old.payout_state, new.payment_state, new.payout_state
    using errcode = 'GH409';
end $$;
create or replace trigger guard_payment_state before update of payment_state on payments_payment for each row
when (old.payment_state is distinct from new.payment_state and (old.payment_state, new.payment_state) not in (
  ('none', 'authorized'), ('action_needed', 'authorized'), ('failed', 'authorized'),
  ('none', 'action_needed'), ('failed', 'action_needed'),
  ('none', 'failed'), ('action_needed', 'failed'),
  ('authorized', 'none'), ('action_needed', 'none'), ('failed', 'none'),
  ('none', 'captured'), ('action_needed', 'captured'), ('failed', 'captured'), ('authorized', 'captured')))
execute function payments.refuse_state();
create or replace trigger guard_payout_state before update of payout_state on payments_payment for each row
when (old.payout_state is distinct from new.payout_state and (old.payout_state, new.payout_state) not in (
  ('none', 'held'), ('held', 'transferred'),
  ('transferred', 'paid_out'), ('failed', 'paid_out'), ('transferred', 'failed'), ('paid_out', 'failed')))
execute function payments.refuse_state();

-- A blocked reference is not captured, charged, transferred or paid out: neither planned nor sent. The share lock on the payment
-- waits for a block that is being placed, and makes one that comes later wait for us.

create or replace function payments.refuse_while_blocked() returns trigger language plpgsql volatile as $$
begin
  perform from payments_payment where id = new.payment_id for share;
  if exists (select from payments_settlement_block where payment_id = new.payment_id and lifted_at is null) then
    raise exception 'payment % is blocked', new.payment_id using errcode = 'GH423';
  end if;
  return new;
end $$;
create or replace trigger refuse_planning_while_blocked before insert on payments_intent for each row
when (new.kind in ('capture', 'charge', 'transfer')) execute function payments.refuse_while_blocked();
create or replace trigger refuse_sending_while_blocked before update of status on payments_intent for each row
when (new.kind in ('capture', 'charge', 'transfer') and new.status = 'sent') execute function payments.refuse_while_blocked();

-- A payout leaves at least as much on the provider's balance as came from blocked references and has not gone to the bank.

create or replace function payments.refuse_blocked_payout() returns trigger language plpgsql volatile as $$
declare
  currency text := upper(new.params ->> 'currency');
  kept bigint;
begin
  perform from payments_payment p join payments_transfer t on t.payment_id = p.id
  where t.provider_id = new.provider_id and p.payout_state in ('transferred', 'failed') order by p.id for share of p;
  kept := payments.kept_back(new.provider_id, currency);
  if kept > 0 and (new.params ->> 'amount')::bigint + payments.under_way(new.provider_id, currency, new.subject) + kept
     > payments.balance(new.provider_id, currency) then
    raise exception 'the balance of % is blocked', new.provider_id using errcode = 'GH423';
  end if;
  return new;
end $$;
create or replace trigger refuse_planning_blocked_payout before insert on payments_intent for each row
when (new.kind = 'payout') execute function payments.refuse_blocked_payout();
create or replace trigger refuse_sending_blocked_payout before update of status on payments_intent for each row
when (new.kind = 'payout' and new.status = 'sent') execute function payments.refuse_blocked_payout();
