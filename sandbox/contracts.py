"""
A small checker of requests and responses against a vendor's OpenAPI 3.1 description.

Form bodies are decoded the way these vendors mean them: `a[b][c]` nests, digit or empty brackets make a list where the contract wants one,
and text becomes a number or a truth value only where the contract wants that and the text fits exactly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped]  # ships no types
from openapi_schema_validator import OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parent / "contract_files"
STRIPE = FOLDER / "stripe-2026-10-28.endive.json"
TWILIO = FOLDER / "twilio.json"

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_BASE = "urn:contract"
_SCALARS = {
    "integer": re.compile(r"-?[0-9]+"),
    "number": re.compile(r"-?[0-9]+(\.[0-9]+)?"),
    "boolean": re.compile("true|false"),
}


class Breach(Exception):
    """What was sent or answered is not what the contract describes."""

    def __init__(self, message: str, *, param: str | None = None, rule: str = "") -> None:
        super().__init__(message)
        self.message, self.param, self.rule = message, param, rule


@dataclass(frozen=True)
class Operation:
    """One method of one path of the description."""

    method: str
    path: str
    pattern: re.Pattern[str]
    description: dict[str, Any]

    def pointer(self, *more: str) -> str:
        """The JSON pointer of a part of this operation."""
        steps = ("paths", self.path, self.method, *more)
        return "/".join(["#", *(quote(step.replace("~", "~0").replace("/", "~1")) for step in steps)])


class Contract:
    """A vendor's description, loaded once; validators are made when first needed and kept."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = json.loads(path.read_text())
        self.version: str = self.document["info"]["version"]
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_BASE, resource).crawl()
        self._validators: dict[str, Any] = {}
        self._operations = [
            Operation(method, path, _pattern(path), description)
            for path, methods in self.document["paths"].items()
            for method, description in methods.items()
            if method in {"get", "post", "put", "patch", "delete"}
        ]

    def operation(self, method: str, path: str) -> Operation:
        """
        The operation that answers this request line.

        :raises Breach: when the contract has none.
        """
        for operation in self._operations:
            if operation.method == method.lower() and operation.pattern.fullmatch(path):
                return operation
        raise Breach(f"Unrecognized request URL ({method.upper()}: {path}).", rule="path")

    def check_query(self, operation: Operation, query: str) -> dict[str, Any]:
        """
        The query's parameters, typed.

        :raises Breach: when one is unknown, missing or of the wrong kind.
        """
        schema = self._query_schema(operation)
        values = self._coerce(nest(parse_qsl(query, keep_blank_values=True)), schema)
        self._validate(values, schema, f"query {operation.pointer()}")
        return dict(values)

    def check_body(self, operation: Operation, content_type: str, body: bytes) -> dict[str, Any]:
        """
        The body's parameters, typed.

        :raises Breach: when the body is of another kind than the contract's, or a parameter is unknown, missing or wrong.
        """
        described = operation.description.get("requestBody")
        if described is None:
            if body:
                raise Breach("This request takes no body.", rule="body")
            return {}
        kind = content_type.partition(";")[0].strip().lower()
        if not body:
            kind = next(iter(described["content"]))
        if kind not in described["content"]:
            raise Breach(f"The body must be {' or '.join(described['content'])}, not {kind or 'untyped'}.", rule="body")
        pointer = operation.pointer("requestBody", "content", kind, "schema")
        values = _json(body) if kind == JSON else nest(parse_qsl(body.decode(), keep_blank_values=True))
        schema = described["content"][kind]["schema"]
        if kind == FORM:
            values = self._coerce(values, schema)
        self._validate(values, schema, pointer)
        return dict(values)

    def check_answer(self, operation: Operation, status: int, body: Any) -> None:
        """
        Nothing, when this is an answer the contract describes.

        :raises Breach: when it is not.
        """
        responses = operation.description["responses"]
        code = str(status) if str(status) in responses else "default"
        content = responses.get(code, {}).get("content", {}).get(JSON)
        if content is None:
            raise Breach(f"The contract has no answer {status} for {operation.method} {operation.path}.", rule="status")
        self._validate(body, content["schema"], operation.pointer("responses", code, "content", JSON, "schema"))

    def check_object(self, name: str, body: Any) -> None:
        """
        Nothing, when this is an object of that name in the contract's components.

        :raises Breach: when it is not.
        """
        self._validate(body, self.document["components"]["schemas"][name], f"#/components/schemas/{quote(name)}")

    def _validate(self, value: Any, schema: Mapping[str, Any], name: str) -> None:
        validator = self._validators.get(name)
        if validator is None:
            inline = name.startswith("query ")
            validator = OAS31Validator(_absolute(schema) if inline else {"$ref": _BASE + name}, registry=self._registry)
            self._validators[name] = validator
        if not validator.is_valid(value):
            raise _breach(best_match(validator.iter_errors(value)))

    def _query_schema(self, operation: Operation) -> dict[str, Any]:
        known = [one for one in operation.description.get("parameters", []) if one["in"] == "query"]
        return {
            "type": "object",
            "properties": {one["name"]: one["schema"] for one in known},
            "required": [one["name"] for one in known if one.get("required")],
            "additionalProperties": False,
        }

    def _coerce(self, value: Any, schema: Mapping[str, Any]) -> Any:
        """The value as the schema means it; what does not fit is left for the validator to refuse."""
        schema = self._resolved(schema)
        for branches in ("anyOf", "oneOf"):
            if branches in schema:
                return self._coerce_to_a_branch(value, schema[branches])
        if isinstance(value, str):
            return _scalar(value, schema)
        if isinstance(value, list):
            return [self._coerce(one, schema.get("items", {})) for one in value]
        if _kinds(schema) & {"array"} and all(key == "" or key.isdigit() for key in value):
            return [self._coerce(one, schema.get("items", {})) for one in value.values()]
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        rest = other if isinstance(other, dict) else {}
        return {key: self._coerce(one, known.get(key, rest)) for key, one in value.items()}

    def _coerce_to_a_branch(self, value: Any, branches: list[dict[str, Any]]) -> Any:
        fits_in_shape = None
        for branch in branches:
            candidate = self._coerce(value, branch)
            if OAS31Validator(_absolute(branch), registry=self._registry).is_valid(candidate):
                return candidate
            if isinstance(value, dict) and _kinds(self._resolved(branch)) & {"object", "array"}:
                fits_in_shape = candidate if fits_in_shape is None else fits_in_shape
        return value if fits_in_shape is None else fits_in_shape

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in schema:
            return schema
        found: Any = self.document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return self._resolved(found)


@cache
def load(path: Path) -> Contract:
    """The contract of a file, read once in a process."""
    return Contract(path)


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Form pairs as nested dictionaries; a repeated plain name becomes a list."""
    nested: dict[str, Any] = {}
    for name, value in pairs:
        first, *inner = _steps(name)
        place = nested
        for step, following in pairwise([first, *inner]):
            place = place.setdefault(_free(place, step, following), {})
            if not isinstance(place, dict):
                raise Breach(f"Invalid parameter name: {name}", param=name, rule="name")
        last = _free(place, [first, *inner][-1], None)
        place[last] = value if last not in place else [*_as_list(place[last]), value]
    return nested


def _steps(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [name]
    if not rest.endswith("]"):
        raise Breach(f"Invalid parameter name: {name}", param=name, rule="name")
    return [head, *rest[:-1].split("][")]


def _free(place: Mapping[str, Any], step: str, following: str | None) -> str:
    """`[]` opens a new place of a list each time; a next key of the same list element stays in it."""
    if step:
        return step
    if following is not None and place:
        newest = list(place)[-1]
        if isinstance(place[newest], dict) and following not in place[newest]:
            return newest
    return str(len(place))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _scalar(text: str, schema: Mapping[str, Any]) -> Any:
    for kind in ("integer", "number", "boolean"):
        if kind in _kinds(schema) and _SCALARS[kind].fullmatch(text):
            return json.loads(text) if kind != "integer" else int(text)
    return [text] if _kinds(schema) == {"array"} and text else text


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type", ())
    return {kind} if isinstance(kind, str) else set(kind)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", path))
    )


def _absolute(schema: Any) -> Any:
    """The schema with its references pointing into the whole document."""
    if isinstance(schema, dict):
        return {key: _BASE + one if key == "$ref" else _absolute(one) for key, one in schema.items()}
    return [_absolute(one) for one in schema] if isinstance(schema, list) else schema


def _json(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        raise Breach("The body is not JSON.", rule="body") from None


def _breach(error: ValidationError) -> Breach:
    """The vendor's words for the most telling of the validator's complaints."""
    path = [str(step) for step in error.absolute_path]
    rule = str(error.validator)
    if rule in {"additionalProperties", "required"} and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        names = (
            [one for one in error.instance if one not in known]
            if rule == "additionalProperties"
            else [one for one in error.schema["required"] if one not in error.instance]
        )
        param = _param([*path, *names[:1]])
        words = "Received unknown parameter" if rule == "additionalProperties" else "Missing required param"
        return Breach(f"{words}: {param}", param=param, rule=rule)
    param = _param(path)
    return Breach(f"Invalid {param or 'value'}: {error.message[:300]}", param=param, rule=rule)


def _param(path: list[str]) -> str:
    return "".join(path[:1] + [f"[{step}]" for step in path[1:]])
