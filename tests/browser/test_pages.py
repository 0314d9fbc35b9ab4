"""Every page keeps what every page has to keep; a page without a row fails."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.checking import THEMES, check_page, opened
from tests.browser.places import CHECKED_ELSEWHERE, ROWS, pages


def test_every_page_has_a_row():
    known = set(ROWS) | set(CHECKED_ELSEWHERE)

    assert sorted(pages() - known) == [], "add a row to tests/browser/places.py"
    assert sorted(known - pages()) == [], "there is no such page any more"


@pytest.mark.parametrize("route", sorted(route for route, row in ROWS.items() if not row.who))
def test_a_page_for_everybody(browser: Browser, site: str, route: str, pictures: Path | None):
    row = ROWS[route]

    check_page(browser, f"{site}{row.url}", expected_status=row.expected_status, pictures=pictures)


def test_an_address_that_is_not_there_is_a_page_too(browser: Browser, site: str):
    check_page(browser, f"{site}/not-here", expected_status=404)


@pytest.mark.parametrize("chosen", THEMES)
def test_a_chosen_theme_is_kept_and_comes_with_the_page(browser: Browser, site: str, chosen: str):
    other = next(theme for theme in THEMES if theme != chosen)
    with opened(browser, "desk", other) as context:
        page = context.new_page()
        page.goto(f"{site}/styleguide")
        before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        with page.expect_response("**/preferences"):
            page.locator(f'button[name="theme"][value="{chosen}"]').click()
        at_once = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        answer = page.goto(f"{site}/styleguide")
        afterwards = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

        assert before != at_once == afterwards
        assert answer is not None
        assert f'data-theme="{chosen}"' in answer.text()


def test_the_language_is_chosen_without_a_script(browser: Browser, site: str):
    with opened(browser, "phone", javascript=False) as context:
        page = context.new_page()
        page.goto(f"{site}/styleguide")
        page.get_by_role("button", name="Español").click()

        assert page.url == f"{site}/styleguide"
        assert page.locator("html").get_attribute("lang") == "es"
        assert page.get_by_role("heading", level=1).inner_text() == "Guía de estilo"


def test_a_dialog_opens_holds_the_focus_and_closes(browser: Browser, site: str):
    with opened(browser, "desk") as context:
        page = context.new_page()
        page.goto(f"{site}/styleguide")
        opener = page.get_by_role("button", name="Open a dialog")
        opener.click()
        dialog = page.get_by_role("dialog", name="Cancel this booking?")

        assert dialog.is_visible()
        assert page.evaluate("document.activeElement.closest('dialog')?.id") == "dialog"
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert page.evaluate("document.activeElement.dataset.opens") == "dialog"


def test_a_countdown_counts_by_the_servers_clock(browser: Browser, site: str):
    with opened(browser, "desk") as context:
        page = context.new_page()
        page.clock.install(time="2031-01-01T00:00:00Z")
        page.goto(f"{site}/styleguide")
        ring = page.locator(".countdown--large")
        ring.scroll_into_view_if_needed()
        page.locator(".countdown--large[data-island-running]").wait_for()
        page.clock.run_for(10_000)

        minutes, seconds = ring.locator(".countdown__text").inner_text().split(":")
        assert 55 <= int(minutes) * 60 + int(seconds) <= 64
