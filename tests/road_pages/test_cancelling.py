"""The customer cancels in every status: the page says what it costs before, charges that and nothing else, and the provider sees it at once."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.road_pages.people import Customer, customer, provider
from tests.road_pages.stage import Stage, walked
from tests.road_pages.test_cards import HELD

pytestmark = pytest.mark.timeout(300)
CALL_OUT = 5_500


@walked("phone")
def test_before_somebody_sets_out_it_is_free(stage: Stage) -> None:
    """While the card is missing, while it is planned, while people are asked, and when somebody has accepted."""
    town, ana, priya = stage.town, customer(stage), provider(stage, "Priya")
    ana.ask(at=town.local(days=20))
    ana.page.wait_for_url("**/c/pay/**")
    ana.opens_booking()
    ana.sees("One thing is missing: your card")
    ana.cancel("free")

    ana.ask_again(at=town.local(days=20))
    ana.pay()
    ana.sees("Planned")
    ana.cancel("free")
    assert ana.books == {}

    ana.ask_again()
    ana.sees_asked("Asking 1 person: Expert")
    priya.opens_offer("$108.00")
    ana.cancel("free", told=priya, says="This offer was taken back")
    ana.pays("Nothing is held.")
    assert ana.books == {"authorized": HELD, "released": HELD}
    priya.goes_to("/")

    ana.ask_again()
    priya.take("$108.00", ana)
    ana.cancel("free", told=priya)
    assert ana.books == {"authorized": HELD, "released": HELD}
    ana.page.goto(f"{stage.site}/my/bookings?past")
    expect(ana.page.locator(".row").filter(has_text="Cancelled")).to_have_count(4)


@walked("desk")
def test_who_is_on_the_way_or_at_the_door_is_paid_for_it(stage: Stage) -> None:
    """The call-out fee, from what is held; the provider gets four fifths. Work that has begun cannot be cancelled."""
    town, ana, priya = stage.town, customer(stage), provider(stage, "Priya")
    ana.ask_and_pay()
    for status in ("on the way", "at the door", "at work"):
        priya.take("$108.00", ana)
        priya.set_out(ana)
        if status != "on the way":
            priya.arrive(ana)
        if status == "at work":
            break
        ana.cancel("$55.00", told=priya)
        ana.pays("Cancellation fee", "$55.00 charged to Visa ···· 4242")
        assert ana.books == {
            "authorized": HELD,
            "captured": CALL_OUT,
            "released": HELD - CALL_OUT,
            "transferred": 4_400,
        }
        priya.earned("$44.00", "On your account", kind="Cancelled late")
        priya.goes_to("/")
        ana.ask_again()

    priya.start(ana)
    _cannot_be_cancelled(ana)
    town.wait("60 min")
    priya.stop(ana, minutes=60)
    _cannot_be_cancelled(ana)
    ana.confirm("$135.00")
    _cannot_be_cancelled(ana)
    assert ana.books["captured"] == 13_500


def _cannot_be_cancelled(ana: Customer) -> None:
    """There is no way to it on the page, and its address leads back."""
    expect(ana.page.get_by_role("link", name=re.compile("^Cancel"))).to_have_count(0)
    there = ana.page.url
    ana.page.goto(f"{there.partition('?')[0]}/cancellation")
    expect(ana.page).to_have_url(there.partition("?")[0])


@walked()
def test_an_appointment_is_free_until_two_days_before_and_costs_half_later(stage: Stage) -> None:
    """Charged to the card on file while nothing is held, captured when it is."""
    town, ana, priya = stage.town, customer(stage), provider(stage, "Priya")
    ana.ask_and_pay(at=town.local(days=3, hour=8))
    priya.take("$108.00", ana)
    ana.cancel("free", told=priya)
    assert ana.books == {}

    for hours, books in (
        (36, {"captured": 6_750, "transferred": 5_400}),
        (20, {"authorized": HELD, "captured": 6_750, "released": HELD - 6_750, "transferred": 5_400}),
    ):
        priya.goes_to("/")
        start = town.local(days=3, hour=12)
        ana.ask_again(at=start)
        priya.take("$108.00", ana)
        town.until(start.replace(tzinfo=town.now().tzinfo) - timedelta(hours=hours))
        ana.pays("is saved" if hours > 24 else "is held")
        ana.cancel("$67.50", told=priya)
        ana.pays("Cancellation fee", "$67.50 charged to Visa ···· 4242")
        assert ana.books == books
        priya.earned("$54.00", "On your account", kind="Cancelled late")
