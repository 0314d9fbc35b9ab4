"""Who may do what at the desk, and a job that goes from one provider to another."""

import re
from datetime import date

import pytest
from django.conf import settings

from guildhall.bookings.commands import replace_by_hand
from guildhall.identity.types import Scope
from guildhall.kernel.ids import public_id
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotAllowed, Refused
from guildhall.policy.queries import pauses
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser
from tests.given_matching import clock_at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope.SUPPORT, {"/ops/", "/ops/bookings", "/ops/customers", "/ops/providers", "/ops/health", "/ops/policies"}),
        (Scope.VETTING, {"/ops/providers", "/ops/policies"}),
    ],
)
def test_an_operator_sees_what_their_scope_is_for(scope, seen):
    people.catalogue()
    clerk = browser(people.operator(scopes=[scope]))
    places = {"/ops/", "/ops/bookings", "/ops/customers", "/ops/providers", "/ops/health", "/ops/policies"}

    assert {place for place in places if clerk.get(place).status_code == 200} == seen
    assert clerk.get("/ops/account/").status_code == 200


def test_until_when_somebody_may_work_stands_in_its_field_in_every_language():
    people.catalogue()
    priya = people.provider("Priya")
    desk, page = browser(people.operator()), f"/ops/providers/{public_id('pr', priya.id)}"

    fields = []
    for language in ("en", "es"):
        desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        fields += re.findall(r'type="date" name="valid_until"[^>]*? value="([^"]*)"', desk.get(page).text)

    assert fields[0] == fields[1] == str(date.fromisoformat(fields[0]))


def test_payouts_are_finances_to_stop():
    people.catalogue()
    stop = {"what": "payouts", "city": "*", "reason": "Bank holiday."}

    assert browser(people.operator(scopes=[Scope.SUPPORT])).post("/ops/switches", stop).status_code == 403
    assert pauses() == []
    assert browser(people.operator(scopes=[Scope.FINANCE])).post("/ops/switches", stop).status_code == 303
    assert [card.what for card in pauses()] == ["payouts"]


def test_a_job_goes_to_another_provider_or_nothing_changes():
    people.catalogue()
    clock_at(people.MONDAY)
    olga = people.operator()
    priya, diego = given.given_providers(1, 1)
    far = people.provider("Farah", at=(34.05, -118.24))
    ana = people.customer(card=True)
    booking_id = given.taken(ana, priya)
    desk, page = browser(olga), f"/ops/bookings/{public_id('bk', booking_id)}"
    for answer in (desk.get(page), desk.post(f"{page}/cancellation", {"reason": ""})):
        offered = [offer.action.slug for offer in answer.context["offers"]]
        assert offered == ["replacement", "rescheduling", "withdrawal", "cancellation"]
    told = given.facts(booking_id)
    asked = {"booking_id": booking_id, "reason": "Ill.", "at": clock_now()}

    with pytest.raises(NotAllowed):
        replace_by_hand(**asked, provider_id=diego.id, by=ana.actor)
    with pytest.raises(Refused):
        replace_by_hand(**asked, provider_id=far.id, by=olga.actor)
    assert given.facts(booking_id) == told
    assert given.booking(booking_id).provider_id == priya.id
    free = f'value="{public_id("pr", diego.id)}"'
    assert (free in desk.get(page).content.decode(), free in desk.get(f"{page}?open=replacement").content.decode()) == (
        False,
        True,
    )

    replace_by_hand(**asked, provider_id=diego.id, by=olga.actor)

    assert (given.booking(booking_id).status, given.booking(booking_id).provider_id) == ("confirmed", diego.id)
    assert given.facts(booking_id)[-1] == "booking.confirmed"

    clock_at(given.booking(booking_id).starts_at)
    with pytest.raises(MoveRefused):
        replace_by_hand(booking_id=booking_id, reason="Ill.", at=clock_now(), provider_id=priya.id, by=olga.actor)
    assert given.booking(booking_id).status == "confirmed"
    offered = [offer.action.slug for offer in desk.get(page).context["offers"]]
    assert {"replacement", "withdrawal"}.isdisjoint(offered)
    assert "no-show" in offered
