"""From one step of a request to the next; every step can be opened again and nothing that was said is lost."""

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from guildhall.catalog.queries import get_category
from guildhall.catalog.types import CategoryCard
from guildhall.kernel.refusals import DoesNotExist
from guildhall.web.asking.draft import Draft
from guildhall.web.signin.answering import SeeOther, show_form

STEPS_TOTAL = 5


def offered(key: str) -> CategoryCard | None:
    """Give the category that an address or a form names, or None: also for what no key can be."""
    try:
        return get_category(key) if key.isprintable() else None
    except DoesNotExist:
        return None


def go_on(draft: Draft, *, to: str = "") -> HttpResponse:
    """Keep what was said and lead to `to`, or to the first step that is still missing, or to the price."""
    response = SeeOther(reverse(f"public:{to or draft.missing or 'price'}"))
    draft.keep(response)
    return response


def show_step(request: HttpRequest, template: str, form: Form, number: int, **context: Any) -> HttpResponse:
    """Answer with a step's page."""
    return show_form(request, template, form, step=number, steps_total=STEPS_TOTAL, **context)
