"""Who may listen: a program with an access token, or a browser with the session of one application."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections
from starlette.requests import Request

from guildhall.identity.commands import InvalidToken
from guildhall.identity.queries import read_access_token, read_browser_session
from guildhall.kernel.refusals import NotAllowed, Refused
from guildhall.web.signin.applications import Application

_THREADS = ThreadPoolExecutor(4, thread_name_prefix="entering")
Look = Callable[[], UUID | None]


class ForeignPage(NotAllowed):
    """Another site's page asks with our cookie."""

    code = "foreign_origin"
    default_detail = "Live pages are read from this site only."


class NotSignedIn(Refused):
    """There is no session, or it has ended."""

    code = "not_signed_in"
    status = 401
    default_detail = "Sign in again."


class Entry:
    """A way in that can be asked again: whether it still opens, and to whom."""

    def __init__(self, look: Look) -> None:
        self._look = look

    async def account_id(self) -> UUID | None:
        """Give the account that it opens, or None when it does not any more."""
        return await asyncio.get_running_loop().run_in_executor(_THREADS, self._look_once)

    def _look_once(self) -> UUID | None:
        close_old_connections()
        return self._look()


def bearer(request: Request) -> Entry:
    """Enter as a program does: an access token lives five minutes, and the stream ends with it."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")

    def look() -> UUID | None:
        try:
            return read_access_token(token.strip()).account_id if scheme.lower() == "bearer" else None
        except InvalidToken:
            return None

    return Entry(look)


def browser(request: Request, application: Application) -> Entry:
    """
    Enter with the cookie of an application.

    :raises ForeignPage: when another site's page asks.
    """
    origin = request.headers.get("Origin")
    if origin and origin != "{0.scheme}://{0.netloc}".format(urlsplit(settings.PUBLIC_URL)):
        raise ForeignPage
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise ForeignPage
    token = request.cookies.get(application.session_cookie, "")

    def look() -> UUID | None:
        account = read_browser_session(token, application.role) if token else None
        return account.id if account else None

    return Entry(look)
