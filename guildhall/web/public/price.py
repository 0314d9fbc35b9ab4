"""The fourth step: the price, before anybody has to say who they are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.catalog.queries import list_tiers
from guildhall.kernel.money import Money
from guildhall.web.asking.draft import Draft
from guildhall.web.asking.summary import Summary, summarise
from guildhall.web.middleware import received_at
from guildhall.web.public.steps import STEPS_TOTAL, go_on


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Say what it costs and on which terms; the next step needs an account."""
    draft = Draft.read(request)
    if draft.missing:
        return go_on(draft)
    summary = summarise(draft, at=received_at(request))
    context = {"summary": summary, "rates": _rates(summary), "step": 4, "steps_total": STEPS_TOTAL}
    return render(request, "public/price.html", context)


def _rates(summary: Summary) -> list[tuple[str, Money]]:
    labels = {tier.rank: tier.label for tier in list_tiers()}
    return [
        (labels[price.tier_rank], Money(price.hourly_minor, summary.terms.currency))
        for price in summary.terms.prices
        if price.tier_rank in labels
    ]
