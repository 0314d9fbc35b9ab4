"""As soon as possible: the card first, then favourites, then tier by tier, a minute each."""

from datetime import datetime, timedelta

import pytest

from tests.clients import ASKS_ONCE, DECLINED
from tests.journeys.places import BONITA, CHULA_VISTA, DOWNTOWN, EL_CAJON, IMPERIAL_BEACH, LA_JOLLA, LA_MESA
from tests.journeys.town import BEGINNER, EXPERT, INTERMEDIATE, Town

pytestmark = pytest.mark.timeout(300)
HELD = 33_750  # two hours of an expert and a quarter more
HOUR_OF_A_BEGINNER = 6_500


def test_a_favourite_takes_the_job_and_is_paid_when_the_customer_says_nothing(town: Town) -> None:
    """The whole road, from the request to the bank."""
    ana = town.customer("Ana", LA_JOLLA)
    lena, priya = town.providers([("Lena", BEGINNER), ("Priya", EXPERT)], LA_JOLLA)
    ana.api.put(f"users/me/favourites/{lena.id}")

    booking = town.asked_and_paid(ana)

    assert booking.money == ("authorized", "none")
    assert booking.read()["cascade"]["wave_kind"] == "favourites"
    assert town.offered(lena, booking)
    assert not town.offered(priya, booking)

    town.accept(lena, booking)
    assert booking.status == "confirmed"
    town.work(lena, booking, minutes=60)
    assert booking.status == "completed"
    assert town.books(booking) == {"authorized": HELD}
    town.wait("48h")

    assert booking.status == "closed"
    assert booking.read()["settled_minutes"] == 60
    assert booking.read()["total_price"]["amount_minor"] == HOUR_OF_A_BEGINNER
    town.wait("5 days")
    assert booking.money == ("captured", "paid_out")
    assert town.books(booking) == {
        "authorized": HELD,
        "captured": HOUR_OF_A_BEGINNER,
        "transferred": 5_200,
        "released": HELD - HOUR_OF_A_BEGINNER,
    }
    town.assert_mails(
        ana,
        "We have your request: Audio",
        "Confirmed with Lena",
        "Lena J. is on the way",
        "Work has started: Audio",
        "Please look at the hours",
        "Receipt: $65.00",
    )
    town.assert_mails(
        lena,
        "Offer: Audio, $52.00",
        "The job is yours: Audio",
        "Your hours are with the customer",
        "$52.00 for your job: Audio",
        "$52.00 is on its way into your bank account",
    )
    assert len(town.texts(lena)) == 1
    assert (town.subjects(priya), town.texts(priya)) == ([], [])


def test_the_cascade_goes_down_to_the_last_tier(town: Town) -> None:
    """Experts do not answer, an intermediate declines, a beginner accepts."""
    ana = town.customer("Ana", BONITA)
    priya, marcus, lena = town.providers([("Priya", EXPERT), ("Marcus", INTERMEDIATE), ("Lena", BEGINNER)], BONITA)

    booking = town.asked_and_paid(ana)

    assert [town.offered(one, booking) for one in (priya, marcus, lena)] == [True, False, False]
    town.wait("61 s")
    assert [town.offered(one, booking) for one in (priya, marcus, lena)] == [False, True, False]
    town.decline(marcus, booking, "Too far.")
    assert [town.offered(one, booking) for one in (priya, marcus, lena)] == [False, False, True]
    town.accept(lena, booking)

    card = booking.read()
    assert (card["status"], card["provider_user_id"], card["tier_rank"]) == ("confirmed", lena.id, BEGINNER)
    assert [wave["tier_rank"] for wave in card["cascade"]["waves"]] == [EXPERT, INTERMEDIATE, BEGINNER]
    town.work(lena, booking, minutes=60)
    town.confirm(booking)
    assert booking.status == "closed"
    for one in (priya, marcus):
        town.assert_mails(one, "Offer: Audio")
        assert len(town.texts(one)) == 1


def test_nobody_takes_it_and_the_customer_asks_more_widely(town: Town) -> None:
    """The money is released within a minute; widening authorizes again and finds somebody."""
    ana = town.customer("Ana", CHULA_VISTA)
    priya = town.provider("Priya", CHULA_VISTA)
    booking = town.asked_and_paid(ana)

    town.wait("61 s")

    assert booking.status == "unfilled"
    assert booking.money == ("none", "none")
    assert town.books(booking) == {"authorized": HELD, "released": HELD}
    at = {fact["name"]: datetime.fromisoformat(fact["occurred_at"]) for fact in town.facts(booking)}
    assert at["authorization.released"] - at["booking.unfilled"] < timedelta(seconds=60)
    assert booking.id in {one["id"] for one in town.olga.api.items("operator/bookings", status="unfilled")}

    ana.api.post(f"{booking.path}/widening")
    town.quiet()
    assert booking.money == ("authorized", "none")
    town.accept(priya, booking)
    assert booking.status == "confirmed"
    town.work(priya, booking, minutes=60)
    town.confirm(booking)
    assert town.books(booking)["captured"] == 13_500
    town.assert_mails(
        ana,
        "We have your request",
        "Nobody is free",
        "Confirmed with Priya",
        "Priya J. is on the way",
        "Work has started",
        "Please look at the hours",
        "Receipt: $135.00",
    )


def test_nobody_takes_it_and_the_customer_cancels_free(town: Town) -> None:
    """There is nobody at all: unfilled at once."""
    ana = town.customer("Ana", IMPERIAL_BEACH)
    booking = town.asked_and_paid(ana)
    assert booking.status == "unfilled"
    assert ana.api.get(f"{booking.path}/cancellation")["fee"]["amount_minor"] == 0

    town.put(ana, booking, "cancelled", reason="I will ask my brother.")
    town.quiet()

    assert booking.status == "closed"
    assert town.books(booking) == {"authorized": HELD, "released": HELD}
    town.assert_mails(ana, "We have your request", "Nobody is free", "Cancelled: Audio")


def test_nobody_takes_it_and_the_customer_does_nothing(town: Town) -> None:
    """After half an hour it is cancelled, free."""
    ana = town.customer("Ana", IMPERIAL_BEACH)
    booking = town.asked_and_paid(ana)

    town.wait("25 min")
    assert booking.status == "unfilled"
    town.wait("6 min")

    card = booking.read()
    assert (card["status"], card["cancelled_by"], card["cancellation_fee"]["amount_minor"]) == ("closed", "system", 0)
    assert town.books(booking) == {"authorized": HELD, "released": HELD}
    town.assert_mails(ana, "We have your request", "Nobody is free", "Cancelled: Audio")
    number = next(subject for subject in town.subjects(town.olga) if subject.startswith("Unfilled: Audio"))
    assert number


def test_the_bank_asks_for_3d_secure_on_the_page(town: Town) -> None:
    """A failed authentication leaves the page open; a completed one goes on."""
    ana = town.customer("Ana", LA_MESA)
    priya = town.provider("Priya", LA_MESA)
    booking = town.request(ana)

    assert town.pay(booking, ASKS_ONCE, authentication="fail") == 402
    assert booking.status == "awaiting_card"
    assert town.books(booking) == {}

    assert town.pay(booking, ASKS_ONCE) == 303
    assert booking.status == "matching"
    town.accept(priya, booking)
    town.work(priya, booking, minutes=60)
    town.confirm(booking)
    assert booking.status == "closed"
    assert town.books(booking)["captured"] == 13_500


def test_a_card_is_declined_at_the_page_and_another_one_works(town: Town) -> None:
    """The vendor's page says so; nothing is held and nobody is asked until a good card comes."""
    ana = town.customer("Ana", EL_CAJON)
    priya = town.provider("Priya", EL_CAJON)
    booking = town.request(ana)

    assert town.pay(booking, DECLINED) == 402
    assert booking.status == "awaiting_card"
    assert town.books(booking) == {}
    assert not town.offered(priya, booking)

    assert town.pay(booking) == 303
    assert town.offered(priya, booking)
    town.put(ana, booking, "cancelled")
    town.quiet()
    assert booking.status == "closed"
    assert town.books(booking) == {"authorized": HELD, "released": HELD}


def test_a_card_that_never_comes_ends_the_request(town: Town) -> None:
    """After 35 minutes it is cancelled."""
    ana = town.customer("Ana", DOWNTOWN)
    booking = town.request(ana)
    page = town.card_page(booking)

    town.wait("30 min")
    assert booking.status == "awaiting_card"
    town.wait("6 min")

    assert booking.status == "closed"
    assert booking.read()["cancelled_by"] == "system"
    assert town.books(booking) == {}
    assert town.sandbox.pay(page).status_code == 410
    town.assert_mails(ana, "We have your request", "Cancelled: Audio")
