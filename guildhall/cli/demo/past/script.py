"""What the people of a booking do next, and when: read from its status alone, so that a broken-off past goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from guildhall.bookings import commands as bookings
from guildhall.bookings.types import BookingStatus as S
from guildhall.cli.demo.past import words
from guildhall.cli.demo.past.plan import Ending, Plan
from guildhall.customers.queries import list_addresses
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Refused
from guildhall.matching.commands import decline_offer
from guildhall.reviews.commands import submit_review

_ANYTIME: frozenset[str] = frozenset()
# How long a deed may wait for the company of others: each stop of the clock costs some milliseconds, whatever happens there.
_PATIENCE = timedelta(minutes=85)
_ON_THE_WAY = timedelta(minutes=14)
_AT_WORK = timedelta(minutes=40)
_LATER_ON = timedelta(hours=3)
_SLOW_ANSWER = timedelta(minutes=30)
_DECLINES = {1: 0.25, 2: 0.2, 3: 0.12}
_NEVER_ANSWERS = 0.25
_STARS = {1: (3, 4, 5, 5, 5, 5), 2: (3, 4, 4, 5, 5), 3: (2, 3, 4, 4, 5)}
_SO_SO = 3


class Act(Protocol):
    """A command with everything but the instant."""

    def __call__(self, *, at: datetime) -> object:
        """Do it."""


@dataclass(frozen=True)
class Deed:
    """
    Something that somebody does at an instant, or a while later (`patience`), as long as the booking is in one of these statuses
    (none: whatever it is).
    """

    at: datetime
    act: Act
    during: frozenset[str] = _ANYTIME
    patience: timedelta = _PATIENCE


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A booking as the script sees it."""

    id: UUID
    status: str
    customer_id: UUID
    provider_id: UUID | None
    first_name: str
    tier_rank: int | None
    starts_at: datetime
    minutes_from: int
    minutes_to: int
    start_code: str
    currency: str
    total_minor: int | None
    started_at: datetime | None
    finished_at: datetime | None
    logged_minutes: int | None
    has_lost_a_provider: bool

    @property
    def customer(self) -> Actor:
        """Who booked."""
        return Actor.customer(self.customer_id)

    @property
    def provider(self) -> Actor:
        """Who does it."""
        assert self.provider_id is not None, "there is a provider by now"
        return Actor.provider(self.provider_id)


@dataclass(frozen=True)
class OpenOffer:
    """A question that a provider has not answered yet."""

    id: UUID
    booking_id: UUID
    provider_id: UUID
    tier_rank: int
    expires_at: datetime


class Script:
    """The people of the city, acting for a booking."""

    def __init__(self, operator: Actor, *, decides_until: datetime) -> None:
        """Take the operator who decides what has to be decided; what comes later is left for whoever looks at the desk."""
        self._operator = operator
        self._decides_until = decides_until

    def after(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        """What follows from the status that a booking has come to."""
        writer = _SCENES.get(S(seen.status))
        if writer is not None:
            yield from writer(self, plan, seen, now)

    def answers(self, plan: Plan, offers: list[OpenOffer], now: datetime) -> Iterator[Deed]:
        """How the providers of one wave answer: some never, some decline, the quickest of the others takes it."""
        during = frozenset({S.MATCHING.value})
        accepted: list[Deed] = []
        for offer in offers:
            dice = plan.dice(f"offer to {offer.provider_id}")
            window = max(timedelta(seconds=10), offer.expires_at - now)
            at = now + min(timedelta(seconds=dice.uniform(8, 2400)), window * dice.uniform(0.2, 0.9))
            own: Any = {"offer_id": offer.id, "by": Actor.provider(offer.provider_id)}
            patience = min(_SLOW_ANSWER, max(offer.expires_at - at, timedelta()) / 2)
            if dice.random() < _NEVER_ANSWERS:
                continue
            if dice.random() < _DECLINES.get(offer.tier_rank, 0.1):
                yield Deed(at, partial(decline_offer, **own, reason="Too far today."), during, patience)
            else:
                accepted.append(Deed(at, partial(bookings.accept_offer, **own), during, patience))
        yield from sorted(accepted, key=lambda deed: deed.at)[:2]

    def _confirmed(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        dice = plan.dice("confirmed")
        during = frozenset({seen.status})
        own: Any = {"booking_id": seen.id}
        if plan.ending == Ending.CUSTOMER_CANCELS:
            at = max(now + timedelta(minutes=4), seen.starts_at - timedelta(hours=dice.uniform(1, 80)))
            yield Deed(at, partial(bookings.cancel_booking, **own, reason="Plans changed.", by=seen.customer), during)
        elif plan.ending == Ending.PROVIDER_WITHDRAWS and not seen.has_lost_a_provider:
            at = max(now + timedelta(minutes=3), seen.starts_at - timedelta(hours=dice.uniform(6, 60)))
            yield Deed(
                at,
                partial(bookings.withdraw_provider, **own, reason="My van broke down.", by=seen.provider),
                during,
            )
        elif plan.ending != Ending.NOBODY_COMES:
            leaves_at = max(now + timedelta(minutes=2), seen.starts_at - timedelta(minutes=dice.uniform(15, 40)))
            for minutes in (0, 12):  # Again, should the money not be held yet.
                at = leaves_at + timedelta(minutes=minutes)
                yield Deed(at, partial(bookings.leave, **own, by=seen.provider), during, _ON_THE_WAY)

    def _en_route(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        at = max(now + timedelta(minutes=3), seen.starts_at - timedelta(minutes=plan.dice("arrives").uniform(-3, 11)))
        arrive = partial(bookings.arrive, booking_id=seen.id, by=seen.provider)
        yield Deed(at, arrive, frozenset({seen.status}), _ON_THE_WAY)

    def _arrived(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        at = now + timedelta(minutes=plan.dice("starts").uniform(1, 4))
        start = partial(bookings.start_work, booking_id=seen.id, start_code=seen.start_code, by=seen.provider)
        yield Deed(at, start, frozenset({seen.status}), _AT_WORK)

    def _in_progress(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        dice = plan.dice("works")
        minutes = dice.uniform(seen.minutes_from * 0.9, seen.minutes_to * 1.02)
        at = max(now + timedelta(minutes=1), (seen.started_at or now) + timedelta(minutes=minutes))
        notes = words.notes(dice)
        yield Deed(
            at,
            partial(bookings.finish_work, booking_id=seen.id, notes=notes, by=seen.provider),
            frozenset({seen.status}),
        )

    def _completed(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        dice = plan.dice("hours")
        during = frozenset({seen.status})
        own: Any = {"booking_id": seen.id}
        logged = seen.logged_minutes or 0
        if plan.ending == Ending.CONTESTED:
            minutes = max(0, logged - dice.choice((20, 30, 45)))
            at = now + timedelta(hours=dice.uniform(1, 20))
            reason = "It took less time than that."
            yield Deed(
                at,
                partial(bookings.contest_hours, **own, minutes=minutes, reason=reason, by=seen.customer),
                during,
            )
        elif plan.ending == Ending.NOT_FIXED:
            at = now + timedelta(minutes=dice.uniform(3, 30))
            reason = "A part has to be ordered."
            yield Deed(at, partial(bookings.flag_unresolved, **own, reason=reason, by=seen.provider), during)
        elif dice.random() < 2 / 3:
            at = now + timedelta(hours=dice.uniform(0.2, 22))
            yield Deed(at, partial(bookings.confirm_hours, **own, by=seen.customer), during)

    def _open_case(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        if now > self._decides_until:
            return
        dice = plan.dice("decides")
        logged = seen.logged_minutes
        minutes = None if logged is None else max(0, logged - dice.choice((0, 15, 30)))
        reason = "Nobody came." if minutes is None else "Decided after talking to both."

        own: Any = {"booking_id": seen.id, "settled_minutes": minutes, "reason": reason}
        decide = partial(bookings.decide_booking, **own, by=self._operator)
        yield Deed(now + timedelta(hours=dice.uniform(2, 20)), decide, frozenset({seen.status}))

    def afterwards(self, plan: Plan, seen: Seen) -> Iterator[Deed]:
        """What both sides say of a done job, and the thanks that some give."""
        if seen.finished_at is None:
            return
        dice = plan.dice("afterwards")
        tier = seen.tier_rank or len(_STARS)
        stars = dice.choice(_STARS.get(tier, _STARS[3])) - (plan.ending in {Ending.CONTESTED, Ending.NOT_FIXED})
        comment = words.praise(dice, first_name=seen.first_name) if stars > _SO_SO else words.grumble(dice)
        own: Any = {"booking_id": seen.id}
        if dice.random() < 0.75:  # noqa: PLR2004
            at = seen.finished_at + timedelta(hours=dice.uniform(1, 70))
            yield Deed(
                at, partial(submit_review, **own, rating=stars, comment=comment, by=seen.customer), patience=_LATER_ON
            )
        if dice.random() < 0.65:  # noqa: PLR2004
            at = seen.finished_at + timedelta(hours=dice.uniform(0.2, 40))
            said: Any = {"rating": dice.choice((4, 5, 5)), "comment": words.of_a_customer(dice)}
            yield Deed(at, partial(submit_review, **own, **said, by=seen.provider), patience=_LATER_ON)
        if stars > _SO_SO and dice.random() < 0.3:  # noqa: PLR2004
            at = seen.finished_at + timedelta(hours=dice.uniform(50, 120))
            amount = dice.choice((500, 1000, 1500, 2000))
            yield Deed(at, partial(bookings.give_tip, **own, amount_minor=amount, by=seen.customer), patience=_LATER_ON)


def request(plan: Plan, customer_id: UUID, at: datetime) -> UUID | str:
    """Have a customer ask for what is planned, at their first address; gives the booking, or why it came to nothing."""
    address = list_addresses(customer_id)[0]
    by = Actor.customer(customer_id)
    try:
        return bookings.request_booking(customer_id=customer_id, request=plan.request(address.id), by=by, at=at)
    except Refused as refused:
        return str(refused)


def act_in_turn(acts: Sequence[Act], at: datetime) -> None:
    """Have people act for one booking, one after the other; who is refused has come too late, and knows by the answer."""
    for act in acts:
        with suppress(Refused):
            act(at=at)


_SCENES: dict[S, Callable[[Script, Plan, Seen, datetime], Iterator[Deed]]] = {
    S.CONFIRMED: Script._confirmed,  # noqa: SLF001 - its own
    S.EN_ROUTE: Script._en_route,  # noqa: SLF001
    S.ARRIVED: Script._arrived,  # noqa: SLF001
    S.IN_PROGRESS: Script._in_progress,  # noqa: SLF001
    S.COMPLETED: Script._completed,  # noqa: SLF001
    S.CONTESTED: Script._open_case,  # noqa: SLF001
    S.UNRESOLVED: Script._open_case,  # noqa: SLF001
}
