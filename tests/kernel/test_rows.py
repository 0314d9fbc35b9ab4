"""Reading and changing a row by its key gives what Django's own statements would."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Point

from guildhall.kernel import rows
from guildhall.kernel.ids import new_id
from guildhall.kernel.rows import NOW, ONE_MORE_VERSION, add, change, fetch, fetch_all, from_now, holds, read
from guildhall.payments.models import Heard, Intent, Payment
from guildhall.providers.models import Provider, ServiceArea
from tests import given_people

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def an_intent() -> Intent:
    return Intent.objects.create(
        kind="capture",
        key="a",
        subject=new_id(),
        params={"amount": 7, "to": ["x"]},
        next_try_at=MONDAY,
        planned_at=MONDAY,
    )


def everything_of(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


class TestFetching:
    @pytest.mark.parametrize("lock", [None, "update", "no key update"])
    def test_a_row_is_what_django_reads(self, lock):
        intent = an_intent()

        found = fetch(Intent, "id", intent.id, lock=lock)

        assert everything_of(found) == everything_of(Intent.objects.get(id=intent.id))
        assert fetch(Intent, "key", "a").id == intent.id

    def test_points_and_keys_with_other_names_are_read_too(self):
        provider_id = given_people.provider().id

        found = fetch(Provider, "account_id", provider_id)

        assert found.home_point == Provider.objects.get(account_id=provider_id).home_point
        assert everything_of(found).keys() == everything_of(Provider.objects.get(account_id=provider_id)).keys()

    def test_several_are_read_at_once(self, django_assert_num_queries):
        first, other = given_people.provider().id, given_people.provider().id

        with django_assert_num_queries(1):
            found = fetch_all(Provider, "account", [first, other, new_id()])

        assert {row.pk: everything_of(row) for row in found} == {
            row.pk: everything_of(row) for row in Provider.objects.filter(pk__in=[first, other])
        }

    def test_nobody_is_asked_for_no_rows(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert fetch_all(Provider, "account", []) == []

    def test_rows_are_read_by_a_condition(self):
        intent = an_intent()

        [found] = read(Intent, "where key = %s and next_try_at = %s order by id", ["a", MONDAY])

        assert everything_of(found) == everything_of(Intent.objects.get(id=intent.id))
        assert read(Intent, "where key = %(key)s", {"key": "b"}) == []

    def test_there_may_be_none(self):
        assert fetch(Intent, "id", new_id()) is None


class TestChanging:
    def test_the_object_says_what_is_there_now(self):
        intent = an_intent()

        assert change(
            intent, {"status": "sent", "params": {"b": 1}, "sent_at": NOW, "next_try_at": from_now(seconds=60)}
        )

        assert (intent.status, intent.params) == ("sent", {"b": 1})
        assert intent.next_try_at - intent.sent_at == timedelta(seconds=60)
        assert everything_of(intent) == everything_of(Intent.objects.get(id=intent.id))

    def test_nothing_changes_when_the_status_is_another(self):
        intent = an_intent()
        Intent.objects.filter(id=intent.id).update(status="failed")

        assert not change(intent, {"status": "sent"}, among={"requested"})

        assert Intent.objects.get(id=intent.id).status == "failed"
        assert intent.status == "requested"

    def test_versions_are_counted_in_the_database(self):
        payment = Payment.objects.create(reference="booking:1")
        Payment.objects.update(version=6)

        change(payment, {"version": ONE_MORE_VERSION})

        assert payment.version == 7


class TestAdding:
    def test_a_row_is_what_django_would_have_written(self):
        like = an_intent()
        values = {**everything_of(like), "id": new_id(), "key": "b"}
        row = Intent(**values)

        assert add(row)

        assert everything_of(Intent.objects.get(id=row.id)) == everything_of(row) == values

    def test_the_database_works_values_and_keys_out(self):
        heard = Heard(event_id="evt_1", endpoint="platform", kind="payout.paid", object_ref="po_1", heard_at=MONDAY)

        assert add(heard, next_try_at=NOW)

        assert heard.id is not None
        assert abs(heard.next_try_at - datetime.now(UTC)) < timedelta(minutes=1)

    def test_once_per_key_changes_nothing_the_second_time(self):
        first = an_intent()
        again = Intent(kind="charge", key="a", subject=new_id(), next_try_at=MONDAY, planned_at=MONDAY)

        assert not add(again, once_per="key")

        assert everything_of(Intent.objects.get()) == everything_of(first)


def test_a_condition_holds_or_not():
    an_intent()

    assert holds("exists (select from payments_intent where key = %s)", ["a"])
    assert not holds("exists (select from payments_intent where key = %s)", ["b"])


def test_threads_read_geometries_side_by_side():
    """A reader of GEOS belongs to the thread that made it; two at once make it see geometries that are none, or worse."""
    area = MultiPolygon(Point(-117.1, 32.7).buffer(0.1, quadsegs=4_000), srid=4326)
    shape = rows._shape(ServiceArea)
    found = tuple(area.ewkb if field.name == "area" else None for field in shape.fields)
    begin = threading.Barrier(4)

    def read() -> int:
        begin.wait()
        return sum(rows._shape(ServiceArea).read(found)[shape.names.index("area")].num_points for _ in range(150))

    with ThreadPoolExecutor(4) as threads:
        assert [one.result() for one in [threads.submit(read) for _ in range(4)]] == [150 * area.num_points] * 4
