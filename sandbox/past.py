"""
The past of a new city: whoever lives it sets this clock back, and fetches the webhooks instead of being sent them.

A store that has seen anything but the past stays in the present for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import VirtualClock
from sandbox.store import Store
from sandbox.web import Unreadable, problem, read_fields, stamp

if TYPE_CHECKING:
    from sandbox.stripe.emulator import StripeEmulator

_LONGEST_SECONDS = 400 * 86_400
_SEEN = ("customer", "v2.core.account", "payment_intent", "checkout.session", "mail", "sms")


class NotThere(Exception):
    """This store has no past to live: it has been used in the present."""


class Step(BaseModel):
    """
    Where the clock goes (seconds ahead of real time, at most 0; 0 ends the past), which deliveries were taken since, and which types of
    v1 events are worth being told of until the next step (none named: all).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    offset_seconds: float = Field(ge=-_LONGEST_SECONDS, le=0)
    taken: tuple[str, ...] = ()
    news: frozenset[str] | None = None


def routes(*, store: Store, clock: VirtualClock, stripe: StripeEmulator) -> list[Route]:
    """`POST /sandbox/past`."""

    async def step(request: Request) -> Response:
        try:
            wanted = _read(await read_fields(request))
            return JSONResponse(_go(wanted, store, clock, stripe))
        except Unreadable as error:
            return problem(400, "unreadable", str(error))
        except NotThere as error:
            return problem(409, "no_past", str(error))

    return [Route("/sandbox/past", step, methods=["POST"])]


def _read(fields: Mapping[str, Any]) -> Step:
    try:
        return Step.model_validate(fields)
    except ValidationError as error:
        raise Unreadable(str(error)) from error


def _go(step: Step, store: Store, clock: VirtualClock, stripe: StripeEmulator) -> dict[str, Any]:
    if clock.offset_seconds >= 0 and (step.offset_seconds < 0) and any(store.count(kind) for kind in _SEEN):
        raise NotThere("This store has been used: only a new one has a past before it.")
    if clock.offset_seconds > 0:
        raise NotThere("The clock has travelled forward.")
    with store.atomic():
        for delivery_id in step.taken:
            stripe.note_taken(delivery_id)
        clock.set_past(step.offset_seconds)
        store.put("clock", "offset", {"offset_seconds": step.offset_seconds})
    stripe.tell_only(step.news if step.offset_seconds < 0 else None)
    stripe.advance()
    deadline = stripe.next_deadline()
    return {
        "now": stamp(clock.now()),
        "next_deadline": None if deadline is None else stamp(deadline),
        "deliveries": stripe.held_webhooks(),
    }
