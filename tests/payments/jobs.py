"""The worker, one job at a time, in the test's own thread."""

import json
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from tests.payments.vendor import Vendor

_MOST = 500


def waiting(*, later: bool = False) -> list[tuple[int, str, dict[str, Any]]]:
    """Queued jobs, oldest first; those that wait for a later try only when asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select id, task_name, args::text from procrastinate_jobs
            where status = 'todo' and (%s or scheduled_at is null or scheduled_at <= clock_timestamp()) order by id
            """,
            [later],
        )
        return [(job_id, name, json.loads(arguments)) for job_id, name, arguments in cursor.fetchall()]


def work(*, most: int = _MOST, later: bool = False) -> int:
    """Do queued jobs until none is left, or `most` of them; says how many."""
    done = 0
    while done < most and (queued := waiting(later=later)):
        job_id, name, arguments = queued[0]
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs where id = %s", [job_id])
        app.tasks[name].func(**arguments)
        done += 1
    return done


def settle_down(vendor: Vendor) -> None:
    """Let the worker and the vendor's courier take turns until neither has anything to do."""
    for _ in range(50):
        vendor.hand_over_all()
        if not work() and not vendor.waiting():
            return
    raise AssertionError("It does not come to rest.")
