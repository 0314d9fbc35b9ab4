"""Forms of the account pages: what was refused stands beside its field, and what was typed is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

from guildhall.kernel.refusals import Refused

_BELONGS_TO_THE_FORM = {400, 401, 403, 409, 410, 422}
UNPROCESSABLE = 422


@contextmanager
def refusals_beside(form: Form, *, let_through: type[Refused] | None = None) -> Iterator[None]:
    """
    Turn what a command refuses into errors of a valid form: beside the fields it names, else above them all.

    Ask `form.errors` afterwards. Refusals of another kind (too many tries, not found, `let_through`) are raised.
    """
    try:
        yield
    except Refused as refusal:
        if refusal.status not in _BELONGS_TO_THE_FORM or (let_through and isinstance(refusal, let_through)):
            raise
        named = [error for error in refusal.fields_said(gettext) if error.get("field") in form.fields]
        for error in named:
            form.add_error(error["field"], error["detail"])
        if not named:
            form.add_error(None, refusal.said(gettext))


def sent(request: HttpRequest) -> QueryDict | None:
    """Give what a form sent, or None when its page is only looked at; a POST of nothing is a form with nothing in it."""
    return request.POST if request.method == "POST" else None


class SeeOther(HttpResponseRedirect):
    """Done; what came of it is to be seen there. (302 is for those who have to sign in first.)"""

    status_code = 303


def show_form(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    """Answer with a form's page: 422 when something is wrong with what was sent, 200 before. Links take `next` along by `after`."""
    status = UNPROCESSABLE if form.errors else 200
    after = "?" + urlencode({"next": context["next"]}, safe="/") if "next" in context else ""
    return render(request, template, {"form": form, "section": "account", "after": after, **context}, status=status)
