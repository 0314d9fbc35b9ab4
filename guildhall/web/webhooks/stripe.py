"""Stripe's events. Only the raw bytes are believed, and only so far as to look again; the answer comes before any work is done."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildhall.payments.commands import handle_webhook
from guildhall.payments.types import Endpoint
from guildhall.web.middleware import received_at


@csrf_exempt
@require_POST
def platform(request: HttpRequest) -> HttpResponse:
    """Hear what happens on the marketplace's own account."""
    return _hear("platform", request)


@csrf_exempt
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Hear what happens on providers' accounts."""
    return _hear("connect", request)


@csrf_exempt
@require_POST
def thin(request: HttpRequest) -> HttpResponse:
    """Hear thin events of the vendor's second API."""
    return _hear("thin", request)


def _hear(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    handle_webhook(
        endpoint=endpoint,
        raw=request.body,
        signature=request.headers.get("Stripe-Signature", ""),
        at=received_at(request),
    )
    return HttpResponse(status=200)
