"""The ASGI application of the `realtime` role: `/api/v1/live` for programs, `<application>/live/events` for browsers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import Refused
from guildhall.web.middleware import Plain
from guildhall.web.problems import CONTENT_TYPE, refusal_of, retry_after, title_of
from guildhall.web.realtime.entering import Entry, NotSignedIn, bearer, browser
from guildhall.web.realtime.hub import Hub
from guildhall.web.realtime.streaming import Feed, stream
from guildhall.web.signin.applications import APPLICATIONS

# Answered and done with; for other faults Starlette calls the server's log as well.
_AWAY = (psycopg.OperationalError, OperationalError, InterfaceError)
_READERS = 4
_LARGEST = 9_223_372_036_854_775_807


class BadPosition(Refused):
    """Positions are whole numbers from 0."""

    code = "invalid_filter"
    status = 400
    default_detail = "Last-Event-ID and `after` are positions of the feed."


@asynccontextmanager
async def _running(app: Starlette) -> AsyncIterator[None]:
    pool = AsyncConnectionPool(
        settings.DIRECT_DATABASE_URL,
        min_size=1,
        max_size=_READERS,
        open=False,
        timeout=5,
        kwargs={"autocommit": True, "application_name": "realtime", "options": "-c statement_timeout=5s"},
    )
    async with pool:
        app.state.feed = Feed(pool)
        listener = asyncio.create_task(app.state.hub.run())
        yield
        app.state.hub.close()
        listener.cancel()


async def _live(request: Request, *, way_in: Callable[[Request], Entry]) -> Response:
    """
    Send the feed of who asks, from the position in `Last-Event-ID` (or `after`) on; without one, what comes from now on.

    :raises NotSignedIn: :raises TooManySockets: :raises BadPosition:
    """
    entry = way_in(request)
    account_id = await entry.account_id()
    if account_id is None:
        raise NotSignedIn
    hub, feed = request.app.state.hub, request.app.state.feed
    after = _position(request)
    hub.require_room(account_id)
    if after is None:
        after = await feed.head(account_id)
    pieces = stream(hub, feed, entry, account_id, after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(pieces, media_type="text/event-stream", headers=headers)


def _position(request: Request) -> int | None:
    text = request.headers.get("Last-Event-ID") or request.query_params.get("after")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= _LARGEST):
        raise BadPosition
    return int(text)


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _problem(error, {})


async def _unknown(_request: Request, error: Exception) -> Response:
    """Answer in our words what Starlette refuses: an address or a method that is not there."""
    assert isinstance(error, HTTPException)
    return _problem(Plain(error.status_code), dict(error.headers or {}))


async def _failed(_request: Request, error: Exception) -> Response:
    """Answer a database that is away, or a fault of ours, as the pages and the API do."""
    request_id = str(new_id())
    return _problem(refusal_of(error, request_id), {}, request_id)


def _problem(error: Refused, headers: dict[str, str], request_id: str = "") -> Response:
    request_id = request_id or str(new_id())
    body = {
        "type": f"https://guildhall.example/problems/{error.code}",
        "title": title_of(error.status),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
    }
    headers["X-Request-Id"] = request_id
    if (seconds := retry_after(error)) is not None:
        headers["Retry-After"] = str(seconds)
    return Response(json.dumps(body), error.status, headers, media_type=CONTENT_TYPE)


def make_application() -> Starlette:
    """Make the application, with a hub of its own."""
    pages = [
        Route(f"/{one.prefix}/live/events", partial(_live, way_in=partial(browser, application=one)))
        for one in APPLICATIONS
    ]
    routes = [Route("/api/v1/live", partial(_live, way_in=bearer)), *pages, Route("/health", _health)]
    answers = {Refused: _refused, HTTPException: _unknown, **dict.fromkeys(_AWAY, _failed), Exception: _failed}
    app = Starlette(routes=routes, exception_handlers=answers, lifespan=_running)
    app.state.hub = Hub()
    return app
