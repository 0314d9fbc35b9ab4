"""The description of the API (OpenAPI 3.1): what ninja knows, and what is common to every address."""

from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from guildhall.web.api.schemas import Problem
from guildhall.web.api.v1.addresses import api

_PROBLEM = "application/problem+json"
_KEYLESS = ("auth", "quotes")
_REPLACED = "/position"
_GUESSED = ("/auth/", "/bookings/{booking_id}/status")
_STATUSES = (400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503)
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "1 to 255 visible characters, new for each new intent. The same key with the same request gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """Describe the API."""
    return JsonResponse(description())


@cache
def description() -> dict[str, Any]:
    """Give the whole description."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    components = found["components"]
    components["schemas"]["Problem"] = Problem.model_json_schema()
    components["responses"] = {f"Problem{status}": _response(status) for status in _STATUSES}
    components["securitySchemes"] = {"Bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    components["parameters"] = {"IdempotencyKey": _KEY_PARAMETER}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return found


def takes_key(path: str, method: str) -> bool:
    """Whether an address wants an Idempotency-Key (the reasons for those that do not stand in `auth.py`, at `quotes` and at the position)."""
    resource = path.removeprefix("/api/v1/").partition("/")[0]
    return method in {"post", "put", "delete"} and resource not in _KEYLESS and not path.endswith(_REPLACED)


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add to an operation the refusals that every one of its kind can give, its key, and its lock."""
    statuses = {400, 404, 503}
    if operation.get("security"):
        operation["security"] = [{"Bearer": []}]
        statuses |= {401, 403}
    if method != "get":
        statuses |= {413, 415, 422}
    if takes_key(path, method):
        statuses |= {409, 410}
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    if "/auth/" in path:
        statuses |= {401, 403}
    if any(part in path for part in _GUESSED):
        statuses |= {429}
    for status in sorted(statuses):
        operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}


def _response(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
