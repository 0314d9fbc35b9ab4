"""The second process does its part of the work, and says what came of it."""

import os
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import connection

from guildhall.cli.demo.hands import Hands, HelperFailed, two_hands
from guildhall.kernel.refusals import Refused
from guildhall.timers.commands import set_timer
from guildhall.timers.models import Timer


def who_counts(number: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("select %s::integer + 1, pg_sleep(0.01)", [number])
        return int(cursor.fetchone()[0]), os.getpid()


def refuse() -> None:
    raise Refused("not today")


@pytest.mark.usefixtures("committed_db")
class TestTwoHands:
    def test_both_do_their_part_and_the_answers_are_in_order(self):
        before = connection.settings_dict["OPTIONS"]

        with two_hands() as hands:
            answers = hands.do([partial(who_counts, number) for number in range(12)])

        assert [count for count, _ in answers] == list(range(1, 13))
        assert len({process for _, process in answers}) == 2
        assert connection.settings_dict["OPTIONS"] == before

    def test_a_failure_of_either_is_heard_and_the_next_work_is_not_confused_by_it(self):
        with two_hands() as hands:
            with pytest.raises((Refused, HelperFailed)):
                hands.do([partial(who_counts, 1), refuse, partial(who_counts, 2), refuse])

            assert [count for count, _ in hands.do([partial(who_counts, number) for number in range(6)])] == [
                1,
                2,
                3,
                4,
                5,
                6,
            ]

    def test_what_is_begun_is_done_beside_the_rest_and_waited_for_in_the_end(self):
        with two_hands() as hands:
            hands.begin(partial(set_timer, kind="tests.never", reference="begun", due_at=datetime.now(UTC)))
            answers = hands.do([partial(who_counts, number) for number in range(6)])
            hands.finish()

            assert [count for count, _ in answers] == [1, 2, 3, 4, 5, 6]
            assert Timer.objects.filter(reference="begun").exists()

    def test_the_failure_of_what_was_begun_is_heard(self):
        with two_hands() as hands:
            hands.begin(refuse)
            with pytest.raises(HelperFailed):
                hands.finish()

            assert hands.do([partial(who_counts, 1), partial(who_counts, 2)]) != []

    def test_one_hand_alone_gives_the_same(self):
        assert Hands().do([partial(int, "7"), partial(int, "8")]) == [7, 8]
