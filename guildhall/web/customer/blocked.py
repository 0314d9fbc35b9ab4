"""Whom a customer does not want again."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from guildhall.customers.commands import block_provider, unblock_provider
from guildhall.customers.queries import blocked_by_customer
from guildhall.kernel.ids import read_public_id
from guildhall.web.customer.reading import list_people
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import SeeOther
from guildhall.web.signin.returning import path_after

_LIST = "/my/blocked"


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """List whom one does not want again, the latest first."""
    people = list_people(blocked_by_customer(request.account.id))
    return render(request, "customer/blocked.html", {"people": people, "section": "home"})


@require_POST
def add(request: PageRequest, provider_id: str) -> HttpResponse:
    """Never be brought together with somebody again; they are not told."""
    target = path_after(request, request.application) if "next" in request.POST else _LIST
    block_provider(
        customer_id=request.account.id,
        provider_id=read_public_id("pr", provider_id),
        by=request.actor,
        at=request.received_at,
    )
    return SeeOther(target)


@require_POST
def remove(request: PageRequest, provider_id: str) -> HttpResponse:
    """Let somebody come again."""
    unblock_provider(
        customer_id=request.account.id,
        provider_id=read_public_id("pr", provider_id),
        by=request.actor,
        at=request.received_at,
    )
    return SeeOther(_LIST)
