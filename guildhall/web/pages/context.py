"""What every template knows without its view saying so. Reads no session, and the database only when asked."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from guildhall.policy.queries import pauses
from guildhall.verticals.reading import Pack, read_pack
from guildhall.web.middleware import received_at

THEMES = ("", "light", "dark")
THEME_COOKIE = "theme"


class _Now(SimpleLazyObject):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """The clock's now, read when it is used: for reckoning too."""

    def __sub__(self, other: Any) -> Any:
        """Say how long ago something was."""
        return self.astimezone() - other

    def __rsub__(self, other: Any) -> Any:
        """Say how far away something is."""
        return other - self.astimezone()


@cache
def pack() -> Pack:
    """Give the vertical that this system serves: its name, words and branding."""
    return read_pack(settings.VERTICAL)


def page(request: HttpRequest) -> dict[str, Any]:
    """Give `pack`, `theme`, `here` (this page's own address), `now` (the clock's) and `switches` (thrown stop switches)."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "pack": pack(),
        "pack_icon": f"images/icon-{settings.VERTICAL}.svg",
        "theme": theme if theme in THEMES else "",
        "here": request.get_full_path(),
        "now": _Now(lambda: received_at(request)),
        "switches": SimpleLazyObject(pauses),
        "public_url": settings.PUBLIC_URL,
    }
