"""Offers of work: the list, and one as a decision that fills the screen."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from guildhall.bookings.commands import accept_offer
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.kernel.refusals import NotFound, Refused
from guildhall.matching.commands import decline_offer
from guildhall.matching.queries import get_offer, list_offers
from guildhall.matching.types import OfferCard, OfferStatus
from guildhall.web.pages.forms import ChoiceCards
from guildhall.web.provider.reading import glance, offers
from guildhall.web.provider.standing import missing_of
from guildhall.web.signin.access import PageRequest, asks_by_itself
from guildhall.web.signin.answering import UNPROCESSABLE, SeeOther, sent

_MOST = 50
NO_CONTENT = 204


class Decline(forms.Form):
    """Why not; saying nothing is an answer too."""

    reason = forms.ChoiceField(
        label=_("Why not? Your answer helps us to ask better."),
        initial="none",
        choices=[
            ("none", _("I would rather not say")),
            ("too far", _("Too far away")),
            ("bad time", _("The time does not suit me")),
            ("too little pay", _("It pays too little")),
            ("not my work", _("Not my kind of work")),
        ],
        widget=ChoiceCards(),
    )


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """List what can be accepted now, the most urgent first."""
    return render(request, "provider/offers.html", _list(request))


@require_safe
@asks_by_itself
def live(request: PageRequest) -> HttpResponse:
    """Give the list anew when it is another than the one that is shown (`mark`)."""
    found = _list(request)
    if found["mark"] == request.GET.get("mark"):
        return HttpResponse(status=NO_CONTENT)
    return render(request, "provider/offers_live.html", found)


def _list(request: PageRequest) -> dict[str, object]:
    cards = list_offers(request.account.id, at=request.received_at, limit=_MOST)
    missing = [] if cards else missing_of(request.account.id, request.received_at)
    mark = "-".join(card.id.hex[-12:] for card in cards) or "none"
    return {"section": "offers", "offers": offers(cards), "missing": missing, "mark": mark}


@require_safe
def offer(request: PageRequest, offer_id: str) -> HttpResponse:
    """Show one offer as a decision."""
    return _decision(request, _own(request, offer_id), Decline())


@require_safe
@asks_by_itself
def offer_live(request: PageRequest, offer_id: str) -> HttpResponse:
    """Say what became of an offer, as soon as something did."""
    card = _own(request, offer_id)
    if _is_open(card, request):
        return HttpResponse(status=NO_CONTENT)
    return render(request, "provider/offer_decision.html", _context(request, card, Decline()))


@require_http_methods(["POST"])
def acceptance(request: PageRequest, offer_id: str) -> HttpResponse:
    """Take the job: straight to it. Who comes too late reads so at once."""
    card = _own(request, offer_id)
    try:
        booking_id = accept_offer(offer_id=card.id, by=request.actor, at=request.received_at)
    except NotFound:
        raise
    except Refused as refusal:
        return _decision(request, get_offer(card.id), Decline(), refusal=refusal)
    return SeeOther(request.application.url("job", public_id("bk", booking_id)))


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: PageRequest, offer_id: str) -> HttpResponse:
    """Say no, with or without a reason."""
    card = _own(request, offer_id)
    form = Decline(sent(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"].replace("none", "")
        try:
            decline_offer(offer_id=card.id, reason=reason, by=request.actor, at=request.received_at)
        except NotFound:
            raise
        except Refused as refusal:
            return _decision(request, get_offer(card.id), form, refusal=refusal)
        return SeeOther(request.application.url("offers"))
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "provider/decline.html", _context(request, card, form), status=status)


def _decision(request: PageRequest, card: OfferCard, form: Decline, refusal: Refused | None = None) -> HttpResponse:
    context = _context(request, card, form)
    status = 200
    if refusal is not None:
        context["refusal"], status = refusal, refusal.status
        context["outcome"] = _OUTCOMES.get(refusal.code, context["outcome"])
        context["is_open"] = context["is_open"] and refusal.code not in _OUTCOMES
    return render(request, "provider/offer.html", context, status=status)


_OUTCOMES = {"already_taken": "taken", "expired": "expired"}


def _context(request: PageRequest, card: OfferCard, form: Decline) -> dict[str, object]:
    [shown] = offers([card])
    return {
        "section": "offers",
        "offer": shown,
        "is_open": _is_open(card, request),
        "outcome": _outcome(card, request),
        "form": form,
        "area": glance(card.area.latitude, card.area.longitude, card.area.radius_metres, seen_from=request.account.id),
        "job": request.application.url("job", _booking_name(card)) if card.status == OfferStatus.ACCEPTED else "",
    }


def _own(request: PageRequest, offer_id: str) -> OfferCard:
    card = get_offer(read_public_id("of", offer_id))
    if card.provider_id != request.account.id:
        raise NotFound
    return card


def _is_open(card: OfferCard, request: PageRequest) -> bool:
    return card.status == OfferStatus.OPEN and card.expires_at > request.received_at


def _outcome(card: OfferCard, request: PageRequest) -> str:
    if card.status == OfferStatus.OPEN:
        return "open" if _is_open(card, request) else "expired"
    if card.status == OfferStatus.WITHDRAWN:
        return "taken" if card.reason == "taken" else "withdrawn"
    return card.status.value


def _booking_name(card: OfferCard) -> str:
    return public_id("bk", UUID(card.reference.removeprefix("booking:")))
