"""Sentences about prices and promises, in the reader's language: the same before the request as after it."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guildhall.bookings.types import Terms
from guildhall.kernel.money import Money
from guildhall.web.pages import moments


def is_held_on_acceptance(terms: Terms, *, notice: timedelta) -> bool:
    """Whether a start so far ahead is so near that the amount is held as soon as somebody accepts."""
    return notice <= timedelta(hours=terms.authorize_hours_before)


def cancellation_terms(
    terms: Terms, *, mode: str, tier_rank: int | None = None, notice: timedelta | None = None
) -> str:
    """
    Say in one sentence what a cancellation by the customer costs; with a tier, when it is known who comes.

    `notice`, from now to a scheduled start, leaves out what can no longer happen.
    """
    if mode != "asap":
        hours = ngettext("%(count)s hour", "%(count)s hours", terms.free_hours_before) % {
            "count": terms.free_hours_before
        }
        if notice is not None and notice < timedelta(hours=terms.free_hours_before):
            return _(
                "Cancelling is free until somebody has accepted; after that it costs %(percent)s%% of the lower estimate, because "
                "the start is less than %(hours)s away."
            ) % {"hours": hours, "percent": terms.late_fee_percent}
        return _(
            "Cancelling is free until somebody has accepted, and after that up to %(hours)s before the start; later it costs "
            "%(percent)s%% of the lower estimate."
        ) % {"hours": hours, "percent": terms.late_fee_percent}
    if not terms.asap_call_out:
        return _("Cancelling is free until the work begins.")
    fees = [price.call_out_minor for price in terms.prices if tier_rank in {None, price.tier_rank}]
    return _("Cancelling is free until somebody is on the way; after that it costs the call-out fee (%(fee)s).") % {
        "fee": amounts(fees, terms.currency)
    }


def minimum_terms(terms: Terms) -> str:
    """Say how much time is charged at least; an empty text when nothing is."""
    most = max((price.minimum_minutes for price in terms.prices), default=0)
    return _("At least %(length)s is charged.") % {"length": moments.length(most)} if most else ""


def amounts(minors: Sequence[int], currency: str) -> str:
    """Write one amount, or the least and the most of several."""
    name = moments.locale_name()
    shown = [Money(minor, currency).shown(name) for minor in sorted({min(minors), max(minors)})]
    return " \N{EN DASH} ".join(shown)
