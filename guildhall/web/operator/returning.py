"""After something was done: back to where it was asked from, with a word about it."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as later

from guildhall.web.operator.actions import BY_SLUG
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import SeeOther
from guildhall.web.signin.returning import path_after

_WORDS: dict[str, str | Promise] = {
    "retry": later("It is tried again now."),
    "paused": later("Stopped. Everybody concerned sees a notice."),
    "resumed": later("It runs again."),
    "tier": later("The tier is set."),
    "granted": later("They may work."),
    "revoked": later("They may not work any more; open offers were withdrawn."),
    "disabled": later("The account is closed; every session has ended."),
    "policy": later("The policy is in force."),
    "job-retried": later("The job runs again."),
    "job-cancelled": later("The job is cancelled."),
    "requested": later("Requested. The customer has a mail with the link to confirm."),
}


def done(request: PageRequest, slug: str, *, home: str) -> HttpResponse:
    """Go back to the form's `next` (or to `home`) and say there what was done."""
    target = path_after(request, request.application) if request.POST.get("next") else home
    return SeeOther(target + ("&" if "?" in target else "?") + urlencode({"done": slug}))


def done_words(request: PageRequest) -> str:
    """Give the words about what was done, or an empty text."""
    slug = request.GET.get("done", "")
    action = BY_SLUG.get(slug)
    return str(action.done if action else _WORDS.get(slug, ""))
