"""What the residents process is told and tells: pause and speed, kept in the store; how it goes, for the page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.store import Store
from sandbox.web import Unreadable, is_form, page, problem, read_fields, wants_html

_SILENT_AFTER_SECONDS = 15.0
SPEEDS = (1, 4, 12, 60)
T = TypeVar("T", bound=BaseModel)


class Wish(BaseModel):
    """What to change; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    paused: bool | None = None
    speed: float | None = Field(default=None, ge=1, le=240)


class Report(BaseModel):
    """How the residents are doing."""

    model_config = ConfigDict(extra="forbid")

    people: int = 0
    waiting: int = 0
    requests: int = 0
    done: dict[str, int] = {}
    last: str = ""


class ResidentsDesk:
    """Between the page and the process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._report = Report()
        self._heard_at: float | None = None

    def as_json(self) -> dict[str, Any]:
        """What GET /sandbox/residents shows; `is_there` is whether the process was heard of in the last seconds."""
        is_there = self._heard_at is not None and time.monotonic() - self._heard_at < _SILENT_AFTER_SECONDS
        return {**self.wanted(), "is_there": is_there, **self._report.model_dump()}

    def wanted(self) -> dict[str, Any]:
        """Whether they rest, and how much faster than life they drive and work."""
        return {"paused": False, "speed": 12.0} | (self._store.get("residents", "wanted") or {})

    def want(self, wish: Wish) -> None:
        """Change what was said, for the next look of the process and after every restart."""
        self._store.put("residents", "wanted", {**self.wanted(), **wish.model_dump(exclude_none=True)})

    def hear(self, report: Report) -> None:
        """Keep the latest report."""
        self._report, self._heard_at = report, time.monotonic()


def routes(desk: ResidentsDesk) -> list[Route]:
    """The page, its form, and where the process reports."""

    async def show(request: Request) -> Response:
        if not wants_html(request):
            return JSONResponse(desk.as_json())
        return page("residents.html", residents=desk.as_json(), speeds=SPEEDS)

    async def change(request: Request) -> Response:
        try:
            desk.want(_read(Wish, await read_fields(request)))
        except Unreadable as error:
            return problem(400, "unreadable", str(error))
        return RedirectResponse("/sandbox/residents", 303) if is_form(request) else JSONResponse(desk.as_json())

    async def hear(request: Request) -> Response:
        try:
            desk.hear(_read(Report, await read_fields(request)))
        except Unreadable as error:
            return problem(400, "unreadable", str(error))
        return JSONResponse(desk.wanted())

    return [
        Route("/sandbox/residents", show, methods=["GET"]),
        Route("/sandbox/residents", change, methods=["POST"]),
        Route("/sandbox/residents/report", hear, methods=["POST"]),
    ]


def _read(kind: type[T], fields: Mapping[str, Any]) -> T:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise Unreadable(str(error)) from error
