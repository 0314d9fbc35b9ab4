"""What every page and endpoint under /sandbox shares: refusals, the choice between HTML and JSON, templates."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

PAGES = Path(__file__).parent / "pages"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

_templates = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


class Unreadable(ValueError):
    """What the caller sent cannot be used; the message says why."""


class LostAnswer(Response):
    """Headers, then the end of the connection: the caller learns that something was answered and never what."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


def wants_html(request: Request) -> bool:
    """A browser asks for text/html; everybody else, and `?format=json`, gets JSON."""
    return request.query_params.get("format") != "json" and "text/html" in request.headers.get("accept", "")


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """One of the pages in `sandbox/pages`, with headers that let it load nothing from elsewhere."""
    html = _templates.get_template(template).render(**values)
    return HTMLResponse(
        html, status, headers={"content-security-policy": PAGE_POLICY, "referrer-policy": "no-referrer"}
    )


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """An `application/problem+json` answer."""
    body = {"type": f"urn:guildhall:sandbox:{code}", "title": code.replace("_", " "), "status": status, "code": code}
    return JSONResponse({**body, "detail": detail, **more}, status, media_type="application/problem+json")


async def read_fields(request: Request) -> dict[str, Any]:
    """
    The fields of a JSON object or of a submitted form; an empty form field counts as absent.

    :raises Unreadable: when the body is neither.
    """
    if is_form(request):
        return {name: value for name, value in (await request.form()).items() if value != ""}
    try:
        fields = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise Unreadable("The body is not JSON.") from error
    if not isinstance(fields, dict):
        raise Unreadable("The body is not a JSON object.")
    return fields


def is_form(request: Request) -> bool:
    """Whether a page's form was submitted, so that the answer is a page again."""
    return request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    )


def read_number(request: Request, name: str, default: int, *, least: int = 0, most: int = 1000) -> int:
    """
    A whole number from the query, held within the bounds.

    :raises Unreadable: when it is not a number.
    """
    text = request.query_params.get(name, "") or str(default)
    if not text.isascii() or not text.isdigit():
        raise Unreadable(f"{name} must be a whole number.")
    return max(least, min(most, int(text[:18])))


def stamp(at: datetime) -> str:
    """An instant as the sandbox writes it: UTC, with a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
