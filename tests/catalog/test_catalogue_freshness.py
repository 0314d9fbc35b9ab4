"""The catalogue is remembered for a second per connection, and never what was not committed."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from guildhall.catalog.commands import load_pack
from guildhall.catalog.models import Category
from guildhall.catalog.queries import (
    get_categories,
    list_categories,
    list_cities,
    list_job_kinds,
    list_tiers,
    rate_card,
)
from guildhall.kernel.actors import Actor
from guildhall.verticals.reading import read_pack

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
AV = read_pack("av")
pytestmark = pytest.mark.committed


def load(pack):
    load_pack(pack, by=Actor.system("pack"), at=MONDAY)


def everything():
    return list_categories(), list_tiers(), list_cities(), list_job_kinds("audio"), rate_card("audio")


def test_the_catalogue_is_asked_for_once_a_second_and_what_is_loaded_here_is_seen_at_once(
    policies_at_hand, django_assert_num_queries
):
    load(AV)
    before = everything()
    with django_assert_num_queries(0):
        assert everything() == before
    fewer = AV.model_copy(update={"categories": AV.categories[:1]})

    with transaction.atomic():
        load(fewer)
        assert [card.key for card in list_categories()] == ["audio"]
        transaction.set_rollback(True)
    assert everything() == before

    load(fewer)
    assert [card.key for card in list_categories()] == ["audio"]
    assert get_categories([2])[2].key == "video"


def test_a_category_that_another_process_has_just_made_is_known_by_its_id(policies_at_hand):
    load(AV.model_copy(update={"categories": AV.categories[:1]}))
    assert [card.key for card in list_categories()] == ["audio"]

    Category.objects.create(id=60, key="stages", name="Stages", description="", icon="", position=9)

    assert get_categories([60])[60].key == "stages"
