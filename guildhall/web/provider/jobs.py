"""A job and its steps, as its provider takes them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildhall.bookings import commands
from guildhall.bookings.commands.travelling import BadPosition
from guildhall.bookings.commands.working import TooFarAway, TooManyCodes
from guildhall.bookings.types import BookingStatus as S
from guildhall.bookings.types import Position
from guildhall.kernel.refusals import NotFound, Refused
from guildhall.media.commands import store_image
from guildhall.payments.queries import get_payment, list_tips
from guildhall.payments.types import PaymentCard, TipCard
from guildhall.web.following import follow
from guildhall.web.pages.moments import miles
from guildhall.web.provider import forms
from guildhall.web.provider.actions import action_of
from guildhall.web.provider.reading import Job, glance, is_over, job, place_of, read_job_id, work_of
from guildhall.web.signin.access import PageRequest, asks_by_itself
from guildhall.web.signin.answering import UNPROCESSABLE, SeeOther, refusals_beside, sent

NO_CONTENT = 204
_BEFORE_WORK = frozenset({S.CONFIRMED, S.EN_ROUTE, S.ARRIVED})
_ON_THE_WAY = frozenset({S.CONFIRMED, S.EN_ROUTE})
_WITH_PHOTOGRAPHS = frozenset({S.ARRIVED, S.IN_PROGRESS, S.COMPLETED, S.CONTESTED, S.UNRESOLVED})
Ask = Callable[..., object]


@require_safe
def page(request: PageRequest, booking_id: str) -> HttpResponse:
    """Show everything about a job, what comes next first."""
    return render(request, "provider/job.html", _context(request, job(read_job_id(booking_id), request.actor)))


@require_safe
@asks_by_itself
def live(request: PageRequest, booking_id: str) -> HttpResponse:
    """Give the part that changes, when it did since the `version` that is shown; a job that is gone is loaded anew."""
    try:
        found = job(read_job_id(booking_id), request.actor)
    except NotFound:
        response = HttpResponse(status=NO_CONTENT)
        response["HX-Redirect"] = request.application.url("home")
        return response
    if str(found.card.version) == request.GET.get("version"):
        return HttpResponse(status=NO_CONTENT)
    return render(request, "provider/job_live.html", _context(request, found))


def _context(request: PageRequest, found: Job, **more: Any) -> dict[str, Any]:
    card, at = found.card, request.received_at
    work, pictures = work_of(card, request.actor, at)
    place = place_of(card)
    return {
        "section": "home",
        "job": found,
        "action": action_of(card, request),
        "place": place,
        "map_link": place.map_link(request.headers.get("User-Agent", "")) if place else "",
        "area": glance(card.latitude, card.longitude),
        "work": work,
        "pictures": pictures,
        "has_photographs": card.status in _WITH_PHOTOGRAPHS,
        "may_give_back": card.status in _BEFORE_WORK,
        "may_be_late": card.status in _ON_THE_WAY,
        "has_begun": card.starts_at <= at,
        "is_over": is_over(card),
        "money": _money(card.reference),
        "tips": _tips(card.reference),
        "start": forms.Start(),
        "photograph": forms.Photograph(),
        **more,
    }


def _money(reference: str) -> PaymentCard | None:
    try:
        return get_payment(reference)
    except NotFound:
        return None


def _tips(reference: str) -> list[TipCard]:
    return [tip for tip in list_tips(reference) if tip.status == "paid"]


def _step(request: PageRequest, booking_id: str, command: Ask, **values: Any) -> HttpResponse:
    """Take a step and show the job; what is refused stands on top of it in words."""
    found = read_job_id(booking_id)
    try:
        command(booking_id=found, by=request.actor, at=request.received_at, **values)
    except NotFound:
        raise
    except Refused as refusal:
        context = _context(request, job(found, request.actor), refusal=_said(refusal))
        return render(request, "provider/job.html", context, status=refusal.status)
    return SeeOther(request.application.url("job", booking_id))


def _said(refusal: Refused) -> str:
    """Say what was refused in the reader's language; how far off somebody is, in their measures."""
    if isinstance(refusal, TooFarAway):
        return gettext(
            "Your position is %(far)s from the address; work starts within %(near)s of it. Go there, or ask the customer for the code."
        ) % {"far": miles(refusal.extra["distance_metres"]), "near": miles(refusal.extra["allowed_metres"])}
    return refusal.said(gettext)


@require_POST
def leave(request: PageRequest, booking_id: str) -> HttpResponse:
    """Set out."""
    return _step(request, booking_id, commands.leave)


@require_POST
@asks_by_itself
def position(request: PageRequest, booking_id: str) -> HttpResponse:
    """
    Hear from the page where one is on the way.

    :raises BadPosition: when it says no position.
    """
    form = forms.Whereabouts(sent(request))
    if not form.is_valid():
        raise BadPosition
    follow(read_job_id(booking_id), **form.cleaned_data, by=request.actor, at=request.received_at)
    return HttpResponse(status=NO_CONTENT)


@require_POST
def arrive(request: PageRequest, booking_id: str) -> HttpResponse:
    """Be there."""
    return _step(request, booking_id, commands.arrive)


@require_POST
def pause(request: PageRequest, booking_id: str) -> HttpResponse:
    """Take a break."""
    return _step(request, booking_id, commands.start_break)


@require_POST
def resume(request: PageRequest, booking_id: str) -> HttpResponse:
    """Go on working."""
    return _step(request, booking_id, commands.end_break)


@require_POST
def start(request: PageRequest, booking_id: str) -> HttpResponse:
    """Begin the work: by the customer's code, or by where one is."""
    if "latitude" in request.POST:
        here = forms.Here(sent(request))
        position = Position(**here.cleaned_data) if here.is_valid() else None
        return _step(request, booking_id, commands.start_work, position=position)
    found = read_job_id(booking_id)
    form = forms.Start(sent(request))
    if form.is_valid():
        try:
            with refusals_beside(form):
                code = form.cleaned_data["start_code"]
                commands.start_work(booking_id=found, start_code=code, by=request.actor, at=request.received_at)
        except TooManyCodes as refusal:
            form.add_error(None, refusal.said(gettext))
            response = _not_started(request, found, form, status=refusal.status)
            response["Retry-After"] = str(refusal.extra["retry_after"])
            return response
        if not form.errors:
            return SeeOther(request.application.url("job", booking_id))
    return _not_started(request, found, form, status=UNPROCESSABLE)


def _not_started(request: PageRequest, booking_id: UUID, form: forms.Start, *, status: int) -> HttpResponse:
    context = _context(request, job(booking_id, request.actor), start=form)
    return render(request, "provider/job.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: PageRequest, booking_id: str) -> HttpResponse:
    """Stop and log the hours; the clock's minutes are proposed."""
    found = job(read_job_id(booking_id), request.actor)
    work, _pictures = work_of(found.card, request.actor, request.received_at)
    form = forms.Finish(sent(request), initial={"minutes": max(1, work.worked_minutes)})

    def ask(booking_id: UUID) -> None:
        commands.finish_work(booking_id=booking_id, **form.cleaned_data, by=request.actor, at=request.received_at)

    return _ask(request, found, "provider/finish.html", form, ask)


@require_http_methods(["GET", "HEAD", "POST"])
def delay(request: PageRequest, booking_id: str) -> HttpResponse:
    """Say that one comes later."""
    found = job(read_job_id(booking_id), request.actor)
    form = forms.Delay(sent(request))

    def ask(booking_id: UUID) -> None:
        minutes = int(form.cleaned_data["minutes"])
        commands.announce_delay(booking_id=booking_id, minutes=minutes, by=request.actor, at=request.received_at)

    return _ask(request, found, "provider/delay.html", form, ask)


@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request: PageRequest, booking_id: str) -> HttpResponse:
    """Give the job back, knowing what that means."""
    return _reasoned(request, booking_id, "provider/withdrawal.html", commands.withdraw_provider)


@require_http_methods(["GET", "HEAD", "POST"])
def no_show(request: PageRequest, booking_id: str) -> HttpResponse:
    """Say that nobody is there."""
    return _reasoned(request, booking_id, "provider/no_show.html", commands.report_no_show)


@require_http_methods(["GET", "HEAD", "POST"])
def unresolved(request: PageRequest, booking_id: str) -> HttpResponse:
    """Say that it could not be fully fixed."""
    return _reasoned(request, booking_id, "provider/unresolved.html", commands.flag_unresolved)


@require_POST
def photographs(request: PageRequest, booking_id: str) -> HttpResponse:
    """Put a photograph with the job; what it carries beside its picture (place, device) is thrown away first."""
    found = job(read_job_id(booking_id), request.actor)
    form = forms.Photograph(request.POST, request.FILES)
    if form.is_valid():
        try:
            commands.add_evidence(
                booking_id=found.card.id,
                media_id=store_image(
                    owner=request.actor, data=form.cleaned_data["photograph"].read(), at=request.received_at
                ),
                by=request.actor,
                at=request.received_at,
            )
        except Refused as refusal:
            form.add_error("photograph", refusal.said(gettext))
    if not form.errors:
        return SeeOther(request.application.url("job", booking_id) + "#photographs")
    context = _context(request, found, photograph=form)
    return render(request, "provider/job.html", context, status=UNPROCESSABLE)


def _reasoned(request: PageRequest, booking_id: str, template: str, command: Ask) -> HttpResponse:
    found = job(read_job_id(booking_id), request.actor)
    form = forms.Reason(sent(request))

    def ask(booking_id: UUID) -> None:
        command(booking_id=booking_id, **form.cleaned_data, by=request.actor, at=request.received_at)

    return _ask(request, found, template, form, ask)


def _ask(request: PageRequest, found: Job, template: str, form: Form, ask: Callable[[UUID], None]) -> HttpResponse:
    """Ask one thing about a job on a page of its own, then do it."""
    if form.is_valid():
        with refusals_beside(form):
            ask(found.card.id)
        if not form.errors:
            return SeeOther(_after(request, found))
    status = UNPROCESSABLE if form.errors else 200
    return render(request, template, _context(request, found, form=form), status=status)


def _after(request: PageRequest, found: Job) -> str:
    """Where one is led: to the job, or home when it is not one's own any more."""
    try:
        job(found.card.id, request.actor)
    except NotFound:
        return request.application.url("home")
    return request.application.url("job", found.id)
