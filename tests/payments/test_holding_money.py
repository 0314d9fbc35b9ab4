"""What is collected and not yet the provider's stays with the platform, however long that takes."""

from datetime import timedelta

import pytest

from guildhall.payments import tasks
from guildhall.payments.commands import settle
from guildhall.payments.queries import get_payment
from tests.payments import given
from tests.payments.jobs import settle_down
from tests.payments.vendor import Vendor

pytestmark = pytest.mark.django_db


def held_for_three_days(vendor: Vendor) -> None:
    """Collected, with a provider who has no account yet."""
    of = given.held(vendor)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    settle_down(vendor)
    assert get_payment(of.reference).payout_state == "held"
    vendor.travel(timedelta(days=3))
    settle_down(vendor)


def test_the_vendor_does_not_pay_held_money_out_to_the_platform(vendor: Vendor):
    tasks.keep_held_money(timestamp=0)

    held_for_three_days(vendor)

    assert vendor.emulator.books()["balances"]["platform"]["available"]["usd"] > 0


def test_left_alone_the_vendor_would_pay_it_out(vendor: Vendor):
    """Negative control."""
    held_for_three_days(vendor)

    assert vendor.emulator.books()["balances"]["platform"]["available"].get("usd", 0) == 0
