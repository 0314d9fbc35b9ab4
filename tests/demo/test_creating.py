"""The small city is made by commands, once, and in the sandbox only."""

from collections import Counter

import pytest
from django.db import connection

from guildhall.cli import demo
from guildhall.cli.demo import building
from guildhall.credentialing.queries import has_right
from guildhall.customers.queries import favourite_ids, list_addresses
from guildhall.discovery.queries import search
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.eventlog.delivery import drain
from guildhall.identity.commands import authenticate
from guildhall.identity.queries import find_by_email, has_consent, scopes
from guildhall.identity.types import ConsentKind, Scope
from guildhall.providers.queries import get_profile, get_reach, get_schedule
from guildhall.timers.queries import clock_now
from guildhall.verticals.loading import load_vertical
from guildhall.verticals.reading import read_pack


def rows() -> dict[str, int]:
    """How many rows each table has."""
    counted = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select count(*) from "{table}"')
            counted[table] = cursor.fetchone()[0]
    return counted


TINY = demo.Size(providers=5, customers=2, cities=("san-diego",))


@pytest.fixture
def _pack(committed_db):
    ensure_subscriptions()
    load_vertical(read_pack("av"), at=clock_now())


@pytest.mark.usefixtures("_pack")
class TestCreating:
    def test_people_can_sign_in_work_and_be_found(self):
        demo.create(size=TINY)
        log_ins = demo.log_ins()
        drain()

        at = clock_now()
        assert Counter(log_in["role"] for log_in in log_ins) == {"provider": 3, "customer": 1, "operator": 1}
        ids = [authenticate(email=one["email"], password=one["password"], at=at) for one in log_ins]
        ana, priya, *_, olga = ids
        assert scopes(olga) == set(Scope)
        assert len(favourite_ids(ana)) >= 1
        assert [address.zip_code for address in list_addresses(ana)] == ["92101"]
        assert has_right(priya, at)
        assert has_consent(priya, ConsentKind.SMS_OFFERS)
        assert len(get_profile(priya).services) == 2
        assert len(get_schedule(priya).weekly) == 7
        assert get_reach(priya).area is not None
        found = search(
            latitude=32.7185, longitude=-117.1593, category_key="audio", start=None, end=None, at=at, limit=20
        )
        assert priya in {one.provider_id for one in found}

    def test_a_second_run_changes_nothing(self):
        demo.create(size=TINY)
        drain()
        before = rows()

        demo.create(size=TINY)

        assert rows() == before

    def test_a_run_that_broke_off_is_completed(self, monkeypatch):
        whole = building._describe

        def breaks(provider_id, person, *rest):
            if person.first_name == "Marcus":
                raise RuntimeError("the lights went out")
            whole(provider_id, person, *rest)

        monkeypatch.setattr(building, "_describe", breaks)
        with pytest.raises(RuntimeError):
            demo.create(size=TINY)
        marcus = find_by_email("marcus@demo.example")
        assert marcus is not None
        assert not has_right(marcus.id, clock_now())
        monkeypatch.undo()

        demo.create(size=TINY)

        assert has_right(marcus.id, clock_now())
        assert find_by_email("ana@demo.example") is not None

    def test_it_is_refused_outside_the_sandbox(self, settings):
        settings.SANDBOX = False
        before = rows()

        with pytest.raises(demo.OnlyInSandbox):
            demo.create(size=TINY)

        assert rows() == before
