"""What the database itself refuses, and that each guard is the one that does it."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from guildhall.kernel.ids import new_id
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests import given_matching as given
from tests.racing import as_owner

COPY = """
insert into matching_cascade select (jsonb_populate_record(c, jsonb_build_object('id', %s::uuid))).* from matching_cascade c
where reference = %s
"""
ACCEPT = "update matching_offer set status = 'accepted', accepted_at = now() where cascade_id = %s"
OFFER = """
insert into matching_offer select (jsonb_populate_record(o, jsonb_build_object('id', %s::uuid, 'provider_id', %s::uuid))).*
from matching_offer o limit 1
"""


def run(statement: str, *arguments: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, arguments)


def live_wave() -> tuple[str, list[given.people.Person]]:
    asked = given.providers(1, 1)
    reference = given.cascade()
    sweep()
    return reference, asked


def second_live_cascade() -> None:
    reference, _ = live_wave()
    run(COPY, new_id(), reference)


def second_acceptance() -> None:
    reference, (first, _) = live_wave()
    given.take(given.offer_to(reference, first).id, first.id)
    run("update matching_offer set status = 'withdrawn' where status = 'open'")
    run(
        "insert into matching_offer select (jsonb_populate_record(o, jsonb_build_object('id', %s::uuid, 'provider_id', %s::uuid))).* "
        "from matching_offer o where status = 'accepted'",
        new_id(),
        given.providers(1)[0].id,
    )


def offer_without_right() -> None:
    live_wave()
    unready = given.people.provider("Uma", right_days=0)
    run(OFFER, new_id(), unready.id)


def second_question() -> None:
    _, (first, _) = live_wave()
    run(OFFER, new_id(), first.id)


GUARDS: list[tuple[Callable[[], None], str, str]] = [
    (second_live_cascade, "matching_one_live_cascade", "drop index matching_one_live_cascade"),
    (second_acceptance, "matching_one_accepted", "drop index matching_one_accepted"),
    (second_question, "matching_asked_once", "alter table matching_offer drop constraint matching_asked_once"),
    (offer_without_right, "may not be offered work", "drop trigger guard_right on matching_offer"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("breach", "named", "_removal"), GUARDS, ids=[guard[1] for guard in GUARDS])
def test_the_guard_refuses(breach: Callable[[], None], named: str, _removal: str):
    with pytest.raises(DatabaseError, match=named):
        breach()

    assert given.breaches() == []


@pytest.mark.committed
@pytest.mark.parametrize(("breach", "_named", "removal"), GUARDS, ids=[guard[1] for guard in GUARDS])
def test_without_the_guard_the_breach_would_pass(breach: Callable[[], None], _named: str, removal: str, owner_url: str):
    as_owner(owner_url, removal)

    breach()

    if breach is not offer_without_right:
        assert given.breaches() != []


REWRITING = [
    "update matching_offer set net_minor = 1",
    "update matching_offer set provider_id = gen_random_uuid()",
    "update matching_offer set expires_at = now()",
    "delete from matching_offer",
    "update matching_candidate set eligible = true",
    "delete from matching_candidate",
    "delete from matching_cascade",
]
REVIVING = [
    "update matching_offer set status = 'open', accepted_at = null where status = 'accepted'",
    "update matching_offer set status = 'accepted', accepted_at = now() where status = 'withdrawn'",
    "update matching_cascade set status = 'live', ended_at = null",
    "update matching_cascade set status = 'exhausted'",
]
SENSELESS = [
    "update matching_cascade set latitude = 91",
    "update matching_cascade set latitude = 'NaN'",
    "update matching_cascade set wave_number = 2, candidates_ready_wave = 4",
    "update matching_cascade set wave_kind = ''",
    "update matching_cascade set expires_at = null",
    "update matching_cascade set ended_at = now()",
    "update matching_offer set status = 'accepted'",
]
SEEDED = {
    "O1": "update matching_cascade set status = 'filled', ended_at = now()",
    "O3": "update matching_cascade set excluded = array(select provider_id from matching_offer)",
    "O4": "update matching_cascade set status = 'exhausted', ended_at = now()",
    "B7": "update matching_cascade set expires_at = timers.clock_now() - interval '61 seconds'",
}


@pytest.mark.django_db
def test_the_running_system_cannot_rewrite_what_was_offered_or_why():
    live_wave()

    for statement in REWRITING:
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(statement)


@pytest.mark.django_db
def test_what_has_ended_stays_ended():
    reference, (first, _) = live_wave()
    given.take(given.offer_to(reference, first).id, first.id)

    for statement in REVIVING:
        with pytest.raises(DatabaseError, match="cannot go from"):
            run(statement)


@pytest.mark.django_db
def test_rows_that_make_no_sense_are_refused():
    live_wave()

    for statement in SENSELESS:
        with pytest.raises(IntegrityError):
            run(statement)


@pytest.mark.django_db
def test_a_seeded_breach_is_found():
    live_wave()
    assert given.breaches() == []

    for code, statement in SEEDED.items():
        with transaction.atomic():
            run(statement)
            assert code in {found for found, _ in given.breaches()}
            transaction.set_rollback(True)


@pytest.mark.committed
def test_a_revocation_after_the_look_is_caught_by_the_trigger_and_the_wave_opens_without_that_provider(
    committed_db: str, owner_url: str
):
    kept, revoked = given.providers(1, 1)
    reference = given.cascade()
    # The look before the offers is made to miss the revocation, as if it had come between the two.
    as_owner(owner_url, "alter function discovery.not_eligible(uuid[], tstzrange[]) rename to really_not_eligible")
    as_owner(
        owner_url,
        """
        create function discovery.not_eligible(providers uuid[], wins tstzrange[]) returns table (provider_id uuid, win tstzrange)
        language plpgsql as $$ begin
          if nextval('looks') > 1 then return query select * from discovery.really_not_eligible($1, $2); end if;
        end $$
        """,
    )
    as_owner(owner_url, "create sequence looks; grant usage on sequence looks to guildhall_app")
    as_owner(owner_url, "grant execute on all functions in schema discovery to guildhall_app")
    from guildhall.matching.sweeps import end_due_waves, look_ahead

    look_ahead()
    with psycopg.connect(committed_db) as other:
        other.execute(
            "update credentialing_work_right set revoked_at = granted_at + interval '1 second' where provider_id = %s",
            [revoked.id],
        )

    assert end_due_waves() == 1

    assert given.asked(reference, 1) == {kept.id}
    assert given.row(reference).expires_at == given.row(reference).wave_notified_at + timedelta(seconds=60)
    assert clock_now() < given.row(reference).expires_at
