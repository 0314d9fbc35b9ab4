"""What every page has to keep, on a phone and on a desk, by day and by night."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize

from guildhall.cli.frontend import package_folder

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
SIZES = {"phone": PHONE, "desk": DESK}
THEMES = ("light", "dark")
EVERY_LOOK = tuple((size, theme) for size in SIZES for theme in THEMES)
SHIFT_MAX = 0.05
FIRST_VIEW_BYTES_MAX = 100 * 1024
_STILL_MS = 250
# Every shift counts: nobody touches the page before it is measured. What Chromium calls recent input is, on a phone, its own
# laying out for the narrow screen, half a second long, and would hide all that moves while the page loads.
_MEASURE_SHIFTS = """
window.__shift = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.__shift += entry.value
}).observe({ type: "layout-shift", buffered: true })
"""
# What concerns the shape of a page as a whole is checked too: every page is one.
_AXE = """
async () => (await axe.run(document, { reporter: "no-passes" })).violations.map((violation) =>
  `${violation.id} (${violation.impact}): ${violation.help}: ${violation.nodes.slice(0, 5).map((node) => node.html.slice(0, 160)).join(" | ")}`)
"""
_TOO_WIDE = """
() => {
  const width = document.documentElement.clientWidth
  const frames = width < 600 ? [...document.querySelectorAll(".table-frame")] : []
  const moving = frames.filter((frame) => frame.scrollWidth > frame.clientWidth).map((frame) => `the table ${frame.ariaLabel} moves sideways`)
  if (moving.length) return moving
  if (document.documentElement.scrollWidth <= width) return []
  const parts = [...document.body.querySelectorAll("*")].filter((part) => part.getBoundingClientRect().right > width + 1)
  return parts.slice(0, 5).map((part) => `${part.tagName.toLowerCase()}.${part.className}`)
}
"""
# Also where a row is a card: a screen reader tells a cell's column by how many cells stand before it.
_NO_CELLS = """
() => [...document.querySelectorAll(".table tr > *")].filter((cell) => getComputedStyle(cell).display === "none")
  .map((cell) => `a screen reader misses the cell ${cell.dataset.label ?? cell.textContent}`)
"""

_NOTHING: Any = {"cookies": [], "origins": []}
_windows: WeakKeyDictionary[Browser, dict[str, Page]] = WeakKeyDictionary()


@dataclass
class Seen:
    """What a page did while it was looked at."""

    said: list[str]
    asked: list[str]
    transferred: int = 0


def check_page(
    browser: Browser,
    url: str,
    *,
    storage: Any = None,
    sign_in: Callable[[BrowserContext], object] | None = None,
    ready: str = "main",
    weight_max: int = FIRST_VIEW_BYTES_MAX,
    expected_status: int = 200,
    looks: Sequence[tuple[str, str]] = EVERY_LOOK,
    pictures: Path | None = None,
) -> None:
    """
    Look at a page in both sizes and themes; fails with everything that is wrong with it, each with its size and theme.

    :param looks: which sizes and themes. It is loaded in the first and changed to the others; in all four it is loaded anew each time.
    :param storage: cookies as `BrowserContext.storage_state()` gives them. :param sign_in: gets a new context instead.
    :param ready: what has to be visible before the page counts as shown.
    :param weight_max: bytes over the wire of the first view.
    :param pictures: a folder for pictures of the whole page.
    """
    wrong: list[str] = []
    anew = [looks] if len(looks) < len(EVERY_LOOK) else [[look] for look in looks]
    for (size, theme), *others in anew:
        with (
            _window(browser, size, theme, storage=storage, sign_in=sign_in) as page,
            _watched(page) as seen,
        ):
            loading = _load(page, url, seen, ready=ready, weight_max=weight_max, expected_status=expected_status)
            wrong += [f"{size}, {theme}: {one}" for one in loading]
            for look in [(size, theme), *others]:
                wrong += [f"{', '.join(look)}: {one}" for one in _judge(page, *look)]
                if pictures is not None:
                    picture = pictures / f"{_name(url)}-{'-'.join(look)}.png"
                    page.screenshot(path=picture, full_page=True, animations="disabled")
            wrong += seen.said
            wrong += [f"asked another origin: {asked}" for asked in seen.asked if _origin(asked) != _origin(url)]
    assert not wrong, f"{url}\n" + "\n".join(wrong)


@contextmanager
def _window(
    browser: Browser,
    size: str,
    theme: str,
    *,
    storage: Any,
    sign_in: Callable[[BrowserContext], object] | None,
) -> Iterator[Page]:
    """
    Give a window that knows nothing but what `storage` says.

    It is the same for all pages of a size: a new one costs more than all that is asked of a page in it. What pages left in it is
    replaced, and nothing is taken from a cache. One that `sign_in` has prepared is new, and closed afterwards.
    """
    if sign_in is not None:
        with opened(browser, size, theme, storage=storage, sign_in=sign_in) as context:
            page = context.new_page()
            page.add_init_script(_MEASURE_SHIFTS)
            yield page
        return
    page = _kept_window(browser, size)
    page.context.set_storage_state(storage or _NOTHING)
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of THEMES
    yield page
    # Not a blank page: to leave one for ours, which open no windows of others, takes a new process.
    page.goto(f"{_origin(page.url)}/health")


def _kept_window(browser: Browser, size: str) -> Page:
    windows = _windows.setdefault(browser, {})
    if size not in windows:
        page = windows[size] = _context(browser, size, "light").new_page()
        page.add_init_script(_MEASURE_SHIFTS)
        control = page.context.new_cdp_session(page)
        control.send("Network.enable")
        control.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return windows[size]


@contextmanager
def opened(
    browser: Browser,
    size: str,
    theme: str = "light",
    *,
    storage: Any = None,
    sign_in: Callable[[BrowserContext], object] | None = None,
    javascript: bool = True,
) -> Iterator[BrowserContext]:
    """Open a browser of its own in a size and theme; closed afterwards."""
    context = _context(browser, size, theme, storage=storage, javascript=javascript)
    try:
        if sign_in is not None:
            sign_in(context)
        yield context
    finally:
        context.close()


def _context(
    browser: Browser, size: str, theme: str, *, storage: Any = None, javascript: bool = True
) -> BrowserContext:
    return browser.new_context(
        viewport=SIZES[size],
        color_scheme=theme,  # type: ignore[arg-type]  # one of THEMES
        has_touch=size == "phone",
        is_mobile=size == "phone",
        storage_state=storage,
        java_script_enabled=javascript,
        locale="en-US",
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )


def _load(page: Page, url: str, seen: Seen, *, ready: str, weight_max: int, expected_status: int) -> list[str]:
    response = page.goto(url, wait_until="load")
    page.locator(ready).first.wait_for()
    page.wait_for_timeout(_STILL_MS)
    weight, shift = seen.transferred, float(page.evaluate("window.__shift"))
    _scroll_through(page)
    wrong = []
    if response is None or response.status != expected_status:
        wrong.append(f"answered {response.status if response else 'nothing'}")
    if weight > weight_max:
        wrong.append(f"the first view weighs {weight} bytes, more than {weight_max}")
    if shift > SHIFT_MAX:
        wrong.append(f"the layout shifted by {shift:.3f}")
    page.evaluate(_axe())
    return wrong


@cache
def _axe() -> str:
    return f"{(package_folder() / 'node_modules' / 'axe-core' / 'axe.min.js').read_text()};0"


def _judge(page: Page, size: str, theme: str) -> list[str]:
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of THEMES
    wrong = [f"wider than the screen: {part}" for part in too_wide(page)]
    return [*wrong, *page.evaluate(_NO_CELLS), *page.evaluate(_AXE)]


def layout_shift(page: Page, url: str) -> float:
    """Load a page in a new window, and measure by how much what it shows has moved until it stands still: Chromium's score, 0 is nothing."""
    page.add_init_script(_MEASURE_SHIFTS)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(2 * _STILL_MS)
    return float(page.evaluate("window.__shift"))


def too_wide(page: Page) -> list[str]:
    """Name what makes a page wider than its screen."""
    return list(page.evaluate(_TOO_WIDE))


@contextmanager
def _watched(page: Page) -> Iterator[Seen]:
    seen = Seen([], [])

    def finished(request: Request) -> None:
        sizes = request.sizes()
        seen.transferred += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    watchers: dict[Any, Callable[[Any], None]] = {
        # An error page's own status is on the console too, and is what was asked for.
        "console": lambda said: seen.said.append(f"console: {said.text}") if _counts(said.type, said.text) else None,
        "pageerror": lambda error: seen.said.append(f"script: {error}"),
        "requestfailed": lambda failed: seen.said.append(_not_loaded(failed)) if _matters(failed) else None,
        "request": lambda request: seen.asked.append(request.url) if request.url.startswith("http") else None,
        "requestfinished": finished,
    }
    for event, watcher in watchers.items():
        page.on(event, watcher)
    try:
        yield seen
    finally:
        for event, watcher in watchers.items():
            page.remove_listener(event, watcher)


def _not_loaded(failed: Request) -> str:
    return f"not loaded: {failed.url} ({failed.failure})"


def _matters(failed: Request) -> bool:
    """A stream of what happens is never loaded to its end: the page closes it."""
    return not failed.url.endswith("/live/events")


def _counts(kind: str, text: str) -> bool:
    return kind in {"error", "warning"} and "Failed to load resource: the server responded with a status" not in text


def _scroll_through(page: Page) -> None:
    """Islands below the first view start as they are seen."""
    height, step = page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    for top in range(0, height, step):
        page.evaluate("(top) => scrollTo(0, top)", top)
        page.wait_for_timeout(40)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => scrollTo(0, 0)")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _name(url: str) -> str:
    return urlsplit(url).path.strip("/").replace("/", "-") or "home"
