"""Cards on file: another one by the vendor's page, which one is used, and one less."""

import pytest

from guildhall.bookings.commands import CardInUse, cancel_booking, remove_card
from guildhall.bookings.deadlines import authorize
from guildhall.customers.commands import record_card
from guildhall.customers.queries import list_cards, saved_card
from guildhall.eventlog import delivery
from guildhall.eventlog.queries import list_parked
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.payments.closing import VENDOR
from guildhall.payments.commands import forget_card, start_card_setup
from guildhall.payments.models import Checkout, Intent
from guildhall.payments.outcomes import observe
from guildhall.payments.seen import SeenCard, SeenCheckout
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api import vendor
from tests.api.browser import browser
from tests.given_matching import clock_at

pytestmark = pytest.mark.django_db
CARDS = "/my/account/cards"


@pytest.fixture
def ana():
    people.catalogue()
    return people.customer("Ana", card=True)


def given_another(customer, last4="1881", ref="pm_another"):
    record_card(
        customer_id=customer.id,
        payment_method_ref=ref,
        brand="mastercard",
        last4=last4,
        exp_month=1,
        exp_year=2031,
        at=clock_now(),
    )
    return saved_card(customer.id)


def completed(visit):
    card = SeenCard(payment_method_ref="pm_new", brand="mastercard", last4="4444", exp_month=5, exp_year=2033)
    seen = SeenCheckout(
        ref=visit.vendor_ref, status="complete", url="", expires_at=visit.expires_at, checkout=str(visit.id), card=card
    )
    observe(seen, by=VENDOR, at=clock_now())


def test_another_card_is_given_on_the_vendors_page_and_used_from_then_on(ana):
    client = browser(ana)

    assert client.post(CARDS)["Location"] == f"{CARDS}/new"
    waiting = client.get(f"{CARDS}/new")
    assert (waiting.status_code, waiting["Refresh"]) == (200, "1")
    vendor.says_yes()
    visit = Checkout.objects.get()
    assert client.get(f"{CARDS}/new")["Location"] == visit.url
    came_back = client.get(CARDS, {"card": visit.id}).content.decode()
    assert "We are checking your card" in came_back
    assert "We are checking" not in client.get(CARDS, {"card": "0"}).content.decode()

    completed(visit)
    delivery.drain()

    text = client.get(f"{CARDS}/live", {"card": visit.id}).content.decode()
    assert "We are checking" not in text
    assert text.index("4444") < text.index("In use") < text.index("4242")
    assert client.get(f"{CARDS}/new")["Location"] == CARDS
    assert saved_card(ana.id).payment_method_ref == "pm_new"
    assert list_parked(limit=1) == []


def test_the_same_card_given_anew_takes_its_own_place(ana):
    given_another(ana)
    given_another(ana, ref="pm_again")
    given_another(ana, ref="pm_again")

    assert [card.last4 for card in list_cards(ana.id)] == ["1881", "4242"]
    assert saved_card(ana.id).payment_method_ref == "pm_again"


def test_a_customer_chooses_which_card_is_used_and_removes_the_other(ana):
    client, second = browser(ana), given_another(ana)
    first = next(card for card in list_cards(ana.id) if not card.is_default)

    assert client.post(f"{CARDS}/{first.id}/default")["Location"] == CARDS
    assert saved_card(ana.id).id == first.id
    assert client.post(f"{CARDS}/{first.id}/removal")["Location"] == CARDS

    assert [(card.id, card.is_default) for card in list_cards(ana.id)] == [(second.id, True)]
    (told,) = Intent.objects.filter(kind="detach")
    assert told.params == {"id": first.payment_method_ref}
    assert client.post(f"{CARDS}/{first.id}/removal").status_code == 404


def test_the_last_card_stays_while_a_booking_goes_on(ana):
    (priya,) = given.given_providers(1)
    booking_id = given.taken(ana, priya)
    client, card = browser(ana), saved_card(ana.id)

    refused = client.post(f"{CARDS}/{card.id}/removal")

    assert refused.status_code == 422
    assert "Add another card first" in refused.content.decode()
    assert [one.id for one in list_cards(ana.id)] == [card.id]
    assert not Intent.objects.filter(kind="detach").exists()
    cancel_booking(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())
    given.let_it_happen()
    assert client.post(f"{CARDS}/{card.id}/removal")["Location"] == CARDS
    assert "No card on file" in client.get(CARDS).content.decode()


def test_nobody_removes_the_cards_of_others(ana):
    eve, priya = people.customer("Eve"), people.registered_provider()
    card = saved_card(ana.id)

    for who, refusal in ((eve, NotFound), (priya, NotAllowed)):
        with pytest.raises(refusal):
            remove_card(customer_id=ana.id, card_id=card.id, by=who.actor, at=clock_now())
    for action in ("default", "removal"):
        assert browser(eve).post(f"{CARDS}/{card.id}/{action}").status_code == 404

    assert [one.id for one in list_cards(ana.id)] == [card.id]
    assert CardInUse.status == 409


def test_a_booking_whose_card_is_gone_asks_for_one_when_its_money_is_to_be_held(ana):
    (priya,) = given.given_providers(1)
    booking_id = given.taken(ana, priya)
    # As if it had been removed at the same moment.
    forget_card(customer_id=ana.id, card_id=saved_card(ana.id).id, by=ana.actor, at=clock_now())
    clock_at(given.booking(booking_id).starts_at)

    authorize([str(booking_id)], clock_now())

    assert given.facts(booking_id, "booking.")[-1] == "booking.payment_action_needed"


def test_asking_again_gives_the_same_page(ana):
    own = {"customer_id": ana.id, "return_url": "https://heroes.example/my/account/cards", "at": clock_now()}

    assert start_card_setup(**own) == start_card_setup(**own)
