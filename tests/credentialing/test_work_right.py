"""The right to work: granted, revoked, and asked for by the database."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction

from guildhall.credentialing.commands import (
    NoWorkRight,
    RightMustLast,
    grant_work_right,
    revoke_work_right,
    translate_refusal,
)
from guildhall.credentialing.queries import get_right, has_right
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotAllowed, NotFound
from tests import given_people as given
from tests.racing import as_owner

OPERATOR = Actor.operator(new_id())
UNTIL = given.MONDAY + timedelta(days=30)


def grant(provider, until=UNTIL, by=OPERATOR):
    grant_work_right(provider_id=provider.id, valid_until=until, by=by, at=given.MONDAY)


def revoke(provider, by=OPERATOR):
    revoke_work_right(provider_id=provider.id, reason="Licence withdrawn.", by=by, at=given.MONDAY)


def assert_right(provider_id, until):
    with translate_refusal(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select credentialing.assert_right(%s, %s)", [provider_id, until])


def facts():
    with connection.cursor() as cursor:
        cursor.execute("select version, name from eventlog_event where aggregate like 'work_right:%' order by seq")
        return cursor.fetchall()


@pytest.mark.django_db
class TestTheRight:
    def test_it_holds_up_to_its_end_and_not_longer(self):
        priya = given.registered_provider()
        grant(priya)

        assert_right(priya.id, UNTIL)
        with pytest.raises(NoWorkRight):
            assert_right(priya.id, UNTIL + timedelta(microseconds=1))

        assert has_right(priya.id, UNTIL)
        assert not has_right(priya.id, UNTIL + timedelta(microseconds=1))

    def test_who_never_had_it_has_it_not(self):
        priya = given.registered_provider()

        for provider_id, until in [(priya.id, given.MONDAY), (new_id(), given.MONDAY), (priya.id, None)]:
            with pytest.raises(NoWorkRight):
                assert_right(provider_id, until)

        assert get_right(priya.id) is None

    def test_a_revoked_right_is_gone_until_it_is_granted_again(self):
        priya = given.registered_provider()
        grant(priya)

        for _ in range(2):
            revoke(priya)

        with pytest.raises(NoWorkRight):
            assert_right(priya.id, given.MONDAY)
        assert get_right(priya.id).reason == "Licence withdrawn."
        grant(priya, UNTIL + timedelta(days=1))
        assert_right(priya.id, UNTIL + timedelta(days=1))
        assert facts() == [(1, "work_right.granted"), (2, "work_right.revoked"), (3, "work_right.granted")]

    def test_the_reason_stays_out_of_the_log(self):
        priya = given.registered_provider()
        grant(priya)
        revoke(priya)

        with connection.cursor() as cursor:
            cursor.execute("select count(*) from eventlog_event where payload::text like '%Licence%'")
            assert cursor.fetchone() == (0,)

    def test_only_operators_and_the_system_decide(self):
        priya, ana = given.registered_provider(), given.customer()

        for by in (priya.actor, ana.actor, Actor.anonymous()):
            with pytest.raises(NotAllowed):
                grant(priya, by=by)
            with pytest.raises(NotAllowed):
                revoke(priya, by=by)

        assert (get_right(priya.id), facts()) == (None, [])

    def test_it_is_a_providers_and_ends_in_the_future(self):
        priya, ana = given.registered_provider(), given.customer()

        with pytest.raises(NotFound):
            grant(ana)
        with pytest.raises(RightMustLast):
            grant(priya, given.MONDAY)
        with pytest.raises(NotFound):
            revoke(priya)

        assert facts() == []

    def test_those_of_many_who_lack_it_are_found_at_once(self):
        priya, diego, mei = [given.registered_provider(name) for name in ("Priya", "Diego", "Mei")]
        grant(priya)
        grant(diego)
        revoke(diego)
        grant(mei, UNTIL - timedelta(days=1))
        asked = [(priya.id, UNTIL), (diego.id, UNTIL), (mei.id, UNTIL), (mei.id, UNTIL - timedelta(days=1))]

        with connection.cursor() as cursor:
            cursor.execute(
                "select credentialing.rights_missing(%s, %s)",
                [[who for who, _ in asked], [until for _, until in asked]],
            )
            missing = [row[0] for row in cursor.fetchall()]

        assert sorted(missing) == sorted([diego.id, mei.id])

    def test_the_view_shows_what_is_in_force_on_the_clock(self):
        priya, diego = given.registered_provider(), given.registered_provider("Diego")
        grant(priya)
        grant(diego)
        revoke(diego)

        def in_force():
            with connection.cursor() as cursor:
                cursor.execute("select provider_id from credentialing.rights")
                return [row[0] for row in cursor.fetchall()]

        assert in_force() == [priya.id]
        with connection.cursor() as cursor:
            cursor.execute("update timers_clock set travelled = %s - now()", [UNTIL])
        assert in_force() == []

    @pytest.mark.parametrize("statement", ["delete from credentialing_work_right", "truncate credentialing_work_right"])
    def test_its_row_stays(self, statement):
        grant(given.registered_provider())

        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)

    def test_another_error_of_the_database_stays_what_it_is(self):
        with pytest.raises(DatabaseError, match="division by zero"), translate_refusal(), transaction.atomic():
            connection.cursor().execute("select 1 / 0")


def _in_thread(call, outcome):
    def run():
        try:
            call()
            outcome.append("done")
        except NoWorkRight as refused:
            outcome.append(refused.code)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def _wait_until_somebody_waits_for_us():
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute(
                "select count(*) from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits: the two do not serialize.")


@pytest.mark.committed
def test_a_confirmation_waits_for_a_revocation_under_way_and_is_refused():
    priya = given.registered_provider()
    grant(priya)
    outcome = []

    with transaction.atomic():
        revoke(priya)
        confirming = _in_thread(lambda: assert_right(priya.id, UNTIL), outcome)
        _wait_until_somebody_waits_for_us()
    confirming.join()

    assert outcome == ["no_work_right"]


@pytest.mark.committed
def test_a_revocation_waits_for_a_confirmation_under_way():
    priya = given.registered_provider()
    grant(priya)
    outcome = []

    with transaction.atomic():
        assert_right(priya.id, UNTIL)
        revoking = _in_thread(lambda: revoke(priya), outcome)
        _wait_until_somebody_waits_for_us()
        assert outcome == []
    revoking.join()

    assert outcome == ["done"]
    assert not has_right(priya.id, given.MONDAY)


@pytest.mark.committed
def test_without_the_row_lock_work_is_confirmed_on_a_right_that_is_going(owner_url):
    """The negative control: the same race with the guard taken away."""
    priya = given.registered_provider()
    grant(priya)
    outcome = []
    as_owner(
        owner_url,
        """
        create or replace function credentialing.assert_right(provider uuid, until timestamptz) returns void
        language plpgsql as $$
        begin
          perform from credentialing_work_right w
          where w.provider_id = provider and w.revoked_at is null and w.valid_until >= until;
          if not found then raise exception 'no' using errcode = 'GH001'; end if;
        end $$
        """,
    )

    with transaction.atomic():
        revoke(priya)
        _in_thread(lambda: assert_right(priya.id, UNTIL), outcome).join(timeout=30)

    assert outcome == ["done"]
    assert not has_right(priya.id, given.MONDAY)
