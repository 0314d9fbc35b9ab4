"""Remembering who was offered work costs the same while the table is new."""

from uuid import uuid4

import psycopg
import pytest

from tests.given_people import MONDAY
from tests.racing import as_owner

PROVIDERS = [uuid4() for _ in range(300)]
_SCANS = "select pg_stat_get_xact_numscans('discovery_last_offer'::regclass)"


@pytest.mark.committed
def test_no_plan_reads_the_whole_table_though_it_was_empty_when_its_rows_were_counted(committed_db, owner_url):
    as_owner(owner_url, "vacuum analyze discovery_last_offer")
    with psycopg.connect(committed_db, autocommit=True) as app:
        for _ in range(2):  # everybody is new, and nobody is
            with app.transaction():
                app.execute("select discovery.record_offers(%s, %s)", [PROVIDERS, MONDAY])
                scans = app.execute(_SCANS).fetchone()
            assert scans == (0,)
        remembered = app.execute("select count(*) from discovery_last_offer where offered_at = %s", [MONDAY]).fetchone()
    assert remembered == (300,)
