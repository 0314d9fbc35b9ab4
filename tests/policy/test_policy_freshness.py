"""A policy is remembered for a second per connection, and never what was not committed."""

import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, transaction

from guildhall.kernel import remembered
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.policy.commands import AuthorizationTooLong, set_policy
from guildhall.policy.queries import get
from guildhall.policy.types import BookingPolicy, MoneyPolicy

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
OLGA = Actor.operator(new_id())
pytestmark = pytest.mark.committed


def fee():
    return get(MoneyPolicy).platform_fee_basis_points


def set_fee(basis_points):
    set_policy(MoneyPolicy(platform_fee_basis_points=basis_points), by=OLGA, at=MONDAY, reason="A test.")


def insert_elsewhere(url, basis_points):
    """Commit a version as another process would, behind this process's back."""
    with psycopg.connect(url) as other:
        other.execute(
            "insert into policy_document (name, version, value, reason, set_by, set_at)"
            " values ('money', 1, jsonb_build_object('platform_fee_basis_points', %s::int), '', 'system:test', now())",
            [basis_points],
        )


def test_a_second_look_within_a_second_asks_nobody(policies_at_hand, django_assert_num_queries):
    fee()

    with django_assert_num_queries(0):
        assert fee() == 2_000


def test_what_another_process_commits_is_seen_after_a_second(committed_db, monkeypatch):
    fee()
    insert_elsewhere(committed_db, 1_200)
    now = remembered.monotonic()

    assert fee() == 2_000
    monkeypatch.setattr(remembered, "monotonic", lambda: now + 1.01)
    assert fee() == 1_200


def test_what_is_set_here_is_seen_at_once():
    fee()

    set_fee(1_500)

    assert fee() == 1_500


def test_what_was_rolled_back_was_never_seen_outside():
    fee()

    with transaction.atomic():
        set_fee(1_500)
        assert fee() == 1_500
        transaction.set_rollback(True)

    assert fee() == 2_000


def test_another_connection_keeps_the_committed_value_while_one_is_being_set():
    seen = []

    def look():
        seen.append(fee())
        connection.close()

    with transaction.atomic():
        set_fee(1_500)
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert seen == [2_000]


def test_two_documents_set_at_once_cannot_break_the_sum_together():
    barrier = threading.Barrier(2)
    outcomes = []

    def put(value):
        get(BookingPolicy), get(MoneyPolicy)
        barrier.wait(5)
        try:
            set_policy(value, by=OLGA, at=MONDAY, reason="A race.")
            outcomes.append("set")
        except AuthorizationTooLong:
            outcomes.append("refused")
        finally:
            connection.close()

    # Each alone makes 24 + 12 + 65 + 12 = 113 or 41 + 12 + 48 + 12 = 113; together 130.
    values = [BookingPolicy(contest_hours=65), MoneyPolicy(authorize_hours_before=41)]
    threads = [threading.Thread(target=put, args=[value]) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused", "set"]
