"""What is compared after the load: the clients' account, the system's, and the vendors'."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from guildhall.kernel.ids import read_public_id
from tests.chaos.acks import Acks
from tests.chaos.crowd import Crowd
from tests.chaos.watch import Watch
from tests.clients import Refusal, Sandbox

LOST = "a 2xx was given for something that is not there"
DOUBLED = "something asked for once happened twice"
BEHIND = "a booking is behind what its people were told"
TWO_BOOKINGS = "two bookings exist for one key"
MONEY = "the vendor's books do not have one effect for each intent"
LATE = "somebody waited more than a minute past the deadline"
STUCK = "a road neither ended nor waits for an operator"
PARKED = "a fact or a deadline was given up"
UNTOLD = "somebody was not told"
SURPRISE = "a client got an answer that no client should get"

# The fact that a step leaves behind. Only people take these steps, so there are as many facts as keys.
_FACTS = {
    "request": "booking.requested",
    "accept": "booking.confirmed",
    "decline": "offer.declined",
    "withdraw": "booking.provider_withdrew",
    "widen": "booking.widened",
    "en_route": "booking.en_route",
    "arrived": "booking.arrived",
    "in_progress": "booking.started",
    "break": "booking.break_started",
    "break_end": "booking.break_ended",
    "completed": "booking.completed",
    "confirm": "booking.settled",
    "contest": "booking.contested",
    "unresolved": "booking.unresolved",
    "decide": "booking.decided",
    "cancelled": "booking.cancelled",
}
_BY_TIME_TOO = frozenset({"completed", "confirm", "unresolved", "cancelled"})  # the clock takes these steps as well
_RANK = {
    "awaiting_card": 0,
    "waiting": 1,
    "matching": 2,
    "unfilled": 2,
    "confirmed": 3,
    "en_route": 4,
    "arrived": 5,
    "in_progress": 6,
    "completed": 7,
    "contested": 8,
    "unresolved": 8,
    "settled": 9,
    "cancelled": 9,
    "closed": 10,
}
_GOES_BACK = frozenset({"withdraw", "widen"})
_WAITS_FOR_OPERATOR = ("unfilled", "contested", "unresolved")
_MONEY_KINDS = ("customer", "checkout", "charge", "capture", "transfer", "account")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its kind (a constant of this module) and the particulars."""

    kind: str
    what: str


class Evidence:
    """Everything there is to look at, read only."""

    def __init__(self, *, acks: Acks, crowd: Crowd, sandbox: Sandbox, watch: Watch, database_url: str) -> None:
        """Use the clients' account and these ways to look."""
        self._acks = acks
        self._crowd = crowd
        self._sandbox = sandbox
        self._watch = watch
        self._url = database_url

    def _rows(self, statement: str, arguments: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url, options="-c default_transaction_read_only=on") as connection:
            return connection.execute(statement, arguments).fetchall()

    def one_booking_per_key(self) -> Iterator[Finding]:
        """A key that asked for a booking has at most one."""
        rows = self._rows(
            """select purchase_order, count(*), array_agg(id::text) from bookings_booking
               where purchase_order <> '' group by 1 having count(*) > 1"""
        )
        for key, count, ids in rows:
            yield Finding(TWO_BOOKINGS, f"{count} for {key}: {', '.join(ids)}")

    def nothing_promised_is_lost(self) -> Iterator[Finding]:
        """Each acknowledged step left its fact, and no step left more than were asked for."""
        facts = {
            (reference.removeprefix("booking:"), name): count
            for reference, name, count in self._rows(
                "select reference, name, count(*) from eventlog_event where reference <> '' group by 1, 2"
            )
        }
        acked = self._acks.acked()
        asked = self._acks.asked
        for booking_id, step in sorted(set(acked) | {key for key in asked if key[0]}):
            uuid = str(read_public_id("bk", booking_id))
            found = facts.get((uuid, _FACTS[step]), 0)
            promised = len(acked.get((booking_id, step), ()))
            # A request is asked before its id is known.
            most = max(promised, len(asked.get((booking_id, step), ())))
            if found < promised:
                yield Finding(LOST, f"{step} of {booking_id}: {promised} acknowledged, {found} facts")
            if found > most and step not in _BY_TIME_TOO:
                yield Finding(DOUBLED, f"{step} of {booking_id}: {most} keys, {found} facts")

    def bookings_are_as_far_as_was_told(self) -> Iterator[Finding]:
        """Every acknowledged id exists over HTTP, in a status at least as far as the furthest that was told of it."""
        told: dict[str, int] = {}
        went_back = {ack.booking_id for ack in self._acks.acks if ack.step in _GOES_BACK}
        for ack in self._acks.acks:
            if ack.booking_status and ack.booking_id not in went_back:
                told[ack.booking_id] = max(told.get(ack.booking_id, 0), _RANK[ack.booking_status])
        for booking_id in sorted(self._acks.booking_ids):
            try:
                status = self._crowd.operator.read(f"bookings/{booking_id}")["status"]
            except Refusal as refused:
                yield Finding(LOST, f"{booking_id}: {refused}")
                continue
            if _RANK[status] < told.get(booking_id, 0):
                yield Finding(BEHIND, f"{booking_id} is {status}, told {told[booking_id]}")

    def money_moved_once(self) -> Iterator[Finding]:
        """Each key had one effect of a kind; what the vendor captured and transferred is what was settled, job by job."""
        books = self._sandbox.books()
        if books["sum"] or books["violations"]:
            yield Finding(MONEY, f"sum {books['sum']}, violations {books['violations']}")
        effects = books["effects"]["by_key"]
        intents = dict(self._rows("select key, kind || ' ' || status from payments_intent"))
        for key, counted in effects.items():
            if key not in intents:
                yield Finding(MONEY, f"nobody meant {key}: {counted}")
            if any(count != 1 for count in counted.values()):
                yield Finding(MONEY, f"{key}: {counted}")
        for key, state in intents.items():
            kind, status = state.split()
            if status not in {"succeeded", "failed"}:
                yield Finding(MONEY, f"{kind} {key} is {status}")
            elif status == "succeeded" and kind in _MONEY_KINDS and key not in effects:
                yield Finding(MONEY, f"{kind} {key} had no effect")
        yield from self._same_amounts(books)

    def _same_amounts(self, books: dict[str, Any]) -> Iterator[Finding]:
        rows = self._rows(
            """select p.reference, p.captured_minor, p.transferred_minor, coalesce(s.total_minor, 0),
                      coalesce(s.provider_minor, 0), p.uncollected_minor
               from payments_payment p left join payments_settlement s on s.payment_id = p.id"""
        )
        for reference, captured, transferred, total, share, uncollected in rows:
            group = books["groups"].get(f"job_{reference}", {})
            there = (group.get("captured", 0), group.get("transferred", 0))
            if there != (captured, transferred) or (not uncollected and there != (total, share)):
                yield Finding(
                    MONEY, f"{reference}: vendor {there}, ours {(captured, transferred)}, settled {(total, share)}"
                )
        totals = books["totals"].get("usd", {})
        ours = (sum(row[3] for row in rows), sum(row[4] for row in rows))
        if (totals.get("captured", 0), totals.get("transferred", 0)) != ours:
            yield Finding(MONEY, f"vendor in all {totals}, settled in all {ours}")

    def nobody_waited_too_long(self) -> Iterator[Finding]:
        """No sample saw anybody more than a minute of virtual time past the deadline."""
        for (kind, name, status), seconds in sorted(self._watch.late.items()):
            yield Finding(LATE, f"{kind} {name} ({status}): {seconds:.1f} s")

    def every_road_ended(self) -> Iterator[Finding]:
        """Closed, or in an operator's list."""
        listed = {
            item["id"]: status
            for status in _WAITS_FOR_OPERATOR
            for item in self._crowd.operator.items("operator/bookings", status=status)
        }
        for uuid, status in self._rows("select id, status from bookings_booking where status <> 'closed'"):
            if status not in listed.values() or not any(
                read_public_id("bk", one) == uuid and listed[one] == status for one in listed
            ):
                yield Finding(STUCK, f"{uuid} is {status}")

    def nothing_was_given_up(self) -> Iterator[Finding]:
        """No fact is parked and no deadline; every fact has its place."""
        for name, position, error in self._rows("select subscription_id, position, error from eventlog_parked"):
            yield Finding(PARKED, f"fact {position} of {name}: {error[:300]}")
        for kind, reference, error in self._rows("select kind, reference, error from timers_timer where is_parked"):
            yield Finding(PARKED, f"deadline {kind} of {reference}: {error[:300]}")
        for waiting, gaps in self._rows(
            """select (select count(*) from eventlog_pending), (select max(position) - count(*) from eventlog_position)"""
        ):
            if waiting or gaps:
                yield Finding(PARKED, f"{waiting} facts wait, {gaps} positions are missing")
        for status, task, count in self._rows(
            "select status::text, task_name, count(*) from procrastinate_jobs where status = 'failed' group by 1, 2"
        ):
            yield Finding(PARKED, f"{count} jobs {task} {status}")

    def everybody_was_told(self) -> Iterator[Finding]:
        """Each fact has its messages, each message came to an end, each that left is in the vendor's hands."""
        for event, seq in self._rows(_NOT_QUEUED):
            yield Finding(UNTOLD, f"nobody was told of {event} ({seq})")
        for channel, event, status, reason, count in self._rows(_NOT_SENT):
            yield Finding(UNTOLD, f"{count} x {channel} of {event} are {status} ({reason})")
        for email, wanted in self._rows(_MAILS):
            there = len(self._sandbox.mails(email))
            if there < wanted:
                yield Finding(UNTOLD, f"{email} got {there} of {wanted} mails")
        for number, sids in self._rows(_TEXTS):
            there = {message["sid"] for message in self._sandbox.texts(number)}
            if not set(sids) <= there:
                yield Finding(UNTOLD, f"{number} misses {set(sids) - there}")

    def no_client_was_surprised(self) -> Iterator[Finding]:
        """No 500, no refusal out of place, no silence."""
        for sentence in self._acks.surprises:
            yield Finding(SURPRISE, sentence)

    def sent_twice(self) -> dict[str, int]:
        """Count what went out again because its sender was killed before it could write that down."""
        mails = sum(len(self._sandbox.mails(email)) - wanted for email, wanted in self._rows(_MAILS))
        texts = 0
        for number, sids in self._rows(_TEXTS):
            counted = Counter(message["direction"].partition("-")[0] for message in self._sandbox.texts(number))
            texts += counted["outbound"] - len(sids)
        return {"mails": mails, "texts": texts}


_NOT_QUEUED = """
    select e.name, e.seq from eventlog_event e
    where (e.name = any(array['booking.requested', 'booking.confirmed', 'booking.en_route', 'booking.started',
             'booking.completed', 'booking.contested', 'booking.unresolved', 'booking.decided', 'booking.cancelled',
             'booking.unfilled', 'booking.provider_withdrew', 'payment.captured'])
           and not exists (select from notifications_outgoing_message m
                           where m.event_seq = e.seq and m.role = 'customer' and m.channel = 'email'))
       or (e.name = any(array['booking.contested', 'booking.unresolved', 'booking.unfilled'])
           and not exists (select from notifications_outgoing_message m
                           where m.event_seq = e.seq and m.role = 'operator' and m.channel = 'email'))
       or (e.name = 'wave.opened' and exists (
             select from unnest(array['email', 'sms']) as ways(way)
             where jsonb_array_length(e.payload -> 'provider_ids') <> (
               select count(*) from notifications_outgoing_message m where m.event_seq = e.seq and m.channel = way)))
    """
_NOT_SENT = """
    select channel, event_name, status, reason, count(*) from notifications_outgoing_message
    where status in ('queued', 'sending', 'failed')
       or (status = 'postponed' and coalesce(postponed_until, '-infinity') < timers.clock_now())
       or (status = 'dropped' and reason in ('account_not_open', 'no_consent', 'no_number', 'subject_gone'))
       or (status = 'dropped' and reason = 'expired' and event_name not in ('wave.opened', 'code.requested'))
    group by 1, 2, 3, 4
    """
_MAILS = """
    select a.email, count(*) from notifications_outgoing_message m join identity_account a on a.id = m.recipient_id
    where m.channel = 'email' and m.status in ('sent', 'delivered') group by 1 order by 1
    """
_TEXTS = """
    select a.phone_number, array_agg(m.vendor_ref) from notifications_outgoing_message m
    join identity_account a on a.id = m.recipient_id
    where m.channel = 'sms' and m.status in ('sent', 'delivered') group by 1 order by 1
    """
