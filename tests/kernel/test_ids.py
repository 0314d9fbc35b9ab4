"""Public ids are opaque, and only ours are read."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.kernel.ids import BadPublicId, new_id, public_id, read_public_id


@given(st.uuids())
def test_a_public_id_reads_back(value: UUID):
    assert read_public_id("bk", public_id("bk", value)) == value


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str):
    with pytest.raises(BadPublicId):
        read_public_id("bk", text)


def test_an_id_of_another_kind_is_refused():
    with pytest.raises(BadPublicId):
        read_public_id("bk", public_id("of", new_id()))


def test_ids_are_made_in_the_order_of_time():
    ids = [new_id() for _ in range(1000)]

    assert ids == sorted(ids)
    assert {value.version for value in ids} == {7}
