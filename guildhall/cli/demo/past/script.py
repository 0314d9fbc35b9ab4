"""What the people of a booking do next, and when: read from its status alone, so that a broken-off past goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from guildhall.bookings import commands as bookings
from guildhall.bookings.types import BookingStatus as S
from guildhall.cli.demo.past.plan import Ending, Plan
from guildhall.kernel.actors import Actor
from guildhall.matching.commands import decline_offer
from guildhall.reviews.commands import submit_review

Act = Callable[[datetime], object]
_ANYTIME: frozenset[str] = frozenset()
_DECLINES = {1: 0.25, 2: 0.2, 3: 0.12}
_NEVER_ANSWERS = 0.25
_STARS = {1: (3, 4, 5, 5, 5, 5), 2: (3, 4, 4, 5, 5), 3: (2, 3, 4, 4, 5)}
_PRAISE = (
    "On time, tidy and clear about the price.",
    "Explained everything and left no cable in sight.",
    "Quick and friendly.",
    "Would book again.",
    "Found the fault in ten minutes.",
    "",
)
_GRUMBLE = (
    "It works now, but it took longer than it should have.",
    "Came late without a word.",
    "Fine in the end, after a second look.",
)
_OF_CUSTOMERS = ("Clear about what was wanted.", "Easy to find, and friendly.", "Everything was ready.", "")


@dataclass(frozen=True)
class Deed:
    """Something that somebody does at an instant, as long as the booking is in one of these statuses (none: whatever it is)."""

    at: datetime
    act: Act
    during: frozenset[str] = _ANYTIME


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A booking as the script sees it."""

    id: UUID
    status: str
    customer_id: UUID
    provider_id: UUID | None
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

    def __init__(self, operator: Actor) -> None:
        """Take the operator who decides what has to be decided."""
        self._operator = operator

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
            by = Actor.provider(offer.provider_id)
            if dice.random() < _NEVER_ANSWERS:
                continue
            if dice.random() < _DECLINES.get(offer.tier_rank, 0.1):
                yield Deed(at, _decline(offer, by), during)
            else:
                accepted.append(Deed(at, _accept(offer, by), during))
        yield from sorted(accepted, key=lambda deed: deed.at)[:2]

    def _confirmed(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        dice = plan.dice("confirmed")
        during = frozenset({seen.status})
        own = {"booking_id": seen.id}
        if plan.ending == Ending.CUSTOMER_CANCELS:
            at = max(now + timedelta(minutes=4), seen.starts_at - timedelta(hours=dice.uniform(1, 80)))
            yield Deed(
                at, lambda at: bookings.cancel_booking(**own, reason="Plans changed.", by=seen.customer, at=at), during
            )
        elif plan.ending == Ending.PROVIDER_WITHDRAWS and not seen.has_lost_a_provider:
            at = max(now + timedelta(minutes=3), seen.starts_at - timedelta(hours=dice.uniform(6, 60)))
            yield Deed(
                at,
                lambda at: bookings.withdraw_provider(**own, reason="My van broke down.", by=seen.provider, at=at),
                during,
            )
        elif plan.ending != Ending.NOBODY_COMES:
            leaves_at = max(now + timedelta(minutes=2), seen.starts_at - timedelta(minutes=dice.uniform(15, 40)))
            for minutes in (0, 4, 8):  # Again, should the money not be held yet.
                at = leaves_at + timedelta(minutes=minutes)
                yield Deed(at, lambda at: bookings.leave(**own, by=seen.provider, at=at), during)

    def _en_route(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        at = max(now + timedelta(minutes=3), seen.starts_at - timedelta(minutes=plan.dice("arrives").uniform(-6, 8)))
        yield Deed(
            at, lambda at: bookings.arrive(booking_id=seen.id, by=seen.provider, at=at), frozenset({seen.status})
        )

    def _arrived(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        def start(at: datetime) -> None:
            bookings.start_work(booking_id=seen.id, start_code=seen.start_code, by=seen.provider, at=at)

        yield Deed(now + timedelta(minutes=plan.dice("starts").uniform(1, 4)), start, frozenset({seen.status}))

    def _in_progress(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        dice = plan.dice("works")
        minutes = dice.uniform(seen.minutes_from * 0.9, seen.minutes_to * 1.02)
        at = max(now + timedelta(minutes=1), (seen.started_at or now) + timedelta(minutes=minutes))
        notes = dice.choice(("Done and tested.", "Done; showed how it works.", "Done, old cables taken along."))
        yield Deed(
            at,
            lambda at: bookings.finish_work(booking_id=seen.id, notes=notes, by=seen.provider, at=at),
            frozenset({seen.status}),
        )

    def _completed(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        dice = plan.dice("hours")
        during = frozenset({seen.status})
        own = {"booking_id": seen.id}
        logged = seen.logged_minutes or 0
        if plan.ending == Ending.CONTESTED:
            minutes = max(0, logged - dice.choice((20, 30, 45)))
            at = now + timedelta(hours=dice.uniform(1, 20))
            reason = "It took less time than that."
            yield Deed(
                at,
                lambda at: bookings.contest_hours(**own, minutes=minutes, reason=reason, by=seen.customer, at=at),
                during,
            )
        elif plan.ending == Ending.NOT_FIXED:
            at = now + timedelta(minutes=dice.uniform(3, 30))
            reason = "A part has to be ordered."
            yield Deed(at, lambda at: bookings.flag_unresolved(**own, reason=reason, by=seen.provider, at=at), during)
        elif dice.random() < 2 / 3:
            at = now + timedelta(hours=dice.uniform(0.2, 22))
            yield Deed(at, lambda at: bookings.confirm_hours(**own, by=seen.customer, at=at), during)

    def _open_case(self, plan: Plan, seen: Seen, now: datetime) -> Iterator[Deed]:
        dice = plan.dice("decides")
        logged = seen.logged_minutes
        minutes = None if logged is None else max(0, logged - dice.choice((0, 15, 30)))
        reason = "Nobody came." if minutes is None else "Decided after talking to both."

        def decide(at: datetime) -> None:
            bookings.decide_booking(
                booking_id=seen.id, settled_minutes=minutes, reason=reason, by=self._operator, at=at
            )

        yield Deed(now + timedelta(hours=dice.uniform(2, 20)), decide, frozenset({seen.status}))

    def afterwards(self, plan: Plan, seen: Seen) -> Iterator[Deed]:
        """What both sides say of a done job, and the thanks that some give."""
        if seen.finished_at is None:
            return
        dice = plan.dice("afterwards")
        tier = seen.tier_rank or len(_STARS)
        stars = dice.choice(_STARS.get(tier, _STARS[3])) - (plan.ending in {Ending.CONTESTED, Ending.NOT_FIXED})
        words = dice.choice(_PRAISE if stars > 3 else _GRUMBLE)  # noqa: PLR2004 - the neutral mark
        own: Any = {"booking_id": seen.id}
        if dice.random() < 0.75:  # noqa: PLR2004
            at = seen.finished_at + timedelta(hours=dice.uniform(1, 70))
            yield Deed(at, lambda at: submit_review(**own, rating=stars, comment=words, by=seen.customer, at=at))
        if dice.random() < 0.65:  # noqa: PLR2004
            at = seen.finished_at + timedelta(hours=dice.uniform(0.2, 40))
            said: Any = {"rating": dice.choice((4, 5, 5)), "comment": dice.choice(_OF_CUSTOMERS)}
            yield Deed(at, lambda at: submit_review(**own, **said, by=seen.provider, at=at))
        if stars > 3 and dice.random() < 0.3:  # noqa: PLR2004
            at = seen.finished_at + timedelta(hours=dice.uniform(50, 120))
            amount = dice.choice((500, 1000, 1500, 2000))
            yield Deed(at, lambda at: bookings.give_tip(**own, amount_minor=amount, by=seen.customer, at=at))


def _accept(offer: OpenOffer, by: Actor) -> Act:
    return lambda at: bookings.accept_offer(offer_id=offer.id, by=by, at=at)


def _decline(offer: OpenOffer, by: Actor) -> Act:
    return lambda at: decline_offer(offer_id=offer.id, reason="Too far today.", by=by, at=at)


_SCENES: dict[S, Callable[[Script, Plan, Seen, datetime], Iterator[Deed]]] = {
    S.CONFIRMED: Script._confirmed,  # noqa: SLF001 - its own
    S.EN_ROUTE: Script._en_route,  # noqa: SLF001
    S.ARRIVED: Script._arrived,  # noqa: SLF001
    S.IN_PROGRESS: Script._in_progress,  # noqa: SLF001
    S.COMPLETED: Script._completed,  # noqa: SLF001
    S.CONTESTED: Script._open_case,  # noqa: SLF001
    S.UNRESOLVED: Script._open_case,  # noqa: SLF001
}
