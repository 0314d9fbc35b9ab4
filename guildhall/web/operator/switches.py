"""Stop switches: what is stopped now, by whom and why; stopping and letting run again."""

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods, require_POST

from guildhall.identity.types import Scope
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.policy import commands
from guildhall.policy.queries import pauses
from guildhall.policy.types import EVERY_CITY, PauseCard, Switch
from guildhall.web.operator import words
from guildhall.web.operator.reading import actor_names, city_names
from guildhall.web.operator.returning import done, done_words
from guildhall.web.pages.forms import ChoiceCards, Detail
from guildhall.web.signin.access import PageRequest, needs_scope
from guildhall.web.signin.answering import refusals_beside, sent

_HINTS = {
    "matching": later("No new offers go out; requests wait. What is accepted stays."),
    "notifications": later("No mail and no text message leaves; they go out when it runs again."),
    "payouts": later("Nothing goes to banks; shares wait on the balances."),
}
_SCOPES = {"matching": Scope.SUPPORT, "notifications": Scope.SUPPORT, "payouts": Scope.FINANCE}
_REASON_LENGTH = 300


class Stop(forms.Form):
    """What to stop, where, and why."""

    what = forms.ChoiceField(
        label=later("What stops"),
        choices=[(key, word.label) for key, word in words.SWITCHES.items()],
        widget=ChoiceCards(details={key: Detail(hint, words.SWITCHES[key].icon) for key, hint in _HINTS.items()}),
    )
    city = forms.ChoiceField(label=later("Where"))
    reason = forms.CharField(
        label=later("Reason"),
        max_length=_REASON_LENGTH,
        help_text=later("For the other operators, and for the record."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["city"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(EVERY_CITY, _("Everywhere")), *city_names().items()]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def page(request: PageRequest) -> HttpResponse:
    """Show the switches that are thrown, and throw one."""
    form = Stop(sent(request))
    if form.is_valid():
        said = form.cleaned_data
        _require_scope(request, said["what"])
        with refusals_beside(form):
            commands.pause(**said, by=request.actor, at=request.received_at)
        if not form.errors:
            return done(request, "paused", home="/ops/switches")
    thrown = pauses()
    names, cities = actor_names(one.paused_by for one in thrown), city_names()
    context = {
        "section": "switches",
        "form": form,
        "thrown": [
            {
                "card": one,
                "key": public_id("pz", one.id),
                "word": words.word(words.SWITCHES, one.what),
                "where": cities.get(one.city, _("Everywhere")),
                "who": names[one.paused_by],
            }
            for one in thrown
        ],
        "done": done_words(request),
    }
    return render(request, "operator/switches.html", context, status=422 if form.errors else 200)


@require_POST
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def release(request: PageRequest, pause_id: str) -> HttpResponse:
    """Let what was stopped run again."""
    card = _thrown(pause_id)
    _require_scope(request, card.what)
    commands.resume(what=cast("Switch", card.what), city=card.city, by=request.actor, at=request.received_at)
    return done(request, "resumed", home="/ops/switches")


def _thrown(pause_id: str) -> PauseCard:
    wanted = read_public_id("pz", pause_id)
    for card in pauses():
        if card.id == wanted:
            return card
    raise NotFound


def _require_scope(request: PageRequest, what: str) -> None:
    if request.account.scopes.isdisjoint({_SCOPES[what], Scope.ADMINISTRATOR}):
        raise NotAllowed
