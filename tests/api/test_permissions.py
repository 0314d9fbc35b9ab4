"""The permission matrix: every address, every method it knows, every role; what is refused changes nothing."""

from pathlib import Path

import pytest
import yaml

from guildhall import web
from guildhall.identity.types import Scope
from tests import given_people as people
from tests.api import books
from tests.api.addressbook import addresses, methods_by_path, others
from tests.api.client import Api
from tests.api.conftest import Undone
from tests.api.examples import EXAMPLES, path_of
from tests.api.world import ROLES

_FOLDER = Path(web.__file__).parent
MATRIX = yaml.safe_load((_FOLDER / "authz.yaml").read_text())
SCOPES = yaml.safe_load((_FOLDER / "authz_scopes.yaml").read_text())
REFUSED = range(400, 500)
STORED = {409, 410, 422}


def test_every_address_has_a_row_and_every_row_an_address():
    rows = set(MATRIX)

    assert {row for row in rows if " /" not in row} == set(addresses())
    assert {row.partition(" ")[2] for row in rows if " /" in row} == others()


def test_every_row_names_every_role():
    assert {address for address, row in MATRIX.items() if tuple(row) != ROLES} == set()


@pytest.mark.parametrize("address", MATRIX)
def test_each_role_gets_its_answer_and_a_refusal_changes_nothing(world, untouched, address):
    method, _, path = address.partition(" ")
    example = EXAMPLES.get(address)
    target = world.filled(path_of(address)) if example else path
    body = world.filled(example.body) if example else None

    for role, status in MATRIX[address].items():
        with Undone():
            answer = world.api(role).ask(method, target, body)

            assert answer.status_code == status, (role, answer.content)
            if status in REFUSED:
                assert answer["Content-Type"] == "application/problem+json"
                assert set(books.changed(untouched)) <= ({books.KEYS} if status in STORED else set()), role


def test_every_address_that_lets_operators_in_says_which():
    lets_in = {
        address for address in addresses() if MATRIX[address]["operator"] != 403 and MATRIX[address]["anonymous"] == 401
    }

    assert set(SCOPES) == lets_in


@pytest.mark.parametrize("address", SCOPES)
def test_an_operator_without_the_scope_is_refused_and_nothing_changes(world, untouched, address):
    path, body = world.filled(path_of(address)), world.filled(EXAMPLES[address].body)
    enough = set(Scope) if SCOPES[address] == "any" else {Scope.ADMINISTRATOR, *map(Scope, SCOPES[address])}

    for scopes in [{scope} for scope in Scope] + [set(Scope) - enough, set()]:
        with Undone():
            clerk = Api(people.operator("Otto", scopes=sorted(scopes)))
            before = books.contents()

            answer = clerk.ask(address.partition(" ")[0], path, body)

            if scopes & enough or SCOPES[address] == "any":
                assert answer.status_code == MATRIX[address]["operator"], scopes
            else:
                assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), scopes
                assert books.changed(before) == []


@pytest.mark.parametrize(
    ("what", "scope"), [("matching", "support"), ("notifications", "support"), ("payouts", "finance")]
)
def test_each_stop_switch_has_its_scope(world, what, scope):
    switch = {"what": what, "city": "*", "reason": "Storm."}
    other = Api(people.operator("Otto", scopes=sorted(set(Scope) - {Scope(scope), Scope.ADMINISTRATOR})))
    clerk = Api(people.operator("Opal", scopes=[Scope(scope)]))
    before = books.contents()

    assert other.post("operator/pauses", switch).status_code == 403
    assert books.changed(before) == []
    made = clerk.post("operator/pauses", switch)
    assert made.status_code == 201
    assert other.delete(f"operator/pauses/{made.json()['id']}").status_code == 403
    assert clerk.delete(f"operator/pauses/{made.json()['id']}").status_code == 204


@pytest.mark.parametrize("path", [*methods_by_path(), *sorted(others())])
def test_other_methods_are_refused_with_those_that_are_allowed(world, untouched, path):
    known = methods_by_path().get(path) or [row.partition(" ")[0] for row in MATRIX if row.partition(" ")[2] == path]
    target = (
        path
        if path.startswith("/")
        else next(
            world.filled(path_of(address)).partition("?")[0]
            for address in EXAMPLES
            if address.partition(" ")[2] == path
        )
    )

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - set(known):
        answer = world.api("operator").ask(method, target, Accept="application/json", X_HTTP_Method_Override=known[0])

        assert answer.status_code == 405, method
        assert answer.json()["code"] == "method_not_allowed"
        assert set(known) <= {allowed.strip() for allowed in answer["Allow"].split(",")} <= {*known, "HEAD"}
    assert books.changed(untouched) == []
