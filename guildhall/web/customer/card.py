"""The card on file, as far as we know it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.customers.queries import saved_card
from guildhall.web.signin.access import PageRequest


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Show the card's last digits and when it ends; its number never reaches us."""
    card = saved_card(request.account.id)
    now = request.received_at
    is_over = card is not None and (card.exp_year, card.exp_month) < (now.year, now.month)
    return render(request, "customer/card.html", {"card": card, "is_over": is_over, "section": "home"})
