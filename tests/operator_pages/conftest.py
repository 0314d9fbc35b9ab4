"""A browser, and one running town for the operators' journeys and screens; Olga signs in as operators do."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.checking import opened
from tests.browser.conftest import browser as browser  # noqa: PLC0414 - a fixture given on
from tests.browser.conftest import sign_in
from tests.journeys.town import Town
from tests.running import in_order
from tests.stack import Stack


@pytest.fixture(scope="package")
def running_town() -> Iterator[Town]:
    """Start a system of its own: the queue says what waits, whoever left it there."""
    with Stack() as stack:
        town = Town(stack)
        yield town
        in_order(town)


@pytest.fixture
def town(running_town: Town) -> Town:
    """Begin a working day."""
    running_town.morning()
    return running_town


@pytest.fixture(scope="package")
def address(running_town: Town) -> str:
    """Give the address as people type it: cookies belong to `localhost`."""
    return str(running_town.stack.state.read("run.json")["url"])


@pytest.fixture
def olga(browser, address: str, town: Town) -> Any:
    """Give the cookies of Olga's sign-in; operators' sessions end after hours that pass in these journeys, so each has a new one."""
    return sign_in(browser, f"{address}/ops/account/sign-in", town.olga.email)


@pytest.fixture
def desk(browser, address: str, olga: Any) -> Iterator[BrowserContext]:
    """Open Olga's browser at her desk."""
    with opened(browser, "desk", storage=olga) as context:
        yield context


@pytest.fixture
def page(desk: BrowserContext) -> Iterator[Page]:
    """Give a page in which no script fails."""
    page = desk.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert wrong == []
