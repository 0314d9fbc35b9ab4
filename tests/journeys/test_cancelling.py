"""The customer cancels, in every status in which that can be asked; the money follows the rule that was shown."""

import pytest

from tests.journeys.places import COMPTON, DOWNEY, HERMOSA_BEACH, LAKESIDE, POWAY, RAMONA
from tests.journeys.town import Booking, Town

pytestmark = pytest.mark.timeout(300)
HELD = 33_750
CALL_OUT = 5_500


def cancelled(town: Town, booking: Booking, *, fee: int) -> None:
    """Cancel for the fee that was shown before, and see the story end."""
    customer = booking.customer
    assert customer.api.get(f"{booking.path}/cancellation")["fee"] == {"amount_minor": fee, "currency": "USD"}
    customer.api.post(f"{booking.path}/cancellation", {"reason": "We changed our minds."})
    town.quiet()
    card = booking.read()
    assert (card["status"], card["cancelled_by"], card["cancellation_fee"]["amount_minor"]) == (
        "closed",
        "customer",
        fee,
    )


def test_before_a_provider_is_found_it_is_free(town: Town) -> None:
    """While the card is awaited, while matching has not begun, and while providers are asked."""
    ana = town.customer("Ana", LAKESIDE)
    priya = town.provider("Priya", LAKESIDE)

    awaiting_card = town.request(ana, at=town.local(days=20))
    page = town.card_page(awaiting_card)
    cancelled(town, awaiting_card, fee=0)
    assert town.sandbox.pay(page).status_code == 410

    waiting = town.asked_and_paid(ana, at=town.local(days=20))
    assert waiting.status == "waiting"
    cancelled(town, waiting, fee=0)

    matching = town.request(ana)
    town.quiet()
    assert matching.status == "matching"
    assert town.offered(priya, matching)
    cancelled(town, matching, fee=0)
    assert not town.offered(priya, matching)
    assert town.books(matching) == {"authorized": HELD, "released": HELD}
    assert [town.books(one) for one in (awaiting_card, waiting)] == [{}, {}]


def test_an_asap_provider_who_has_not_left_costs_nothing(town: Town) -> None:
    """Confirmed, as soon as possible: free."""
    ana = town.customer("Ana", POWAY)
    priya = town.provider("Priya", POWAY)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)

    cancelled(town, booking, fee=0)

    assert town.books(booking) == {"authorized": HELD, "released": HELD}
    town.assert_mails(ana, "We have your request", "Confirmed with Priya", "Cancelled: Audio")
    town.assert_mails(priya, "Offer: Audio", "The job is yours", "Cancelled: Audio")


@pytest.mark.parametrize("status", ["en_route", "arrived"])
def test_an_asap_provider_on_the_way_is_paid_for_it(town: Town, status: str) -> None:
    """The call-out fee is captured from what is held, and the provider gets four fifths."""
    ana = town.customer("Ana", RAMONA)
    priya = town.provider("Priya", RAMONA)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)
    town.put(priya, booking, "en_route")
    if status == "arrived":
        town.put(priya, booking, "arrived")
    town.quiet()

    cancelled(town, booking, fee=CALL_OUT)

    assert booking.money == ("captured", "transferred")
    assert town.books(booking) == {
        "authorized": HELD,
        "captured": CALL_OUT,
        "released": HELD - CALL_OUT,
        "transferred": 4_400,
    }
    assert priya.api.items("providers/me/agenda") == []
    priya.api.put("providers/me/availability", {"available_now": False})  # the other case has a Priya of its own


def test_work_that_has_begun_cannot_be_cancelled(town: Town) -> None:
    """409, and the work goes on."""
    ana = town.customer("Ana", COMPTON)
    priya = town.provider("Priya", COMPTON)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)
    town.start(priya, booking)

    assert town.refusal(ana, "POST", f"{booking.path}/cancellation", {"reason": "Stop!"})[0] == 409
    assert town.refusal(ana, "GET", f"{booking.path}/cancellation")[0] == 409

    assert booking.status == "in_progress"
    town.wait("60 min")
    town.put(priya, booking, "completed", minutes=60)
    assert town.refusal(ana, "POST", f"{booking.path}/cancellation", {"reason": "Too dear."})[0] == 409
    assert booking.status == "completed"
    town.confirm(booking)
    assert booking.status == "closed"
    assert town.refusal(ana, "POST", f"{booking.path}/cancellation", {"reason": "Too late."})[0] == 409
    assert town.books(booking)["captured"] == 13_500


def test_an_appointment_two_days_ahead_is_free_and_later_costs_half(town: Town) -> None:
    """Half of the lower estimate: charged to the saved card while nothing is held, captured when it is."""
    ana = town.customer("Ana", DOWNEY)
    priya = town.provider("Priya", DOWNEY)
    early, later, latest = (
        town.asked_and_paid(ana, at=town.local(days=3, hour=8)),
        town.request(ana, at=town.local(days=3, hour=12)),
        town.request(ana, at=town.local(days=3, hour=16)),
    )
    town.quiet()
    for booking in (early, later, latest):
        town.accept(priya, booking)
    cancelled(town, early, fee=0)
    assert town.books(early) == {}

    town.wait("36h")
    cancelled(town, later, fee=6_750)
    assert later.money == ("captured", "transferred")
    assert town.books(later) == {"captured": 6_750, "transferred": 5_400}

    town.wait("21h")
    assert latest.money == ("authorized", "none")
    cancelled(town, latest, fee=6_750)
    assert town.books(latest) == {
        "authorized": HELD,
        "captured": 6_750,
        "released": HELD - 6_750,
        "transferred": 5_400,
    }


def test_a_card_that_comes_after_the_end_is_released(town: Town) -> None:
    """The vendor's page was completed in the moment of the cancellation; what it held is let go."""
    ana = town.customer("Ana", HERMOSA_BEACH)
    booking = town.request(ana)
    page = town.card_page(booking)
    town.sandbox.fault(vendor="stripe", action="fail", method="POST", path="/v1/checkout/sessions/*/expire", times=3)

    ana.api.post(f"{booking.path}/cancellation", {"reason": "Too slow."})
    answer = town.sandbox.pay(page)
    town.quiet()

    assert answer.status_code == 303
    assert booking.status == "closed"
    assert town.books(booking) == {"authorized": HELD, "released": HELD}
    assert booking.money == ("none", "none")
