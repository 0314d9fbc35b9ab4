"""The wake-up after the commit, and a hole in a feed that `verify` finds."""

import psycopg
import pytest
from django.db import connection

from guildhall.eventlog import delivery
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.notifications.invariants import INVARIANTS
from guildhall.notifications.queries import feed_after, feed_head
from tests import given_people as people
from tests.racing import as_owner


@pytest.mark.committed
def test_a_wake_up_names_who_has_something_new(committed_db):
    ensure_subscriptions()
    ana = people.customer("Ana")
    with psycopg.connect(committed_db, autocommit=True) as listener:
        listener.execute("listen feed")
        delivery.drain()
        payloads = [note.payload for note in listener.notifies(timeout=2, stop_after=1)]

    (payload,) = payloads  # One for the whole batch; somebody of a batch that was rolled back may be woken with it.
    assert str(ana.id) in payload.split(",")
    assert feed_head(ana.id) == len(feed_after(ana.id, 0)) > 0


@pytest.mark.committed
def test_without_the_row_lock_of_the_head_the_feed_is_not_dense(owner_url):
    """The negative control of the invariant: a hole is found."""
    (dense,) = [invariant for invariant in INVARIANTS if invariant.code == "H2"]
    ensure_subscriptions()
    ana = people.customer("Ana")
    delivery.drain()
    assert _rows(dense.sql) == []

    as_owner(owner_url, f"delete from notifications_feed_row where account_id = '{ana.id}' and position = 1")

    assert len(_rows(dense.sql)) == 1


def _rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
