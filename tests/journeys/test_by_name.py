"""A provider by name: booked directly by the customer, or assigned by an operator's hand."""

import pytest

from tests.journeys.places import CASTAIC, WESTCHESTER
from tests.journeys.town import EXPERT, INTERMEDIATE, Town

pytestmark = pytest.mark.timeout(300)
HELD = 33_750


def test_the_chosen_provider_declines_and_others_are_asked(town: Town) -> None:
    """A direct booking asks one provider; whether others are asked is the customer's choice."""
    ana = town.customer("Ana", WESTCHESTER)
    priya, marcus = town.providers([("Priya", EXPERT), ("Marcus", INTERMEDIATE)], WESTCHESTER)
    booking = town.asked_and_paid(ana, provider_user_id=priya.id)
    assert booking.read()["cascade"]["wave_kind"] == "direct"
    assert [town.offered(one, booking) for one in (priya, marcus)] == [True, False]

    town.decline(priya, booking)
    assert booking.status == "unfilled"
    assert not town.offered(marcus, booking)
    ana.api.post(f"{booking.path}/widening")
    town.quiet()
    town.wait("61 s")

    town.accept(marcus, booking)
    town.work(marcus, booking, minutes=60)
    town.confirm(booking)
    assert booking.status == "closed"
    assert town.books(booking) == {
        "authorized": 2 * HELD,
        "captured": 9_500,
        "released": 2 * HELD - 9_500,
        "transferred": 7_600,
    }


def test_an_operator_assigns_a_provider_when_nobody_answered(town: Town) -> None:
    """The money that was released is held again before the provider sets out."""
    ana = town.customer("Ana", CASTAIC)
    priya = town.provider("Priya", CASTAIC)
    booking = town.asked_and_paid(ana)
    town.wait("61 s")
    assert booking.status == "unfilled"
    assert booking.money == ("none", "none")
    assert town.refusal(ana, "POST", f"operator/bookings/{booking.id}/assignment", {"provider_user_id": priya.id}) == (
        403,
        "not_allowed",
    )

    town.olga.api.post(f"operator/bookings/{booking.id}/assignment", {"provider_user_id": priya.id})
    town.quiet()

    card = booking.read()
    assert (card["status"], card["provider_user_id"]) == ("confirmed", priya.id)
    assert booking.money == ("authorized", "none")
    town.work(priya, booking, minutes=60)
    town.confirm(booking)
    assert booking.status == "closed"
    assert town.books(booking)["captured"] == 13_500
