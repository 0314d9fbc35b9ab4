"""The description is valid OpenAPI 3.1, and says what the tests found to be so."""

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from guildhall.web.api.v1.openapi import description
from tests.api.addressbook import addresses
from tests.api.client import Api
from tests.api.examples import EXAMPLES, path_of
from tests.api.variants import is_public, takes_key

ALWAYS = {400, 404, 503}
CHANGES = {400, 404, 409, 410, 413, 415, 422, 503}


def operations():
    found = description()
    for address in addresses():
        method, _, path = address.partition(" ")
        yield address, found["paths"][f"/api/v1/{path}"][method.lower()]


def test_the_description_is_valid():
    found = description()

    OpenAPIV31SpecValidator(found).validate()
    assert found["openapi"].startswith("3.1")
    assert Api().get("/api/v1/openapi.json").json() == found


def test_it_describes_every_address_and_no_other():
    described = {
        f"{method.upper()} {path.removeprefix('/api/v1/')}"
        for path, methods in description()["paths"].items()
        for method in methods
    }

    assert described == set(addresses())


def test_every_address_declares_its_refusals_its_key_and_its_lock():
    for address, operation in operations():
        declared = {int(status) for status in operation["responses"]}
        wanted = (CHANGES if takes_key(address) else ALWAYS) | (set() if is_public(address) else {401, 403})
        keyed = any("IdempotencyKey" in parameter.get("$ref", "") for parameter in operation.get("parameters", []))

        assert wanted <= declared, address
        assert keyed == takes_key(address), address
        assert bool(operation.get("security")) != is_public(address), address
        assert operation["description"], address


def test_addresses_where_secrets_are_guessed_declare_that_tries_are_counted():
    for address, operation in operations():
        if " auth/" in address or address == "PUT bookings/{booking_id}/status":
            assert "429" in operation["responses"], address


def test_refusals_are_problems():
    for name, response in description()["components"]["responses"].items():
        assert response["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }, name


@pytest.mark.parametrize("address", EXAMPLES)
def test_an_answer_is_as_described(world, address):
    example = EXAMPLES[address]
    method, _, path = address.partition(" ")
    described = description()["paths"][f"/api/v1/{path}"][method.lower()]["responses"][str(example.status)]
    if "$ref" in described:
        described = description()["components"]["responses"][described["$ref"].rpartition("/")[2]]

    answer = world.api(example.role).ask(method, world.filled(path_of(address)), world.filled(example.body))

    if answer.content:
        (content,) = described["content"].values()
        schema = {**content["schema"], "components": description()["components"]}
        errors = [error.message for error in OAS31Validator(schema).iter_errors(answer.json())]
        assert errors == []
    else:
        assert "content" not in described
