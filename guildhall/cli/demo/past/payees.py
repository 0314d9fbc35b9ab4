"""Giving the providers of a past payout accounts, the way real ones get them: the vendor's page, filled in over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings

from guildhall.cli.demo.past.clocks import VendorClock
from guildhall.identity.queries import get_contact
from guildhall.kernel.refusals import NotFound
from guildhall.payments.commands import start_onboarding
from guildhall.payments.queries import get_onboarding
from guildhall.providers.queries import get_payout_account

_BANK = {"routing_number": "110000000", "account_number": "000123456789"}


class Payees:
    """Providers who will be paid: each opens an account with the first job."""

    def __init__(self, vendor: VendorClock) -> None:
        self._vendor = vendor
        self._known: set[UUID] = set()
        self._waiting: set[UUID] = set()

    def want(self, provider_ids: Iterable[UUID], *, at: datetime) -> None:
        """Begin a visit for each of them who has no account."""
        for provider_id in set(provider_ids) - self._known:
            self._known.add(provider_id)
            if not get_payout_account(provider_id).enabled:
                start_onboarding(provider_id=provider_id, return_url=settings.PUBLIC_URL, at=at)
                self._waiting.add(provider_id)

    def fill_in_forms(self) -> int:
        """Fill in the pages whose addresses are known by now; says how many."""
        ready = [(provider_id, url) for provider_id in self._waiting if (url := _page(provider_id))]
        for provider_id, url in ready:
            contact = get_contact(provider_id)
            self._vendor.post_form(url, {"legal_name": f"{contact.first_name} {contact.last_name}", **_BANK})
            self._waiting.discard(provider_id)
        return len(ready)


def _page(provider_id: UUID) -> str | None:
    try:
        return get_onboarding(provider_id).url
    except NotFound:
        return None
