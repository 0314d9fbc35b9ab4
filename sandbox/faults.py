"""Faults that a test orders ahead: a vendor that fails, is slow, loses its answer, or drops and doubles webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.stripe.hooks import BeforeRequest, Delivery, WebhookFilter
from sandbox.web import Unreadable, is_form, page, problem, read_fields, wants_html

Vendor = Literal["stripe", "twilio", "smtp"]
Action = Literal["fail", "fail_after", "delay", "drop_webhook", "double_webhook", "delay_webhook"]
WEBHOOK_ACTIONS: frozenset[Action] = frozenset({"drop_webhook", "double_webhook", "delay_webhook"})
REQUEST_ACTIONS: frozenset[Action] = frozenset({"fail", "fail_after", "delay"})


class FaultOrder(BaseModel):
    """
    What to break, and how often.

    `path` is a glob: over the request's path; for the webhook actions over the event's name (Stripe: its type; Twilio:
    `inbound` or the message status); for SMTP over a recipient's address. Without a `status`, `fail` answers 500 (SMTP:
    451, or 0 to cut the connection) and `fail_after` cuts the connection once the effect has happened.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: Vendor
    action: Action
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    path: str = "*"
    status: int | None = Field(default=None, ge=0, le=599)
    body: Any = None
    stored: bool = False  # the vendor keeps the failure under the idempotency key, as it does for work that had begun
    seconds: float = Field(default=1.0, gt=0, le=3600)
    times: int = Field(default=1, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _fits_its_vendor(self) -> Self:
        if self.vendor == "smtp":
            if self.action in WEBHOOK_ACTIONS or self.method is not None or self.stored:
                raise ValueError("SMTP has no webhooks, methods or idempotency keys.")
            if self.status not in {None, 0} and not 400 <= int(self.status or 0) <= 599:  # noqa: PLR2004 - SMTP's refusals
                raise ValueError("SMTP refuses with 4xx or 5xx; 0 cuts the connection.")
        elif self.status is not None and self.status < 200:  # noqa: PLR2004 - final HTTP answers start here
            raise ValueError("An HTTP answer has a status from 200 to 599.")
        return self


@dataclass
class Fault:
    """An order that is still to happen `left` times."""

    id: int
    order: FaultOrder
    left: int

    def as_json(self) -> dict[str, Any]:
        """What GET /sandbox/faults shows."""
        return {"id": self.id, **self.order.model_dump(exclude={"times"}), "times": self.order.times, "left": self.left}


class Faults:
    """The faults ordered and not used up, oldest first. They live as long as the process."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._made = 0

    def order(self, order: FaultOrder) -> Fault:
        """Arm a fault."""
        self._made += 1
        fault = Fault(self._made, order, order.times)
        self._active.append(fault)
        return fault

    def armed(self) -> list[Fault]:
        """What is still armed."""
        return list(self._active)

    def clear(self) -> None:
        """Disarm all."""
        self._active.clear()

    def take(
        self, vendor: Vendor, actions: frozenset[Action], names: Sequence[str], method: str | None = None
    ) -> FaultOrder | None:
        """Use up one turn of the oldest armed fault that fits any of the names, or None."""
        for fault in self._active:
            order = fault.order
            fits = order.vendor == vendor and order.action in actions and order.method in {None, method}
            if fits and any(fnmatchcase(name, order.path) for name in names):
                fault.left -= 1
                if fault.left == 0:
                    self._active.remove(fault)
                return order
        return None

    def before_request(self, vendor: Vendor, failure: Callable[[int], Any]) -> BeforeRequest:
        """The hook for an emulator's requests; `failure` makes the vendor's own error body for a status."""

        async def hook(request: Request) -> Response | None:
            order = self.take(vendor, REQUEST_ACTIONS, [request.url.path], request.method)
            if order is None:
                return None
            if order.action == "delay":
                await asyncio.sleep(order.seconds)
                return None
            if order.action == "fail_after" and order.status is None:
                request.state.lose_answer = True
                return None
            status = 500 if order.status is None else order.status
            answer = JSONResponse(failure(status) if order.body is None else order.body, status)
            if order.action == "fail_after":
                request.state.answer_instead = answer
                return None
            request.state.store_answer = order.stored
            return answer

        return hook

    def webhook_filter(self, vendor: Vendor, name_of: Callable[[Mapping[str, Any]], str]) -> WebhookFilter:
        """The hook for an emulator's webhooks: how often and how late an event is delivered."""

        def decide(event: Mapping[str, Any]) -> Sequence[Delivery]:
            order = self.take(vendor, WEBHOOK_ACTIONS, [name_of(event)])
            if order is None:
                return [Delivery()]
            if order.action == "drop_webhook":
                return []
            if order.action == "double_webhook":
                return [Delivery(), Delivery()]
            return [Delivery(delay_seconds=order.seconds)]

        return decide


def routes(faults: Faults) -> list[Route]:
    """GET, POST and DELETE /sandbox/faults; the page's button posts to /sandbox/faults/clear."""

    async def show(request: Request) -> Response:
        armed = [fault.as_json() for fault in faults.armed()]
        return page("faults.html", faults=armed) if wants_html(request) else JSONResponse({"faults": armed})

    async def order(request: Request) -> Response:
        try:
            wanted = FaultOrder.model_validate(await read_fields(request))
        except Unreadable as error:
            return problem(400, "unreadable", str(error))
        except ValidationError as error:
            errors = [{"field": ".".join(map(str, part["loc"])), "message": part["msg"]} for part in error.errors()]
            return problem(400, "not_a_fault", "This is not a fault.", errors=errors)
        armed = faults.order(wanted)
        return RedirectResponse("/sandbox/faults", 303) if is_form(request) else JSONResponse(armed.as_json(), 201)

    async def clear(request: Request) -> Response:
        faults.clear()
        return RedirectResponse("/sandbox/faults", 303) if is_form(request) else Response(status_code=204)

    return [
        Route("/sandbox/faults", show, methods=["GET"]),
        Route("/sandbox/faults", order, methods=["POST"]),
        Route("/sandbox/faults", clear, methods=["DELETE"]),
        Route("/sandbox/faults/clear", clear, methods=["POST"]),
    ]
