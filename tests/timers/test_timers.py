"""Deadlines fire once, never early, and survive what fails."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from guildhall.kernel.refusals import Refused
from guildhall.timers import commands
from guildhall.timers.commands import ClockStaysReal, set_timer, timer_kind, travel_to
from guildhall.timers.firing import fire_due
from guildhall.timers.models import Clock, Timer
from guildhall.timers.queries import clock_now, next_deadline, overdue
from guildhall.timers.roles import _pause_seconds

pytestmark = pytest.mark.django_db


@pytest.fixture
def fired() -> Iterator[list[str]]:
    """A kind of timer that writes down what it is told; `locked` and `poison` references behave so."""
    fired: list[str] = []

    @timer_kind("test.bell")
    def ring(references: list[str], at: datetime) -> Collection[str]:
        if "poison" in references:
            raise ValueError("poison")
        fired.extend(reference for reference in references if reference != "locked")
        return [reference for reference in references if reference == "locked"]

    yield fired
    del commands.kinds()["test.bell"]


def test_a_timer_fires_when_the_clock_reaches_it_and_not_before(fired: list[str]):
    due_at = clock_now() + timedelta(hours=1)
    set_timer(kind="test.bell", reference="one", due_at=due_at)

    assert fire_due() == 0
    travel_to(travelled=timedelta(minutes=59))
    assert fire_due() == 0
    travel_to(travelled=timedelta(minutes=61))
    assert fire_due() == 1

    assert fired == ["one"]
    assert fire_due() == 0


def test_a_locked_reference_is_tried_again(fired: list[str]):
    set_timer(kind="test.bell", reference="locked", due_at=clock_now())
    set_timer(kind="test.bell", reference="free", due_at=clock_now())

    assert fire_due() == 1

    assert fired == ["free"]
    assert Timer.objects.get().reference == "locked"


def test_a_failing_timer_backs_off_and_the_others_fire(fired: list[str]):
    for reference in ("poison", "one", "two"):
        set_timer(kind="test.bell", reference=reference, due_at=clock_now())

    assert fire_due() == 2

    assert sorted(fired) == ["one", "two"]
    left = Timer.objects.get()
    assert (left.reference, left.attempts, left.is_parked) == ("poison", 1, False)
    assert "poison" in left.error
    assert left.due_at > clock_now()


def test_a_timer_that_keeps_failing_is_parked(fired: list[str]):
    set_timer(kind="test.bell", reference="poison", due_at=clock_now())
    for _ in range(8):
        fire_due()
        Timer.objects.update(due_at=datetime(2020, 1, 1, tzinfo=UTC))

    assert Timer.objects.get().is_parked
    assert overdue() == 0
    assert next_deadline() is None or next_deadline() > datetime(2020, 1, 2, tzinfo=UTC)


def test_an_unknown_kind_is_parked_and_harms_nobody(fired: list[str]):
    set_timer(kind="test.nobody", reference="x", due_at=clock_now())
    set_timer(kind="test.bell", reference="one", due_at=clock_now())

    assert fire_due() == 1

    assert fired == ["one"]
    assert Timer.objects.get(kind="test.nobody").is_parked


def test_the_clock_never_goes_back():
    travel_to(travelled=timedelta(hours=2))

    with pytest.raises(ClockStaysReal):
        travel_to(travelled=timedelta(hours=1))

    assert Clock.objects.get().travelled == timedelta(hours=2)


def test_the_clock_cannot_travel_outside_the_sandbox(settings):
    settings.SANDBOX = False

    with pytest.raises(Refused):
        travel_to(travelled=timedelta(hours=1))

    assert Clock.objects.get().travelled == timedelta()


def test_production_refuses_a_travelled_clock(settings):
    travel_to(travelled=timedelta(hours=1))
    settings.SANDBOX = False

    with pytest.raises(ClockStaysReal):
        commands.refuse_travelled_clock()


@pytest.mark.parametrize(
    ("left", "pause"),
    [({}, 0.5), ({"timers": 0.2, "sweep": 9.0}, 0.2), ({"timers": -3.0}, 0.005)],
    ids=["nothing to wait for", "soon", "past"],
)
def test_the_dispatcher_sleeps_to_the_next_deadline(left, pause):
    assert _pause_seconds(left) == pause
