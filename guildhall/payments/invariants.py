"""What must hold of money at every commit."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant(
        "M1",
        "every journal sums to zero in each currency",
        """
        select e.journal_id, a.currency, sum(e.amount_minor) from payments_entry e join payments_account a on a.id = e.account_id
        group by 1, 2 having sum(e.amount_minor) <> 0
        """,
    ),
    Invariant(
        "M2",
        "the balances of all accounts sum to zero in each currency",
        "select currency, sum(balance_minor) from payments_account group by 1 having sum(balance_minor) <> 0",
    ),
    Invariant(
        "M2",
        "every stored balance is the sum of its entries",
        """
        select a.id, a.kind, a.owner, a.balance_minor, coalesce(sum(e.amount_minor), 0)
        from payments_account a left join payments_entry e on e.account_id = a.id
        group by a.id having a.balance_minor <> coalesce(sum(e.amount_minor), 0)
        """,
    ),
    Invariant(
        "M3",
        "nothing is held below zero, and what is held is what was captured and not given",
        """
        select p.reference, p.captured_minor, coalesce(a.balance_minor, 0) from payments_payment p
        left join payments_account a on (a.kind, a.owner, a.currency) = ('held', p.reference, p.currency)
        where coalesce(a.balance_minor, 0) < 0 or coalesce(a.balance_minor, 0)
          <> p.captured_minor - p.refunded_minor - p.transferred_minor - p.fee_minor - p.tax_minor
        """,
    ),
    Invariant(
        "M3",
        "nothing is held for a reference that was told to be cleared",
        """
        select p.reference from payments_payment p join payments_account a on (a.kind, a.owner) = ('held', p.reference)
        where a.balance_minor <> 0
          and exists (select from eventlog_event e where e.reference = p.reference and e.name = 'reference.cleared')
        """,
    ),
    Invariant(
        "M4",
        "captured within authorized; given within captured",
        """
        select reference from payments_payment where captured_minor > authorized_minor
        or refunded_minor + transferred_minor + fee_minor + tax_minor > captured_minor
        """,
    ),
    Invariant(
        "M4",
        "what a payment counts as captured and transferred is what its attempts and its transfer say",
        """
        select p.reference from payments_payment p
        where p.captured_minor <> coalesce((select sum(captured_minor) from payments_authorization where payment_id = p.id), 0)
        or p.transferred_minor <> coalesce((
          select sum(amount_minor) from payments_transfer where payment_id = p.id and status = 'made'), 0)
        """,
    ),
    Invariant(
        "M5",
        "a journal is reversed at most once, by its exact opposite",
        """
        select r.id from payments_journal r
        where r.reverses_id is not null and exists (
          select account_id, amount_minor from payments_entry where journal_id = r.reverses_id
          except select account_id, -amount_minor from payments_entry where journal_id = r.id)
        """,
    ),
    Invariant(
        "M6",
        "no call to the vendor is lost from sight: every open one is tried again, none has an unknown end",
        """
        select id, kind, key, status, attempts, error from payments_intent
        where status = 'unknown' or (status = 'sent' and sent_at < now() - interval '24 hours')
        """,
    ),
    Invariant(
        "M7",
        "every event of the vendor is acted on within an hour",
        "select event_id, kind, error from payments_heard where handled_at is null and next_try_at < now() - interval '1 hour'",
    ),
    Invariant(
        "M9",
        "the parts of a settlement sum to its total",
        "select payment_id from payments_settlement where total_minor <> provider_minor + fee_minor + tax_minor",
    ),
    Invariant(
        "M9",
        "all of a tip is its provider's: no fee, no tax, nothing kept",
        """
        select t.id, t.amount_minor, s.provider_minor, s.total_minor from payments_tip t
        left join payments_settlement s on s.payment_id = t.payment_id join payments_payment p on p.id = t.payment_id
        where (s.kind, s.total_minor, s.provider_minor, s.fee_minor, s.tax_minor, s.provider_id)
          is distinct from ('tip', t.amount_minor, t.amount_minor, 0, 0, t.provider_id)
        or p.fee_minor + p.tax_minor + p.uncollected_minor <> 0
        """,
    ),
    Invariant(
        "M4",
        "a tip is paid when its whole amount was captured, and one is under way for a job at a time",
        """
        select t.id, t.status from payments_tip t join payments_payment p on p.id = t.payment_id
        where p.captured_minor <> case t.status when 'paid' then t.amount_minor else 0 end
        union all
        select min(id::text)::uuid, 'requested' from payments_tip where status = 'requested' group by job_reference having count(*) > 1
        """,
    ),
    Invariant(
        "M9",
        "one reference, one currency",
        """
        select j.reference from payments_journal j join payments_entry e on e.journal_id = j.id
        join payments_account a on a.id = e.account_id where j.reference <> '' group by 1 having count(distinct a.currency) > 1
        """,
    ),
    Invariant(
        "M10",
        "nothing of a blocked reference was captured, charged or transferred after the block was placed",
        """
        select i.id, i.kind from payments_intent i join payments_settlement_block b on b.payment_id = i.payment_id
        where i.kind in ('capture', 'charge', 'transfer') and i.planned_at > b.blocked_at
          and (b.lifted_at is null or i.planned_at < b.lifted_at)
        """,
    ),
]
