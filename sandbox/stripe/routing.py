"""The emulator's addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.stripe import (
    accounts,
    balances,
    checkout,
    customers,
    events,
    hosted_checkout,
    hosted_onboarding,
    payment_intents,
    payouts,
    refunds,
    setup_intents,
    transfers,
)
from sandbox.stripe.desk import Call, Desk, Document
from sandbox.stripe.errors import VendorError
from sandbox.stripe.requests import answer, authenticate

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.stripe.emulator import StripeEmulator

_API: dict[str, Callable[[Call], Document]] = {
    "POST /v1/customers": customers.create_customer,
    "GET /v1/customers/{customer}": customers.retrieve_customer,
    "POST /v1/customers/{customer}": customers.update_customer,
    "GET /v1/customers/{customer}/payment_methods": customers.list_customer_methods,
    "GET /v1/payment_methods/{payment_method}": customers.retrieve_method,
    "POST /v1/payment_methods/{payment_method}/attach": customers.attach_method,
    "POST /v1/payment_methods/{payment_method}/detach": customers.detach_method,
    "POST /v1/checkout/sessions": checkout.create_session,
    "GET /v1/checkout/sessions": checkout.list_sessions,
    "GET /v1/checkout/sessions/{session}": checkout.retrieve_session,
    "POST /v1/checkout/sessions/{session}/expire": checkout.expire_session,
    "GET /v1/setup_intents": setup_intents.list_setups,
    "GET /v1/setup_intents/{intent}": setup_intents.retrieve_setup,
    "POST /v1/payment_intents": payment_intents.create_intent,
    "GET /v1/payment_intents": payment_intents.list_intents,
    "GET /v1/payment_intents/{intent}": payment_intents.retrieve_intent,
    "POST /v1/payment_intents/{intent}": payment_intents.update_intent,
    "POST /v1/payment_intents/{intent}/confirm": payment_intents.confirm_intent,
    "POST /v1/payment_intents/{intent}/capture": payment_intents.capture_intent,
    "POST /v1/payment_intents/{intent}/cancel": payment_intents.cancel_intent,
    "GET /v1/charges": payment_intents.list_charges,
    "GET /v1/charges/{charge}": payment_intents.retrieve_charge,
    "POST /v1/refunds": refunds.create_refund,
    "GET /v1/refunds": refunds.list_refunds,
    "GET /v1/refunds/{refund}": refunds.retrieve_refund,
    "POST /v1/transfers": transfers.create_transfer,
    "GET /v1/transfers": transfers.list_transfers,
    "GET /v1/transfers/{transfer}": transfers.retrieve_transfer,
    "POST /v1/transfers/{id}/reversals": transfers.create_reversal,
    "GET /v1/transfers/{id}/reversals": transfers.list_reversals,
    "GET /v1/transfers/{transfer}/reversals/{id}": transfers.retrieve_reversal,
    "POST /v1/payouts": payouts.create_payout,
    "GET /v1/payouts": payouts.list_payouts,
    "GET /v1/payouts/{payout}": payouts.retrieve_payout,
    "GET /v1/balance": balances.retrieve_balance,
    "GET /v1/balance_transactions": balances.list_transactions,
    "GET /v1/balance_transactions/{id}": balances.retrieve_transaction,
    "GET /v1/balance_settings": balances.retrieve_settings,
    "POST /v1/balance_settings": balances.update_settings,
    "GET /v1/events": events.list_events,
    "GET /v1/events/{id}": events.retrieve_event,
    "POST /v2/core/accounts": accounts.create_account,
    "GET /v2/core/accounts": accounts.list_accounts,
    "GET /v2/core/accounts/{id}": accounts.retrieve_account,
    "POST /v2/core/accounts/{id}": accounts.update_account,
    "POST /v2/core/account_links": accounts.create_link,
    "GET /v2/core/events": events.list_thin_events,
    "GET /v2/core/events/{id}": events.retrieve_thin_event,
}
_PAGES: dict[str, Callable[[Desk, Request], Awaitable[Response]]] = {
    "GET /c/pay/{id}": hosted_checkout.show,
    "POST /c/pay/{id}": hosted_checkout.submit,
    "GET /c/pay/{id}/authenticate": hosted_checkout.show_authentication,
    "POST /c/pay/{id}/authenticate": hosted_checkout.submit_authentication,
    "GET /connect/onboard/{token}": hosted_onboarding.show,
    "POST /connect/onboard/{token}": hosted_onboarding.submit,
}


def routes(emulator: StripeEmulator) -> list[Route]:
    """Every address of the emulated vendor, to be mounted at the root of the sandbox server."""
    unknown = _unknown(emulator)
    return [
        *(_api_route(emulator, line, act) for line, act in _API.items()),
        *(_page_route(emulator, line, page) for line, page in _PAGES.items()),
        *(Route(f"/{version}/{{rest:path}}", unknown, methods=["GET", "POST", "DELETE"]) for version in ("v1", "v2")),
    ]


def _api_route(emulator: StripeEmulator, line: str, act: Callable[[Call], Document]) -> Route:
    method, path = line.split()
    operation = emulator.desk.contract.operation(method, path)

    async def endpoint(request: Request) -> Response:
        return await answer(emulator, request, operation, act)

    return Route(path, endpoint, methods=[method])


def _page_route(emulator: StripeEmulator, line: str, page: Callable[[Desk, Request], Awaitable[Response]]) -> Route:
    method, path = line.split()

    async def endpoint(request: Request) -> Response:
        return await page(emulator.desk, request)

    return Route(path, endpoint, methods=[method])


def _unknown(emulator: StripeEmulator) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            authenticate(emulator, request)
        except VendorError as error:
            return JSONResponse(error.body, error.status)
        message = f"Unrecognized request URL ({request.method}: {request.url.path})."
        return JSONResponse({"error": {"type": "invalid_request_error", "message": message}}, 404)

    return endpoint
