"""A session that the database ended is told as unavailable, never as our fault: trying again is right."""

import time

import pytest
from django.db import DatabaseError, connection, transaction

from guildhall.web.problems import refusal_of


@pytest.mark.committed
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    "ending",
    [
        "set local idle_in_transaction_session_timeout = '20ms'",
        "select pg_terminate_backend(pg_backend_pid())",
        "set local statement_timeout = '20ms'; select pg_sleep(1)",
    ],
)
def test_an_ended_session_is_worth_another_try(ending: str) -> None:
    """Too long idle (a busy machine), ended by an operator, stopped by a limit."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ending)
        time.sleep(0.2)
        cursor.execute("select 1")

    assert refusal_of(caught.value).status == 503


def test_a_broken_rule_of_the_database_is_our_fault(db: None) -> None:
    """What trying again does not mend is not told as unavailable."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select 1 / 0")

    assert refusal_of(caught.value).status == 500
