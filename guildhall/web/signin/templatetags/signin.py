"""Addresses within whichever application a shared page is shown in."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def account_url(context: dict[str, Any], view: str, *args: object) -> str:
    """Give the address of a page of the current application by its name."""
    return str(context["request"].application.url(view, *args))
