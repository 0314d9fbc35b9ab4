"""The provider's share on its way to the bank, when the bank or the provider is not ready."""

import pytest

from tests.clients import FAILING_BANK
from tests.journeys.places import AZUSA, CARDIFF
from tests.journeys.town import Booking, Town
from tests.stack import Person

pytestmark = pytest.mark.timeout(300)


def worked_hour(town: Town, customer: Person, provider: Person) -> Booking:
    """A job of an hour, done and confirmed."""
    booking = town.asked_and_paid(customer)
    town.accept(provider, booking)
    town.work(provider, booking, minutes=60)
    town.confirm(booking)
    return booking


def test_a_share_waits_for_the_payout_account(town: Town) -> None:
    """The customer has paid; the provider's part is held until there is an account to send it to."""
    ana = town.customer("Ana", AZUSA)
    [lena] = town.providers([("Lena", 3)], AZUSA, paid=False)

    booking = worked_hour(town, ana, lena)

    assert booking.status == "settled"
    assert booking.money == ("captured", "held")
    assert "transferred" not in town.books(booking)

    town.stack.open_payout_account(lena, town.sandbox)
    town.quiet()
    assert booking.status == "closed"
    assert booking.money == ("captured", "transferred")
    assert town.books(booking)["transferred"] == 5_200
    assert lena.api.get("providers/me/balance") == {"amount_minor": 5_200, "currency": "USD"}
    town.wait("5 days")
    assert booking.money == ("captured", "paid_out")
    assert lena.api.get("providers/me/balance")["amount_minor"] == 0


def test_a_payout_that_the_bank_refuses_comes_back(town: Town) -> None:
    """The money is on the provider's balance again, and they are told."""
    ana = town.customer("Ana", CARDIFF)
    [lena] = town.providers([("Lena", 3)], CARDIFF, paid=False)
    town.stack.open_payout_account(lena, town.sandbox, bank=FAILING_BANK)
    booking = worked_hour(town, ana, lena)

    town.wait("6 days")

    assert booking.status == "closed"
    assert booking.money == ("captured", "failed")
    assert lena.api.get("providers/me/balance")["amount_minor"] == 5_200
    [payout] = lena.api.items("providers/me/payouts")
    assert (payout["status"], payout["failure_code"]) == ("failed", "no_account")
    town.morning()
    assert [one for one in town.subjects(lena) if one.startswith("Your payout of $52.00 came back")]
