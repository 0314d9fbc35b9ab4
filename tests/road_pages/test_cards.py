"""The card: the bank asks, the bank says no, nobody gives one."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.clients import ASKS_ALWAYS, ASKS_ONCE, DECLINED, DECLINED_LATER, VISA
from tests.customer_pages.walking import pay
from tests.road_pages.people import WORK, Customer, customer, provider
from tests.road_pages.stage import Stage, walked

pytestmark = pytest.mark.timeout(300)
HELD = 42_188
DAY = timedelta(days=1)


def starts_at(ana: Customer) -> datetime:
    """When the job starts."""
    return datetime.fromisoformat(ana.booking.read()["scheduled_start_time"])


@walked("desk")
def test_the_bank_asks_for_3d_secure_on_the_vendors_page(stage: Stage) -> None:
    """A failed answer leaves the page open and nobody is asked; a completed one goes on to the receipt."""
    ana, priya = customer(stage), provider(stage, "Priya")
    ana.ask_and_pay(ASKS_ONCE)
    ana.answer_the_bank("Fail authentication")
    expect(ana.page.get_by_role("alert")).to_be_visible()
    assert ana.books == {}
    priya.has_no_offer()

    ana.pay(ASKS_ONCE)
    ana.answer_the_bank()
    ana.sees_asked("Asking 1 person: Expert")
    ana.pays("$421.88 is held on Visa ···· 3155")
    priya.take("$108.00", ana)
    priya.work(ana, minutes=60)
    ana.confirm("$135.00")
    priya.earned("$108.00", "On your account")
    assert ana.books == {"authorized": HELD, "captured": 13_500, "released": HELD - 13_500, "transferred": 10_800}


@walked()
def test_the_bank_wants_the_customer_a_day_before_the_appointment(stage: Stage) -> None:
    """The mail leads to the page, the page to the bank; the provider cannot set out before."""
    town, ana, priya = stage.town, customer(stage), provider(stage, "Priya")
    ana.ask_and_pay(ASKS_ALWAYS, at=town.local(days=2, hour=10))
    ana.answer_the_bank()
    ana.sees_asked("Asking 1 person: Expert")
    priya.take("$108.00", ana)
    town.until(starts_at(ana) - DAY + timedelta(minutes=1))
    ana.sees("Priya is coming")
    ana.reads("Your bank wants you, or another card.", "Without it the appointment cannot be kept.")
    assert ana.books == {}

    ana.follows_mail("Please check your payment")
    ana.reads("Your bank wants you, or another card.")
    ana.adds_card()
    ana.pay(ASKS_ALWAYS)
    ana.answer_the_bank()
    ana.pays("$421.88 is held on Visa ···· 3184")
    ana.sees("Priya is coming")
    expect(ana.page.get_by_text("Your bank wants you")).to_have_count(0)
    town.until(starts_at(ana) - timedelta(minutes=20))
    priya.goes_to("/")
    priya.set_out(ana)
    ana.cancel("$67.50", told=priya)
    assert ana.books == {"authorized": HELD, "captured": 6_750, "released": HELD - 6_750, "transferred": 5_400}


@walked("desk")
def test_a_card_is_declined_and_another_one_works(stage: Stage) -> None:
    """At the request on the vendor's page; a day before the appointment on the booking's page."""
    town, ana, priya = stage.town, customer(stage), provider(stage, "Priya")
    ana.ask_and_pay(DECLINED, at=town.local(days=2, hour=10))
    expect(ana.page.get_by_role("alert")).to_contain_text("declined")
    ana.opens_booking()
    ana.sees("One thing is missing: your card")
    ana.reads("The booking is kept until", "Nobody is asked before.")
    priya.has_no_offer()
    ana.adds_card()
    ana.pay(DECLINED_LATER)
    ana.sees_asked("Asking 1 person: Expert")
    priya.take("$108.00", ana)

    town.until(starts_at(ana) - DAY + timedelta(minutes=1))
    ana.reads("Your bank wants you, or another card.")
    priya.reads("Confirmed")
    ana.adds_card()
    ana.pay(VISA)
    ana.sees("Priya is coming")
    ana.pays("$421.88 is held on Visa ···· 4242")
    assert ana.books == {"authorized": HELD}
    ana.cancel("$67.50", told=priya)
    ana.pays("Cancellation fee", "$67.50 charged to Visa ···· 4242")
    priya.earned("$54.00", "On your account", kind="Cancelled late")
    ana.was_mailed(
        "We have your request",
        "Confirmed with Priya",
        "Please check your payment",
        f"Reminder: {WORK}",
        f"Cancelled: {WORK}",
        "Receipt: $67.50",
    )


@walked("phone")
def test_a_card_that_never_comes_ends_the_request(stage: Stage) -> None:
    """The customer leaves the vendor's page; 35 minutes later nothing is left of it but a mail, and the page takes no card any more."""
    town, ana, priya = stage.town, customer(stage), provider(stage, "Priya")
    ana.ask()
    ana.page.wait_for_url("**/c/pay/**")
    vendors = ana.page.url
    ana.link("Cancel and go back")
    ana.sees("One thing is missing: your card")
    ana.reads("The booking is kept until", "Nothing is charged in advance.")
    town.wait("36 min")

    ana.sees("This booking is cancelled")
    ana.reads("The time for an answer passed. It costs nothing")
    ana.pays("Nothing is held.")
    priya.has_no_offer()
    ana.page.goto(vendors)
    expect(ana.page.get_by_label("Card number")).to_have_count(0)
    ana.link("Go back")
    ana.sees("This booking is cancelled")
    assert ana.books == {}
    ana.was_mailed("We have your request", f"Cancelled: {WORK}")
    priya.was_mailed()
    ana.ask_again()
    pay(ana.page)
    ana.sees_asked("Asking 1 person: Expert")
    ana.cancel("free")
