"""A browser, and one running system for all tests in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.stack import Stack

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as playwright:
        # As root, in a container, there is no sandbox to be had; only our own pages are opened.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def system() -> Iterator[Stack]:
    """Start the whole system, without a city."""
    with Stack() as stack:
        yield stack


@pytest.fixture(scope="session")
def site(system: Stack) -> str:
    """Give the address as people type it: cookies and passkeys belong to `localhost`."""
    return str(system.state.read("run.json")["url"])


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """Give the folder that `--pictures` names, or None."""
    folder = request.config.getoption("--pictures")
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
