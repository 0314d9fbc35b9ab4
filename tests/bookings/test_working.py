"""The job as its provider does it: each step once, in order, by nobody else, and never without money held."""

from datetime import timedelta

import pytest

from guildhall.bookings.commands import announce_delay, arrive, end_break, finish_work, leave, start_break, start_work
from guildhall.bookings.commands.working import BadDelay, BadHours, BreakRefused, PaymentNotReady, WrongStart
from guildhall.bookings.queries import get_work
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db


def test_nobody_drives_before_the_money_is_held(ana, priya):
    booking_id = given.taken(ana, priya)
    before = given.facts(booking_id)

    with pytest.raises(PaymentNotReady):
        leave(booking_id=booking_id, by=priya.actor, at=clock_now())

    assert given.booking(booking_id).status == "confirmed"
    assert given.facts(booking_id) == before


def test_the_steps_are_taken_once_and_in_order(ana, priya):
    booking_id = given.authorized(ana, priya)
    own = {"booking_id": booking_id, "by": priya.actor}

    with pytest.raises(MoveRefused):
        arrive(**own, at=clock_now())
    leave(**own, at=clock_now())
    with pytest.raises(MoveRefused):
        leave(**own, at=clock_now())
    arrive(**own, at=clock_now())
    start_work(**own, start_code=given.booking(booking_id).start_code, at=clock_now())
    later(minutes=75)
    finish_work(**own, at=clock_now())
    with pytest.raises(MoveRefused):
        finish_work(**own, at=clock_now())

    assert given.facts(booking_id, "booking.")[-4:] == [
        "booking.en_route",
        "booking.arrived",
        "booking.started",
        "booking.completed",
    ]
    done = given.booking(booking_id)
    assert (done.status, done.logged_minutes, done.is_flagged) == ("completed", 75, False)
    assert done.deadline_at == clock_now() + timedelta(hours=48)


@pytest.mark.parametrize("outsider", ["customer", "another provider"])
def test_nobody_else_takes_a_step(ana, priya, outsider):
    booking_id = given.authorized(ana, priya)
    other = ana if outsider == "customer" else people.provider("Mei")
    refusal = NotAllowed if outsider == "customer" else NotFound

    with pytest.raises(refusal):
        leave(booking_id=booking_id, by=other.actor, at=clock_now())

    assert given.booking(booking_id).status == "confirmed"


def test_work_starts_by_the_code(ana, priya):
    booking_id = given.authorized(ana, priya)
    own = {"booking_id": booking_id, "by": priya.actor}
    leave(**own, at=clock_now())
    arrive(**own, at=clock_now())
    code = given.booking(booking_id).start_code

    for attempt, words in (({"start_code": f"{(int(code) + 1) % 10_000:04}"}, "This is not the code."), ({}, "Ask")):
        with pytest.raises(WrongStart, match=words):
            start_work(**own, **attempt, at=clock_now())
    assert given.booking(booking_id).status == "arrived"
    start_work(**own, start_code=code, at=clock_now())

    assert given.booking(booking_id).status == "in_progress"


def test_breaks_are_not_paid(ana, priya):
    booking_id = given.started(ana, priya)
    own = {"booking_id": booking_id, "by": priya.actor}
    later(minutes=30)
    start_break(**own, at=clock_now())
    with pytest.raises(BreakRefused):
        start_break(**own, at=clock_now())
    later(minutes=15)
    end_break(**own, at=clock_now())
    with pytest.raises(BreakRefused):
        end_break(**own, at=clock_now())
    later(minutes=30)

    finish_work(**own, at=clock_now())

    done = given.booking(booking_id)
    assert (done.logged_minutes, done.break_minutes) == (60, 15)


@pytest.mark.parametrize("minutes", [0, -5, 92, 10**6])
def test_more_than_has_passed_cannot_be_logged(ana, priya, minutes):
    booking_id = given.started(ana, priya)
    later(minutes=90)

    with pytest.raises(BadHours):
        finish_work(booking_id=booking_id, minutes=minutes, by=priya.actor, at=clock_now())

    assert given.booking(booking_id).status == "in_progress"
    assert given.booking(booking_id).logged_minutes is None


def test_finishing_frees_the_rest_of_the_planned_time(ana, priya):
    from guildhall.scheduling.queries import is_free

    booking_id = given.started(ana, priya)
    planned = given.booking(booking_id).planned
    later(minutes=40)
    assert not is_free(priya.id, planned.lower, planned.upper)

    finish_work(booking_id=booking_id, by=priya.actor, at=clock_now())

    assert is_free(priya.id, planned.lower, planned.upper)


def test_a_forgotten_stop_is_logged_as_planned_and_flagged(ana, priya):
    booking_id = given.started(ana, priya)

    clock_at(given.booking(booking_id).ends_at + timedelta(hours=4, seconds=1))
    given.let_it_happen()

    done = given.booking(booking_id)
    assert (done.status, done.logged_minutes, done.is_flagged) == ("completed", 120, True)


def test_an_appointment_without_work_goes_before_an_operator(ana, priya):
    booking_id = given.authorized(ana, priya)

    clock_at(given.booking(booking_id).starts_at + timedelta(minutes=20, seconds=1))
    given.let_it_happen()

    assert given.booking(booking_id).status == "unresolved"
    assert given.facts(booking_id, "booking.")[-1] == "booking.unresolved"


def test_a_delay_is_told_and_the_deadline_follows(ana, priya):
    booking_id = given.authorized(ana, priya)
    before = given.booking(booking_id)

    expected_at = announce_delay(booking_id=booking_id, minutes=45, by=priya.actor, at=clock_now())

    after = given.booking(booking_id)
    assert expected_at == before.starts_at + timedelta(minutes=45)
    assert after.planned == before.planned
    assert after.deadline_at == expected_at + timedelta(minutes=before.promised.start_grace_minutes)
    assert given.facts(booking_id)[-1] == "booking.provider_delayed"
    clock_at(before.starts_at + timedelta(minutes=30))
    given.let_it_happen()
    assert given.booking(booking_id).status == "confirmed"


@pytest.mark.parametrize("minutes", [-5, 0, 4, 181])
def test_a_delay_has_bounds(ana, priya, minutes):
    booking_id = given.authorized(ana, priya)
    before = given.facts(booking_id)

    with pytest.raises(BadDelay):
        announce_delay(booking_id=booking_id, minutes=minutes, by=priya.actor, at=clock_now())

    assert given.facts(booking_id) == before


def test_nobody_is_late_who_is_there(ana, priya):
    booking_id = given.started(ana, priya)

    with pytest.raises(MoveRefused):
        announce_delay(booking_id=booking_id, minutes=10, by=priya.actor, at=clock_now())


def test_the_clock_of_the_work_is_read_with_its_breaks(ana, priya):
    booking_id = given.started(ana, priya)
    own = {"booking_id": booking_id, "by": priya.actor}
    later(minutes=20)
    start_break(**own, at=clock_now())
    paused_since = clock_now()
    later(minutes=10)

    work = get_work(**own, at=clock_now())

    assert (work.worked_minutes, work.break_minutes) == (20, 10)
    assert abs(work.paused_since - paused_since) < timedelta(seconds=5)
    with pytest.raises(NotFound):
        get_work(booking_id=booking_id, by=people.customer("Carl").actor, at=clock_now())
