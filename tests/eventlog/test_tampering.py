"""Whoever changes the log behind its back is found: by changing, removing, moving, slipping in, or cutting a seal."""

import psycopg
import pytest
from django.db import connection, transaction

from guildhall.eventlog import delivery
from guildhall.eventlog.commands import publish
from guildhall.eventlog.invariants import INVARIANTS
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from tests.eventlog.test_delivery import MONDAY, BellRung


def breaches() -> list[str]:
    with connection.cursor() as cursor:
        found = []
        for invariant in INVARIANTS:
            cursor.execute(invariant.sql)
            found += [invariant.code] if cursor.fetchall() else []
        return found


@pytest.mark.parametrize(
    "tamper",
    [
        "update eventlog_event set actor = 'nobody' where seq = %(seq)s",
        "delete from eventlog_event where seq = %(seq)s",
        "update eventlog_position set seq = seq + 1000000 where seq = %(seq)s",
        "delete from eventlog_seal where last_position = (select max(last_position) - 1 from eventlog_seal)",
        """insert into eventlog_position (position, seq)
           select position + 1000000, seq + 1000000 from eventlog_position where seq = %(seq)s""",
    ],
    ids=["changed", "removed", "moved", "seal removed", "slipped in"],
)
@pytest.mark.committed
def test_tampering_is_found(committed_db: str, owner_url: str, tamper: str):
    bell = new_id()
    for version in (1, 2, 3):
        with transaction.atomic():
            publish(BellRung(aggregate_id=bell, version=version), by=Actor.system("test"), at=MONDAY)
        delivery.sequence()
    with connection.cursor() as cursor:
        cursor.execute("select seq from eventlog_event where aggregate = %s and version = 2", [f"bell:{bell}"])
        seq = cursor.fetchone()[0]

    assert breaches() == []
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(tamper, {"seq": seq})

    assert breaches() != []
