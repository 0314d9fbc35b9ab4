"""The places of the provider's application."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from guildhall.web.pages.navigation import Place

register = template.Library()


@register.simple_tag(takes_context=True)
def provider_places(context: dict[str, Any]) -> list[Place]:
    """Give the places; the view says in `section` in which of them its page lies."""
    if not context["request"].account:
        return []
    section = context.get("section", "")
    places = [
        ("home", "/pro/", _("Today"), "list"),
        ("offers", "/pro/offers", _("Offers"), "zap"),
        ("calendar", "/pro/calendar", _("Calendar"), "calendar"),
        ("earnings", "/pro/earnings", _("Earnings"), "wallet"),
        ("account", "/pro/account/", _("Account"), "user"),
    ]
    return [Place(href, label, icon, is_current=section == name) for name, href, label, icon in places]
