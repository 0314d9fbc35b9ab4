"""The places of the customer's application."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from guildhall.bookings.types import BookingCard
from guildhall.catalog.queries import name_job
from guildhall.catalog.types import JobName
from guildhall.notifications.queries import unread_count
from guildhall.web.pages.navigation import Place

register = template.Library()


@register.simple_tag(takes_context=True)
def customer_places(context: dict[str, Any]) -> list[Place]:
    """Give the places; the view says in `section` in which of them its page lies."""
    if not context["request"].account:
        return []
    section = context.get("section", "")
    unread, live = unread_count(context["request"].account.id), reverse("customer:messages-unread")
    return [
        Place("/my/", _("Home"), "house", is_current=section == "home"),
        Place("/my/bookings", _("Bookings"), "calendar", is_current=section == "bookings"),
        Place("/my/messages", _("Messages"), "inbox", count=unread, live=live, is_current=section == "messages"),
        Place("/my/account/", _("Account"), "user", is_current=section == "account"),
    ]


@register.simple_tag
def job_of(booking: BookingCard) -> JobName:
    """Say what is done in a booking."""
    return name_job(booking.category_id, booking.kind)
