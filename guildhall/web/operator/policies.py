"""Policies: what is in force, what was before, and a new version with its reason."""

import json
from typing import Any, get_origin

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from guildhall.identity.types import Scope
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.policy.commands import set_policy
from guildhall.policy.queries import current_version, get, history
from guildhall.policy.types import POLICIES, Policy
from guildhall.web.operator.reading import actor_names
from guildhall.web.operator.returning import done, done_words
from guildhall.web.signin.access import PageRequest, needs_scope
from guildhall.web.signin.answering import refusals_beside, sent

_REASON_LENGTH = 300
_JSON_LENGTH = 20_000
_HISTORY = 20
NAMES = {
    "matching": later("Matching"),
    "booking": later("Bookings"),
    "money": later("Money"),
    "cancellation": later("Cancellation"),
    "review": later("Reviews"),
    "tip": later("Tips"),
    "notification": later("Messages"),
}


class PolicyForm(forms.Form):
    """Every member of a policy; what has members of its own is written as JSON."""

    def __init__(self, data: Any, *, value: Policy) -> None:
        self.value = value
        super().__init__(data)
        dumped = value.model_dump(mode="json")
        for name, info in type(value).model_fields.items():
            self.fields[name] = _field(name, info, dumped[name])
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=_REASON_LENGTH, help_text=_("Stays with this version for ever.")
        )

    def clean(self) -> dict[str, Any]:
        """Make the policy; what it refuses stands beside its member."""
        said = dict(self.cleaned_data)
        if self.errors:
            return said
        members = {name: said[name] for name in type(self.value).model_fields}
        try:
            said["policy"] = type(self.value).model_validate(members)
        except ValidationError as error:
            for each in error.errors():
                name = str(each["loc"][0]) if each["loc"] else None
                self.add_error(name if name in self.fields else None, str(each["msg"]))
        return said


def _field(name: str, info: FieldInfo, value: Any) -> forms.Field:
    label, hint = name.replace("_", " ").capitalize(), _bounds(info)
    if isinstance(value, bool):
        return forms.BooleanField(label=label, required=False, initial=value)
    if isinstance(value, int):
        return forms.IntegerField(label=label, initial=value, help_text=hint)
    if isinstance(value, str) and get_origin(info.annotation) is None:
        return forms.CharField(label=label, initial=value, max_length=_REASON_LENGTH, help_text=hint)
    return _Json(label=label, initial=json.dumps(value, indent=2))


def _bounds(info: FieldInfo) -> str:
    least = next((one.ge for one in info.metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in info.metadata if hasattr(one, "le")), None)
    return _("From %(least)s to %(most)s.") % {"least": least, "most": most} if most is not None else ""


class _Json(forms.CharField):
    """Members as JSON."""

    widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=_JSON_LENGTH, **kwargs)

    def clean(self, value: Any) -> Any:
        """Read it."""
        try:
            return json.loads(super().clean(value))
        except json.JSONDecodeError as error:
            raise forms.ValidationError(_("This is no JSON: %(why)s") % {"why": error.msg}) from None


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE, Scope.VETTING)
def index(request: PageRequest) -> HttpResponse:
    """List the policies."""
    rows = [
        {
            "document": kind.document,
            "name": NAMES[kind.document],
            "version": current_version(kind),
            "about": _about(kind),
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
        "about": _about(kind),
        "version": current_version(kind),
        "form": form if may_set else None,
        "members": json.dumps(get(kind).model_dump(mode="json"), indent=2),
        "versions": [
            (one, names[one.set_by], json.dumps(one.value.model_dump(mode="json"), indent=2)) for one in versions
        ],
        "done": done_words(request),
    }
    return render(request, "operator/policy.html", context, status=422 if form.errors else 200)


def _about(kind: type[Policy]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
