"""Cards on file with the vendor: one more by its page, apart from any booking, and one less for good."""

import pytest

from guildhall.customers.queries import list_cards, saved_card
from guildhall.kernel.actors import Actor
from guildhall.payments.commands import authorize, forget_card, start_card_setup
from guildhall.payments.models import Intent
from guildhall.payments.queries import get_card_setup, get_payment
from tests.payments import given
from tests.payments.jobs import settle_down, work
from tests.payments.vendor import Vendor

pytestmark = pytest.mark.django_db
MASTERCARD = "5555555555554444"


def set_up(vendor: Vendor, of: given.Job, number: str) -> None:
    start_card_setup(customer_id=of.customer_id, return_url=given.RETURN, at=given.now())
    work()
    setup = get_card_setup(of.customer_id)
    assert setup is not None
    assert vendor.give_card(setup.url or "", number) == 303
    settle_down(vendor)


def test_a_card_is_added_used_and_forgotten_with_the_vendor(vendor: Vendor):
    of = given.job(vendor)
    set_up(vendor, of, "4242424242424242")
    set_up(vendor, of, MASTERCARD)
    assert [(card.last4, card.is_default) for card in list_cards(of.customer_id)] == [("4444", True), ("4242", False)]
    second, first = list_cards(of.customer_id)

    authorize(reference=of.reference, customer_id=of.customer_id, amount=given.usd(12_000), at=given.now())
    settle_down(vendor)
    by = Actor.customer(of.customer_id)
    forget_card(customer_id=of.customer_id, card_id=first.id, by=by, at=given.now())
    work()

    assert get_payment(of.reference).payment_state == "authorized"
    (intent,) = vendor.emulator.desk.store.list("payment_intent")
    assert intent["payment_method"] == second.payment_method_ref
    detached = vendor.emulator.desk.store.get("payment_method", first.payment_method_ref)
    assert detached is not None
    assert detached["customer"] is None
    assert Intent.objects.get(kind="detach").status == "succeeded"
    assert saved_card(of.customer_id) == second
    assert given.breaches() == []


def test_a_card_that_the_vendor_has_forgotten_already_is_off_file_all_the_same(vendor: Vendor):
    of = given.job(vendor)
    set_up(vendor, of, "4242424242424242")
    card = saved_card(of.customer_id)
    assert card is not None
    vendor.emulator.desk.store.put(
        "payment_method",
        card.payment_method_ref,
        {
            **vendor.emulator.desk.store.get("payment_method", card.payment_method_ref),
            "customer": None,
            "_detached": True,
        },
    )

    forget_card(customer_id=of.customer_id, card_id=card.id, by=Actor.customer(of.customer_id), at=given.now())
    work()

    assert list_cards(of.customer_id) == []
    assert Intent.objects.get(kind="detach").status == "failed"
