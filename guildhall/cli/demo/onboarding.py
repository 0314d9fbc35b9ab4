"""Giving demo providers payout accounts the way real ones get them: the vendor's hosted page, over HTTP, at the emulator."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urljoin
from uuid import UUID

import httpx

from guildhall.kernel.refusals import NotFound
from guildhall.payments.commands import start_onboarding
from guildhall.payments.queries import get_onboarding
from guildhall.providers.queries import get_payout_account

_TEST_BANK = {"routing_number": "110000000", "account_number": "000123456789"}
_PAUSE_SECONDS = 0.2


class _Form(HTMLParser):
    """Finds where the page's form goes."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the action of the form."""
        if tag == "form":
            self.action = dict(attrs).get("action") or ""


def answers(sandbox_url: str) -> bool:
    """Whether an emulator is there to ask."""
    try:
        return bool(sandbox_url) and httpx.get(f"{sandbox_url}/sandbox/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def ask_for_links(provider_ids: Collection[UUID], *, return_url: str, at: datetime) -> list[UUID]:
    """Start a visit for each provider who cannot be paid yet; gives them. The worker asks the vendor."""
    waiting = [provider_id for provider_id in provider_ids if not get_payout_account(provider_id).enabled]
    for provider_id in waiting:
        start_onboarding(provider_id=provider_id, return_url=return_url, at=at)
    return waiting


def fill_in_forms(names: Mapping[UUID, str], *, seconds: float) -> set[UUID]:
    """
    Fill in each provider's page as soon as the vendor has given its address; gives those who were left after `seconds`.

    :param names: legal name by provider.
    """
    left = set(names)
    deadline = time.monotonic() + seconds
    with httpx.Client(timeout=10) as client:
        while left and time.monotonic() < deadline:
            done = {provider_id for provider_id in left if _fill_in(client, provider_id, names[provider_id])}
            left -= done
            if not done:
                time.sleep(_PAUSE_SECONDS)
    return left


def _fill_in(client: httpx.Client, provider_id: UUID, legal_name: str) -> bool:
    url = _page(provider_id)
    if url is None:
        return False
    form = _Form()
    form.feed(client.get(url).raise_for_status().text)
    answer = client.post(urljoin(url, form.action), data={"legal_name": legal_name, **_TEST_BANK})
    return answer.is_redirect


def _page(provider_id: UUID) -> str | None:
    try:
        return get_onboarding(provider_id).url
    except NotFound:
        return None
