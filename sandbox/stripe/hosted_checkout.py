"""The hosted Checkout page: a card form, the bank's authentication step, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from sandbox.stripe import cards, checkout, setup_intents
from sandbox.stripe.customers import new_method
from sandbox.stripe.desk import Document
from sandbox.stripe.errors import VendorError
from sandbox.stripe.pages import render

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.stripe.desk import Desk

_FIELDS = ("number", "exp", "cvc", "zip")
_LONGEST_CODE = 4


class _Refused(Exception):
    """What the visitor typed cannot be a card."""


async def show(desk: Desk, request: Request) -> Response:
    """GET /c/pay/{id}."""
    session = _open_session(desk, request)
    return session if isinstance(session, Response) else _form(session)


async def submit(desk: Desk, request: Request) -> Response:
    """POST /c/pay/{id}: number, exp, cvc and zip."""
    values = _texts(await request.form(), _FIELDS)
    session = _open_session(desk, request)
    if isinstance(session, Response):
        return session
    try:
        card, month, year = _read_card(values, desk.clock.now())
    except _Refused as refused:
        return _form(session, 422, alert=str(refused), values=values)
    with desk.acting(checkout.cause_of(session)):
        method = new_method(desk, card, month=month, year=year, zip_code=values["zip"])
        if card.refusal(charging=False) is None and checkout.wants_authentication(method):
            desk.save({**session, "_method": method["id"]})
            return RedirectResponse(f"/c/pay/{session['id']}/authenticate", 303)
        return _complete(desk, session, method, values)


async def show_authentication(desk: Desk, request: Request) -> Response:
    """GET /c/pay/{id}/authenticate: the bank's 3-D Secure step."""
    session = _open_session(desk, request)
    if isinstance(session, Response):
        return session
    if "_method" not in session:
        return RedirectResponse(f"/c/pay/{session['id']}", 303)
    method = desk.get("payment_method", session["_method"])
    return render("authenticate.html", session=session, last4=method["card"]["last4"])


async def submit_authentication(desk: Desk, request: Request) -> Response:
    """POST /c/pay/{id}/authenticate: `outcome` is complete or fail."""
    outcome = (await request.form()).get("outcome")
    session = _open_session(desk, request)
    if isinstance(session, Response):
        return session
    if "_method" not in session or outcome not in {"complete", "fail"}:
        return RedirectResponse(f"/c/pay/{session['id']}", 303)
    with desk.acting(checkout.cause_of(session)):
        method = desk.get("payment_method", session.pop("_method"))
        desk.save(session)
        if outcome == "complete":
            return _complete(desk, session, method, {})
        if session["mode"] == "setup":
            setup_intents.fail_authentication(desk, desk.get("setup_intent", session["setup_intent"]))
    alert = "We are unable to authenticate your payment method. Please choose a different one and try again."
    return _form(session, 402, alert=alert)


def _complete(desk: Desk, session: Document, method: Document, values: Mapping[str, str]) -> Response:
    try:
        session = checkout.complete(desk, session, method)
    except VendorError as refused:
        return _form(session, refused.status, alert=str(refused.error["message"]), values=values)
    return RedirectResponse(_success_url(session), 303)


def _open_session(desk: Desk, request: Request) -> Document | Response:
    """The session, or the page that says why it cannot be used any more."""
    session = desk.store.get("checkout.session", request.path_params["id"])
    if session is None:
        return render("closed.html", 404, title="There is nothing here", back=None)
    if session["status"] == "complete":
        return render("closed.html", title="You're all done here", back=_success_url(session))
    if session["status"] == "expired":
        return render("closed.html", 410, title="This page has expired", back=session["cancel_url"])
    return session


def _form(
    session: Document, status: int = 200, *, alert: str = "", values: Mapping[str, str] | None = None
) -> Response:
    total = session["amount_total"]
    amount = "" if total is None else f"{total // 100}.{total % 100:02d} {session['currency'].upper()}"
    shown = {"cvc": "", **{name: (values or {}).get(name, "") for name in ("number", "exp", "zip")}}
    items = session["_expandable"]["line_items"]["data"]
    return render("pay.html", status, alert=alert, session=session, amount=amount, items=items, values=shown)


def _success_url(session: Document) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _texts(form: Mapping[str, object], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(form.get(name, "")).strip() for name in names}


def _read_card(values: Mapping[str, str], now: datetime) -> tuple[cards.TestCard, int, int]:
    card = cards.find(values["number"])
    if card is None:
        raise _Refused("Your card number is invalid: the sandbox takes the vendor's test cards only.")
    month, year = _read_expiry(values["exp"])
    if (year, month) < (now.astimezone(UTC).year, now.astimezone(UTC).month):
        raise _Refused("Your card's expiration date is in the past.")
    code = values["cvc"]
    if not (code.isascii() and code.isdigit() and _LONGEST_CODE - 1 <= len(code) <= _LONGEST_CODE):
        raise _Refused("Your card's security code is incomplete.")
    if not values["zip"]:
        raise _Refused("Your ZIP code is missing.")
    return card, month, year


def _read_expiry(text: str) -> tuple[int, int]:
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    if len(digits) not in {4, 6} or not 1 <= int(digits[:2]) <= 12:  # noqa: PLR2004 - MMYY, MMYYYY and a year's months
        raise _Refused("Your card's expiration date is incomplete.")
    return int(digits[:2]), int(digits[2:]) + (2000 if len(digits) == 4 else 0)  # noqa: PLR2004 - MMYY
