"""The hosted onboarding page of a connected account: legal name and bank account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from sandbox.stripe import accounts
from sandbox.stripe.desk import Cause, Document
from sandbox.stripe.pages import render

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.stripe.desk import Desk

_FIELDS = ("legal_name", "routing_number", "account_number")
_ROUTING_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)
_SHORTEST_ACCOUNT, _LONGEST_ACCOUNT = 4, 17


async def show(desk: Desk, request: Request) -> Response:
    """GET /connect/onboard/{token}; a used or old link leads to the platform's refresh address."""
    link = _usable_link(desk, request)
    return link if isinstance(link, Response) else _form(link, dict.fromkeys(_FIELDS, ""))


async def submit(desk: Desk, request: Request) -> Response:
    """POST /connect/onboard/{token}: legal_name, routing_number, account_number."""
    form = await request.form()
    values = {name: str(form.get(name, "")).strip() for name in _FIELDS}
    link = _usable_link(desk, request)
    if isinstance(link, Response):
        return link
    alert = _problem(values)
    if alert:
        return _form(link, values, status=422, alert=alert)
    with desk.acting(Cause()):
        desk.store.put("onboarding", link["id"], {**link, "used": True})
        accounts.onboard(desk, link["account"], **values)
    return RedirectResponse(_return_url(link), 303)


def _form(link: Document, values: dict[str, str], *, status: int = 200, alert: str = "") -> Response:
    shown = {"token": link["id"], "values": values, "return_url": _return_url(link)}
    return render("onboard.html", status, alert=alert, **shown)


def _usable_link(desk: Desk, request: Request) -> Document | Response:
    link = desk.store.get("onboarding", request.path_params["token"])
    if link is None:
        return render("closed.html", 404, title="There is nothing here", back=None)
    if link["used"] or link["expires"] <= desk.now():
        return RedirectResponse(link["refresh_url"], 303)
    return link


def _return_url(link: Document) -> str:
    return str(link.get("return_url") or link["refresh_url"])


def _problem(values: dict[str, str]) -> str:
    routing, number = values["routing_number"], values["account_number"]
    if not values["legal_name"]:
        return "Your legal name is missing."
    if not (routing.isascii() and routing.isdigit() and len(routing) == len(_ROUTING_WEIGHTS)):
        return "A routing number has nine digits."
    if sum(int(digit) * weight for digit, weight in zip(routing, _ROUTING_WEIGHTS, strict=True)) % 10:
        return "This is not a routing number: its check digit is wrong."
    if not (number.isascii() and number.isdigit() and _SHORTEST_ACCOUNT <= len(number) <= _LONGEST_ACCOUNT):
        return "An account number has 4 to 17 digits."
    return ""
