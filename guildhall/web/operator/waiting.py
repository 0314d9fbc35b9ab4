"""What waits for an operator: one queue of several kinds, the nearest deadline first, in pages that meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as later

from guildhall.bookings.queries import count_waiting, get_bookings, list_waiting
from guildhall.bookings.types import BookingCard, Waiting
from guildhall.eventlog.queries import count_parked, list_parked
from guildhall.eventlog.types import Parked
from guildhall.kernel.actors import Actor
from guildhall.payments.queries import count_action_needed, list_action_needed
from guildhall.web.api.reading import make_cursor, make_time_cursor, read_cursor, read_time_cursor
from guildhall.web.operator.reading import Line, lines_of
from guildhall.web.operator.words import Word, headline
from guildhall.web.signin.access import OpenRequest

PAYMENT, PARKED = "payment", "parked"
COUNTED_MOST = 100
_OF_EACH_KIND = 25
_PAGE = 50
_MARK_BYTES = 8
_SOON = timedelta(minutes=30)
_NEVER = datetime.max.replace(tzinfo=UTC)

KINDS: dict[str, Word] = {
    Waiting.UNFILLED: Word(later("Unfilled"), "danger", "users"),
    PAYMENT: Word(later("Payment action"), "danger", "credit-card"),
    Waiting.CONTESTED: Word(later("Contested hours"), "warning", "timer"),
    Waiting.UNRESOLVED: Word(later("Unresolved"), "warning", "wrench"),
    Waiting.LATE: Word(later("Not started"), "danger", "clock"),
    Waiting.OVERRUN: Word(later("Running over"), "warning", "play"),
    Waiting.UNCOLLECTED: Word(later("Money overdue"), "warning", "banknote"),
    PARKED: Word(later("Stuck next steps"), "warning", "layers"),
}
_SINCE: dict[str, Promise] = {
    Waiting.UNFILLED: later("Requested"),
    PAYMENT: later("Requested"),
    Waiting.CONTESTED: later("Work ended"),
    Waiting.UNRESOLVED: later("Start"),
    Waiting.LATE: later("Start"),
    Waiting.OVERRUN: later("Planned end"),
    Waiting.UNCOLLECTED: later("Alarm"),
    PARKED: later("Happened"),
}


@dataclass(frozen=True)
class Item:
    """
    One thing that waits: `since` when (`since_label` says what that was), until when somebody has to act, and how urgent that is
    (`over`, `soon` or nothing).
    """

    key: str
    kind: str
    word: Word
    since: datetime
    since_label: str | Promise
    deadline_at: datetime | None
    urgency: str
    line: Line | None = None
    parked: Parked | None = None
    title: str = ""


@dataclass(frozen=True)
class Queue:
    """A page of what waits, and the cursor of the next one (empty: there is none)."""

    items: list[Item]
    cursor: str

    @property
    def mark(self) -> str:
        """What is another when the page is another."""
        shown = "".join(f"{item.kind} {item.key} {item.deadline_at} {item.urgency}" for item in self.items)
        return blake2b(shown.encode(), digest_size=_MARK_BYTES).hexdigest()


def counts_of(request: OpenRequest) -> dict[str, int]:
    """Count what waits, each kind up to `COUNTED_MOST`: three statements of bounded work, once for a request."""
    known: dict[str, int] | None = getattr(request, "_waiting_counts", None)
    if known is None:
        found = count_waiting(by=request.actor, at=request.received_at, most=COUNTED_MOST)
        known = {kind.value: count for kind, count in found.items()}
        known |= {PAYMENT: count_action_needed(most=COUNTED_MOST), PARKED: count_parked(most=COUNTED_MOST)}
        request._waiting_counts = known  # type: ignore[attr-defined]  # noqa: SLF001 - a note of ours on the request
    return known


def queue_of(kind: str, cursor: str | None, counts: dict[str, int], *, by: Actor, at: datetime) -> Queue:
    """Give a page of one kind, or, without a kind, the first of each, mixed by deadline."""
    if kind:
        return _page_of(kind, cursor, limit=_PAGE, by=by, at=at)
    mixed = [
        item for one in KINDS if counts[one] for item in _page_of(one, None, limit=_OF_EACH_KIND, by=by, at=at).items
    ]
    return Queue(sorted(mixed, key=lambda item: (item.deadline_at or _NEVER, item.since)), "")


def _page_of(kind: str, cursor: str | None, *, limit: int, by: Actor, at: datetime) -> Queue:
    name = f"waiting:{kind}"
    if kind == PARKED:
        parts = read_cursor(name, cursor)
        facts = list_parked(after=int(parts[0]) if parts else 0, limit=limit + 1)
        shown = [parked_item(one) for one in facts[:limit]]
        return Queue(shown, make_cursor(name, str(facts[limit - 1].id)) if len(facts) > limit else "")
    if kind == PAYMENT:
        return _payments(name, cursor, limit=limit, by=by, at=at)
    after = read_time_cursor(name, cursor)
    cards = list_waiting(by=by, why=Waiting(kind), at=at, after=after, limit=limit + 1)
    shown = _items(kind, cards[:limit], at)
    last = cards[limit - 1] if len(cards) > limit else None
    following = make_time_cursor(name, last.deadline_at, last.id) if last and last.deadline_at else ""
    return Queue(shown, following)


def _payments(name: str, cursor: str | None, *, limit: int, by: Actor, at: datetime) -> Queue:
    parts = read_cursor(name, cursor)
    found = list_action_needed(after=UUID(parts[0]) if parts else None, limit=limit + 1)
    ids = [UUID(reference.removeprefix("booking:")) for _id, reference in found[:limit]]
    cards = get_bookings(booking_ids=ids, by=by)
    shown = _items(PAYMENT, [cards[one] for one in ids if one in cards], at)
    return Queue(shown, make_cursor(name, str(found[limit - 1][0])) if len(found) > limit else "")


def _items(kind: str, cards: Iterable[BookingCard], at: datetime) -> list[Item]:
    return [
        Item(
            key=line.key,
            kind=kind,
            word=KINDS[kind],
            since=_since(kind, line.card),
            since_label=_SINCE[kind],
            deadline_at=line.card.deadline_at,
            urgency=_urgency(line.card.deadline_at, at),
            line=line,
        )
        for line in lines_of(list(cards))
    ]


def parked_item(fact: Parked) -> Item:
    """Show a parked fact in the queue."""
    return Item(
        key=f"fact-{fact.id}",
        kind=PARKED,
        word=KINDS[PARKED],
        since=fact.occurred_at,
        since_label=_SINCE[PARKED],
        deadline_at=None,
        urgency="",
        parked=fact,
        title=headline(fact.name),
    )


def _since(kind: str, card: BookingCard) -> datetime:
    moments = {
        Waiting.CONTESTED: card.finished_at,
        Waiting.UNRESOLVED: card.starts_at,
        Waiting.LATE: card.starts_at,
        Waiting.OVERRUN: card.ends_at,
        Waiting.UNCOLLECTED: card.deadline_at,
    }
    return moments.get(Waiting(kind) if kind in list(Waiting) else Waiting.UNFILLED) or card.requested_at


def _urgency(deadline_at: datetime | None, at: datetime) -> str:
    if deadline_at is None:
        return ""
    if deadline_at <= at:
        return "over"
    return "soon" if deadline_at - at <= _SOON else ""
