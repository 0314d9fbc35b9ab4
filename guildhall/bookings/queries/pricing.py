"""What a booking costs its customer and pays its provider."""

from guildhall.bookings import rules
from guildhall.bookings.types import BookingCard, Receipt


def pay_of(card: BookingCard) -> tuple[int, int]:
    """
    Give what the provider is left with after the fee, minor units: for the shortest and the longest expected time; once hours are logged,
    for these, and for those that the customer says if they are others; in the end the final sum twice.

    A cancelled job pays what its fee leaves; nothing is promised before somebody has taken the job.
    """
    if card.cancelled_by or card.tier_rank is None:
        compensation = rules.compensation(card.terms, card.cancellation_fee_minor).provider_minor
        return compensation, compensation
    if card.total_minor is not None:
        final = rules.split(card.terms, card.total_minor).provider_minor
        return final, final
    if card.logged_minutes is not None:
        said = [minutes for minutes in (card.logged_minutes, card.contested_minutes) if minutes is not None]
        nets = [
            rules.split(card.terms, cost.total_minor).provider_minor for one in said if (cost := would_cost(card, one))
        ]
        return min(nets), max(nets)
    least, most = (
        rules.net_minor_by_tier(card.terms, minutes)[card.tier_rank] for minutes in (card.minutes_from, card.minutes_to)
    )
    return least, most


def receipt_of(card: BookingCard) -> Receipt | None:
    """Give the lines of a final price, or None before the hours are settled (and when there was no work)."""
    if card.total_minor is None or card.settled_minutes is None or card.tier_rank is None:
        return None
    return rules.receipt(card.terms, card.tier_rank, card.settled_minutes, card.total_minor)


def would_cost(card: BookingCard, minutes: int) -> Receipt | None:
    """Give the lines of the price that so many minutes would have; never more than was promised. None before somebody accepted."""
    if card.tier_rank is None:
        return None
    price = rules.total_minor(card.terms, card.tier_rank, minutes) if minutes else 0
    return rules.receipt(card.terms, card.tier_rank, minutes, min(price, card.authorize_minor))
