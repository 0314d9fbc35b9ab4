"""A browser, and one running system for all tests in it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.checking import opened
from tests.journeys.conftest import running_town as running_town  # noqa: PLC0414 - a fixture given on
from tests.journeys.places import DOWNTOWN
from tests.journeys.town import Town
from tests.peopling import ProviderToMake
from tests.running import RUNNING
from tests.stack import PASSWORD, Stack

Members = dict[str, Any]


@pytest.fixture(scope="package")
def browser() -> Browser:
    """Give the browser."""
    return RUNNING.browser


@pytest.fixture(scope="package")
def system(running_town: Town) -> Stack:
    """Give the whole system, without a city."""
    return running_town.stack


@pytest.fixture(scope="package")
def site(system: Stack) -> str:
    """Give the address as people type it: cookies and passkeys belong to `localhost`."""
    return str(system.state.read("run.json")["url"])


@pytest.fixture(scope="package")
def members(system: Stack, browser: Browser, site: str) -> Members:
    """Give the cookies of Ana (`customer`), Priya (`provider`) and Olga (`operator`), each signed in as people do."""
    sandbox = system.sandbox()
    place = DOWNTOWN
    priya = ProviderToMake("Priya", "priya@pages.example", system.next_number(), place.latitude, place.longitude)
    system.make_people([priya], operators=[("Olga", "olga@pages.example")])
    where = {"latitude": place.latitude, "longitude": place.longitude}
    address = {"street": "1 Main Street", "zip_code": place.zip_code, **where}
    ana = system.sign_up_customer("Ana", place=address, sandbox=sandbox)
    return {
        "customer": sign_in(browser, f"{site}/my/account/sign-in", ana.email),
        "provider": sign_in(browser, f"{site}/pro/account/sign-in", priya.email),
        "operator": sign_in(browser, f"{site}/ops/account/sign-in", "olga@pages.example"),
    }


def sign_in(browser: Browser, url: str, email: str) -> Any:
    """Sign in on the page of an application; gives the cookies, for `check_page(storage=...)` and `opened(storage=...)`."""
    with opened(browser, "desk") as context:
        page = context.new_page()
        page.goto(url)
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda there: "/account/" not in there)
        return context.storage_state()


@pytest.fixture(scope="package")
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """Give the folder that `--pictures` names, or None."""
    folder = request.config.getoption("--pictures")
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
