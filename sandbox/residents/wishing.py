"""Now and then a resident customer wants something done, so that there is work for whoever visits as a provider or operator."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.residents.client import Refused, Residence
from sandbox.residents.people import Cast

_CARD = {"number": "4242424242424242", "exp": "12/34", "cvc": "123", "zip": "92101"}
_PAUSE_SECONDS = (240.0, 600.0)
_OPEN_MAX = 12
_ASAP_SHARE = 0.6
_ZONE = ZoneInfo("America/Los_Angeles")
_CARD_TRIES = 10


class Wishes:
    """Lets a customer book every few minutes, as long as not too much goes on already."""

    def __init__(self, api: Residence, cast: Cast) -> None:
        self._api, self._cast = api, cast
        self._dice = random.Random()  # noqa: S311 - play, nothing secret
        self._next = time.monotonic() + 30
        self._categories: list[str] = []

    def maybe(self, seen: dict[str, object], *, speed: float) -> str:
        """Book, if it is time; gives the booking's id or nothing. :raises Busy:"""
        bookings = seen["bookings"]
        assert isinstance(bookings, list)
        if time.monotonic() < self._next or not self._cast.customers or len(bookings) >= _OPEN_MAX:
            return ""
        self._next = time.monotonic() + self._dice.uniform(*_PAUSE_SECONDS) / max(1.0, min(4.0, speed / 10))
        try:
            return self._book(self._dice.choice(self._cast.customers), datetime.fromisoformat(str(seen["now"])))
        except Refused:
            return ""

    def _book(self, who: str, now: datetime) -> str:
        if not self._categories:
            self._categories = [one["id"] for one in self._api.ask(who, "GET", "categories")["items"]]
        address = self._api.ask(who, "GET", "users/me/addresses")["items"][0]
        body = {"category": self._dice.choice(self._categories), "address_id": address["id"]}
        body |= {"minutes_from": 45, "minutes_to": 90, "instructions": "Please ring the bell on the left."}
        if self._dice.random() < _ASAP_SHARE:
            body |= {"mode": "asap"}
        else:
            day = now.astimezone(_ZONE) + timedelta(days=self._dice.randint(1, 6))
            starts_at = day.replace(hour=self._dice.randint(9, 16), minute=0, second=0, microsecond=0, tzinfo=None)
            body |= {"mode": "scheduled", "scheduled_start_time": starts_at.isoformat()}
        booking = self._api.ask(who, "POST", "bookings", body)
        if booking["status"] == "awaiting_card":
            self._pay(who, str(booking["id"]))
        return str(booking["id"])

    def _pay(self, who: str, booking_id: str) -> None:
        """Go to the vendor's page when there is one; a card on file needs none."""
        for _ in range(_CARD_TRIES):
            try:
                card = self._api.ask(who, "GET", f"bookings/{booking_id}/card")
            except Refused:
                return
            if card.get("url"):
                self._api.pay(card["url"], _CARD)
                return
            time.sleep(0.5)
