"""Loading a pack makes the catalogue what the pack says, keeps ids for ever, and does nothing the second time."""

from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, connection, transaction

from guildhall.catalog.commands import TooManyCategories, load_pack
from guildhall.catalog.queries import (
    UnknownCategory,
    UnknownJobKind,
    get_category,
    get_category_by_id,
    get_job_kind,
    list_categories,
    list_job_kinds,
    list_tiers,
    rate_card,
)
from guildhall.catalog.types import Rate
from guildhall.eventlog.models import EventRow
from guildhall.kernel.actors import Actor
from guildhall.policy.commands import set_policy
from guildhall.policy.queries import current_version, get, history
from guildhall.policy.types import CancellationPolicy, MatchingPolicy
from guildhall.verticals.loading import load_vertical
from guildhall.verticals.reading import pack_names, read_pack

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PACK = Actor.system("pack")
AV = read_pack("av")
pytestmark = pytest.mark.django_db


def load(pack):
    return load_pack(pack, by=PACK, at=MONDAY)


def without(pack, category_key):
    return pack.model_copy(update={"categories": tuple(c for c in pack.categories if c.key != category_key)})


def facts():
    return list(EventRow.objects.filter(name="catalog.loaded").order_by("seq").values_list("version", "payload"))


@pytest.fixture
def av(db):
    load(AV)


def test_the_catalogue_is_what_the_pack_says(av):
    assert [(c.id, c.key) for c in list_categories()] == [(1, "audio"), (2, "video"), (3, "control"), (4, "other")]
    assert [(t.rank, t.key, t.label) for t in list_tiers()] == [
        (1, "expert", "Expert"),
        (2, "intermediate", "Intermediate"),
        (3, "beginner", "Beginner"),
    ]
    assert rate_card("video") == [
        Rate(tier_rank=1, hourly_minor=12_500, call_out_minor=5_500, minimum_minutes=60, currency="USD"),
        Rate(tier_rank=2, hourly_minor=9_000, call_out_minor=4_500, minimum_minutes=60, currency="USD"),
        Rate(tier_rank=3, hourly_minor=6_000, call_out_minor=3_500, minimum_minutes=60, currency="USD"),
    ]
    mounting = get_job_kind("tv-mounting")
    assert (mounting.category_key, mounting.category_id, mounting.minutes_from, mounting.minutes_to) == (
        "video",
        2,
        60,
        120,
    )
    assert [kind.key for kind in list_job_kinds("control")][:2] == ["universal-remote", "touch-panel"]
    assert facts() == [(1, {"pack": "av", "category_ids": [1, 2, 3, 4]})]


def test_loading_it_again_changes_nothing(av):
    before = list_categories()

    assert load(AV) is False

    assert list_categories() == before
    assert len(facts()) == 1


def test_a_category_that_left_is_not_offered_and_comes_back_with_its_id(av):
    assert load(without(AV, "video")) is True

    assert [(c.id, c.key) for c in list_categories()] == [(1, "audio"), (3, "control"), (4, "other")]
    with pytest.raises(UnknownCategory):
        get_category("video")
    with pytest.raises(UnknownCategory):
        rate_card("video")
    with pytest.raises(UnknownJobKind):
        get_job_kind("tv-mounting")
    gone = get_category_by_id(2)
    assert (gone.name, gone.is_offered) == ("Video", False)

    load(AV)
    assert get_category("video").id == 2
    assert get_job_kind("tv-mounting").minutes_to == 120


def test_a_new_category_gets_the_next_id_wherever_it_stands(av):
    lighting = AV.categories[3].model_copy(update={"key": "lighting", "name": "Lighting", "jobs": ()})

    load(AV.model_copy(update={"categories": (lighting, *AV.categories)}))

    assert [(c.id, c.key) for c in list_categories()][:2] == [(5, "lighting"), (1, "audio")]


def test_a_new_price_holds_from_the_next_loading(av):
    audio = AV.categories[0]
    dearer = {**audio.rates, "expert": audio.rates["expert"].model_copy(update={"hourly_minor": 15_000})}
    changed = (audio.model_copy(update={"rates": dearer}), *AV.categories[1:])

    assert load(AV.model_copy(update={"categories": changed})) is True

    assert [rate.hourly_minor for rate in rate_card("audio")] == [15_000, 9_500, 6_500]


def test_a_job_that_left_is_not_offered(av):
    video = AV.categories[1].model_copy(update={"jobs": AV.categories[1].jobs[1:]})

    load(AV.model_copy(update={"categories": (AV.categories[0], video, *AV.categories[2:])}))

    with pytest.raises(UnknownJobKind):
        get_job_kind("tv-mounting")
    assert list_job_kinds("video")[0].key == "projector-installation"


def test_the_sixty_fourth_category_is_refused_and_nothing_changes(av):
    many = tuple(AV.categories[3].model_copy(update={"key": f"trade-{n}", "jobs": ()}) for n in range(60))

    with pytest.raises(TooManyCategories):
        load(AV.model_copy(update={"categories": many}))

    assert [c.key for c in list_categories()] == ["audio", "video", "control", "other"]
    assert len(facts()) == 1


@pytest.mark.parametrize("name", pack_names())
def test_every_pack_loads_into_a_new_database_and_only_once(name):
    pack = read_pack(name)

    assert load_vertical(pack, at=MONDAY) is True

    assert [c.name for c in list_categories()] == [c.name for c in pack.categories]
    for policy in pack.policies.named():
        assert get(type(policy)) == policy
    assert load_vertical(pack, at=MONDAY) is False


def test_a_database_may_change_its_vertical():
    load_vertical(read_pack("av"), at=MONDAY)
    load_vertical(read_pack("cleaning"), at=MONDAY)

    assert [c.id for c in list_categories()] == [5, 6, 7, 8, 9]
    assert [t.label for t in list_tiers()] == ["Lead cleaner", "Professional", "Associate"]


def test_a_packs_policy_does_not_override_what_an_operator_set():
    set_policy(CancellationPolicy(late_fee_percent=5), by=PACK, at=MONDAY, reason="Ours.")

    load_vertical(read_pack("home"), at=MONDAY)

    assert get(CancellationPolicy).late_fee_percent == 5
    assert current_version(CancellationPolicy) == 1
    assert [card.reason for card in history(MatchingPolicy)] == ["The home pack's own."]


@pytest.mark.parametrize("table", ["category", "jobkind", "ratecard", "city", "tier", "loading"])
def test_the_program_may_delete_nothing_of_the_catalogue(av, table):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"delete from catalog_{table}")

    assert len(list_categories()) == 4
