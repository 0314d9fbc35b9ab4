"""As soon as possible: a favourite first, then tier by tier, or nobody."""

import pytest

from tests.journeys.town import BEGINNER, EXPERT, INTERMEDIATE
from tests.road_pages.people import WORK, customer, operator, provider
from tests.road_pages.stage import Stage, walked

pytestmark = pytest.mark.timeout(300)
HELD = 42_188  # two hours and a half of an expert and a quarter more
HOUR_OF_A_BEGINNER = 6_500


@walked("phone")
def test_a_favourite_is_asked_first_and_is_paid_though_the_customer_says_nothing(stage: Stage) -> None:
    """From the vendor's page for the bank account to the money that lies there."""
    town, ana, lena = stage.town, customer(stage), provider(stage, "Lena", BEGINNER, paid=False)
    lena.open_payout_account()
    ana.ask_from_the_first_page()
    ana.pay()
    ana.sees_asked("Asking 1 person: Beginner")
    lena.take("$52.00", ana)
    ana.press("Ask first next time")
    ana.reads("One of your favourites")
    ana.cancel("free", told=lena)

    lena.goes_to("/")
    priya = provider(stage, "Priya", EXPERT)
    ana.ask_again()
    ana.sees_asked("Asking 1 of your favourites")
    priya.has_no_offer()
    lena.take("$52.00", ana)
    ana.reads("One of your favourites")
    lena.work(ana, minutes=60)
    ana.pays("For the logged hours", "$65.00")
    assert ana.books == {"authorized": HELD}
    town.wait("48h")

    ana.sees("Done")
    ana.pays("1 h \N{MULTIPLICATION SIGN} $65.00", "$65.00 charged to Visa ···· 4242")
    lena.is_told("Done")
    lena.earned("$52.00", "On your account")
    town.wait("5 days")
    lena.earned("$52.00", "In your bank")
    assert ana.books == {
        "authorized": HELD,
        "captured": HOUR_OF_A_BEGINNER,
        "transferred": 5_200,
        "released": HELD - HOUR_OF_A_BEGINNER,
    }
    cancelled = ("We have your request", "Confirmed with Lena", f"Cancelled: {WORK}")
    paid = ("Lena J. is on the way", "Work has started", "Please look at the hours", "Receipt: $65.00")
    ana.was_mailed(*cancelled, "We have your request", "Confirmed with Lena", *paid)
    offered = (f"Offer: {WORK}, $52.00", f"The job is yours: {WORK}")
    earned = ("Your hours are with the customer", f"$52.00 for your job: {WORK}", "$52.00 is on its way into your bank")
    lena.was_mailed(*offered, f"Cancelled: {WORK}", *offered, *earned)
    lena.was_texted(2)
    priya.was_mailed()
    priya.was_texted(0)
    lena.messages("/pro", "$52.00 is on its way into your bank", f"$52.00 for your job: {WORK}")
    ana.messages("/my", "Receipt: $65.00", "Please look at the hours")


@walked("desk")
def test_the_cascade_goes_down_to_the_last_tier(stage: Stage) -> None:
    """The expert lets the minute pass, the intermediate declines, the beginner accepts; the customer sees whom it is about."""
    ana = customer(stage)
    priya, marcus, lena = (
        provider(stage, "Priya", EXPERT),
        provider(stage, "Marcus", INTERMEDIATE),
        provider(stage, "Lena", BEGINNER),
    )
    ana.ask_from_the_first_page()
    ana.pay()
    ana.sees_asked("Asking 1 person: Expert")
    priya.opens_offer("$108.00")
    for one in (marcus, lena):
        one.has_no_offer()

    stage.town.wait("61 s")
    ana.sees_asked("Asking 1 person: Intermediate")
    priya.is_told("The time to accept is over")
    marcus.opens_offer("$76.00")
    lena.has_no_offer()
    marcus.decline("Too far away")
    ana.sees_asked("Asking 1 person: Beginner")
    ana.reads("1 has declined so far.", "3 people asked, 1 declined")
    lena.take("$52.00", ana)
    marcus.goes_to("/")
    marcus.has_no_offer()

    lena.work(ana, minutes=60)
    ana.confirm("$65.00")
    lena.earned("$52.00", "On your account")
    assert ana.books["captured"] == HOUR_OF_A_BEGINNER
    for one in (priya, marcus):
        one.was_mailed(f"Offer: {WORK}")
        one.was_texted(1)


@walked("phone")
def test_nobody_takes_it_and_the_customer_asks_again_and_then_for_another_time(stage: Stage) -> None:
    """An operator sees it too; nothing is held in between."""
    town, ana, priya, olga = stage.town, customer(stage), provider(stage, "Priya"), operator(stage)
    ana.ask_and_pay()
    ana.sees_asked("Asking 1 person: Expert")
    town.wait("61 s")
    ana.sees("Nobody was free")
    ana.reads("Nothing is charged. Choose until")
    ana.pays("Nothing is held at the moment.")
    assert ana.books == {"authorized": HELD, "released": HELD}
    olga.sees_waiting("Unfilled", "Ana")

    ana.press("Ask everybody again")
    ana.sees_asked("Asking 1 person: Expert")
    ana.pays("$421.88 is held on Visa ···· 4242")
    priya.opens_offer("$108.00")
    town.wait("61 s")
    ana.sees("Nobody was free")
    priya.is_told("The time to accept is over")
    priya.goes_to("/")

    ana.link("Choose another time")
    ana.choose_time(town.local(days=3, hour=14))
    ana.press("Move it")
    ana.sees_asked("Asking 1 person: Expert")
    ana.pays("Visa ···· 4242 is saved; the amount is held 24 hours before the start")
    priya.take("$108.00", ana)
    ana.reads("2:00\N{NARROW NO-BREAK SPACE}PM")
    olga.sees_nothing_waiting("Ana")
    ana.cancel("free", told=priya)
    assert ana.books == {"authorized": 2 * HELD, "released": 2 * HELD}
    priya.was_texted(3)
    ana.was_mailed(
        "We have your request",
        "Nobody is free",
        "Nobody is free",
        f"Your job has a new time: {WORK}",
        "Confirmed with Priya",
        f"Cancelled: {WORK}",
    )


@walked()
def test_nobody_takes_it_and_the_customer_cancels_or_does_nothing(stage: Stage) -> None:
    """Free, both times; who does nothing for half an hour is told so."""
    town, ana = stage.town, customer(stage)
    ana.ask_and_pay()
    ana.sees("Nobody was free")
    ana.cancel("free")
    assert ana.books == {"authorized": HELD, "released": HELD}

    ana.ask_again()
    ana.sees("Nobody was free")
    town.wait("31 min")
    ana.sees("This booking is cancelled")
    ana.reads("The time for an answer passed. It costs nothing")
    ana.pays("Nothing is held.")
    assert ana.books == {"authorized": HELD, "released": HELD}
    ana.was_mailed(*["We have your request", "Nobody is free", f"Cancelled: {WORK}"] * 2)
