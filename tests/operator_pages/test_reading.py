"""What the operator's pages ask of the contexts: bounded, in pages, and for operators only."""

from datetime import timedelta

import pytest

from guildhall.bookings.commands import cancel_booking, contest_hours
from guildhall.bookings.queries import count_waiting, find_bookings, get_bookings, list_waiting
from guildhall.bookings.types import BookingFilter, Waiting
from guildhall.credentialing.queries import get_rights
from guildhall.customers.queries import find_customers
from guildhall.eventlog.queries import count_parked, list_parked
from guildhall.identity.queries import find_accounts, get_accounts
from guildhall.identity.types import Role
from guildhall.kernel.refusals import NotAllowed
from guildhall.matching.queries import assignable
from guildhall.payments.queries import count_action_needed, list_action_needed
from guildhall.providers.queries import find_providers
from guildhall.timers.queries import clock_now, due_before
from guildhall.timers.queries import list_parked as list_parked_timers
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    people.catalogue()
    clock_at(people.MONDAY)
    return people.operator()


def test_what_waits_is_counted_in_one_statement(olga, django_assert_num_queries):
    (priya,) = given.given_providers(1)
    ana = people.customer(card=True)
    contested = given.completed(ana, priya)
    contest_hours(booking_id=contested, minutes=30, reason="Short.", by=ana.actor, at=clock_now())
    unfilled = given.scheduled(ana, category="video", hours_ahead=120)
    given.let_it_happen()

    at = clock_now()

    with django_assert_num_queries(1):
        counts = count_waiting(by=olga.actor, at=at)

    assert {kind: count for kind, count in counts.items() if count} == {Waiting.CONTESTED: 1, Waiting.UNFILLED: 1}
    found = {why: [card.id for card in list_waiting(by=olga.actor, why=why, at=clock_now())] for why in Waiting}
    assert found[Waiting.CONTESTED] == [contested]
    assert found[Waiting.UNFILLED] == [unfilled]
    with pytest.raises(NotAllowed):
        count_waiting(by=ana.actor, at=clock_now())


def test_a_count_ends_at_most(olga):
    ana = people.customer(card=True)
    for hours in (96, 120, 144):
        given.scheduled(ana, category="video", hours_ahead=hours)
    given.let_it_happen()

    assert count_waiting(by=olga.actor, at=clock_now(), most=2)[Waiting.UNFILLED] == 2


def test_who_does_not_come_and_who_does_not_stop_are_seen(olga):
    (priya,) = given.given_providers(1)
    ana = people.customer(card=True)
    booking_id = given.authorized(ana, priya)
    assert count_waiting(by=olga.actor, at=clock_now())[Waiting.LATE] == 0

    clock_at(given.booking(booking_id).starts_at + timedelta(minutes=5))
    assert [card.id for card in list_waiting(by=olga.actor, why=Waiting.LATE, at=clock_now())] == [booking_id]


def test_pages_of_what_waits_meet_without_a_gap(olga):
    ana = people.customer(card=True)
    asked = {given.scheduled(ana, category="video", hours_ahead=hours) for hours in (96, 120, 144)}
    given.let_it_happen()
    question = {"by": olga.actor, "why": Waiting.UNFILLED, "at": clock_now()}

    first = list_waiting(**question, limit=2)
    rest = list_waiting(**question, after=(first[-1].deadline_at, first[-1].id), limit=2)

    assert [len(first), len(rest)] == [2, 1]
    assert {card.id for card in [*first, *rest]} == asked


def test_bookings_are_found_by_every_filter(olga):
    (priya,) = given.given_providers(1)
    ana, carl = people.customer(card=True), people.customer("Carl", card=True)
    hers, his = given.taken(ana, priya), given.scheduled(carl, category="video", hours_ahead=200)
    starts_at = given.booking(hers).starts_at

    def found(**wanted):
        return {card.id for card in find_bookings(by=olga.actor, wanted=BookingFilter(**wanted))}

    assert found() == {hers, his}
    assert found(status="confirmed") == {hers}
    assert found(person_id=priya.id) == found(person_id=ana.id) == {hers}
    assert found(city_key="san-diego") == {hers, his}
    assert found(city_key="los-angeles") == set()
    assert found(category_id=given.booking(his).category_id) == {his}
    assert found(starts_from=starts_at, starts_before=starts_at + timedelta(hours=1)) == {hers}
    assert [card.id for card in find_bookings(by=olga.actor, wanted=BookingFilter(), limit=1)] == [his]
    assert [card.id for card in find_bookings(by=olga.actor, wanted=BookingFilter(), before=his)] == [hers]
    assert set(get_bookings(booking_ids=[hers, olga.id], by=olga.actor)) == {hers}
    assert set(get_bookings(booking_ids=[hers, his], by=priya.actor)) == {hers}


def test_whom_a_job_can_be_given_to_is_asked_without_leaving_a_trace(olga):
    priya, diego = given.given_providers(1, 2)
    ana = people.customer(card=True)
    booking_id = given.taken(ana, priya)
    other = given.scheduled(ana, hours_ahead=75)
    given.let_it_happen()
    told = given.facts(other)

    free = assignable(f"booking:{other}", at=clock_now())

    assert {card.provider_id for card in free} <= {priya.id, diego.id}
    assert diego.id in {card.provider_id for card in free}
    assert all(card.eligible for card in free)
    assert given.facts(other) == told
    assert priya.id not in {card.provider_id for card in assignable(f"booking:{booking_id}", at=clock_now())}
    assert assignable("booking:none", at=clock_now()) == []


def test_accounts_are_found_by_what_somebody_says_on_the_telephone():
    ana, priya = people.customer("Anastasia"), people.registered_provider("Priyanka")
    account = get_accounts([ana.id])[ana.id]

    assert [one.id for one in find_accounts("anast")] == [ana.id]
    assert [one.id for one in find_accounts(ana.email.upper())] == [ana.id]
    assert [one.id for one in find_accounts(account.phone_number[-7:])] == [ana.id]
    assert [one.id for one in find_accounts("Priyanka Ram")] == [priya.id]
    assert find_accounts("Priyanka", role=Role.CUSTOMER) == []
    assert find_accounts("a") == find_accounts("Nobody") == []


def test_people_are_listed_newest_first():
    priya, diego = people.provider("Priya"), people.registered_provider("Diego")
    ana, bruno = people.customer(), people.business()

    assert [row.id for row in find_providers()] == [diego.id, priya.id]
    assert [row.id for row in find_providers(tier_rank=1)] == [priya.id]
    assert [row.id for row in find_providers(has_tier=False)] == [diego.id]
    assert [row.id for row in find_providers(before=diego.id, limit=5)] == [priya.id]
    assert [row.id for row in find_providers(among=[priya.id])] == [priya.id]
    assert set(get_rights([priya.id, diego.id])) == {priya.id}
    assert [row.id for row in find_customers()] == [bruno.id, ana.id]
    assert [row.id for row in find_customers(kind="business")] == [bruno.id]
    assert [row.id for row in find_customers(before=bruno.id)] == [ana.id]


def test_nothing_parked_is_nothing_to_do(olga):
    ana = people.customer(card=True)
    booking_id = given.scheduled(ana, hours_ahead=96)
    cancel_booking(booking_id=booking_id, reason="Rain.", by=ana.actor, at=clock_now())
    given.let_it_happen()

    assert (count_parked(), list_parked(), list_parked_timers()) == (0, [], [])
    assert (count_action_needed(), list_action_needed()) == (0, [])
    assert due_before(clock_now() + timedelta(days=400), most=1) <= 1
