"""The Health page says what each part of the system means for people, and what somebody has to look at."""

import re
from pathlib import Path

import pytest
from procrastinate.contrib.django import app as jobs

from guildhall import notifications
from guildhall.eventlog.commands import subscriptions
from guildhall.payments.lifecycle import AuthorizationStatus, PayoutStatus, TipStatus, TransferStatus
from guildhall.timers.commands import kinds
from guildhall.timers.models import Timer
from guildhall.timers.queries import clock_now
from guildhall.web.operator import words
from guildhall.web.operator.health_words import SUBSCRIPTIONS, TASKS, TIMERS
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db


def test_every_part_of_the_system_has_a_plain_name():
    jobs.perform_import_paths()

    for known, named in ((subscriptions(), SUBSCRIPTIONS), (kinds(), TIMERS), (jobs.tasks, TASKS)):
        # Other tests of this process may have declared some of their own.
        assert {name for name in known if not name.startswith("test")} <= named.keys()


def test_however_far_money_is_and_why_ever_a_message_was_not_sent_has_words():
    sources = "".join(path.read_text() for path in Path(notifications.__path__[0]).rglob("*.py"))
    reasons = set(re.findall(r'(?:Dropped|Postponed|Rejected)\("(\w+)"|reason="(\w+)"', sources))

    assert {first or second for first, second in reasons} <= words.UNSENT.keys()
    known = (AuthorizationStatus, TransferStatus, PayoutStatus, TipStatus)
    assert {status.value for kind in known for status in kind} == words.MOVEMENTS.keys()


def test_what_has_no_effect_or_is_away_is_named_with_what_it_means_as_soon_as_it_is():
    people.catalogue()
    desk = browser(people.operator())

    def come(text):
        [address] = re.findall(r'hx-get="(/ops/health/live\?mark=\w+)"', text)
        return desk.get(address).content.decode()

    opened = desk.get("/ops/health").content.decode()
    assert 'hx-get="/ops/live?kind="' in opened
    before = come(opened)
    assert "What runs" in before
    assert "hx-swap-oob" not in before
    Timer.objects.create(
        kind="booking.authorize", reference="booking:1", due_at=clock_now(), attempts=8, is_parked=True, error="Boom"
    )
    anew = come(before)
    assert anew.count("hx-swap-oob") == len(("what needs somebody", "what can be tried again"))
    assert "hx-swap-oob" not in come(anew)

    page = desk.get("/ops/health").content.decode()
    assert all(told in anew and told in page for told in ("1 deadline had no effect.", "Boom"))

    assert "1 deadline had no effect." in page
    assert "The customer&#x27;s card was not held before the work." in page
    assert "Does not run:" in page
    assert "Nobody can open a page, and the apps get no answer." in page
    assert "Writes the mails, text messages and inboxes" in page
    assert [word for word in ("Subscription", "Parked", "Roles") if word in page] == []
