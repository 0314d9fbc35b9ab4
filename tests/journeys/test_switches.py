"""What operators and providers can stop: matching in a city, and text messages to oneself."""

import pytest

from tests.journeys.places import ALPINE, SAN_DIEGO, SAN_FERNANDO, VAN_NUYS
from tests.journeys.town import Town
from tests.stack import SYSTEM_NUMBER

pytestmark = pytest.mark.timeout(300)


def test_matching_is_paused_in_one_city_and_goes_on(town: Town) -> None:
    """No wave opens in San Diego while it is paused; Los Angeles does not notice."""
    ana, ben = town.customer("Ana", ALPINE), town.customer("Ben", SAN_FERNANDO)
    priya, paul = town.provider("Priya", ALPINE), town.provider("Paul", SAN_FERNANDO)
    pause = town.olga.api.post("operator/pauses", {"what": "matching", "city": SAN_DIEGO, "reason": "Wildfire."})

    here, there = town.asked_and_paid(ana), town.asked_and_paid(ben)
    town.wait("10 min")

    assert (here.status, there.status) == ("matching", "unfilled")
    assert not town.offered(priya, here)
    assert town.subjects(priya) == []
    town.assert_mails(paul, "Offer: Audio, $108.00")

    town.olga.api.delete(f"operator/pauses/{pause['id']}")
    town.quiet()
    assert town.offered(priya, here)
    town.accept(priya, here)
    assert here.status == "confirmed"
    for booking in (here, there):
        booking.customer.api.post(f"{booking.path}/cancellation", {"reason": ""})
    town.quiet()
    assert (here.status, there.status) == ("closed", "closed")


def test_stop_ends_text_messages_and_start_brings_them_back(town: Town) -> None:
    """The offer still comes by mail."""
    ana = town.customer("Ana", VAN_NUYS)
    priya = town.provider("Priya", VAN_NUYS)
    first = town.asked_and_paid(ana)
    assert len(town.texts(priya)) == 1
    town.decline(priya, first)

    town.sandbox.text_us(priya.phone_number, "Stop", SYSTEM_NUMBER)
    town.quiet()
    assert "sms_offers" not in priya.api.get("users/me")["consents"]
    before = len(town.texts(priya))
    first.customer.api.post(f"{first.path}/widening")
    town.quiet()
    assert town.offered(priya, first)
    assert len(town.texts(priya)) == before
    assert len([one for one in town.subjects(priya) if one.startswith("Offer: Audio")]) == 2

    town.decline(priya, first)
    town.sandbox.text_us(priya.phone_number, "START", SYSTEM_NUMBER)
    town.quiet()
    before = len(town.texts(priya))
    first.customer.api.post(f"{first.path}/widening")
    town.quiet()
    assert len(town.texts(priya)) == before + 1
    town.put(ana, first, "cancelled")
    town.quiet()
    assert first.status == "closed"
