"""The calendar as other programs read it: by an address that cannot be guessed and can be taken back."""

from datetime import timedelta

import icalendar
import pytest
from django.test import Client

from guildhall.identity.models import Account
from guildhall.kernel.refusals import NotFound
from guildhall.scheduling.commands import add_time_off, close_feed, open_feed
from guildhall.scheduling.queries import feed_number
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return given.given_providers(1)[0]


def address(person):
    page = browser(person).get("/pro/calendar/subscription").content.decode()
    start = page.find("/pro/calendar/feed/")
    return page[start : page.index(".ics", start) + len(".ics")] if start >= 0 else ""


def test_the_feed_tells_jobs_and_time_off(priya):
    ana = people.customer(card=True)
    booking_id = given.taken(ana, priya)
    at = clock_now()
    add_time_off(
        provider_id=priya.id, starts_at=at + timedelta(days=9), ends_at=at + timedelta(days=10), by=priya.actor, at=at
    )
    browser(priya).post("/pro/calendar/subscription")

    answer = Client().get(address(priya))

    assert answer["Content-Type"] == "text/calendar"
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    job, away = sorted(events, key=lambda event: event["dtstart"].dt)
    assert job["dtstart"].dt == given.booking(booking_id).starts_at
    assert str(job["location"]).startswith("1 Main Street") or "," in str(job["location"])
    assert str(away["summary"]) == "Time off"

    Account.objects.filter(id=priya.id).update(language="es")
    events = icalendar.Calendar.from_ical(Client().get(address(priya)).content).walk("VEVENT")
    assert "Tiempo libre" in {str(event["summary"]) for event in events}


def test_an_address_ends_when_there_is_another_and_when_it_is_taken_back(priya):
    mine = browser(priya)
    mine.post("/pro/calendar/subscription")
    first = address(priya)
    mine.post("/pro/calendar/subscription")
    second = address(priya)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert Client().get(second.replace(".ics", "x.ics")).status_code == 404

    mine.post("/pro/calendar/subscription", {"end": "1"})

    assert Client().get(second).status_code == 404
    assert address(priya) == ""
    mine.post("/pro/calendar/subscription")
    assert Client().get(second).status_code == 404


def test_nobody_opens_or_closes_the_feed_of_another(priya):
    diego = people.provider("Diego")
    open_feed(provider_id=priya.id, by=priya.actor)

    for command in (open_feed, close_feed):
        with pytest.raises(NotFound):
            command(provider_id=priya.id, by=diego.actor)

    assert feed_number(priya.id) == 1
