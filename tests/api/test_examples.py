"""Every address answers a valid request; an address without an example is not tested, and fails here."""

import pytest

from tests.api.addressbook import addresses
from tests.api.examples import EXAMPLES, path_of


def test_every_address_has_an_example_and_every_example_an_address():
    assert sorted(EXAMPLES) == sorted(addresses())


@pytest.mark.parametrize("address", EXAMPLES)
def test_a_valid_request_is_answered(world, address):
    example = EXAMPLES[address]
    method = address.partition(" ")[0]

    answer = world.api(example.role).ask(method, world.filled(path_of(address)), world.filled(example.body))

    assert answer.status_code == example.status, answer.content
    assert answer["X-Request-Id"]
    assert answer["Cache-Control"] == "no-store"
