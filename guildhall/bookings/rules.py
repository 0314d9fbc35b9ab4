"""Pure decisions of bookings: prices, splits, cancellation fees, deadlines."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from geographiclib.geodesic import Geodesic

from guildhall.bookings.types import BookingStatus, Mode, Position, Quote, Receipt, Split, Terms, TierPrice
from guildhall.kernel.money import Money, rounded

_CALL_OUT_STATUSES = frozenset({BookingStatus.EN_ROUTE, BookingStatus.ARRIVED})
_MINUTES_PER_HOUR = 60


def labour_minor(price: TierPrice, minutes: int) -> int:
    """Price of work: hourly rate x hours, at least the minimum; rounded half up, once. Minor units."""
    billable = max(minutes, price.minimum_minutes)
    return rounded(Decimal(price.hourly_minor) * billable / _MINUTES_PER_HOUR)


def total_minor(terms: Terms, tier_rank: int, minutes: int) -> int:
    """What the customer pays for work of a tier: labour and tax. Minor units."""
    labour = Money(labour_minor(price_of(terms, tier_rank), minutes), terms.currency)
    return (labour + labour.share(terms.tax_basis_points)).minor


def receipt(terms: Terms, tier_rank: int, minutes: int, total: int) -> Receipt:
    """Take a final total (minor units) for so many minutes of a tier apart again, line by line."""
    price = price_of(terms, tier_rank)
    labour = labour_minor(price, minutes) if minutes else 0
    full = total_minor(terms, tier_rank, minutes) if minutes else 0
    return Receipt(
        worked_minutes=minutes,
        billed_minutes=max(minutes, price.minimum_minutes) if minutes else 0,
        hourly_minor=price.hourly_minor,
        labour_minor=labour,
        tax_minor=full - labour,
        over_minor=full - total,
        total_minor=total,
    )


def price_of(terms: Terms, tier_rank: int) -> TierPrice:
    """
    Find the frozen price of a tier.

    :raises LookupError: when the tier had no price at the request, so that its providers are never asked.
    """
    for price in terms.prices:
        if price.tier_rank == tier_rank:
            return price
    raise LookupError(f"No price was promised for tier {tier_rank}")


def quote(terms: Terms, *, minutes_from: int, minutes_to: int) -> Quote:
    """Cheapest tier x shortest time to dearest tier x longest; the authorization adds the headroom, shown as "up to"."""
    ranks = [price.tier_rank for price in terms.prices]
    lowest = min(total_minor(terms, rank, minutes_from) for rank in ranks)
    highest = max(total_minor(terms, rank, minutes_to) for rank in ranks)
    headroom = Money(highest, terms.currency).share(terms.headroom_percent * 100)
    return Quote(
        currency=terms.currency,
        minutes_from=minutes_from,
        minutes_to=minutes_to,
        from_minor=lowest,
        to_minor=highest,
        authorize_minor=highest + headroom.minor,
    )


def split(terms: Terms, total: int) -> Split:
    """
    Divide what the customer pays: tax out of the total, the fee on the rest, the provider gets what remains.

    The fee is subtracted, never rounded a second time, so the parts sum exactly to the whole.
    """
    net = rounded(Decimal(total) * 10_000 / (10_000 + terms.tax_basis_points))
    fee = Money(net, terms.currency).share(terms.platform_fee_basis_points).minor
    return Split(total_minor=total, tax_minor=total - net, fee_minor=fee, provider_minor=net - fee)


def net_minor_by_tier(terms: Terms, minutes: int) -> dict[int, int]:
    """What a provider of each tier is left with for so many minutes, after the fee: what offers show. Minor units."""
    return {
        price.tier_rank: split(terms, total_minor(terms, price.tier_rank, minutes)).provider_minor
        for price in terms.prices
    }


def cancellation_fee_minor(
    terms: Terms, *, mode: Mode, status: str, tier_rank: int | None, minutes_from: int, notice: timedelta, by: str
) -> int:
    """
    The fee a cancellation costs the customer, minor units.

    Nothing when the provider, an operator or the system cancels, before a provider is confirmed, and so many hours
    ahead. ASAP: the call-out fee once the provider is on the way. Scheduled: a share of the lower estimate.
    """
    before_confirmation = tier_rank is None or status not in {BookingStatus.CONFIRMED, *_CALL_OUT_STATUSES}
    if by != "customer" or before_confirmation:
        return 0
    assert tier_rank is not None
    if mode == "asap":
        is_due = terms.asap_call_out and status in _CALL_OUT_STATUSES
        return price_of(terms, tier_rank).call_out_minor if is_due else 0
    if notice >= timedelta(hours=terms.free_hours_before):
        return 0
    estimate = Money(total_minor(terms, tier_rank, minutes_from), terms.currency)
    return estimate.share(terms.late_fee_percent * 100).minor


def compensation(terms: Terms, fee_minor: int) -> Split:
    """Divide a cancellation fee between the provider who kept the time free and the platform."""
    provider = Money(fee_minor, terms.currency).share(terms.provider_cancellation_share_percent * 100).minor
    return Split(total_minor=fee_minor, tax_minor=0, fee_minor=fee_minor - provider, provider_minor=provider)


def matching_starts_at(terms: Terms, *, starts_at: datetime, at: datetime) -> datetime:
    """When a scheduled booking is first offered: so many days ahead, or at once when it is nearer."""
    return max(at, starts_at - timedelta(days=terms.starts_days_before))


def unfilled_until(terms: Terms, *, mode: Mode, starts_at: datetime, at: datetime) -> datetime:
    """How long an unfilled booking waits for a choice."""
    patience = at + timedelta(minutes=terms.unfilled_minutes_asap)
    if mode == "asap":
        return patience
    return max(patience, starts_at - timedelta(hours=terms.unfilled_hours_before))


def has_begun(*, mode: str, starts_at: datetime, at: datetime) -> bool:
    """Whether the appointment has begun, so that nobody else is searched for; work as soon as possible has none."""
    return mode == "scheduled" and starts_at <= at


def answer_until(at: datetime, *, hours: int, minutes_least: int, before: datetime) -> datetime:
    """How long a customer may answer an operator's proposal: so many hours, not beyond `before`, but never less than some minutes."""
    return min(at + timedelta(hours=hours), max(at + timedelta(minutes=minutes_least), before))


def planned_range(starts_at: datetime, *, minutes_to: int, buffer_minutes: int) -> tuple[datetime, datetime]:
    """The time that may never overlap: the longest the job takes and the way to the next."""
    return starts_at, starts_at + timedelta(minutes=minutes_to + buffer_minutes)


def worked_minutes(*, started_at: datetime, finished_at: datetime, breaks: Sequence[tuple[datetime, datetime]]) -> int:
    """Whole minutes of elapsed work without breaks; a begun minute counts."""
    worked = (finished_at - started_at) - sum((end - start for start, end in breaks), timedelta())
    return max(0, -(-int(worked.total_seconds()) // 60))


def metres_between(position: Position, place: Position) -> float:
    """How far a position is from a place in a straight line (WGS 84 geodesic)."""
    metres: float = Geodesic.WGS84.Inverse(
        position.latitude, position.longitude, place.latitude, place.longitude, Geodesic.DISTANCE
    )["s12"]
    return metres


def bearing(place: Position, position: Position) -> int:
    """In which direction a position lies from a place: degrees clockwise from the north, 0 to 359."""
    degrees: float = Geodesic.WGS84.Inverse(
        place.latitude, place.longitude, position.latitude, position.longitude, Geodesic.AZIMUTH
    )["azi1"]
    return round(degrees) % 360


def drive_time(metres: float, *, detour_percent: int, kmh: int) -> timedelta:
    """
    Estimate a drive from its straight line: so many per cent more by road, at one speed. Nothing is known of the traffic.

    time = metres x (1 + detour / 100) / (kmh / 3.6)
    """
    return timedelta(seconds=metres * (100 + detour_percent) / 100 / (kmh / 3.6))


def minutes_until(arrives_at: datetime, at: datetime) -> int:
    """Whole minutes until then, a begun one counts; never less than one, because nobody is there before they say so."""
    return max(1, ceil((arrives_at - at) / timedelta(minutes=1)))
