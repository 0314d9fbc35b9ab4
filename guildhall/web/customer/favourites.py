"""Who is asked first, in the customer's order."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from guildhall.customers import commands
from guildhall.customers.queries import favourite_ids
from guildhall.kernel.ids import read_public_id
from guildhall.web.customer.reading import list_people
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import UNPROCESSABLE, SeeOther
from guildhall.web.signin.returning import path_after

_LIST = "/my/favourites"


class Step(forms.Form):
    """Which way a favourite moves in the order."""

    way = forms.ChoiceField(choices=[("up", _("Earlier")), ("down", _("Later"))])


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """List one's favourites in the order in which they are asked."""
    return _show(request, 200)


def _show(request: PageRequest, status: int) -> HttpResponse:
    people = list_people(favourite_ids(request.account.id))
    return render(request, "customer/favourites.html", {"people": people, "section": "home"}, status=status)


@require_POST
def add(request: PageRequest, provider_id: str) -> HttpResponse:
    """Have somebody asked first from now on."""
    target = path_after(request, request.application) if "next" in request.POST else _LIST
    commands.add_favourite(
        customer_id=request.account.id,
        provider_id=read_public_id("pr", provider_id),
        by=request.actor,
        at=request.received_at,
    )
    return SeeOther(target)


@require_POST
def remove(request: PageRequest, provider_id: str) -> HttpResponse:
    """Have somebody asked like all others again."""
    commands.remove_favourite(
        customer_id=request.account.id,
        provider_id=read_public_id("pr", provider_id),
        by=request.actor,
        at=request.received_at,
    )
    return SeeOther(_LIST)


@require_POST
def move(request: PageRequest, provider_id: str) -> HttpResponse:
    """Have somebody asked one place earlier or later."""
    form = Step(request.POST)
    if not form.is_valid():
        return _show(request, UNPROCESSABLE)
    moved, ids = read_public_id("pr", provider_id), favourite_ids(request.account.id)
    if moved in ids:
        place = ids.index(moved)
        other = min(max(place + (-1 if form.cleaned_data["way"] == "up" else 1), 0), len(ids) - 1)
        ids[place], ids[other] = ids[other], ids[place]
        commands.order_favourites(
            customer_id=request.account.id, provider_ids=ids, by=request.actor, at=request.received_at
        )
    return SeeOther(_LIST)
