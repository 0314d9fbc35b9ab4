"""The places of the customer's application."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from guildhall.notifications.queries import unread_count
from guildhall.web.pages.navigation import Place

register = template.Library()


@register.simple_tag(takes_context=True)
def customer_places(context: dict[str, Any]) -> list[Place]:
    """Give the places; the view says in `section` in which of them its page lies."""
    if not context["request"].account:
        return []
    section = context.get("section", "")
    places = [
        ("home", "/my/", _("Home"), "house", 0),
        ("bookings", "/my/bookings", _("Bookings"), "calendar", 0),
        ("messages", "/my/messages", _("Messages"), "inbox", unread_count(context["request"].account.id)),
        ("account", "/my/account/", _("Account"), "user", 0),
    ]
    return [
        Place(href, label, icon, count=count, is_loud=bool(count), is_current=section == name)
        for name, href, label, icon, count in places
    ]
