"""The provider on the way, as their customer sees it: by now, in words and on the map, and only by that customer."""

import json
import re
from html import unescape

import pytest

from guildhall.bookings.commands import arrive, leave, report_position
from guildhall.kernel.ids import public_id
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser
from tests.given_matching import later

pytestmark = pytest.mark.django_db
LATITUDE, LONGITUDE = people.DOWNTOWN


def points(text: str) -> list[dict[str, object]]:
    """What the part tells the map."""
    return json.loads(unescape(re.search(r'id="way"\s+data-points="([^"]+)"', text)[1]))


def test_the_way_is_followed_from_the_first_position_to_arrival():
    ana, priya = people.customer(card=True, at=people.DOWNTOWN), given.given_providers(1)[0]
    booking_id = given.authorized(ana, priya)
    leave(booking_id=booking_id, by=priya.actor, at=clock_now())
    page, client = f"/my/bookings/{public_id('bk', booking_id)}", browser(ana)
    seen = client.get(page).context["live"].fingerprint
    where = {"longitude": LONGITUDE, "accuracy_metres": 9, "by": priya.actor}
    assert client.get(f"{page}/way").status_code == 204

    report_position(booking_id=booking_id, latitude=LATITUDE + 0.05, **where, at=clock_now())

    live = client.get(f"{page}/live", {"seen": seen})
    text = live.content.decode()
    assert "About 10 minutes away" in text
    assert "(estimate)" in text
    desk = browser(people.operator()).get(f"/ops/bookings/{public_id('bk', booking_id)}").content.decode()
    assert "About 10 minutes away" in desk
    assert points(desk)[:2] == [{**points(text)[0], "label": "Address"}, {**points(text)[1], "label": "Provider"}]
    assert re.search(r"3\.4\smi north of your address,", text)
    assert "traffic is not known" in text
    assert 'data-follow="way"' in text
    pin, person, *_ = points(text)
    assert (pin["kind"], pin["latitude"], person["kind"], person["latitude"]) == (
        "pin",
        LATITUDE,
        "person",
        LATITUDE + 0.05,
    )
    later(seconds=20)
    report_position(booking_id=booking_id, latitude=LATITUDE + 0.01, **where, at=clock_now())
    # The page around it does not change with each position: only the part does.
    assert client.get(f"{page}/live", {"seen": live.context["live"].fingerprint}).status_code == 204
    now = client.get(f"{page}/way").content.decode()
    assert "About 2 minutes away" in now
    assert points(now)[1]["latitude"] == LATITUDE + 0.01
    arrive(booking_id=booking_id, by=priya.actor, at=clock_now())
    assert client.get(f"{page}/way").status_code == 204
    assert "minutes away" not in client.get(page).content.decode()
