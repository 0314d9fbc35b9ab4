"""Where the provider is on the way: theirs to tell, its customer's to see, and gone when they are there."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from guildhall.bookings.commands import (
    arrive,
    cancel_booking,
    leave,
    report_no_show,
    report_position,
    start_work,
    withdraw_provider,
)
from guildhall.bookings.commands.travelling import BadPosition, NotOnTheWay, PositionTooRough
from guildhall.bookings.commands.working import CodeNeeded, TooFarAway, WrongStart
from guildhall.bookings.models import Whereabouts
from guildhall.bookings.queries import access_booking, on_the_way
from guildhall.bookings.types import Position
from guildhall.eventlog.queries import timeline
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db
NORTH = (people.DOWNTOWN[0] + 0.05, people.DOWNTOWN[1])
"""About 5.5 km from the middle of the city, where the job is."""


@pytest.fixture
def ana():
    return people.customer(card=True, at=people.DOWNTOWN)


@pytest.fixture
def driving(ana, priya):
    booking_id = given.authorized(ana, priya)
    leave(booking_id=booking_id, by=priya.actor, at=clock_now())
    return booking_id


def tell(booking_id, who, place=NORTH, accuracy_metres=12.4):
    latitude, longitude = place
    return report_position(
        booking_id=booking_id,
        latitude=latitude,
        longitude=longitude,
        accuracy_metres=accuracy_metres,
        by=who.actor,
        at=clock_now(),
    )


def seen(booking_id, who):
    return on_the_way(access_booking(booking_id=booking_id, by=who.actor), by=who.actor, at=clock_now())


def test_the_customer_and_operators_see_the_last_position_with_an_estimate(ana, priya, driving):
    assert seen(driving, ana) is None

    assert tell(driving, priya)

    way = seen(driving, ana)
    assert (way.position.latitude, way.position.longitude, way.accuracy_metres) == (*NORTH, 12)
    assert 5_500 < way.distance_metres < 5_600
    # 5,546 m x 1.2 at 40 km/h
    assert way.minutes == 10
    assert way.arrives_at - way.seen_at == pytest.approx(timedelta(seconds=599), abs=timedelta(seconds=1))
    assert seen(driving, people.operator()) == way
    assert seen(driving, priya) is None


def test_it_tells_nobody_else_and_leaves_no_trace_in_the_log(ana, priya, driving):
    before, version = (
        timeline(access_booking(booking_id=driving, by=ana.actor).reference),
        given.booking(driving).version,
    )

    tell(driving, priya)
    later(seconds=20)
    tell(driving, priya, (NORTH[0] - 0.01, NORTH[1]))

    assert timeline(access_booking(booking_id=driving, by=ana.actor).reference) == before
    assert given.booking(driving).version == version
    assert Whereabouts.objects.count() == 1
    assert seen(driving, ana).distance_metres < 4_500
    with pytest.raises(NotFound):
        seen(driving, people.customer("Carl"))


def test_positions_too_close_together_are_passed_over(ana, priya, driving):
    assert tell(driving, priya)
    first = seen(driving, ana)

    later(seconds=9)
    assert not tell(driving, priya, people.DOWNTOWN)

    assert seen(driving, ana).position == first.position
    later(seconds=2)
    assert tell(driving, priya, people.DOWNTOWN)
    assert seen(driving, ana).minutes == 1


def test_an_old_position_is_not_shown_as_if_it_were_true(ana, priya, driving):
    tell(driving, priya)

    later(minutes=4)
    assert seen(driving, ana).minutes == 6
    later(minutes=2)

    assert seen(driving, ana) is None


def test_what_is_no_place_or_too_rough_is_refused_and_so_is_everybody_else(ana, priya, driving):
    nowhere, unknown = (float("nan"), 0.0), float("nan")
    for place, accuracy_metres in (((90.1, 0), 9), ((0, -180.1), 9), (nowhere, 9), (NORTH, -1), (NORTH, unknown)):
        with pytest.raises(BadPosition):
            tell(driving, priya, place, accuracy_metres)
    with pytest.raises(PositionTooRough):
        tell(driving, priya, NORTH, 2_001)
    for outsider, refusal in ((ana, NotAllowed), (people.provider("Mei"), NotFound), (people.operator(), NotAllowed)):
        with pytest.raises(refusal):
            tell(driving, outsider)

    assert not Whereabouts.objects.exists()


def test_nobody_is_followed_before_they_leave(ana, priya):
    booking_id = given.authorized(ana, priya)

    with pytest.raises(NotOnTheWay):
        tell(booking_id, priya)

    assert not Whereabouts.objects.exists()


def test_it_is_forgotten_when_the_way_is_over(ana, priya, driving):
    tell(driving, priya)

    for end in (_arrives, _gives_it_back, _is_cancelled, _is_missed, _is_too_late):
        with transaction.atomic():
            end(driving, ana, priya)

            assert given.booking(driving).status != "en_route"
            assert not Whereabouts.objects.exists(), end
            with pytest.raises((NotOnTheWay, NotFound)):
                tell(driving, priya)
            transaction.set_rollback(True)


def _arrives(booking_id, _ana, priya):
    arrive(booking_id=booking_id, by=priya.actor, at=clock_now())


def _gives_it_back(booking_id, _ana, priya):
    withdraw_provider(booking_id=booking_id, reason="Ill.", by=priya.actor, at=clock_now())


def _is_cancelled(booking_id, ana, _priya):
    cancel_booking(booking_id=booking_id, reason="Rain.", by=ana.actor, at=clock_now())


def _is_missed(booking_id, ana, _priya):
    clock_at(given.booking(booking_id).starts_at + timedelta(minutes=1))
    report_no_show(booking_id=booking_id, reason="Nobody.", by=ana.actor, at=clock_now())


def _is_too_late(booking_id, _ana, _priya):
    clock_at(given.booking(booking_id).starts_at + timedelta(minutes=20, seconds=1))
    given.let_it_happen()


def test_the_database_itself_lets_in_only_who_is_on_the_way(ana, priya, driving):
    mei = people.provider("Mei")
    still = given.booking(driving)
    row = {"latitude": 1, "longitude": 1, "accuracy_metres": 1, "seen_at": clock_now()}

    with pytest.raises(DatabaseError, match="on the way"), transaction.atomic():
        Whereabouts.objects.create(booking=still, provider_id=mei.id, **row)
    arrive(booking_id=driving, by=priya.actor, at=clock_now())
    with pytest.raises(DatabaseError, match="on the way"), transaction.atomic():
        Whereabouts.objects.create(booking=still, provider_id=priya.id, **row)
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where relname = 'bookings_whereabouts'")
        assert cursor.fetchone() == ("u",), "not journalled"


def test_work_starts_at_the_place_and_the_refusal_says_how_far_off(priya, driving):
    own = {"booking_id": driving, "by": priya.actor}
    arrive(**own, at=clock_now())
    place = given.booking(driving).place
    near = Position(latitude=place.latitude + 0.001, longitude=place.longitude)

    with pytest.raises(TooFarAway) as refused:
        start_work(**own, position=Position(latitude=NORTH[0], longitude=NORTH[1]), at=clock_now())
    with pytest.raises(WrongStart):
        start_work(**own, at=clock_now())

    assert (refused.value.extra["allowed_metres"], refused.value.extra["distance_metres"] // 100) == (200, 55)
    assert f"about {refused.value.extra['distance_metres']} m from the address" in refused.value.detail
    assert given.booking(driving).status == "arrived"
    start_work(**own, position=near, at=clock_now())
    assert given.booking(driving).status == "in_progress"


def test_a_place_known_by_its_zip_code_only_needs_the_code(priya):
    booking_id = given.authorized(people.customer("Zoe", card=True), priya)
    own = {"booking_id": booking_id, "by": priya.actor}
    leave(**own, at=clock_now())
    arrive(**own, at=clock_now())
    place = given.booking(booking_id).place

    with pytest.raises(CodeNeeded):
        start_work(**own, position=place, at=clock_now())

    assert given.booking(booking_id).status == "arrived"
    start_work(**own, position=place, start_code=given.booking(booking_id).start_code, at=clock_now())
    assert given.booking(booking_id).status == "in_progress"
