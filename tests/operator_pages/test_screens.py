"""The operator's screens with something in them keep what every page has to keep."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.checking import check_page, opened
from tests.browser.conftest import pictures as pictures  # noqa: PLC0414 - a fixture given on
from tests.journeys.places import RAMONA
from tests.journeys.town import Town

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def case(running_town: Town) -> dict[str, str]:
    """Contested hours, a job that nobody takes, and a switch that is thrown."""
    town = running_town
    town.morning()
    ana, priya = town.customer("Ana", RAMONA), town.provider("Priya", RAMONA)
    booking = town.asked_and_paid(ana, at=town.local(hour=19))
    town.accept(priya, booking)
    town.work(priya, booking, minutes=120)
    ana.api.post(f"{booking.path}/contest", {"minutes": 90, "reason": "He was on the telephone."})
    unfilled = town.request(ana, at=town.local(days=4))  # her card is saved
    town.quiet()
    town.decline(priya, unfilled)
    town.wait("1 min")
    assert unfilled.status == "unfilled"
    town.olga.api.post("operator/pauses", {"what": "payouts", "city": "*", "reason": "Bank holiday."})
    return {"booking": booking.id, "unfilled": unfilled.id, "customer": ana.id, "provider": priya.id}


@pytest.mark.parametrize(
    ("path", "ready"),
    [
        ("/ops/", "#queue"),
        ("/ops/?kind=unfilled", "#pane .choice"),
        ("/ops/?kind=contested", "#pane .stepper"),
        ("/ops/bookings/{booking}", "#timeline"),
        ("/ops/bookings/{unfilled}", "#timeline"),
        ("/ops/bookings?status=contested", "table"),
        ("/ops/customers/{customer}", "table"),
        ("/ops/customers/{customer}/booking", "#price"),
        ("/ops/providers/{provider}", "table"),
        ("/ops/switches", ".badge"),
    ],
)
def test_a_screen(
    browser: Browser, address: str, olga: Any, case: dict[str, str], path: str, ready: str, pictures: Path | None
) -> None:
    check_page(
        browser,
        address + path.format_map(case),
        storage=olga,
        ready=ready,
        looks=[("desk", "light"), ("phone", "dark")],
        pictures=pictures,
    )


def test_the_queue_and_a_decision_work_without_a_script(
    browser: Browser, address: str, olga: Any, case: dict[str, str]
) -> None:
    with opened(browser, "desk", storage=olga, javascript=False) as context:
        page = context.new_page()
        page.goto(f"{address}/ops/?kind=contested")
        page.locator("#queue a").first.click()
        page.locator("#pane").get_by_label("Minutes that count").fill("95")
        page.locator("#pane").get_by_role("button", name="Settle the hours").click()

        assert page.locator(".summary").inner_text().count("Reason") == 1
        assert page.url.endswith("/settlement")
