"""What can be asked of matching. Acceptance is `bookings.accept_offer`, through `matching.take_offer` in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, Refused
from guildhall.matching.types import Mode, Place


class AlreadyMatching(Refused):
    """The reference has a live cascade."""

    code = "already_matching"
    default_detail = "A provider is being sought for this already."


class AlreadyTaken(Refused):
    """Another provider accepted first."""

    code = "already_taken"
    default_detail = "Another provider was first."


class OfferExpired(Refused):
    """The offer's window is over, or it was withdrawn."""

    code = "expired"
    status = 410
    default_detail = "This offer is over."


class NotEligible(Invalid):
    """The provider may not be asked for this job; `refusal` says why."""

    code = "not_eligible"
    default_detail = "This provider cannot be asked for this job."


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
    starts_at: datetime | None = None,
    favourites: Sequence[UUID] = (),
    excluded: Sequence[UUID] = (),
    direct_to: UUID | None = None,
) -> UUID:
    """
    Begin to seek a provider; the dispatcher opens the first wave at once. Gives the cascade's id.

    :param starts_at: when the planned time begins; None for ASAP, where it follows each wave by the travel allowance.
    :param planned_minutes: length of the planned time, travel buffer included.
    :param minutes_from: the shortest that the job is expected to last: "earliest end" on the offer.
    :param net_minor_by_tier: what a provider of each tier earns after fees; its keys are the tiers that are asked.
    :param excluded: whoever must never be asked (blocked pairs, the canceller, the customer).
    :param direct_to: the one provider who is asked, when the customer chose.
    :raises AlreadyMatching: when the reference has a live cascade.
    """
    raise NotImplementedError


def close_cascade(*, reference: str, why: str, by: Actor, at: datetime) -> bool:
    """Stop seeking: open offers are withdrawn. False, and nothing changed, when the reference has no live cascade."""
    raise NotImplementedError


def decline_offer(*, offer_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """
    Say no. Saying it again is harmless; when all have said no, the wave ends at once.

    :raises NotFound: when the provider has no such offer.
    :raises OfferExpired: when it is over.
    :raises AlreadyTaken: when another provider has the job.
    """
    raise NotImplementedError


def force_offer(*, reference: str, provider_id: UUID, by: Actor, at: datetime) -> UUID:
    """
    Offer the job of a reference's newest cascade to one provider by hand, for `take_offer` in the same transaction.

    A live cascade is closed, and a new one of a single direct wave opened. The ranking is overridden, the gate never.

    :raises NotFound: when the reference never had a cascade.
    :raises AlreadyTaken: when its newest cascade is filled.
    :raises NotEligible: when the provider is not eligible for it.
    """
    raise NotImplementedError
