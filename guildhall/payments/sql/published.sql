-- Functions that other contexts' SQL may name.
create schema if not exists payments;

-- Post a balanced journal, once per cause; gives its id. `lines` is [{account, owner, currency, amount_minor}, ...], one per account.
-- Runs with the owner's rights: nobody else may touch a balance. Accounts are made first, so that there is a row to lock, and
-- locked in order of id, so that two posts never wait for each other crosswise.
create or replace function payments.post(
  cause text, reference text, kind text, at timestamptz, actor text, lines jsonb, reverses bigint default null
) returns bigint language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  journal bigint;
begin
  insert into payments_journal (cause, reference, kind, actor, posted_at, reverses_id)
  values ($1, $2, $3, $5, $4, $7) on conflict on constraint payments_journal_cause_key do nothing
  returning id into journal;
  if journal is null then
    return payments.same_journal($1, $6);
  end if;
  insert into payments_account (kind, owner, currency, balance_minor)
  select distinct l.account, l.owner, l.currency, 0 from payments.lines($6) l order by 1, 2, 3
  on conflict do nothing;
  perform from payments_account a join payments.lines($6) l on (a.kind, a.owner, a.currency) = (l.account, l.owner, l.currency)
  order by a.id for no key update of a;
  insert into payments_entry (journal_id, account_id, amount_minor)
  select journal, a.id, l.amount_minor
  from payments.lines($6) l join payments_account a on (a.kind, a.owner, a.currency) = (l.account, l.owner, l.currency)
  order by a.id;
  return journal;
end $$;

-- Take a journal back: the same lines with the opposite sign, at most once for each journal.
create or replace function payments.reverse(cause text, of_cause text, at timestamptz, actor text)
returns bigint language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  original payments_journal;
begin
  select * into strict original from payments_journal j where j.cause = $2;
  return payments.post($1, original.reference, original.kind || '_reversed', $3, $4, (
    select jsonb_agg(jsonb_build_object('account', a.kind, 'owner', a.owner, 'currency', a.currency, 'amount_minor', -e.amount_minor))
    from payments_entry e join payments_account a on a.id = e.account_id where e.journal_id = original.id), original.id);
end $$;

create or replace function payments.lines(lines jsonb)
returns table (account text, owner text, currency text, amount_minor bigint) language sql immutable as $$
  select l.account, l.owner, l.currency, l.amount_minor
  from jsonb_to_recordset($1) as l(account text, owner text, currency text, amount_minor bigint)
$$;

-- The journal of a cause that was posted before. The same cause with other lines is a fault of the caller.
create or replace function payments.same_journal(cause text, lines jsonb) returns bigint language plpgsql stable as $$
declare
  found bigint;
begin
  select j.id into strict found from payments_journal j where j.cause = $1;
  if exists (
    (select a.kind, a.owner, a.currency::text, e.amount_minor
     from payments_entry e join payments_account a on a.id = e.account_id where e.journal_id = found)
    except (select * from payments.lines($2))
  ) or (select count(*) from payments_entry e where e.journal_id = found) <> (select count(*) from payments.lines($2)) then
    raise exception 'journal % was posted with other lines', $1 using errcode = 'GH422';
  end if;
  return found;
end $$;

-- What is held for a reference, in minor units, over all currencies: 0 before anything may be closed.
create or replace function payments.held_minor(reference text) returns bigint language sql stable as $$
  select coalesce(sum(balance_minor), 0)::bigint from payments_account where kind = 'held' and owner = $1
$$;

-- Whether a reference's money must stay where it is.
create or replace function payments.is_blocked(reference text) returns boolean language sql stable as $$
  select exists (
    select from payments_settlement_block b join payments_payment p on p.id = b.payment_id
    where p.reference = $1 and b.lifted_at is null)
$$;

-- What the house owes a provider: what was transferred to their balance with the vendor and has not reached their bank.
create or replace function payments.balance(provider uuid, currency text) returns bigint language sql stable as $$
  select coalesce(sum(balance_minor), 0)::bigint from payments_account
  where kind = 'provider' and owner = $1::text and payments_account.currency = $2
$$;

-- What is on its way from the provider's balance to their bank, besides one payout.
create or replace function payments.under_way(provider uuid, currency text, besides uuid) returns bigint language sql stable as $$
  select coalesce(sum(amount_minor), 0)::bigint from payments_payout o
  where o.account_id = $1 and o.currency = $2 and o.id is distinct from $3 and o.status in ('requested', 'pending', 'in_transit')
$$;

-- How much of a transfer went to the bank, or is on its way there.
create or replace function payments.paid_out_of(transfer uuid) returns bigint language sql stable as $$
  select coalesce(sum(part.amount_minor), 0)::bigint
  from payments_payout_part part join payments_payout o on o.id = part.payout_id
  where part.transfer_id = $1 and o.status <> 'failed'
$$;

-- What must stay on the provider's balance: what came from blocked references and has not gone to the bank.
create or replace function payments.kept_back(provider uuid, currency text) returns bigint language sql stable as $$
  select coalesce(sum(t.amount_minor - payments.paid_out_of(t.id)), 0)::bigint
  from payments_transfer t join payments_settlement_block b on b.payment_id = t.payment_id and b.lifted_at is null
  where t.provider_id = $1 and t.currency = $2 and t.status = 'made'
$$;
