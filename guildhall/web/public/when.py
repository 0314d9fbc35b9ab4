"""The third step: when, by the clocks at the job's place."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guildhall.bookings.commands import check_start
from guildhall.catalog.queries import list_cities
from guildhall.customers.queries import find_place
from guildhall.web.asking.draft import Draft
from guildhall.web.asking.times import TimeFields
from guildhall.web.middleware import received_at
from guildhall.web.pages.forms import ChoiceCards, Detail
from guildhall.web.public.steps import go_on, show_step
from guildhall.web.signin.answering import sent


class When(TimeFields):
    """As soon as possible, or a day and an arrival window."""

    mode = forms.ChoiceField(
        label=_("When do you need somebody?"),
        choices=[("asap", _("As soon as possible")), ("scheduled", _("At a time I choose"))],
        widget=ChoiceCards(
            details={
                "asap": Detail(_("We start asking the moment your card is in order"), "zap"),
                "scheduled": Detail(_("Today, tomorrow, or up to a year ahead"), "calendar"),
            }
        ),
    )
    field_order = ["mode", "day", "time", "fold"]

    def full_clean(self) -> None:
        """Ask for the time only when one is wanted."""
        if self.data.get("mode") == "asap":
            self.fields["day"].required = self.fields["time"].required = False
        super().full_clean()


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Ask for the time."""
    draft, at = Draft.read(request), received_at(request)
    zone = find_place(draft.zip_code).time_zone if draft.zip_code else list_cities()[0].time_zone
    form = When(sent(request), zone=zone, at=at, initial=_initial(draft))
    if form.is_valid():
        if form.cleaned_data["mode"] == "asap":
            return go_on(draft.but(mode="asap", starts_at=None, fold=None))
        wall, fold = form.wall_time, form.chosen_fold
        assert wall is not None
        with form.refused_times():
            check_start(starts_at=wall, fold=fold, zone=zone, at=at)
        if not form.errors:
            return go_on(draft.but(mode="scheduled", starts_at=wall, fold=fold))
    if request.method != "POST" and draft.missing in {"what", "where"}:
        return go_on(draft)
    return show_step(request, "public/when.html", form, 3, zone=zone, zip_code=draft.zip_code, local_now=at)


def _initial(draft: Draft) -> dict[str, Any]:
    chosen = {"mode": draft.mode or "asap"}
    if draft.starts_at is None:
        return chosen
    return {**chosen, "day": draft.starts_at.date(), "time": draft.starts_at.time().isoformat("minutes")}
