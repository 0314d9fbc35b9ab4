"""The operators' desk: bookings that wait for them, their story and money, decisions, and the stop switches."""

from typing import Literal, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from guildhall.bookings import commands
from guildhall.bookings.queries import access_booking, list_pending
from guildhall.bookings.types import BookingCard
from guildhall.eventlog import queries as eventlog
from guildhall.identity.types import Scope
from guildhall.kernel.refusals import NotFound
from guildhall.matching.queries import candidates as list_candidates
from guildhall.payments.queries import ledger_of, list_transactions
from guildhall.policy import commands as policy
from guildhall.policy.queries import pauses as list_pauses
from guildhall.policy.types import PauseCard, Switch
from guildhall.timers import queries as timers
from guildhall.web.api.auth import ADMINISTRATOR, SUPPORT, SUPPORT_OR_FINANCE, require_scope, who
from guildhall.web.api.fields import BookingId, PageSize, PauseId
from guildhall.web.api.idempotency import changes
from guildhall.web.api.reading import PAGE_SIZE, make_time_cursor, page_of, read_time_cursor, reads
from guildhall.web.api.schemas import Page
from guildhall.web.api.v1.booking_shapes import BookingOut, BookingSummary, summaries_of
from guildhall.web.api.v1.bookings import show
from guildhall.web.api.v1.operator_shapes import (
    AssignmentIn,
    CandidateOut,
    DecisionIn,
    FactOut,
    HealthOut,
    LedgerOut,
    PauseIn,
    PauseOut,
    PostingOut,
    SubscriptionOut,
    TransactionOut,
)
from guildhall.web.middleware import received_at

router = Router(tags=["operator"], auth=ADMINISTRATOR)
_SCOPE_OF_SWITCH = {"matching": Scope.SUPPORT, "notifications": Scope.SUPPORT, "payouts": Scope.FINANCE}


@router.get("/bookings", response=Page[BookingSummary], auth=SUPPORT)
@reads
def pending(
    request: HttpRequest,
    *,
    status: Literal["unfilled", "contested", "unresolved"],
    limit: PageSize = PAGE_SIZE,
    cursor: str | None = None,
) -> Page[BookingSummary]:
    """List the bookings that wait for an operator in a status, the nearest deadline first."""
    kind = f"pending:{status}"
    found = list_pending(by=who(request), status=status, after=read_time_cursor(kind, cursor), limit=limit + 1)
    return page_of(found, limit, summaries_of(found), lambda card: _cursor(kind, card))


@router.get("/bookings/{booking_id}/timeline", response=Page[FactOut], auth=SUPPORT_OR_FINANCE)
@reads
def timeline(request: HttpRequest, booking_id: BookingId) -> Page[FactOut]:
    """Tell a booking's whole story, oldest first, on one page."""
    facts = eventlog.timeline(_reference(request, booking_id))
    return Page[FactOut](items=[FactOut.of(fact) for fact in facts], next_cursor=None)


@router.get("/bookings/{booking_id}/candidates", response=Page[CandidateOut], auth=SUPPORT)
@reads
def candidates(request: HttpRequest, booking_id: BookingId) -> Page[CandidateOut]:
    """Explain the search: who was considered, in what order, why, and why not; on one page."""
    cards = list_candidates(_reference(request, booking_id))
    return Page[CandidateOut](items=[CandidateOut.of(card) for card in cards], next_cursor=None)


@router.get("/bookings/{booking_id}/ledger", response=LedgerOut, auth=SUPPORT_OR_FINANCE)
@reads
def ledger(request: HttpRequest, booking_id: BookingId) -> LedgerOut:
    """Show the money of a booking."""
    reference = _reference(request, booking_id)
    return LedgerOut(
        postings=[PostingOut.of(posting) for posting in ledger_of(reference)],
        transactions=[TransactionOut.of(one) for one in list_transactions(reference)],
    )


@router.post("/bookings/{booking_id}/assignment", response=BookingOut, auth=SUPPORT)
@changes
def assign(request: HttpRequest, booking_id: BookingId, body: AssignmentIn) -> Status[BookingOut]:
    """Give the job to a provider by hand."""
    commands.assign_by_hand(
        booking_id=booking_id, provider_id=body.provider_user_id, by=who(request), at=received_at(request)
    )
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/decision", response=BookingOut, auth=SUPPORT)
@changes
def decide(request: HttpRequest, booking_id: BookingId, body: DecisionIn) -> Status[BookingOut]:
    """Decide open hours: so many minutes are final, or the booking is cancelled. Lifts the settlement block."""
    commands.decide_booking(
        booking_id=booking_id,
        settled_minutes=body.settled_minutes,
        reason=body.reason,
        by=who(request),
        at=received_at(request),
    )
    return Status(200, show(booking_id, who(request)))


@router.get("/pauses", response=Page[PauseOut], auth=SUPPORT_OR_FINANCE)
@reads
def pauses(request: HttpRequest) -> Page[PauseOut]:
    """List the switches that are thrown now, on one page."""
    return Page[PauseOut](items=[PauseOut.of(card) for card in list_pauses()], next_cursor=None)


@router.post("/pauses", response={201: PauseOut}, auth=SUPPORT_OR_FINANCE)
@changes
def pause(request: HttpRequest, body: PauseIn) -> Status[PauseOut]:
    """Stop matching, sending or payouts, in a city or everywhere."""
    require_scope(who(request), _SCOPE_OF_SWITCH[body.what])
    pause_id = policy.pause(
        what=body.what, city=body.city, reason=body.reason, by=who(request), at=received_at(request)
    )
    return Status(201, PauseOut.of(_pause(pause_id)))


@router.delete("/pauses/{pause_id}", response={204: None}, auth=SUPPORT_OR_FINANCE)
@changes
def resume(request: HttpRequest, pause_id: PauseId) -> Status[None]:
    """Let what was paused run again."""
    card = _pause(pause_id)
    require_scope(who(request), _SCOPE_OF_SWITCH[card.what])
    policy.resume(what=cast("Switch", card.what), city=card.city, by=who(request), at=received_at(request))
    return Status(204, None)


@router.get("/health", response=HealthOut, auth=SUPPORT_OR_FINANCE)
@reads
def health(request: HttpRequest) -> HealthOut:
    """Take the system's pulse."""
    return HealthOut(
        now=received_at(request),
        next_deadline=timers.next_deadline(),
        deadlines_overdue=timers.overdue(),
        deadlines_parked=timers.parked(),
        facts_waiting=eventlog.waiting(),
        subscriptions=[
            SubscriptionOut(name=lag.subscription, position=lag.position, behind=lag.behind, parked=lag.parked)
            for lag in eventlog.lag()
        ],
    )


def _reference(request: HttpRequest, booking_id: UUID) -> str:
    return access_booking(booking_id=booking_id, by=who(request)).reference


def _pause(pause_id: UUID) -> PauseCard:
    for card in list_pauses():
        if card.id == pause_id:
            return card
    raise NotFound


def _cursor(kind: str, card: BookingCard) -> str:
    assert card.deadline_at is not None, "what waits for an operator has a deadline"
    return make_time_cursor(kind, card.deadline_at, card.id)
