"""The part of the database that is not tables is applied anew at every start."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
_APPLY = """
import django
django.setup()
from django.db import connection
from guildhall.cli.schema import apply
connection.ensure_connection()
connection.connection.add_notice_handler(lambda notice: print(notice.severity, notice.message_primary))
apply()
"""
_NOT_FOR_THE_APP = """
select p.oid::regprocedure::text from pg_proc p
where p.proowner = 'guildhall_owner'::regrole and not has_function_privilege('guildhall_app', p.oid, 'execute')
"""
_OWN = "select count(*) from pg_proc where proowner = 'guildhall_owner'::regrole"


@pytest.mark.committed
def test_applying_it_again_warns_of_nothing_and_the_app_may_call_what_is_ours(owner_url):
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("revoke execute on function timers.clock_now() from public, guildhall_app")
        assert owner.execute(_NOT_FOR_THE_APP).fetchall() == [("timers.clock_now()",)]

    done = subprocess.run(
        [sys.executable, "-c", _APPLY],
        env={
            **os.environ,
            "GUILDHALL_AS_OWNER": "1",
            "MIGRATION_DATABASE_URL": owner_url,
            "DATABASE_URL": owner_url,
            "DJANGO_SETTINGS_MODULE": "guildhall.settings",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("WARNING")] == []
    with psycopg.connect(owner_url, autocommit=True) as owner:
        assert owner.execute(_NOT_FOR_THE_APP).fetchall() == []
        assert owner.execute(_OWN).fetchone()[0] > 50
