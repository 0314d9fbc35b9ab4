"""The vendor's test cards, and what a bank answers for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ON_SESSION_WINDOW = 7 * 86400
OFF_SESSION_VISA_WINDOW = 4 * 86400 + 18 * 3600

Authentication = Literal["never", "until_set_up", "always"]


@dataclass(frozen=True)
class Decline:
    """Why a bank says no."""

    code: str
    decline_code: str | None = None
    advice_code: str | None = None
    message: str = "Your card was declined."


@dataclass(frozen=True)
class TestCard:
    """A card number with a fixed fate."""

    number: str
    brand: str = "visa"
    declines_always: Decline | None = None
    declines_charges: Decline | None = None
    authentication: Authentication = "never"

    def refusal(self, *, charging: bool) -> Decline | None:
        """The bank's no to saving the card, or to charging it."""
        return self.declines_always or (self.declines_charges if charging else None)

    def wants_authentication(self, *, off_session: bool, set_up: bool) -> bool:
        """Whether the bank wants the customer to be present and prove it."""
        if self.authentication == "until_set_up":
            return not (off_session and set_up)
        return self.authentication == "always"

    def window(self, *, off_session: bool) -> int:
        """How many seconds an authorization lives."""
        return OFF_SESSION_VISA_WINDOW if off_session and self.brand == "visa" else ON_SESSION_WINDOW


_GENERIC = Decline("card_declined", "generic_decline", "try_again_later")
_CARDS = [
    TestCard("4242424242424242"),
    TestCard("4000056655665556"),
    TestCard("5555555555554444", brand="mastercard"),
    TestCard("378282246310005", brand="amex"),
    TestCard("4000000000000002", declines_always=_GENERIC),
    TestCard(
        "4000000000009995",
        declines_always=Decline(
            "card_declined", "insufficient_funds", "try_again_later", "Your card has insufficient funds."
        ),
    ),
    TestCard("4000000000009987", declines_always=Decline("card_declined", "lost_card", "do_not_try_again")),
    TestCard("4000000000000069", declines_always=Decline("expired_card", message="Your card has expired.")),
    TestCard(
        "4000000000000127",
        declines_always=Decline("incorrect_cvc", message="Your card's security code is incorrect."),
    ),
    TestCard("4000000000000341", declines_charges=_GENERIC),
    TestCard("4000002500003155", authentication="until_set_up"),
    TestCard("4000002760003184", authentication="always"),
]
CARDS = {card.number: card for card in _CARDS}

TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequired": "4000002760003184",
}


def find(number: str) -> TestCard | None:
    """The test card of this number, however it is spaced."""
    return CARDS.get("".join(number.split()).replace("-", ""))
