"""At a time: the card is saved, both are reminded and the money is held a day before; a job that is given back is offered anew."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.road_pages.people import WORK, customer, provider
from tests.road_pages.stage import Stage, walked
from tests.road_pages.test_cards import DAY, HELD, starts_at

pytestmark = pytest.mark.timeout(300)


@walked("desk")
def test_an_appointment_is_planned_matched_reminded_held_done_and_paid(stage: Stage) -> None:
    """Asked nine days ahead: people are asked a week before, the money is held when a day is left."""
    town, ana, priya = stage.town, customer(stage), provider(stage, "Priya")
    ana.ask_and_pay(at=town.local(days=9, hour=10))
    ana.sees("Planned")
    ana.reads("We start asking on")
    priya.has_no_offer()
    start = starts_at(ana)
    town.until(start - 7 * DAY + timedelta(minutes=1))
    ana.sees_asked("Asking 1 person: Expert")
    priya.take("$108.00", ana)
    ana.pays("Visa ···· 4242 is saved; the amount is held 24 hours before the start.")
    assert ana.books == {}

    town.until(start - DAY - timedelta(minutes=1))
    ana.pays("Visa ···· 4242 is saved")
    expect(priya.page.get_by_role("button", name="I am on my way")).to_have_count(0)
    town.wait("2 min")
    ana.pays("$421.88 is held on Visa ···· 4242", "Not a charge")
    assert ana.books == {"authorized": HELD}
    ana.messages("/my", f"Reminder: {WORK}")
    priya.messages("/pro", f"Reminder: {WORK}")

    town.until(start - timedelta(minutes=30))
    ana.opens_booking()
    priya.goes_to("/")
    priya.work(ana, minutes=90)
    ana.confirm("$202.50")
    ana.pays("1 h 30 min \N{MULTIPLICATION SIGN} $135.00", "$219.38 was held and is let go")
    priya.earned("$162.00", "On your account")
    assert ana.books == {"authorized": HELD, "captured": 20_250, "released": HELD - 20_250, "transferred": 16_200}
    work = ("Priya J. is on the way", "Work has started", "Please look at the hours", "Receipt: $202.50")
    ana.was_mailed("We have your request", "Confirmed with Priya", f"Reminder: {WORK}", *work)
    paid = ("Your hours are with the customer", f"$162.00 for your job: {WORK}")
    priya.was_mailed(f"Offer: {WORK}", "The job is yours", f"Reminder: {WORK}", *paid)
    priya.was_texted(1)


@walked("phone")
def test_the_provider_gives_the_job_back_and_others_are_asked(stage: Stage) -> None:
    """The customer sees it at once, need do nothing and pays nothing for it; who gave it back is not asked again."""
    town, ana, priya, marcus = stage.town, customer(stage), provider(stage, "Priya"), provider(stage, "Marcus")
    ana.ask_and_pay(at=town.local(days=3, hour=10))
    ana.sees_asked("Asking 2 people: Expert")
    marcus.opens_offer("$108.00")
    priya.take("$108.00", ana)
    marcus.is_told("Somebody else was first")
    marcus.goes_to("/")
    marcus.has_no_offer()

    priya.link("I cannot do this job")
    priya.page.get_by_label("What happened?").fill("My van broke down.")
    stage.step(priya.page, "Give the job back", ana.page, "Looking for your Hero")
    ana.reads("Who had accepted cannot come.", "the price and the terms stay", "Asking 1 person: Expert")
    priya.has_no_offer()
    marcus.take("$108.00", ana)
    ana.pays("Visa ···· 4242 is saved")
    ana.cancel("free", told=marcus)
    assert ana.books == {}
    ana.was_mailed(
        "We have your request", "Confirmed with Priya", "We are finding", "Confirmed with Marcus", f"Cancelled: {WORK}"
    )
    priya.was_mailed(f"Offer: {WORK}", "The job is yours")
    marcus.was_mailed(f"Offer: {WORK}", f"Offer: {WORK}", "The job is yours", f"Cancelled: {WORK}")
    marcus.was_texted(2)
