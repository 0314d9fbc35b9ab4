"""Policies: what is in force, what was before, and a new version with its reason."""

from collections.abc import Sequence
from itertools import pairwise

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from guildhall.identity.types import Scope
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.policy.commands import set_policy
from guildhall.policy.queries import current_version, get, history
from guildhall.policy.types import POLICIES, Policy, VersionCard
from guildhall.web.operator.policy_forms import Change, PolicyForm, changes, members_of
from guildhall.web.operator.policy_words import ABOUT, NAMES
from guildhall.web.operator.reading import actor_names
from guildhall.web.operator.returning import done, done_words
from guildhall.web.signin.access import PageRequest, needs_scope
from guildhall.web.signin.answering import refusals_beside, sent

_HISTORY = 20


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE, Scope.VETTING)
def index(request: PageRequest) -> HttpResponse:
    """List the policies."""
    rows = [
        {
            "document": kind.document,
            "name": NAMES[kind.document],
            "version": current_version(kind),
            "about": ABOUT[kind.document],
        }
        for kind in POLICIES.values()
    ]
    return render(request, "operator/policies.html", {"section": "policies", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@needs_scope(Scope.SUPPORT, Scope.FINANCE, Scope.VETTING)
def page(request: PageRequest, document: str) -> HttpResponse:
    """Show a policy with its versions; an administrator puts a new one in force."""
    if document not in POLICIES:
        raise NotFound
    kind: type[Policy] = POLICIES[document]
    may_set = Scope.ADMINISTRATOR in request.account.scopes
    if request.method == "POST" and not may_set:
        raise NotAllowed
    form = PolicyForm(sent(request), value=get(kind))
    if form.is_valid():
        with refusals_beside(form):
            set_policy(
                form.cleaned_data["policy"],
                by=request.actor,
                at=request.received_at,
                reason=form.cleaned_data["reason"],
            )
        if not form.errors:
            return done(request, "policy", home=f"/ops/policies/{document}")
    versions = history(kind, limit=_HISTORY)
    names = actor_names(one.set_by for one in versions)
    context = {
        "section": "policies",
        "name": NAMES[document],
        "about": ABOUT[document],
        "version": current_version(kind),
        "form": form if may_set else None,
        "members": [(member.label(document), member.shown) for member in members_of(get(kind))],
        "versions": [(one, names[one.set_by], changed) for one, changed in _changed(kind, versions)],
        "done": done_words(request),
    }
    return render(request, "operator/policy.html", context, status=422 if form.errors else 200)


def _changed(kind: type[Policy], versions: Sequence[VersionCard]) -> list[tuple[VersionCard, list[Change]]]:
    """Give with each version, newest first, what it changed; what the first of all changed is told from the defaults."""
    told = [(newer, changes(older.value, newer.value)) for newer, older in pairwise(versions)]
    if versions and versions[-1].version == 1:
        told.append((versions[-1], changes(kind(), versions[-1].value)))
    return told
