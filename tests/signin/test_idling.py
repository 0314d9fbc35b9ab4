"""A session ends when nobody uses it; an open page that asks by itself is nobody."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.urls import URLPattern, get_resolver

from guildhall import web
from guildhall.identity.models import BrowserSession
from guildhall.identity.queries import read_browser_session
from guildhall.identity.types import Role
from guildhall.web.signin.access import is_asked_by_pages
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db


def unused_for(person, **past) -> BrowserSession:
    BrowserSession.objects.filter(account_id=person.id).update(seen_at=Now() - timedelta(**past))
    return BrowserSession.objects.get(account_id=person.id)


def test_an_open_page_does_not_keep_an_operator_signed_in():
    people.catalogue()
    olga = people.operator()
    client = browser(olga)
    before = unused_for(olga, minutes=90)

    assert client.get("/ops/live", headers={"HX-Request": "true"}).status_code == 200
    assert BrowserSession.objects.get(id=before.id).seen_at == before.seen_at

    unused_for(olga, minutes=121)
    assert client.get("/ops/live", headers={"HX-Request": "true"}).status_code == 401


def test_a_stream_of_events_does_not_either():
    people.catalogue()
    olga = people.operator()
    token = browser(olga).cookies["guildhall_ops"].value
    before = unused_for(olga, minutes=90)

    assert read_browser_session(token, Role.OPERATOR).id == olga.id
    assert BrowserSession.objects.get(id=before.id).seen_at == before.seen_at


def test_somebody_who_looks_does():
    people.catalogue()
    olga = people.operator()
    client = browser(olga)
    before = unused_for(olga, minutes=90)

    assert client.get("/ops/").status_code == 200

    assert BrowserSession.objects.get(id=before.id).seen_at > before.seen_at + timedelta(minutes=89)


def test_every_part_that_pages_ask_for_by_themselves_is_marked():
    named = {name for template in Path(web.__file__).parent.rglob("*.html") for name in _asked_by(template.read_text())}

    assert named >= {"operator:live", "provider:home-live", "provider:offer-live", "customer:booking-live"}
    assert {name for name in named if not is_asked_by_pages(_view_of(name))} == set()


def _asked_by(text: str):
    """Names of the views behind the addresses of polled parts."""
    for tag in re.findall(r"<[^>]*hx-trigger=\"[^\"]*(?:feed from:body|every )[^>]*", text):
        found = re.search(r"hx-get=\"{% url \"([\w:-]+)\"", tag)
        yield found[1] if found else "customer:booking-live"


def _view_of(name: str):
    application, _sep, view = name.partition(":")
    _prefix, resolver = get_resolver().namespace_dict[application]
    found = [one for one in _flat(resolver.url_patterns) if one.name == view]
    return found[0].callback


def _flat(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _flat(pattern.url_patterns)
