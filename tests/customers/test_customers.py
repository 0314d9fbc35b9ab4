"""Registering customers, and what is kept of their cards."""

import pytest
from django.db import connection

from guildhall.customers.commands import BadCard, record_card, record_payment_customer, register_customer
from guildhall.customers.models import Customer
from guildhall.customers.queries import find_by_payment_customer, get_customer, list_cards, saved_card
from guildhall.customers.types import Card, CustomerCard, CustomerKind
from guildhall.identity.commands import WeakPassword
from guildhall.identity.models import Account
from guildhall.identity.types import NewAccount
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotFound
from guildhall.providers.queries import get_profile
from tests import given_people as given

pytestmark = pytest.mark.django_db
CARD = {"payment_method_ref": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}


def versions(aggregate):
    with connection.cursor() as cursor:
        cursor.execute("select version, name from eventlog_event where aggregate = %s order by seq", [aggregate])
        return cursor.fetchall()


def test_a_customer_is_residential_or_a_business_and_never_a_provider():
    ana, bruno = given.customer(), given.business()

    assert get_customer(ana.id) == CustomerCard(ana.id, "residential", "", "")
    assert get_customer(bruno.id) == CustomerCard(bruno.id, "business", "Bruno Events", "")
    with pytest.raises(NotFound):
        get_profile(ana.id)


def test_a_known_address_makes_no_second_customer():
    ana = given.customer()

    answer = register_customer(
        email=ana.email,
        password=given.PASSWORD,
        first_name="Eve",
        last_name="Evans",
        phone_number="",
        kind=CustomerKind.RESIDENTIAL,
        at=given.MONDAY,
    )

    assert answer == NewAccount(None)
    assert Customer.objects.count() == 1


def test_a_weak_password_makes_nothing():
    with pytest.raises(WeakPassword):
        register_customer(
            email="ana@example.com",
            password="12345",
            first_name="Ana",
            last_name="Alvarez",
            phone_number="",
            kind=CustomerKind.RESIDENTIAL,
            at=given.MONDAY,
        )

    assert (Account.objects.count(), Customer.objects.count()) == (0, 0)


def test_only_what_people_know_a_card_by_is_kept():
    ana = given.customer()
    assert saved_card(ana.id) is None

    for _ in range(2):
        record_card(customer_id=ana.id, at=given.MONDAY, **CARD)
    record_card(customer_id=ana.id, at=given.MONDAY, **{**CARD, "payment_method_ref": "pm_2", "last4": "0005"})

    used = saved_card(ana.id)
    assert used == Card("pm_2", "visa", "0005", 12, 2030, used.id, is_default=True)
    assert [card.last4 for card in list_cards(ana.id)] == ["0005", CARD["last4"]]
    recorded = [name for _, name in versions(f"customer:{ana.id}") if name == "customer.card_recorded"]
    assert len(recorded) == 2


@pytest.mark.parametrize("last4", ["4242424242424242", "42", "42a4", "٤٢٤٢", ""])
def test_more_or_less_than_four_digits_is_never_kept(last4):
    ana = given.customer()

    with pytest.raises(BadCard):
        record_card(customer_id=ana.id, at=given.MONDAY, **{**CARD, "last4": last4})

    assert saved_card(ana.id) is None


def test_the_vendors_customer_is_found_again():
    ana = given.customer()

    for _ in range(2):
        record_payment_customer(customer_id=ana.id, customer_ref="cus_ana", at=given.MONDAY)

    assert get_customer(ana.id).payment_customer_ref == "cus_ana"
    assert find_by_payment_customer("cus_ana") == ana.id
    assert find_by_payment_customer("") is None
    with pytest.raises(NotFound):
        record_payment_customer(customer_id=new_id(), customer_ref="cus_other", at=given.MONDAY)


def test_facts_of_a_customer_are_numbered_without_gaps():
    ana = given.customer(card=True)

    assert versions(f"customer:{ana.id}") == [
        (1, "customer.registered"),
        (2, "customer.address_added"),
        (3, "customer.payment_customer_recorded"),
        (4, "customer.card_recorded"),
    ]
