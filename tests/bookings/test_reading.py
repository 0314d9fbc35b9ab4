"""What people may learn before they ask, and afterwards: prices by kind of job, whether a time can be had, the lines of a receipt."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.translation import gettext

from guildhall.bookings import commands
from guildhall.bookings.commands.requesting import BadTime
from guildhall.bookings.queries import access_booking, list_bookings, receipt_of
from guildhall.scheduling.queries import AmbiguousTime, NonexistentTime
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people

pytestmark = pytest.mark.django_db
NIGHT_FORWARD = datetime(2027, 3, 14, 2, 30)  # noqa: DTZ001 - wall time
NIGHT_BACK = datetime(2027, 11, 7, 1, 30)  # noqa: DTZ001 - wall time


def check(starts_at, fold=None):
    return commands.check_start(starts_at=starts_at, fold=fold, zone=people.LOS_ANGELES, at=people.MONDAY)


def test_every_kind_of_job_has_the_price_that_a_request_would_be_given():
    people.catalogue()

    prices = commands.estimate_category(category="audio")

    assert prices["sound-fault"] == commands.estimate_booking(category="audio", kind="sound-fault")
    assert len(prices) == 6


def test_a_time_is_checked_before_anybody_signs_up():
    assert check(datetime(2027, 3, 5, 10, 0)) == datetime(2027, 3, 5, 18, 0, tzinfo=UTC)  # noqa: DTZ001 - wall time
    with pytest.raises(BadTime) as refused:
        check(datetime(2027, 3, 1, 10, 0))  # noqa: DTZ001 - wall time
    with translation.override("es"):
        assert "180 minutos" in refused.value.said(gettext)
    with pytest.raises(NonexistentTime):
        check(NIGHT_FORWARD)
    with pytest.raises(AmbiguousTime):
        check(NIGHT_BACK)
    assert check(NIGHT_BACK, fold=1) == datetime(2027, 11, 7, 9, 30, tzinfo=UTC)


def test_a_receipt_has_every_line_and_stops_at_what_was_promised(ana, priya):
    booking_id = given.completed(ana, priya, minutes=90)
    assert receipt_of(access_booking(booking_id=booking_id, by=ana.actor)) is None

    commands.confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    lines = receipt_of(access_booking(booking_id=booking_id, by=ana.actor))
    assert lines is not None
    assert (lines.worked_minutes, lines.billed_minutes, lines.hourly_minor) == (90, 90, 13_500)
    assert lines.labour_minor + lines.tax_minor - lines.over_minor == lines.total_minor == 20_250


def test_a_list_knows_what_is_over(ana, priya):
    booking_id = given.completed(ana, priya)
    other_id = given.scheduled(ana, hours_ahead=200)

    assert [card.id for card in list_bookings(by=ana.actor, of=ana.id, is_over=True)] == []
    commands.confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    assert [card.id for card in list_bookings(by=ana.actor, of=ana.id, is_over=True)] == [booking_id]
    assert [card.id for card in list_bookings(by=ana.actor, of=ana.id, is_over=False)] == [other_id]


def test_a_list_goes_by_the_time_of_the_work_and_its_pages_meet(ana, priya):
    late, early = (given.taken(ana, priya, hours_ahead=hours) for hours in (120, 72))
    for asker, of in ((ana, ana), (priya, priya), (people.operator(), ana), (people.operator("Otto"), priya)):
        (first,) = list_bookings(by=asker.actor, of=of.id, limit=1)
        (second,) = list_bookings(by=asker.actor, of=of.id, limit=1, seen=(first.starts_at, first.id))

        assert (first.id, second.id) == (late, early)
        assert list_bookings(by=asker.actor, of=of.id, seen=(second.starts_at, second.id)) == []
    assert [card.id for card in list_bookings(by=ana.actor, of=ana.id, is_over=False)] == [early, late]
