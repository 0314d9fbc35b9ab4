"""Every page keeps what every page has to keep; a page without a row fails."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from tests.browser.checking import EVERY_LOOK, THEMES, check_page, layout_shift, opened
from tests.browser.conftest import Members
from tests.browser.places import ELSEWHERE, ROWS, pages
from tests.browser.slowly import slowly


def test_every_page_has_a_row():
    known = set(ROWS) | set(ELSEWHERE)

    assert sorted(pages() - known) == [], "add a row to tests/browser/places.py"
    assert sorted(known - pages()) == [], "there is no such page any more"


@pytest.mark.parametrize("route", sorted(ROWS))
def test_a_page(
    browser: Browser, site: str, route: str, members: Members, pictures: Path | None, request: pytest.FixtureRequest
):
    row = ROWS[route]
    # Each page in each size and each theme, loaded in one of them; in all four pairs on the styleguide and in the long run.
    is_even = sorted(ROWS).index(route) % 2 == 0
    pairs = [("phone", "light"), ("desk", "dark")] if is_even else [("desk", "light"), ("phone", "dark")]
    is_whole = route == "styleguide" or request.config.getoption("--long")

    check_page(
        browser,
        f"{site}{row.url}",
        storage=members[row.who] if row.who else None,
        expected_status=row.expected_status,
        looks=EVERY_LOOK if is_whole else pairs,
        pictures=pictures,
    )


def test_an_address_that_is_not_there_is_a_page_too(browser: Browser, site: str):
    check_page(browser, f"{site}/not-here", expected_status=404, looks=[("phone", "light"), ("desk", "dark")])


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("", "/my/account/sign-in"),
        ("customer", "/my/account/sessions"),
        ("provider", "/pro/work/listings"),
        ("operator", "/ops/health"),
    ],
)
def test_nothing_moves_on_a_page_that_comes_in_pieces_and_its_font_late(
    browser: Browser, site: str, who: str, path: str, members: Members
):
    with slowly(site) as line, opened(browser, "phone", storage=members[who] if who else None) as context:
        page = context.new_page()

        assert layout_shift(page, f"{line}{path}") == 0


def test_a_page_seen_before_weighs_what_it_weighed_at_first(browser: Browser, site: str):
    """The window is the same for all pages, and takes nothing from a cache; a new one shows what the first view weighs."""
    weighed = []
    for sign_in in (lambda _: None, None, None):
        with pytest.raises(AssertionError, match="the first view weighs") as found:
            check_page(browser, f"{site}/terms", sign_in=sign_in, weight_max=1_000, looks=[("phone", "light")])
        weighed.append(int(re.findall(r"weighs (\d+) bytes", str(found.value))[0]))

    assert weighed == [pytest.approx(weighed[0], rel=0.01)] * 3


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


def test_a_passkey_is_added_and_signs_in(browser: Browser, site: str, members: Members):
    with opened(browser, "phone", storage=members["customer"]) as context:
        page = context.new_page()
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        device.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, "isUserVerified": True}})
        page.goto(f"{site}/my/account/passkeys")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_role("button", name="Remove").wait_for()

        context.clear_cookies()
        page.goto(f"{site}/my/account/sign-in")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(lambda there: "/account/" not in there)

        assert page.goto(f"{site}/my/account/sessions").status == 200


def test_without_passkeys_nobody_is_offered_one(browser: Browser, site: str):
    with opened(browser, "phone") as context:
        context.add_init_script("delete window.PublicKeyCredential")
        page = context.new_page()
        page.goto(f"{site}/my/account/sign-in")

        page.locator("button[hidden]", has_text="Sign in with a passkey").wait_for(state="attached")


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


def test_what_happens_while_a_part_is_being_asked_for_is_asked_for_again(browser: Browser, site: str, members: Members):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with opened(browser, "phone", storage=members["provider"]) as context:
        page = context.new_page()
        page.goto(f"{site}/pro/")
        part = page.locator('[hx-trigger*="feed from:body"]').first
        address, drawn = part.get_attribute("hx-get"), part.evaluate("(element) => element.outerHTML")
        page.wait_for_timeout(500)  # The one question after the page's own load.
        page.route(f"**{address}*", hold)
        happen = "document.body.dispatchEvent(new CustomEvent('feed'))"

        page.evaluate(happen)
        page.wait_for_timeout(200)
        asked_before = len(held)
        page.evaluate(happen)
        held[0].fulfill(body=drawn, content_type="text/html")
        page.wait_for_timeout(1_000)

        assert asked_before == 1
        assert len(held) == 2


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ('<img src="/static/none.png">', "image-alt"),
        ("<p data-wide>wide</p>", "wider than the screen"),
        ('<img alt="" src="http://elsewhere.example/x.png">', "asked another origin"),
        ("<script>1</script>", "console: "),
        ('<p style="color:red">red</p>', "console: "),
        ("<p data-late>late</p>", "the layout shifted"),
        (f"<p>{'heavy ' * 20_000}</p>", "the first view weighs"),
    ],
)
def test_a_fault_is_found(browser: Browser, site: str, fault: str, told: str):
    def spoil(context: BrowserContext) -> None:
        def answer(route: Route) -> None:
            whole = route.fetch()
            spoiled = whole.text().replace('tabindex="-1">', f'tabindex="-1">{fault}', 1)
            route.fulfill(response=whole, body=spoiled)

        context.route("**/terms", answer)
        context.route("http://elsewhere.example/**", lambda route: route.fulfill(body=""))
        context.add_init_script(
            """addEventListener("load", () => {
              document.querySelector("[data-wide]")?.style.setProperty("width", "2000px")
              // Only what was painted can shift: grows after two frames.
              const grow = () => document.querySelector("[data-late]")?.style.setProperty("height", "300px")
              requestAnimationFrame(() => requestAnimationFrame(grow))
            })"""
        )

    with pytest.raises(AssertionError, match=told):
        check_page(browser, f"{site}/terms", sign_in=spoil, looks=[("phone", "light")])
