"""
One breach for each invariant: rows that no command would write, made as the owner with every guard taken away.

The key is what `./guild verify` calls an invariant: its context and its name. An invariant that is not here fails the test.
"""

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

_ids = count(1)
_EMPTY = {
    "boolean": False,
    "bytea": b"",
    "jsonb": "{}",
    "json": "{}",
    "interval": "0",
    "ARRAY": [],
    "timestamp with time zone": "2027-03-01 09:00+00",
    "tstzrange": "[2027-03-01 09:00+00,2027-03-01 11:00+00)",
}
_WAYS_OUT = """
do $$ declare guard record; begin
  for guard in select conrelid::regclass as tab, conname from pg_constraint
    where contype in ('f', 'x', 'c', 'u') and conrelid in (select oid from pg_class where relowner = current_user::regrole)
    order by contype = 'u' loop
    execute format('alter table %s drop constraint %I cascade', guard.tab, guard.conname);
  end loop;
  for guard in select i.indexrelid::regclass as ind from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relowner = current_user::regrole and i.indisunique and not i.indisprimary loop
    execute format('drop index %s', guard.ind);
  end loop;
  for guard in select c.oid::regclass as tab from pg_class c where c.relowner = current_user::regrole and c.relkind = 'r' loop
    execute format('alter table %s disable trigger user', guard.tab);
  end loop;
end $$
"""


class Owner:
    """The owner's connection to a database without guards; every breach is rolled back."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(_WAYS_OUT)
        connection.commit()
        self.connection = connection

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement; gives its rows, if any."""
        cursor = self.connection.execute(statement, values)  # type: ignore[arg-type]  # a constant of the tests
        return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, **values: Any) -> Any:
        """Insert a row, making up what must be there and is not given; gives the value of its first column."""
        row = {**self._made_up(table, set(values)), **values}
        statement = sql.SQL("insert into {} ({}) values ({}) returning {}").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() for _ in row),
            sql.Identifier(self._columns(table)[0][0]),
        )
        return self.connection.execute(statement, list(row.values())).fetchone()[0]

    def _columns(self, table: str) -> list[tuple[Any, ...]]:
        return self.run(
            """select column_name, data_type, is_nullable = 'YES' or column_default is not null or is_identity = 'YES'
               from information_schema.columns where table_name = %s order by ordinal_position""",
            table,
        )

    def _made_up(self, table: str, given: set[str]) -> dict[str, Any]:
        missing = [(name, kind) for name, kind, may_miss in self._columns(table) if not may_miss and name not in given]
        return {name: _value(kind) for name, kind in missing}


def _value(kind: str) -> Any:
    if kind == "uuid":
        return UUID(int=next(_ids))
    if kind in _EMPTY:
        return _EMPTY[kind]
    return "" if kind in {"text", "character varying"} else next(_ids) % 30_000


def a_booking(owner: Owner, **values: Any) -> UUID:
    """A booking that nobody owns; by default it is closed and has said everything it must."""
    booking: UUID = owner.insert("bookings_booking", **{"status": "closed", "version": 0, **values})
    return booking


def a_cascade(owner: Owner, **values: Any) -> UUID:
    """A cascade with one wave, by default live until the far future."""
    given = {"status": "live", "wave_number": 1, "expires_at": "2199-01-01 00:00+00", **values}
    cascade: UUID = owner.insert("matching_cascade", **given)
    return cascade


def an_offer(owner: Owner, cascade: UUID, **values: Any) -> UUID:
    """An offer of a cascade's first wave, by default withdrawn."""
    offer: UUID = owner.insert(
        "matching_offer", cascade_id=cascade, **{"status": "withdrawn", "wave_number": 1, **values}
    )
    return offer


def a_payment(owner: Owner, **values: Any) -> UUID:
    """A payment on which nothing happened yet."""
    nothing = dict.fromkeys(
        ("authorized_minor", "captured_minor", "refunded_minor", "transferred_minor", "fee_minor", "tax_minor"), 0
    )
    payment: UUID = owner.insert(
        "payments_payment", **{"reference": "booking:x", "currency": "USD", **nothing, **values}
    )
    return payment


def an_account(owner: Owner, kind: str, balance_minor: int, currency: str = "USD", of: str = "") -> int:
    """An account of the ledger."""
    account: int = owner.insert("payments_account", kind=kind, owner=of, currency=currency, balance_minor=balance_minor)
    return account


def a_journal(owner: Owner, *entries: tuple[int, int], **values: Any) -> int:
    """A journal with entries of (account, amount)."""
    journal: int = owner.insert("payments_journal", **{"reference": "", "cause": f"cause {next(_ids)}", **values})
    for account_id, amount_minor in entries:
        owner.insert("payments_entry", journal_id=journal, account_id=account_id, amount_minor=amount_minor)
    return journal


def a_fact(owner: Owner, aggregate: str, version: int, **values: Any) -> int:
    """A fact in the log, without a position."""
    seq: int = owner.insert("eventlog_event", aggregate=aggregate, version=version, **{"reference": "", **values})
    return seq


Breach = Callable[[Owner], object]
BREACHES: dict[tuple[str, str], Breach] = {}


def breach(context: str, name: str) -> Callable[[Breach], Breach]:
    """Put a breach into the table."""

    def put(made: Breach) -> Breach:
        assert (context, name) not in BREACHES
        BREACHES[context, name] = made
        return made

    return put


@breach("eventlog", "positions are dense from 1 to the head")
def _a_hole_in_the_positions(owner: Owner) -> None:
    owner.run("update eventlog_sequencer_head set position = 7")


@breach("eventlog", "every fact has a position or waits for one, never both")
def _a_fact_that_nobody_will_hear(owner: Owner) -> None:
    a_fact(owner, "booking:x", 1)


@breach("eventlog", "versions of an aggregate are dense from 1 and in the order of the log")
def _a_lost_version(owner: Owner) -> None:
    a_fact(owner, "booking:x", 1)
    a_fact(owner, "booking:x", 3)


@breach("eventlog", "every seal still fits its facts and the seal before it")
def _a_changed_fact(owner: Owner) -> None:
    seq = a_fact(owner, "booking:x", 1)
    owner.insert("eventlog_pending", seq=seq)
    owner.run("select eventlog.sequence_batch(10)")
    owner.run("update eventlog_event set actor = 'somebody else' where seq = %s", seq)


@breach("eventlog", "no subscription is past the head")
def _a_subscription_from_the_future(owner: Owner) -> None:
    owner.insert("eventlog_subscription", name="of_the_future", position=10**6)


@breach("timers", "no timer is parked")
def _a_parked_timer(owner: Owner) -> None:
    owner.insert("timers_timer", is_parked=True)


@breach("timers", "no timer is more than a minute past its deadline")
def _a_forgotten_timer(owner: Owner) -> None:
    owner.insert("timers_timer", due_at="2001-01-01 00:00+00")


@breach("payments", "every journal sums to zero in each currency")
def _money_from_nowhere(owner: Owner) -> None:
    a_journal(owner, (an_account(owner, "provider", 100), 100))


@breach("payments", "the balances of all accounts sum to zero in each currency")
def _a_balance_without_its_opposite(owner: Owner) -> None:
    an_account(owner, "provider", 100)


@breach("payments", "every stored balance is the sum of its entries")
def _a_balance_that_forgot_an_entry(owner: Owner) -> None:
    left, right = an_account(owner, "provider", 0), an_account(owner, "vendor_balance", -100)
    a_journal(owner, (left, 100), (right, -100))


@breach("payments", "nothing is held below zero, and what is held is what was captured and not given")
def _captured_and_not_held(owner: Owner) -> None:
    a_payment(owner, authorized_minor=500, captured_minor=500)


@breach("payments", "nothing is held for a reference that was told to be cleared")
def _held_after_clearing(owner: Owner) -> None:
    a_payment(owner, authorized_minor=500, captured_minor=500)
    an_account(owner, "held", 500, of="booking:x")
    a_fact(owner, "payment:x", 1, name="reference.cleared", reference="booking:x")


@breach("payments", "captured within authorized; given within captured")
def _captured_more_than_authorized(owner: Owner) -> None:
    a_payment(owner, authorized_minor=500, captured_minor=501)


@breach("payments", "what a payment counts as captured and transferred is what its attempts and its transfer say")
def _a_transfer_that_was_never_made(owner: Owner) -> None:
    a_payment(owner, transferred_minor=400)


@breach("payments", "a journal is reversed at most once, by its exact opposite")
def _half_a_reversal(owner: Owner) -> None:
    left, right = an_account(owner, "provider", 50), an_account(owner, "vendor_balance", -50)
    first = a_journal(owner, (left, 100), (right, -100))
    a_journal(owner, (left, -50), (right, 50), reverses_id=first)


@breach("payments", "no call to the vendor is lost from sight: every open one is tried again, none has an unknown end")
def _a_call_with_an_unknown_end(owner: Owner) -> None:
    owner.insert("payments_intent", kind="capture", status="unknown")


@breach("payments", "every event of the vendor is acted on within an hour")
def _an_event_that_nobody_acted_on(owner: Owner) -> None:
    owner.insert("payments_heard", next_try_at="2001-01-01 00:00+00")


@breach("payments", "the parts of a settlement sum to its total")
def _a_lost_cent(owner: Owner) -> None:
    owner.insert("payments_settlement", total_minor=100, provider_minor=80, fee_minor=19, tax_minor=0)


@breach("payments", "one reference, one currency")
def _two_currencies(owner: Owner) -> None:
    dollars, euros = an_account(owner, "provider", 0), an_account(owner, "provider", 0, currency="EUR")
    a_journal(owner, (dollars, 5), (dollars, -5), reference="booking:x")
    a_journal(owner, (euros, 5), (euros, -5), reference="booking:x")


@breach("payments", "nothing of a blocked reference was captured, charged or transferred after the block was placed")
def _captured_while_blocked(owner: Owner) -> None:
    payment = a_payment(owner)
    owner.insert("payments_settlement_block", payment_id=payment, blocked_at="2027-03-01 09:00+00")
    owner.insert(
        "payments_intent",
        payment_id=payment,
        kind="capture",
        status="requested",
        planned_at="2027-03-01 10:00+00",
    )


@breach("matching", "a cascade has one accepted offer when it is filled, and none otherwise")
def _two_winners(owner: Owner) -> None:
    cascade = a_cascade(owner, status="filled")
    for _ in range(2):
        an_offer(owner, cascade, status="accepted", accepted_at="2027-03-01 09:00+00")


@breach("matching", "a reference has at most one live cascade")
def _two_live_cascades(owner: Owner) -> None:
    a_cascade(owner, reference="booking:x")
    a_cascade(owner, reference="booking:x")


@breach(
    "matching",
    "waves only advance: no offer of a wave that was not opened, none older than an offer of an earlier wave",
)
def _an_offer_of_a_wave_to_come(owner: Owner) -> None:
    an_offer(owner, a_cascade(owner), wave_number=2)


@breach("matching", "nobody is asked twice in a cascade, and no excluded provider at all")
def _somebody_excluded_was_asked(owner: Owner) -> None:
    canceller = UUID(int=1)
    an_offer(owner, a_cascade(owner, excluded=[canceller]), provider_id=canceller)


@breach("matching", "no offer is open in a cascade that has ended, or in a wave that is over")
def _an_offer_open_after_the_end(owner: Owner) -> None:
    an_offer(owner, a_cascade(owner, status="closed"), status="open")


@breach("matching", "no live cascade is more than a minute past its deadline, unless matching is paused there")
def _a_forgotten_cascade(owner: Owner) -> None:
    a_cascade(owner, expires_at="2001-01-01 00:00+00")


@breach("bookings", "a booking with a provider at work holds exactly its provider's time")
def _confirmed_without_a_reservation(owner: Owner) -> None:
    a_booking(owner, status="confirmed", provider_id=UUID(int=1))


@breach("bookings", "a booking has moved as often as it has facts")
def _a_move_without_a_fact(owner: Owner) -> None:
    booking = a_booking(owner, version=2)
    a_fact(owner, f"booking:{booking}", 1)


@breach("bookings", "every open booking owns a live deadline: a timer, or a live cascade while matching")
def _a_booking_that_nobody_will_wake(owner: Owner) -> None:
    a_booking(owner, status="waiting", deadline_at="2199-01-01 00:00+00")


@breach("bookings", "no booking is more than a minute past its deadline")
def _a_forgotten_booking(owner: Owner) -> None:
    a_booking(owner, status="waiting", deadline_at="2001-01-01 00:00+00")


@breach("bookings", "what was settled is the frozen price, and never more than was authorized")
def _settled_above_the_authorization(owner: Owner) -> None:
    a_booking(owner, status="settled", total_minor=501, authorize_minor=500)


@breach("bookings", "nobody holds a job without the right to work when it was confirmed")
def _confirmed_without_the_right(owner: Owner) -> None:
    a_booking(owner, status="confirmed", provider_id=UUID(int=1))


@breach("scheduling", "no two active reservations of a provider overlap")
def _two_jobs_at_once(owner: Owner) -> None:
    for reference in ("booking:x", "booking:y"):
        owner.insert("scheduling_reservation", provider_id=UUID(int=1), reference=reference, status="active")


@breach("scheduling", "a reference holds at most one active reservation")
def _one_job_with_two_providers(owner: Owner) -> None:
    for provider in (UUID(int=1), UUID(int=2)):
        owner.insert("scheduling_reservation", provider_id=provider, reference="booking:x", status="active")


def a_message(owner: Owner, **values: Any) -> UUID:
    """A text message about a fact that was committed, by default not sent."""
    seq = a_fact(owner, f"booking:{next(_ids)}", 1, name="wave.opened")
    given = {"event_seq": seq, "event_name": "wave.opened", "channel": "sms", "status": "dropped", **values}
    message: UUID = owner.insert("notifications_outgoing_message", **given)
    return message


@breach("notifications", "nobody is told of a fact twice by one channel in the same words")
def _told_twice(owner: Owner) -> None:
    for _ in range(2):
        a_message(owner, event_seq=1, recipient_id=UUID(int=1))


@breach("notifications", "what has left was tried, and has one vendor's proof of its own")
def _sent_without_proof(owner: Owner) -> None:
    a_message(owner, status="sent", channel="email")


@breach("notifications", "every message is about a fact that was committed")
def _told_of_what_never_happened(owner: Owner) -> None:
    a_message(owner, event_seq=10**9)


@breach("notifications", "no message waits for more than ten minutes without a job, except for quiet hours")
def _a_message_that_nobody_sends(owner: Owner) -> None:
    a_message(owner, status="queued", next_try_at="2001-01-01 00:00+00")


@breach("notifications", "nobody waits longer than the end of their quiet hours")
def _a_message_that_slept_on(owner: Owner) -> None:
    a_message(owner, status="postponed", reason="quiet_hours", postponed_until="2001-01-01 00:00+00")


@breach("notifications", "no text message left for somebody who had not agreed")
def _a_text_without_consent(owner: Owner) -> None:
    a_message(owner, status="sent", first_tried_at="2027-03-01 09:00+00")


@breach("notifications", "no message about an offer left after the offer's end")
def _a_text_about_an_offer_that_is_over(owner: Owner) -> None:
    a_message(owner, first_tried_at="2027-03-01 09:00+00", expires_at="2027-03-01 08:00+00")
