"""After the work: hours beyond what was agreed, hours that are contested, and work that never began."""

import pytest

from tests.journeys.places import BUENA_PARK, LONG_BEACH, MALIBU, NEWHALL, SEAL_BEACH, TOPANGA, WHITTIER
from tests.journeys.town import Town

pytestmark = pytest.mark.timeout(300)
HELD = 33_750


def test_hours_beyond_the_authorization_are_capped(town: Town) -> None:
    """Three hours of an expert cost 405 dollars; 337.50 were agreed."""
    ana = town.customer("Ana", MALIBU)
    priya = town.provider("Priya", MALIBU)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)

    town.work(priya, booking, minutes=180)
    town.confirm(booking)

    card = booking.read()
    assert (card["status"], card["settled_minutes"], card["total_price"]["amount_minor"]) == ("closed", 180, HELD)
    assert town.books(booking) == {"authorized": HELD, "captured": HELD, "transferred": 27_000}


def test_contested_hours_are_charged_when_the_operator_has_decided(town: Town) -> None:
    """Logged, contested and settled minutes stay side by side; no money moves in between."""
    ana = town.customer("Ana", TOPANGA)
    priya = town.provider("Priya", TOPANGA)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)
    town.work(priya, booking, minutes=120)

    ana.api.post(f"{booking.path}/contest", {"minutes": 90, "reason": "He was on the telephone for half an hour."})
    town.quiet()
    assert booking.read()["is_payment_blocked"]
    town.wait("8 days")  # longer than the bank holds the money, which is held anew
    assert booking.status == "contested"
    assert town.books(booking) == {"authorized": 2 * HELD, "released": HELD}
    assert booking.id in {one["id"] for one in town.olga.api.items("operator/bookings", status="contested")}

    town.decide(booking, settled_minutes=100)

    card = booking.read()
    assert (card["status"], card["is_payment_blocked"]) == ("closed", False)
    minutes = (card["logged_minutes"], card["contested_minutes"], card["settled_minutes"])
    assert minutes == (120, 90, 100)
    assert town.books(booking) == {
        "authorized": 2 * HELD,
        "captured": 22_500,
        "released": 2 * HELD - 22_500,
        "transferred": 18_000,
    }
    town.morning()
    for person, receipt in ((ana, "Receipt: $225.00"), (priya, "$180.00 for your job: Audio")):
        subjects = town.subjects(person)
        assert [one for one in subjects if one.startswith("Decided: Audio")]
        assert [one for one in subjects if one.startswith(receipt)]
    assert [one for one in town.subjects(ana) if one.startswith("We are looking at the hours")]
    assert [one for one in town.subjects(priya) if one.startswith("The customer sees the hours differently")]
    assert [one for one in town.subjects(town.olga) if one.startswith("Contested hours: Audio")]


def test_a_provider_who_does_not_come_leaves_it_to_the_operator(town: Town) -> None:
    """Twenty minutes after the start it is unresolved; decided as cancelled, it costs nothing."""
    ana = town.customer("Ana", WHITTIER)
    priya = town.provider("Priya", WHITTIER)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)

    town.wait("60 min")
    assert booking.status == "confirmed"
    town.wait("6 min")
    assert booking.status == "unresolved"
    assert booking.id in {one["id"] for one in town.olga.api.items("operator/bookings", status="unresolved")}
    town.decide(booking, cancel=True)

    assert booking.status == "closed"
    assert town.books(booking) == {"authorized": HELD, "released": HELD}
    assert priya.api.items("providers/me/agenda") == []
    town.assert_mails(
        ana,
        "We have your request",
        "Confirmed with Priya",
        "Our team is looking at",
        "Decided: Audio",
    )
    town.assert_mails(
        priya,
        "Offer: Audio",
        "The job is yours",
        "Our team is looking at",
        "Decided: Audio",
    )


def test_a_customer_reports_that_the_provider_did_not_come(town: Town) -> None:
    """Not before the appointment; afterwards an operator looks at it."""
    ana = town.customer("Ana", BUENA_PARK)
    priya = town.provider("Priya", BUENA_PARK)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)
    body = {"reason": "I waited at the door."}
    assert town.refusal(ana, "POST", f"{booking.path}/no-show", body) == (422, "too_early")

    town.wait("50 min")
    ana.api.post(f"{booking.path}/no-show", body)
    town.quiet()

    assert booking.status == "unresolved"
    town.decide(booking, cancel=True)
    assert booking.status == "closed"
    assert town.books(booking) == {"authorized": HELD, "released": HELD}


def test_a_provider_flags_what_could_not_be_fixed(town: Town) -> None:
    """An operator settles less than was logged."""
    ana = town.customer("Ana", SEAL_BEACH)
    priya = town.provider("Priya", SEAL_BEACH)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)
    town.work(priya, booking, minutes=120)

    priya.api.post(f"{booking.path}/unresolved", {"reason": "A part has to be ordered."})
    town.quiet()
    assert booking.status == "unresolved"
    town.decide(booking, settled_minutes=60)

    assert booking.status == "closed"
    assert town.books(booking)["captured"] == 13_500


def test_a_provider_who_forgets_to_stop_is_stopped(town: Town) -> None:
    """Four hours after the planned end: the planned minutes, flagged; silence settles them."""
    ana = town.customer("Ana", LONG_BEACH)
    priya = town.provider("Priya", LONG_BEACH)
    booking = town.asked_and_paid(ana)
    town.accept(priya, booking)
    town.start(priya, booking)

    town.wait("8h")

    card = booking.read()
    assert (card["status"], card["logged_minutes"], card["is_flagged"]) == ("completed", 120, True)
    town.wait("48h")
    assert booking.status == "closed"
    assert town.books(booking)["captured"] == 27_000


def test_a_business_books_with_a_purchase_order_and_pays_no_breaks(town: Town) -> None:
    """Its number stays with the booking, and is none of the provider's business; breaks are not work."""
    acme = town.customer("Acme", NEWHALL, kind="business", company_name="Acme Events")
    priya = town.provider("Priya", NEWHALL)
    booking = town.asked_and_paid(acme, purchase_order="PO-2027-118")
    town.accept(priya, booking)
    town.start(priya, booking)
    town.wait("30 min")
    priya.api.post(f"{booking.path}/breaks")
    assert town.refusal(priya, "POST", f"{booking.path}/breaks") == (409, "break_refused")
    town.wait("15 min")
    priya.api.delete(f"{booking.path}/breaks")
    town.wait("30 min")
    assert town.refusal(priya, "POST", f"{booking.path}/hours", {"minutes": 90}) == (422, "bad_hours")
    priya.api.post(f"{booking.path}/hours", {"minutes": 60, "notes": "Two cables replaced."})
    town.confirm(booking)

    card = booking.read()
    assert (card["status"], card["settled_minutes"]) == ("closed", 60)
    assert card["break_minutes"] in {15, 16}  # the clock goes on while we ask
    assert town.books(booking)["captured"] == 13_500
    assert card["purchase_order"] == "PO-2027-118"
    assert booking.read(town.olga)["purchase_order"] == "PO-2027-118"
    assert booking.read(priya)["purchase_order"] == ""
