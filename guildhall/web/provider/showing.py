"""How one is shown to customers: what one says of oneself, and one's photograph."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from guildhall.kernel.refusals import Refused
from guildhall.media.commands import store_image
from guildhall.providers import commands
from guildhall.providers.queries import get_profile
from guildhall.web.provider.work_forms import About, Portrait
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import UNPROCESSABLE, SeeOther, refusals_beside, sent


@require_http_methods(["GET", "HEAD", "POST"])
def about(request: PageRequest) -> HttpResponse:
    """Say who one is, for customers."""
    profile = get_profile(request.account.id)
    form = About(sent(request), initial={"bio": profile.bio})
    if form.is_valid():
        with refusals_beside(form):
            commands.describe_provider(
                provider_id=request.account.id,
                bio=form.cleaned_data["bio"],
                hourly_rate=profile.hourly_rate,
                by=request.actor,
            )
        if not form.errors:
            return SeeOther(f"{request.application.url('work')}?saved")
    return _page(request, status=UNPROCESSABLE if form.errors else 200, form=form)


@require_POST
def photograph(request: PageRequest) -> HttpResponse:
    """Take one's photograph in, in place of the one before; what it carries beside its picture is thrown away first."""
    form = Portrait(request.POST, request.FILES)
    if form.is_valid():
        try:
            media_id = store_image(
                owner=request.actor, data=form.cleaned_data["photograph"].read(), at=request.received_at
            )
            commands.set_photograph(provider_id=request.account.id, media_id=media_id, by=request.actor)
        except Refused as refusal:
            form.add_error("photograph", refusal.said(gettext))
    if not form.errors:
        return SeeOther(request.application.url("about"))
    return _page(request, status=UNPROCESSABLE, portrait=form)


@require_POST
def photograph_removal(request: PageRequest) -> HttpResponse:
    """Delete one's photograph; one is shown by one's initials."""
    commands.set_photograph(provider_id=request.account.id, media_id=None, by=request.actor)
    return SeeOther(request.application.url("about"))


def _page(request: PageRequest, *, status: int, **forms: Any) -> HttpResponse:
    profile = get_profile(request.account.id)
    context = {
        "section": "work",
        "profile": profile,
        "form": About(initial={"bio": profile.bio}),
        "portrait": Portrait(),
        **forms,
    }
    return render(request, "provider/about.html", context, status=status)
