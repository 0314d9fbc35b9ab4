"""The places of the operator's application, and small things its templates write."""

from typing import Any

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from guildhall.identity.types import Scope
from guildhall.web.operator import words
from guildhall.web.operator.health_words import SUBSCRIPTIONS, Thing
from guildhall.web.operator.waiting import KINDS, counts_of
from guildhall.web.operator.words import Word
from guildhall.web.pages.navigation import Place

register = template.Library()
_SEE_WORK = {Scope.SUPPORT, Scope.FINANCE, Scope.ADMINISTRATOR}


@register.simple_tag(takes_context=True)
def operator_queues(context: dict[str, Any]) -> list[Place]:
    """Give the kinds of pending work with their counts; those of which nothing waits are shown without one."""
    request = context["request"]
    if not request.account or _SEE_WORK.isdisjoint(request.account.scopes):
        return []
    counts = counts_of(request)
    section, kind = context.get("section", ""), context.get("kind", "")
    places = [
        Place("/ops/", _("Everything"), "inbox", sum(counts.values()), is_current=section == "pending" and not kind)
    ]
    return places + [
        Place(
            f"/ops/?kind={name}",
            str(word.label),
            word.icon,
            counts[name],
            is_loud=bool(counts[name]) and word.badge == "danger",
            is_current=kind == name,
        )
        for name, word in KINDS.items()
    ]


@register.simple_tag(takes_context=True)
def operator_places(context: dict[str, Any]) -> list[Place]:
    """Give the places; the view says in `section` in which of them its page lies."""
    request = context["request"]
    if not request.account:
        return []
    section = context.get("section", "")
    places = [
        ("bookings", "/ops/bookings", _("Bookings"), "calendar", _SEE_WORK),
        ("customers", "/ops/customers", _("Customers"), "users", _SEE_WORK),
        ("providers", "/ops/providers", _("Providers"), "shield-check", _SEE_WORK | {Scope.VETTING}),
        ("switches", "/ops/switches", _("Stop switches"), "pause", _SEE_WORK),
        ("policies", "/ops/policies", _("Policies"), "sliders-horizontal", _SEE_WORK | {Scope.VETTING}),
        ("health", "/ops/health", _("Health"), "timer", _SEE_WORK),
        ("account", "/ops/account/", _("Account"), "user", set(Scope)),
    ]
    return [
        Place(href, label, icon, is_current=section == name)
        for name, href, label, icon, scopes in places
        if name == "account" or not scopes.isdisjoint(request.account.scopes)
    ]


@register.filter
def status_word(status: str) -> Word:
    """Give the word of a booking's status."""
    return words.word(words.STATUSES, status)


@register.filter
def movement(status: str) -> str:
    """Say how far money is that moves."""
    return words.text(words.MOVEMENTS, status)


@register.filter
def weekday(number: int) -> str:
    """Name a day of the week in short; 0 is Monday."""
    return str(WEEKDAYS_ABBR[number])


@register.filter
def clock_look(urgency: str) -> str:
    """Give the class of a clock: it has a colour only when it matters."""
    return f"clock--{urgency}" if urgency else ""


@register.filter
def next_step(subscription: str) -> Thing:
    """Say what a subscription does for people."""
    return SUBSCRIPTIONS.get(subscription, Thing(subscription))


@register.filter
def told(name: str) -> str:
    """Say what a fact tells, by its dotted name."""
    return words.headline(name)
