"""The places of the provider's application, and what its pages write in their own way."""

import math
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guildhall.kernel.money import Money
from guildhall.matching.queries import list_offers
from guildhall.notifications.queries import unread_count
from guildhall.payments.types import TipCard
from guildhall.web.pages.navigation import Place
from guildhall.web.pages.templatetags.pages import money

register = template.Library()
_COUNTED_MOST = 9
_WAITED_MOST = 86_400  # seconds; a browser's timers do not reach much farther


@register.simple_tag(takes_context=True)
def provider_places(context: dict[str, Any]) -> list[Place]:
    """Give the places; the view says in `section` in which of them its page lies."""
    request = context["request"]
    if not request.account:
        return []
    section = context.get("section", "")
    return [
        Place("/pro/", _("Today"), "list", is_current=section == "home"),
        offers_place(context),
        Place("/pro/calendar", _("Calendar"), "calendar", is_current=section == "calendar"),
        Place("/pro/earnings", _("Earnings"), "wallet", is_current=section == "earnings"),
        Place("/pro/account/", _("Account"), "user", is_current=section == "account"),
    ]


@register.simple_tag(takes_context=True)
def offers_place(context: dict[str, Any]) -> Place:
    """Give the place of the offers: how many can be accepted, and when the first of them ends without anything happening."""
    request = context["request"]
    at = request.received_at
    offers = list_offers(request.account.id, at=at, limit=_COUNTED_MOST)
    return Place(
        "/pro/offers",
        _("Offers"),
        "zap",
        count=len(offers),
        is_current=context.get("section") == "offers",
        live=reverse("provider:messages-unread"),
        tally="offers",
        seconds=min(math.ceil((offers[0].expires_at - at).total_seconds()) + 1, _WAITED_MOST) if offers else 0,
    )


@register.simple_tag(takes_context=True)
def unread_messages(context: dict[str, Any]) -> int:
    """Say how many messages wait to be read."""
    return unread_count(context["request"].account.id)


@register.simple_tag
def tip_money(tip: TipCard) -> SafeString:
    """Write a tip's amount."""
    return money(Money(tip.amount_minor, tip.currency))
