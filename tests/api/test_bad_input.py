"""Bad input at every address: the row's status and code, and nothing in the database changed. `variants.py` has the table."""

from collections import defaultdict

import pytest

from tests.api import books, variants
from tests.api.addressbook import addresses
from tests.api.examples import EXAMPLES, path_of

VARIANTS = defaultdict(list)
for _variant in variants.all_variants():
    VARIANTS[_variant.row, _variant.address].append(_variant)
STORED = {409, 410, 422}


def test_no_address_is_left_out():
    asked = {address for _, address in VARIANTS}

    assert asked == set(addresses())


@pytest.mark.parametrize(("row", "address"), VARIANTS)
def test_bad_input_is_refused_and_changes_nothing(world, untouched, row, address):
    api = world.api(EXAMPLES[address].role)
    failed = []

    for variant in VARIANTS[row, address]:
        path = world.filled(variant.path or path_of(address))
        body = world.filled(variant.body if variant.body is not None else EXAMPLES[address].body)
        answer = api.ask(variants.method_of(address), path, body, raw=variant.raw, **variant.headers)
        is_right = answer.status_code == variant.status and answer.json()["code"] == variant.code
        if not is_right or answer["Content-Type"] != "application/problem+json":
            failed.append(f"{variant.what}: {answer.status_code} {answer.content[:300]!r}")

    assert failed == []
    has_answers = {variant.status for variant in VARIANTS[row, address]} & STORED
    assert set(books.changed(untouched)) <= ({books.KEYS} if has_answers else set())
