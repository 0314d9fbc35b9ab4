"""What can be asked of matching. Acceptance is `bookings.accept_offer`, through `matching.take_offer` in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import Invalid, NotFound, Refused
from guildhall.kernel.texts import clean_text
from guildhall.matching import ranking, rules, statements
from guildhall.matching.events import CascadeOpened
from guildhall.matching.models import Cascade, Offer
from guildhall.matching.statements import NewCascade
from guildhall.matching.types import CascadeStatus, Mode, OfferStatus, Place
from guildhall.policy.queries import get as get_policy
from guildhall.policy.types import MatchingPolicy

_REASON_LENGTH_MAX = 500


class AlreadyMatching(Refused):
    """The reference has a live cascade."""

    code = "already_matching"
    default_detail = "A provider is being sought for this already."


class AlreadyTaken(Refused):
    """Another provider accepted first."""

    code = "already_taken"
    default_detail = "Another provider was first."


class AlreadyAccepted(Refused):
    """The provider has accepted this offer; the job is theirs."""

    code = "illegal_transition"
    default_detail = "You have accepted this offer; cancel the job instead."


class OfferExpired(Refused):
    """The offer's window is over, or it was withdrawn."""

    code = "expired"
    status = 410
    default_detail = "This offer is over."


class NotEligible(Invalid):
    """The provider may not be asked for this job; `refusal` says why."""

    code = "not_eligible"
    default_detail = "This provider cannot be asked for this job."


_DECLINE_REFUSALS: dict[str, type[Refused]] = {
    "not_yours": NotFound,
    "accepted": AlreadyAccepted,
    "already_taken": AlreadyTaken,
    "expired": OfferExpired,
}


@transaction.atomic
def open_cascade(
    *,
    reference: str,
    mode: Mode,
    place: Place,
    category_id: int,
    city_key: str,
    planned_minutes: int,
    minutes_from: int,
    net_minor_by_tier: Mapping[int, int],
    currency: str,
    by: Actor,
    at: datetime,
    kind: str = "",
    starts_at: datetime | None = None,
    favourites: Sequence[UUID] = (),
    excluded: Sequence[UUID] = (),
    direct_to: UUID | None = None,
) -> UUID:
    """
    Begin to seek a provider; the dispatcher opens the first wave at once. Gives the cascade's id.

    :param kind: the usual job that it is, by its key, for those who are asked; empty when it is none.
    :param starts_at: when the planned time begins; None for ASAP, where it follows each wave by the travel allowance.
    :param planned_minutes: length of the planned time, travel buffer included.
    :param minutes_from: the shortest that the job is expected to last: "earliest end" on the offer.
    :param net_minor_by_tier: what a provider of each tier earns after fees; its keys are the tiers that are asked.
    :param excluded: whoever must never be asked (blocked pairs, the canceller, the customer).
    :param direct_to: the one provider who is asked, when the customer chose.
    :raises AlreadyMatching: when the reference has a live cascade.
    """
    policy = get_policy(MatchingPolicy)
    travel_minutes = 0 if starts_at else policy.asap_travel_allowance_minutes
    begins_at = starts_at or at + timedelta(minutes=travel_minutes)
    search = rules.Search(mode, direct_to is not None, bool(favourites), sorted(net_minor_by_tier))
    new = NewCascade(
        id=new_id(),
        reference=reference,
        mode=Mode(mode),
        category_id=category_id,
        kind=kind,
        city_key=city_key,
        latitude=place.latitude,
        longitude=place.longitude,
        planned=(begins_at, begins_at + timedelta(minutes=planned_minutes)),
        planned_minutes=planned_minutes,
        minutes_from=minutes_from,
        travel_minutes=travel_minutes,
        ends_by=rules.last_wave_ends_by(starts_at, at, len(rules.waves(search, policy)), policy) if starts_at else None,
        direct_to=direct_to,
        favourites=favourites,
        excluded=excluded,
        net_minor_by_tier={str(rank): minor for rank, minor in net_minor_by_tier.items()},
        currency=currency,
        at=at,
    )
    return _insert(new, by, at)


def _insert(new: NewCascade, by: Actor, at: datetime) -> UUID:
    if not statements.insert_cascade(new):
        raise AlreadyMatching
    opened = CascadeOpened(
        aggregate_id=new.id,
        version=1,
        reference=new.reference,
        mode=new.mode.value,
        category_id=new.category_id,
        city_key=new.city_key,
        direct_to=new.direct_to,
    )
    publish(opened, by=by, at=at)
    return new.id


@transaction.atomic
def close_cascade(*, reference: str, why: str, by: Actor, at: datetime) -> bool:
    """Stop seeking: open offers are withdrawn. False, and nothing changed, when the reference has no live cascade."""
    return statements.close(reference, why, str(by))


@transaction.atomic
def decline_offer(*, offer_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """
    Say no. Saying it again is harmless; when all have said no, the wave ends at once.

    :raises NotFound: when the provider has no such offer.
    :raises OfferExpired: when it is over.
    :raises AlreadyTaken: when another provider has the job.
    :raises AlreadyAccepted: when the provider has it.
    """
    why = clean_text(reason, field="reason", length_max=_REASON_LENGTH_MAX)
    outcome = statements.decline(offer_id, by.account_id, why)
    if outcome in _DECLINE_REFUSALS:
        raise _DECLINE_REFUSALS[outcome]


@transaction.atomic
def force_offer(*, reference: str, provider_id: UUID, by: Actor, at: datetime) -> UUID:
    """
    Offer the job of a reference's newest cascade to one provider by hand, for `take_offer` in the same transaction.

    A live cascade is closed, and a new one of a single direct wave opened. The ranking is overridden, the gate never.

    :raises NotFound: when the reference never had a cascade.
    :raises AlreadyTaken: when its newest cascade is filled.
    :raises NotEligible: when the provider is not eligible for it.
    """
    last = Cascade.objects.select_for_update().filter(reference=reference).order_by("-opened_at", "-id").first()
    if last is None:
        raise NotFound
    if last.status == CascadeStatus.FILLED:
        raise AlreadyTaken
    statements.close(reference, "assigned_by_hand", str(by))
    cascade_id = _insert(_again(last, provider_id, at), by, at)
    ranked = ranking.rank_direct(statements.get_unranked(cascade_id), at)
    if not ranked.eligible:
        raise NotEligible(refusal=ranked.refusal)
    statements.advance(cascade_id)
    offer_id = Offer.objects.filter(cascade=cascade_id, status=OfferStatus.OPEN).values_list("id", flat=True).first()
    if offer_id is None:
        raise NotEligible(refusal="no_price" if str(ranked.tier_rank) not in last.net_minor_by_tier else "not_free")
    return offer_id


def _again(last: Cascade, provider_id: UUID, at: datetime) -> NewCascade:
    """Seek once more for the job of an earlier cascade, asking one provider only."""
    starts_at, ends_at = last.planned.lower, last.planned.upper
    assert starts_at is not None
    assert ends_at is not None
    return NewCascade(
        id=new_id(),
        reference=last.reference,
        mode=Mode(last.mode),
        category_id=last.category_id,
        kind=last.kind,
        city_key=last.city_key,
        latitude=last.latitude,
        longitude=last.longitude,
        planned=(starts_at, ends_at),
        planned_minutes=last.planned_minutes,
        minutes_from=last.minutes_from,
        travel_minutes=last.travel_minutes,
        ends_by=last.ends_by,
        direct_to=provider_id,
        favourites=[],
        excluded=last.excluded,
        net_minor_by_tier=last.net_minor_by_tier,
        currency=last.currency,
        at=at,
    )
