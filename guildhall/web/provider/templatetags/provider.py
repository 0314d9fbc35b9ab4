"""The places of the provider's application, and what its pages write in their own way."""

from typing import Any

from django import template
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


@register.simple_tag(takes_context=True)
def provider_places(context: dict[str, Any]) -> list[Place]:
    """Give the places; the view says in `section` in which of them its page lies."""
    request = context["request"]
    if not request.account:
        return []
    section = context.get("section", "")
    waiting = len(list_offers(request.account.id, at=request.received_at, limit=_COUNTED_MOST))
    places = [
        ("home", "/pro/", _("Today"), "list", 0),
        ("offers", "/pro/offers", _("Offers"), "zap", waiting),
        ("calendar", "/pro/calendar", _("Calendar"), "calendar", 0),
        ("earnings", "/pro/earnings", _("Earnings"), "wallet", 0),
        ("account", "/pro/account/", _("Account"), "user", 0),
    ]
    return [
        Place(href, label, icon, count=count, is_current=section == name) for name, href, label, icon, count in places
    ]


@register.simple_tag(takes_context=True)
def unread_messages(context: dict[str, Any]) -> int:
    """Say how many messages wait to be read."""
    return unread_count(context["request"].account.id)


@register.simple_tag
def tip_money(tip: TipCard) -> SafeString:
    """Write a tip's amount."""
    return money(Money(tip.amount_minor, tip.currency))
