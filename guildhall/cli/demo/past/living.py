"""Living the past: from instant to instant, whatever comes first: what people do, what falls due, what vendors tell."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import groupby
from uuid import UUID

from django.db import connection

from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingStatus
from guildhall.cli.demo.hands import Call, Hands
from guildhall.cli.demo.past.agenda import Agenda, Doing, Item, Paying
from guildhall.cli.demo.past.clocks import SystemClock, VendorClock
from guildhall.cli.demo.past.payees import Payees
from guildhall.cli.demo.past.plan import Plan
from guildhall.cli.demo.past.script import Act, Deed, OpenOffer, Script, Seen, act_in_turn, request
from guildhall.cli.demo.past.telling import LETTER, TELLING, read_what_is_old, tell, tell_people
from guildhall.cli.demo.past.work import Batch, Worker
from guildhall.discovery.commands import rebuild_all_reach
from guildhall.eventlog.delivery import awaiting, deliver, drain, sequence
from guildhall.identity.queries import get_contact
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import fetch_all
from guildhall.payments.queries import get_checkout
from guildhall.timers.firing import sweep
from guildhall.timers.queries import due_sql

# How long what is not pressing waits for company: each stop of the clock costs some milliseconds, whatever happens there.
_DEADLINES_LATE = timedelta(minutes=110)
_WAVES_LATE = timedelta(minutes=20)
_REQUESTS_LATE = timedelta(minutes=60)
_VENDOR_LATE = timedelta(hours=6)
_PAYING_LATE = timedelta(minutes=26)
_LEFT_OPEN = timedelta(days=5)
_A_STOP = timedelta(minutes=2)
_ROUNDS_MAX = 50
_SAY_SECONDS = 2.0
_CARD = {"number": "4242424242424242", "exp": "12/34", "cvc": "123", "zip": "92101"}
Say = Callable[[str], None]
Tell = Callable[[float], None]


class Life:
    """One run through the past; what an earlier run has lived is found in the database and not lived again."""

    def __init__(
        self,
        plans: Sequence[Plan],
        customer_ids: Sequence[UUID],
        *,
        operator: Actor,
        clock: SystemClock,
        vendor: VendorClock,
        hands: Hands,
        began: datetime,
        say: Say,
        tell: Tell,
        say_seconds: float = _SAY_SECONDS,
    ) -> None:
        """
        :param customer_ids: whom `Plan.customer` means.
        :param began: when the past begins (virtual).
        :param tell: hears which part of the past has been lived, 0 to 1.
        """
        self._clock, self._vendor, self._say, self._tell, self._began = clock, vendor, say, tell, began
        self._hands = hands
        self._plans = plans
        self._customer_ids = customer_ids
        self._script = Script(operator, decides_until=datetime.now(UTC) - _LEFT_OPEN)
        self._worker = Worker(clock, vendor)
        self._payees = Payees(vendor)
        self._agenda = Agenda()
        self._of: dict[UUID, Plan] = {}
        self._status: dict[UUID, str] = {}
        self._asked: set[UUID] = set()
        self._say_seconds, self._spoke_at = say_seconds, time.monotonic()
        self._asked_for = 0

    def open_accounts(self, provider_ids: Sequence[UUID]) -> None:
        """Have these providers open payout accounts, whether they ever find work or not."""
        self._payees.want(provider_ids, at=self._clock.now)

    def live(self) -> None:
        """Go through all of it and come to the present."""
        self._remember()
        self._worker.begin()
        self._settle()
        while (instant := self._next()) < datetime.now(UTC):
            self._clock.go(instant)
            self._do_due()
            self._settle()
            self._report()
        self._clock.arrive()
        self._do_due()  # What could have waited a little longer cannot: there is no later.
        rebuild_all_reach(at=self._clock.now)
        self._settle()
        drain()
        while self._worker.arrive():
            self._finish_work()
        self._hands.finish()
        tell_people()
        read_what_is_old()
        self._worker.arrive()  # Once more, so that the vendor knows what was taken, and sends none of it again.
        self._say(f"{self._asked_for} bookings lived, up to now")

    def _remember(self) -> None:
        """Find the bookings that an earlier run has made; plan the others."""
        made: dict[tuple[UUID, str, str], deque[Booking]] = defaultdict(deque)
        for one in Booking.objects.order_by("requested_at").only("customer_id", "kind", "mode", "requested_at"):
            made[one.customer_id, one.kind, one.mode].append(one)
        for plan in self._plans:
            here = made[self._customer_ids[plan.customer], plan.kind.key, plan.mode]
            while here and here[0].requested_at < plan.asks_at:
                here.popleft()
            if here and here[0].requested_at <= plan.asks_at + _REQUESTS_LATE + _A_STOP:
                self._of[here.popleft().id] = plan
            else:
                self._agenda.put(plan.asks_at, _REQUESTS_LATE, plan)
        self._asked_for = len(self._of)
        done = Booking.objects.filter(finished_at__gt=self._clock.now - timedelta(days=6))
        for row in done:
            self._put_afterwards(_seen(row))

    def _next(self) -> datetime:
        """When something happens next that cannot wait any longer."""
        instants = [datetime.now(UTC) + timedelta(days=1)]
        instants += [due for due in (self._agenda.must_begin(self._is_wanted),) if due is not None]
        if (due := self._clock.next_deadline(timers_wait=_DEADLINES_LATE, waves_wait=_WAVES_LATE)) is not None:
            instants.append(due)
        if self._vendor.next_deadline is not None and self._vendor.at is not None:
            instants.append(max(self._vendor.next_deadline, self._vendor.at + _VENDOR_LATE))
        return min(instants)

    def _do_due(self) -> None:
        """Have everybody do what they were going to do by now: each booking by itself, as much as there is of it in turn."""
        at = self._clock.now
        acts: dict[UUID, list[Act]] = defaultdict(list)
        plans: list[Plan] = []
        for item in self._agenda.take(at):
            if isinstance(item, Plan):
                plans.append(item)
            elif isinstance(item, Paying):
                self._pay(item.booking_id)
            elif self._is_wanted(item):
                acts[item.booking_id].append(item.deed.act)
        asking = [partial(request, plan, self._customer_ids[plan.customer], at) for plan in plans]
        answers = self._hands.do([*asking, *(partial(act_in_turn, some, at) for some in acts.values())])
        for plan, answer in zip(plans, answers, strict=False):
            if isinstance(answer, UUID):
                self._of[answer] = plan
                self._asked_for += 1
            else:
                self._say(f"a request came to nothing: {answer}")

    def _is_wanted(self, item: Item) -> bool:
        """Whether what was planned still makes sense; the booking may have gone on without it."""
        return (
            not isinstance(item, Doing) or not item.deed.during or self._status.get(item.booking_id) in item.deed.during
        )

    def _settle(self) -> None:
        """Let everything happen that is due or follows from what was done, until nothing moves; then see what is next."""
        if self._vendor.at is None or self._clock.now - self._vendor.at >= _VENDOR_LATE:
            self._worker.hear()
        self._finish_work()
        self._hands.begin(tell_people)
        self._look()
        self._hands.finish()

    def _finish_work(self) -> None:
        for _ in range(_ROUNDS_MAX):
            is_moving = self._move()
            if self._payees.fill_in_forms():
                is_moving = True
                self._worker.hear()
            if not is_moving:
                return
        message = "the past does not come to rest"
        raise RuntimeError(message)

    def _move(self) -> bool:
        """Do what there is to do, side by side: deadlines, facts, jobs. One question finds out which of them there are."""
        found = _look_around(due_sql())
        if found.has_facts:
            sequence()
            self._hands.begin(tell, unless_busy=True)
        calls: list[Call] = [partial(sweep, found.due)] if found.due else []
        if found.has_facts:
            calls += [partial(deliver, name) for name in awaiting(but=TELLING)]
        jobs = self._worker.take() if found.has_jobs else Batch([])
        if jobs.jobs:
            self._worker.prepare()
        self._hands.do([*jobs.calls(), *calls])
        if jobs.jobs:
            jobs.finish()
        return bool(found.due) or found.has_facts or found.has_jobs

    def _look(self) -> None:
        """See which bookings have come to another status, and who has been asked, and plan what people do about it."""
        for seen in _changed(self._status):
            self._status[seen.id] = seen.status
            plan = self._of.get(seen.id)
            if plan is None:
                continue
            if seen.status == BookingStatus.AWAITING_CARD:
                at = self._clock.now + timedelta(minutes=plan.dice("pays").uniform(1, 4))
                self._agenda.put(at, _PAYING_LATE, Paying(seen.id))
            if seen.status == BookingStatus.CONFIRMED and seen.provider_id is not None:
                self._payees.want([seen.provider_id], at=self._clock.now)
            if seen.status == BookingStatus.COMPLETED:
                self._put_afterwards(seen)
            for deed in self._script.after(plan, seen, self._clock.now):
                self._put(deed, seen.id)
        if BookingStatus.MATCHING in self._status.values():
            self._hear_answers()

    def _hear_answers(self) -> None:
        offers = [offer for offer in _open_offers() if offer.id not in self._asked]
        self._asked.update(offer.id for offer in offers)
        for booking_id, wave in groupby(offers, key=lambda offer: offer.booking_id):
            if booking_id in self._of:
                for deed in self._script.answers(self._of[booking_id], list(wave), self._clock.now):
                    self._put(deed, booking_id)

    def _pay(self, booking_id: UUID) -> None:
        checkout = get_checkout(f"booking:{booking_id}")
        if checkout.url is not None and checkout.status == "open":
            self._worker.prepare()
            self._vendor.post_form(checkout.url, _CARD)
            self._worker.hear()

    def _put_afterwards(self, seen: Seen) -> None:
        plan = self._of.get(seen.id)
        if plan is not None:
            for deed in self._script.afterwards(plan, seen):
                if deed.at > self._clock.now:
                    self._put(deed, seen.id)

    def _put(self, deed: Deed, booking_id: UUID) -> None:
        self._agenda.put(deed.at, deed.patience, Doing(deed, booking_id))

    def _report(self) -> None:
        if time.monotonic() - self._spoke_at < self._say_seconds:
            return
        self._spoke_at = time.monotonic()
        now = datetime.now(UTC)
        self._tell((self._clock.now - self._began) / (now - self._began))
        self._say(f"{self._asked_for} of {len(self._plans)} bookings asked for; it is {self._clock.now:%d %B}")


@dataclass(frozen=True)
class _Found:
    """What there is to do: what is due, facts that something waits for, jobs; telling people is not among it."""

    due: list[str]
    has_facts: bool
    has_jobs: bool


def _look_around(due: str) -> _Found:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with behind as materialized (
              select s.name from eventlog_subscription s, eventlog_sequencer_head h where s.position < h.position
            ), job as materialized (
              select task_name from procrastinate_jobs where status = 'todo' and (scheduled_at is null or scheduled_at <= now())
            )
            select array({due}),
              exists (select from eventlog_pending) or exists (select from behind where name <> all (%(telling)s)),
              exists (select from job where task_name <> %(letter)s)
            """,  # noqa: S608 - constants of our own
            {"telling": list(TELLING), "letter": LETTER},
        )
        return _Found(*cursor.fetchone())


def _changed(known: Mapping[UUID, str]) -> Iterator[Seen]:
    """Bookings that have come to another status than is known."""
    with connection.cursor() as cursor:
        cursor.execute("select id, status from bookings_booking where status <> 'closed'")
        changed = [booking_id for booking_id, status in cursor.fetchall() if known.get(booking_id) != status]
    if changed:
        yield from (_seen(row) for row in fetch_all(Booking, "id", changed))


def _seen(row: Booking) -> Seen:
    return Seen(
        id=row.id,
        status=row.status,
        customer_id=row.customer_id,
        provider_id=row.provider_id,
        first_name=_first_name(row.provider_id) if row.provider_id else "",
        tier_rank=row.tier_rank,
        starts_at=row.starts_at,
        minutes_from=row.minutes_from,
        minutes_to=row.minutes_to,
        start_code=row.start_code,
        currency=row.currency,
        total_minor=row.total_minor,
        started_at=row.started_at,
        finished_at=row.finished_at,
        logged_minutes=row.logged_minutes,
        has_lost_a_provider=bool(row.excluded),
    )


@cache
def _first_name(account_id: UUID) -> str:
    return get_contact(account_id).first_name


def _open_offers() -> list[OpenOffer]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select o.id, substr(c.reference, 9)::uuid, o.provider_id, o.tier_rank, o.expires_at
            from matching_cascade c join matching_offer o on o.cascade_id = c.id
            where c.status = 'live' and o.status = 'open' order by 2, 3
            """
        )
        return [OpenOffer(*row) for row in cursor.fetchall()]
