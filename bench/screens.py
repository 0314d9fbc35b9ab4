"""The twelve main screens, on a phone and on a desk, by day and by night, while one booking is lived in a city. No measurement."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, Page, Response, sync_playwright

from bench.common import say
from tests.browser.checking import EVERY_LOOK, opened
from tests.browser.conftest import sign_in
from tests.clients import Api, Sandbox, eventually
from tests.running import CHROMIUM
from tests.stack import PASSWORD

_QUALITY = 68
_WRONG = 400
_STILL_MS = 400
_ZONE = ZoneInfo("America/Los_Angeles")
_MORNING = 9
_DOMAIN = "demo.example"
_ON_THE_WAY = {"latitude": 32.7331, "longitude": -117.1512, "accuracy_metres": 20}
_LOG_INS = {"my": "ana", "pro": "priya", "ops": "olga"}


@dataclass
class Studio:
    """Who is signed in where, and where pictures go."""

    browser: Browser
    site: str
    into: Path
    cookies: dict[str, Any]

    def take(self, name: str, path: str, *, before: Callable[[Page], None] | None = None) -> None:
        """Take the four pictures of a screen, as whoever belongs to its application sees it."""
        application = path.split("/")[1]
        for size, theme in EVERY_LOOK:
            with opened(self.browser, size, theme, storage=self.cookies.get(application)) as context:
                page = context.new_page()
                missing: list[str] = []
                page.on("response", partial(_note, missing))
                if before is not None:
                    before(page)
                page.goto(f"{self.site}{path}", wait_until="load")
                page.wait_for_timeout(_STILL_MS)
                assert not missing, f"{path} came without {missing}"
                _keep(page.screenshot(animations="disabled"), self.into / f"{name}-{size}-{theme}.webp")
        say(f"{name} ({path})")

    def catch_up(self, application: str) -> None:
        """Read what was told in the months before: nobody who uses it leaves that many messages unread."""
        with self.browser.new_context(storage_state=self.cookies[application]) as context:
            page = context.new_page()
            page.goto(f"{self.site}/{application}/messages")
            unread = page.get_by_role("button", name="Mark all as read")
            if unread.count():
                unread.click()
                unread.wait_for(state="detached")


def take(run: dict[str, Any], into: Path) -> None:
    """Live a booking of Ana's with Priya in a running city, and take the pictures on the way."""
    into.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(run["sandbox_url"])
    _wait_for_morning(sandbox)
    api = f"http://127.0.0.1:{run['ports']['web']}"
    ana, priya = (Api(api).log_in(f"{name}@{_DOMAIN}", PASSWORD) for name in ("ana", "priya"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cookies = {
            prefix: sign_in(browser, f"{run['url']}/{prefix}/account/sign-in", f"{name}@{_DOMAIN}")
            for prefix, name in _LOG_INS.items()
        }
        studio = Studio(browser, run["url"], into, cookies)
        for application in ("my", "pro"):
            studio.catch_up(application)
        _standing(studio)
        _living(studio, ana, priya, sandbox)
        browser.close()


def _wait_for_morning(sandbox: Sandbox) -> None:
    """By day somebody is awake: the next time that clocks in San Diego show nine."""
    now = sandbox.now().astimezone(_ZONE)
    if not _MORNING <= now.hour < _MORNING + 4:
        nine = now.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
        say("waiting for the morning")
        sandbox.travel(to=nine if nine > now else nine + timedelta(days=1))


def _standing(studio: Studio) -> None:
    """What is there without anybody doing anything."""
    studio.take("home", "/")
    studio.take("service", "/services/audio?city=san-diego")
    studio.take("price", "/request/price", before=_as_far_as_the_price(studio.site))
    studio.take("earnings", "/pro/earnings")


def _living(studio: Studio, ana: Api, priya: Api, sandbox: Sandbox) -> None:
    """One booking from the search to the hours; at the end the operator's view of it."""
    booking = _booked(ana, priya)
    path = f"bookings/{booking}"
    offer = eventually(
        lambda: next((one["id"] for one in priya.items("offers") if one["booking_id"] == booking), ""), 60
    )
    studio.take("searching", f"/my/{path}")
    studio.take("offer", f"/pro/offers/{offer}")
    priya.post(f"offers/{offer}/acceptance")
    sandbox.quiet()
    priya.put(f"{path}/status", {"status": "en_route"})
    sandbox.travel(by="15 min")
    priya.put(f"{path}/position", _ON_THE_WAY)
    studio.take("on-the-way", f"/my/{path}")
    studio.take("customer", "/my/")
    studio.take("today", "/pro/")
    priya.put(f"{path}/status", {"status": "arrived"})
    priya.put(f"{path}/status", {"status": "in_progress", "start_code": ana.get(path)["start_code"]})
    sandbox.travel(by="75 min")
    priya.put(f"{path}/status", {"status": "completed", "minutes": 75})
    sandbox.quiet()
    studio.take("hours", f"/my/{path}")
    studio.take("operator-queue", "/ops/")
    studio.take("operator-booking", f"/ops/{path}")


def _booked(ana: Api, priya: Api) -> str:
    """Ask Priya for help as soon as possible, with the card that is on file."""
    [address, *_] = ana.items("users/me/addresses")
    asked = {
        "mode": "asap",
        "category": "audio",
        "kind": "sound-fault",
        "address_id": address["id"],
        "provider_user_id": priya.get("users/me")["id"],
        "instructions": "The left speaker hums.",
    }
    return str(ana.post("bookings", asked)["id"])


def _as_far_as_the_price(site: str) -> Callable[[Page], None]:
    """Say what, where and when, as the price depends on it."""

    def ask(page: Page) -> None:
        page.goto(f"{site}/request?category=audio")
        page.get_by_text("Find a hum or a dead channel").click()
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Street and number").fill("1420 Kettner Boulevard")
        page.get_by_label("ZIP code").fill("92101")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Continue").click()
        page.get_by_text("As soon as possible").click()
        page.get_by_role("button", name="See the price").click()
        page.wait_for_url("**/request/price")

    return ask


def _note(missing: list[str], answer: Response) -> None:
    if answer.status >= _WRONG:
        missing.append(answer.url)


def _keep(picture: bytes, file: Path) -> None:
    Image.open(io.BytesIO(picture)).convert("RGB").save(file, "WEBP", quality=_QUALITY, method=6)
