"""The customer's page says what the provider does, as soon as they do it. How soon is measured by `./guild bench live`."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.places import CARDIFF
from tests.journeys.town import Town
from tests.watching import at_work

pytestmark = pytest.mark.timeout(300)


def test_the_customer_sees_each_step_of_the_provider_without_asking(
    browser: Browser, site: str, town: Town, record_property
):
    asked: list[str] = []
    with at_work(browser, site, town, CARDIFF, "Priya") as both:
        both.customer.on("request", lambda request: asked.append(request.url) if "/live?" in request.url else None)
        steps = list(both.work())

    for step in steps:
        record_property(step.seen, f"{step.milliseconds:.0f} ms")
        print(f"{step.seen}: after {step.milliseconds:.0f} ms")  # noqa: T201 - for whoever reads the output
    assert [step.was_told for step in steps] == [True] * 4
    assert len(asked) >= len(steps)
