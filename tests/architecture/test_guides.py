"""The guides name only what is there: every address, bodies that the description asks for, every event of the vendor that we follow."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from openapi_schema_validator import OAS31Validator

from guildhall.payments.types import FOLLOWED, Endpoint
from guildhall.web.api.v1.openapi import description
from guildhall.web.realtime.app import make_application
from tests.api.addressbook import addresses, others

DOCS = Path(settings.BASE_DIR) / "docs"
SANDBOX = Path(settings.BASE_DIR) / "sandbox"
_NAMED = re.compile(r"\b(GET|POST|PUT|DELETE) (/[^\s`?]+)")
_CALL = re.compile(r"^call (\w+) ([^\s`?]+)(?: '(\{.*\})')?$", re.MULTILINE)
_VARIABLE = re.compile(r"\{\w+\}|\$\w+")
_SPLICED = re.compile(r"'\$(\w+)'")
_PUT_IN = {"ADDRESS": "ad_" + "a" * 26}
_ROUTE = re.compile(r'Route\("([^"]+)", \w[\w.]*(?:, methods=\["(\w+)"\])?')


def test_the_api_guide_names_addresses_that_are_there():
    named = {f"{method} {_shape(path)}" for method, path in _NAMED.findall(_guide())}

    assert len(named) > 60
    assert named - _there() == set()


def test_the_api_guide_sends_the_bodies_that_are_asked_for():
    calls = _CALL.findall(_guide())
    wrong = [f"{method} {path}: {error}" for method, path, body in calls for error in _errors(method, path, body)]

    assert len(calls) == len(re.findall(r"^call ", _guide(), re.MULTILINE)) > 20
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/offers/$OFFER/decline", ""),
        ("POST", "/bookings/$BOOKING/confirmation", '{"minutes": 45}'),
        ("POST", "/bookings", '{"mode": "now", "category": "audio", "address_id": "ad_aaaaaaaaaaaaaaaaaaaaaaaaaa"}'),
        ("PUT", "/providers/me/availability", '{"available": true}'),
        ("PUT", "/providers/me/availability", "{}"),
    ],
)
def test_a_body_that_nobody_asks_for_would_be_found(method, path, body):
    assert _errors(method, path, body) != []


def _guide() -> str:
    return (DOCS / "api.md").read_text()


def _errors(method: str, path: str, body: str) -> list[str]:
    """What the description has against a call."""
    wanted = _operation(method, path).get("requestBody")
    if wanted is None:
        return ["takes no body"] if body else []
    if not body:
        return ["needs a body"] if wanted.get("required") else []
    sent = json.loads(_SPLICED.sub(lambda found: _PUT_IN[found[1]], body))
    schema = {**wanted["content"]["application/json"]["schema"], "components": description()["components"]}
    return [error.message for error in OAS31Validator(schema).iter_errors(sent)]


def _shape(path: str) -> str:
    """A path whatever its variables are called."""
    return _VARIABLE.sub("{}", path)


def _there() -> set[str]:
    """What the API, the edges beside it, the realtime role and the sandbox answer."""
    api = {f"{method} /{_shape(path)}" for method, path in (one.split(" ", 1) for one in addresses())}
    live = {f"GET {route.path.removeprefix('/api/v1')}" for route in make_application().routes}
    webhooks = {f"POST {path}" for path in others() if path.startswith("/webhooks/")}
    sandbox = {
        f"{method or 'GET'} {_shape(path)}"
        for source in SANDBOX.rglob("*.py")
        for path, method in _ROUTE.findall(source.read_text())
    }
    return api | live | webhooks | sandbox | {"GET /openapi.json"}


def _operation(method: str, path: str) -> dict:
    (operation,) = [
        operations[method.lower()]
        for known, operations in description()["paths"].items()
        if _shape(known) == f"/api/v1{_shape(path)}" and method.lower() in operations
    ]
    return operation


@pytest.mark.parametrize("endpoint", FOLLOWED)
def test_the_operators_guide_names_the_events_that_an_endpoint_is_to_be_sent(endpoint: Endpoint):
    secret = {"platform": "`STRIPE_WEBHOOK_SECRET`"}.get(endpoint, f"`STRIPE_{endpoint.upper()}_WEBHOOK_SECRET`")
    rows = (DOCS / "operators.md").read_text().splitlines()
    (row,) = [row for row in rows if secret in row]

    assert re.findall(r"`([a-z0-9_.\[\]]+\.[a-z0-9_.\[\]]+)`", row) == sorted(FOLLOWED[endpoint])
