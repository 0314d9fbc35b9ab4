"""The job's page on the way and at the door: what it says of where one is, and what one's position starts."""

import pytest

from guildhall.bookings.commands import arrive, leave
from guildhall.bookings.models import Whereabouts
from guildhall.kernel.ids import public_id
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db
LATITUDE, LONGITUDE = people.DOWNTOWN


@pytest.fixture
def priya():
    return given.given_providers(1)[0]


def driving(customer, provider):
    booking_id = given.authorized(customer, provider)
    leave(booking_id=booking_id, by=provider.actor, at=clock_now())
    return booking_id, f"/pro/jobs/{public_id('bk', booking_id)}"


def test_the_page_tells_where_one_is_on_the_way_and_starts_by_it_at_the_door(priya):
    booking_id, page = driving(people.customer(card=True, at=people.DOWNTOWN), priya)
    mine = browser(priya)
    where = {"latitude": str(LATITUDE + 0.02), "longitude": str(LONGITUDE)}

    assert f'data-to="{page}/position"' in mine.get(page).content.decode()
    assert mine.post(f"{page}/position", {**where, "accuracy_metres": "14.8"}).status_code == 204
    assert Whereabouts.objects.get().accuracy_metres == 15
    arrive(booking_id=booking_id, by=priya.actor, at=clock_now())
    assert mine.post(f"{page}/position", {**where, "accuracy_metres": "14.8"}).status_code == 409

    there = mine.get(page).content.decode()
    assert "data-to=" not in there
    assert 'data-island="here"' in there
    far = mine.post(f"{page}/start", where)
    assert far.status_code == 422
    assert "Your position is 1.4 mi from the address; work starts within 0.1 mi of it." in far.content.decode().replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert mine.post(f"{page}/start", {"latitude": "x", "longitude": "y"}).status_code == 422
    assert given.booking(booking_id).status == "arrived"
    near = mine.post(f"{page}/start", {"latitude": str(LATITUDE), "longitude": str(LONGITUDE)})
    assert (near.status_code, given.booking(booking_id).status) == (303, "in_progress")


def test_where_only_the_zip_code_is_known_the_page_asks_for_the_code(priya):
    booking_id, page = driving(people.customer(card=True), priya)
    arrive(booking_id=booking_id, by=priya.actor, at=clock_now())
    mine = browser(priya)

    there = mine.get(page).content.decode()

    assert "only the ZIP code of this address is known, so the code is needed" in there
    assert 'data-island="here"' not in there
    tried = mine.post(f"{page}/start", {"latitude": str(LATITUDE), "longitude": str(LONGITUDE)})
    assert tried.status_code == 422
    assert "Ask the customer for the 4-digit code." in tried.content.decode()
