"""At a time: the card is saved at the request, the money held a day before, and both sides are reminded."""

from datetime import datetime, timedelta

import pytest

from tests.clients import ASKS_ALWAYS, DECLINED_LATER
from tests.journeys.places import ALTADENA, ARCADIA, BURBANK, CANOGA_PARK, SUNLAND
from tests.journeys.town import EXPERT, Booking, Town

pytestmark = pytest.mark.timeout(300)
HELD = 33_750
DAY = timedelta(days=1)


def starts_at(booking: Booking) -> datetime:
    """When the job starts."""
    return datetime.fromisoformat(booking.read()["scheduled_start_time"])


def test_an_appointment_waits_is_matched_reminded_authorized_done_and_paid(town: Town) -> None:
    """Asked nine days ahead: matching starts seven days ahead; the money is held when a day is left."""
    ana = town.customer("Ana", ALTADENA)
    priya = town.provider("Priya", ALTADENA)
    booking = town.asked_and_paid(ana, at=town.local(days=9, hour=10))
    start = starts_at(booking)

    assert booking.status == "waiting"
    assert town.books(booking) == {}
    town.until(start - 7 * DAY - timedelta(minutes=1))
    assert booking.status == "waiting"
    town.wait("2 min")
    assert booking.status == "matching"
    town.accept(priya, booking)
    assert booking.status == "confirmed"

    town.until(start - DAY - timedelta(minutes=1))
    assert booking.money == ("none", "none")
    assert town.refusal(priya, "PUT", f"{booking.path}/status", {"status": "en_route"}) == (409, "payment_not_ready")
    town.wait("2 min")
    assert booking.money == ("authorized", "none")
    assert town.books(booking) == {"authorized": HELD}
    assert [subject for subject in town.subjects(ana) if subject.startswith("Reminder: Audio")]
    assert [subject for subject in town.subjects(priya) if subject.startswith("Reminder: Audio")]

    town.until(start - timedelta(minutes=30))
    town.work(priya, booking, minutes=90)
    town.confirm(booking)
    assert booking.status == "closed"
    assert booking.money == ("captured", "transferred")
    assert town.books(booking) == {
        "authorized": HELD,
        "captured": 20_250,
        "released": HELD - 20_250,
        "transferred": 16_200,
    }
    town.assert_mails(
        ana,
        "We have your request",
        "Confirmed with Priya",
        "Reminder: Audio",
        "Priya J. is on the way",
        "Work has started",
        "Please look at the hours",
        "Receipt: $202.50",
    )
    town.assert_mails(
        priya,
        "Offer: Audio",
        "The job is yours",
        "Reminder: Audio",
        "Your hours are with the customer",
        "$162.00 for your job: Audio",
    )


def test_the_provider_cancels_and_others_are_asked(town: Town) -> None:
    """A new cascade opens without the canceller."""
    ana = town.customer("Ana", ARCADIA)
    priya, marcus = town.providers([("Priya", EXPERT), ("Marcus", EXPERT)], ARCADIA)
    booking = town.asked_and_paid(ana, at=town.local(days=3, hour=10))
    town.accept(priya, booking)
    assert not town.offered(marcus, booking)

    priya.api.post(f"{booking.path}/withdrawal", {"reason": "My van broke down."})
    town.quiet()

    assert booking.status == "matching"
    assert town.offered(marcus, booking)
    assert not town.offered(priya, booking)
    assert town.refusal(priya, "GET", booking.path) == (404, "not_found")
    assert priya.api.items("providers/me/agenda") == []
    town.accept(marcus, booking)
    card = booking.read()
    assert (card["status"], card["provider_user_id"]) == ("confirmed", marcus.id)
    assert town.story(booking).count("cascade.opened") == 2

    ana.api.post(f"{booking.path}/cancellation", {"reason": "Not needed."})
    town.quiet()
    assert booking.status == "closed"
    town.assert_mails(
        ana,
        "We have your request",
        "Confirmed with Priya",
        "We are finding somebody else",
        "Confirmed with Marcus",
        "Cancelled: Audio",
    )
    town.assert_mails(priya, "Offer: Audio", "The job is yours")
    town.assert_mails(marcus, "Offer: Audio", "Offer: Audio", "The job is yours", "Cancelled: Audio")


def test_the_bank_wants_the_customer_when_the_money_is_to_be_held(town: Town) -> None:
    """3-D Secure off session: a new page, and the appointment goes on."""
    ana = town.customer("Ana", BURBANK)
    priya = town.provider("Priya", BURBANK)
    booking = town.asked_and_paid(ana, ASKS_ALWAYS, at=town.local(days=2, hour=10))
    town.accept(priya, booking)
    town.until(starts_at(booking) - DAY + timedelta(minutes=1))

    assert booking.status == "confirmed"
    assert booking.money == ("action_needed", "none")
    assert [subject for subject in town.subjects(ana) if subject.startswith("Please check your payment")]

    town.wait("40 min")
    assert ana.api.get(f"{booking.path}/card")["status"] == "expired"
    ana.api.post(f"{booking.path}/card")
    assert town.pay(booking, ASKS_ALWAYS) == 303
    assert booking.money == ("authorized", "none")

    town.until(starts_at(booking) - timedelta(minutes=20))
    town.work(priya, booking, minutes=60)
    town.confirm(booking)
    assert booking.status == "closed"
    assert town.books(booking)["captured"] == 13_500


def test_the_bank_declines_when_the_money_is_to_be_held(town: Town) -> None:
    """The customer does not answer: two hours before the start it is cancelled, free, and the provider's time is free again."""
    ana = town.customer("Ana", CANOGA_PARK)
    priya = town.provider("Priya", CANOGA_PARK)
    booking = town.asked_and_paid(ana, DECLINED_LATER, at=town.local(days=2, hour=14))
    town.accept(priya, booking)
    town.until(starts_at(booking) - DAY + timedelta(minutes=1))

    assert booking.status == "confirmed"
    assert booking.money == ("failed", "none")
    town.wait("40 min")
    ana.api.post(f"{booking.path}/card")
    town.card_page(booking)
    town.until(starts_at(booking) - timedelta(hours=2, minutes=1))
    assert booking.status == "confirmed"
    town.wait("2 min")

    card = booking.read()
    assert (card["status"], card["cancelled_by"], card["cancellation_fee"]["amount_minor"]) == ("closed", "system", 0)
    assert town.books(booking) == {}
    assert priya.api.items("providers/me/agenda") == []
    town.assert_mails(
        ana,
        "We have your request",
        "Confirmed with Priya",
        "Reminder: Audio",
        "Please check your payment",
        "Cancelled: Audio",
    )
    town.assert_mails(priya, "Offer: Audio", "The job is yours", "Reminder: Audio", "Cancelled: Audio")


def test_a_customer_moves_the_appointment(town: Town) -> None:
    """The provider is free again and told, and everybody is asked for the new time."""
    ana = town.customer("Ana", SUNLAND)
    priya = town.provider("Priya", SUNLAND)
    booking = town.asked_and_paid(ana, at=town.local(days=3, hour=10))
    town.accept(priya, booking)
    later = town.local(days=4, hour=15)

    ana.api.post(f"{booking.path}/rescheduling", {"scheduled_start_time": later.isoformat()})
    town.quiet()

    assert booking.status == "matching"
    assert priya.api.items("providers/me/agenda") == []
    town.accept(priya, booking)
    [entry] = priya.api.items("providers/me/agenda")
    assert entry["starts_at"] == booking.read()["scheduled_start_time"]
    assert starts_at(booking).astimezone(town.now().tzinfo).replace(tzinfo=None) == later
    ana.api.post(f"{booking.path}/cancellation", {"reason": ""})
    town.quiet()
    assert booking.status == "closed"
