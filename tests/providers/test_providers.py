"""Registering providers, what is set about them, and who may set it."""

from datetime import time

import pytest
from django.db import IntegrityError, connection, transaction

from guildhall.catalog.queries import UnknownCategory, get_category
from guildhall.eventlog import delivery
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.identity.commands import BadPhoneNumber, disable_account
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.kernel.texts import BadText
from guildhall.providers.commands import (
    BadArea,
    BadLimits,
    BadListing,
    PayoutAccountTaken,
    UnknownTier,
    UnknownTimeZone,
    add_service,
    change_service,
    describe_provider,
    record_offer_answer,
    record_payout_account,
    record_rating,
    register_provider,
    set_available_now,
    set_categories,
    set_home,
    set_limits,
    set_service_area,
    set_service_listed,
    set_tier,
    set_weekly_hours,
)
from guildhall.providers.models import Provider, WeeklyHours
from guildhall.providers.queries import (
    find_by_payout_account,
    get_payout_account,
    get_profile,
    get_reach,
    get_schedule,
    get_service,
)
from guildhall.providers.types import Circle, Hours, OfferAnswer, PayoutAccount, PriceModel
from tests import given_people as given

pytestmark = pytest.mark.django_db


def facts(provider):
    with connection.cursor() as cursor:
        cursor.execute(
            "select version, name, payload->>'what' from eventlog_event where aggregate = %s order by seq",
            [f"provider:{provider.id}"],
        )
        return cursor.fetchall()


def own(provider):
    return {"provider_id": provider.id, "by": provider.actor, "at": given.MONDAY}


def test_everything_that_changes_reach_says_so_and_facts_have_no_gaps():
    priya = given.provider(payouts=False)
    set_limits(minimum_notice_minutes=60, jobs_a_day_max=4, **own(priya))

    assert facts(priya) == [
        (1, "provider.registered", None),
        (2, "provider.tier_set", None),
        (3, "provider.reach_changed", "tier"),
        (4, "provider.reach_changed", "categories"),
        (5, "provider.reach_changed", "home"),
        (6, "provider.reach_changed", "area"),
        (7, "provider.reach_changed", "hours"),
        (8, "provider.reach_changed", "available_now"),
        (9, "provider.reach_changed", "limits"),
    ]


def test_setting_the_same_again_is_no_fact():
    priya = given.provider(tier=2)
    before = facts(priya)

    set_tier(provider_id=priya.id, rank=2, by=given.operator().actor, at=given.MONDAY)
    set_available_now(available=True, **own(priya))
    record_payout_account(
        provider_id=priya.id, account_ref=get_payout_account(priya.id).account_ref, enabled=True, at=given.MONDAY
    )

    assert facts(priya) == before


def test_what_was_set_is_what_is_read():
    priya = given.provider(tier=2, categories=["video", "audio"], at=(32.8, -117.1))
    describe_provider(
        provider_id=priya.id, bio="Twenty years of sound.", hourly_rate=Money(9500, "USD"), by=priya.actor
    )

    profile, reach, schedule = get_profile(priya.id), get_reach(priya.id), get_schedule(priya.id)

    ids = sorted(get_category(key).id for key in ("audio", "video"))
    assert (profile.first_name, profile.last_initial, profile.tier_rank) == ("Priya", "R", 2)
    assert (profile.bio, profile.hourly_rate, profile.category_ids) == (
        "Twenty years of sound.",
        Money(9500, "USD"),
        ids,
    )
    assert (profile.rating, profile.rating_count, profile.response_seconds) == (None, 0, None)
    assert (reach.tier_rank, reach.category_ids, reach.available_now) == (2, ids, True)
    assert (reach.home_latitude, reach.home_longitude) == (32.8, -117.1)
    assert (schedule.time_zone, schedule.weekly) == ("America/Los_Angeles", given.EVERY_DAY)


def test_a_provider_without_a_telephone_cannot_be_offered_work():
    with pytest.raises(BadPhoneNumber):
        register_provider(
            email="priya@example.com",
            password=given.PASSWORD,
            first_name="Priya",
            last_name="Raman",
            phone_number=" ",
            at=given.MONDAY,
        )

    assert Provider.objects.count() == 0


def test_only_the_provider_and_operators_change_a_provider():
    priya, diego, ana = given.provider(), given.registered_provider("Diego"), given.customer()
    before = (facts(priya), get_reach(priya.id), get_schedule(priya.id))
    circle = Circle(*given.DOWNTOWN, 5_000)
    calls = [
        (set_categories, {"categories": ["video"]}),
        (set_home, {"latitude": 0, "longitude": 0, "time_zone": "UTC"}),
        (set_service_area, {"circle": circle}),
        (set_weekly_hours, {"weekly": []}),
        (set_limits, {"minimum_notice_minutes": 1, "jobs_a_day_max": None}),
        (set_available_now, {"available": False}),
    ]

    for command, values in calls:
        for by, refusal in ((diego.actor, NotFound), (ana.actor, NotAllowed)):
            with pytest.raises(refusal):
                command(provider_id=priya.id, by=by, at=given.MONDAY, **values)
    with pytest.raises(NotAllowed):
        set_tier(provider_id=priya.id, rank=2, by=priya.actor, at=given.MONDAY)

    assert (facts(priya), get_reach(priya.id), get_schedule(priya.id)) == before
    set_service_area(provider_id=priya.id, circle=circle, by=given.operator().actor, at=given.MONDAY)
    assert len(facts(priya)) == len(before[0]) + 1


def test_what_does_not_exist_is_refused_and_nothing_changes():
    priya = given.provider()
    by, at = given.operator().actor, given.MONDAY
    before = (facts(priya), get_reach(priya.id))

    with pytest.raises(UnknownTier):
        set_tier(provider_id=priya.id, rank=4, by=by, at=at)
    with pytest.raises(NotFound):
        set_tier(provider_id=new_id(), rank=1, by=by, at=at)
    with pytest.raises(UnknownCategory):
        set_categories(categories=["audio", "juggling"], **own(priya))
    with pytest.raises(UnknownTimeZone):
        set_home(latitude=0, longitude=0, time_zone="Mars/Olympus", **own(priya))
    with pytest.raises(BadArea):
        set_home(latitude=float("nan"), longitude=0, time_zone="UTC", **own(priya))
    with pytest.raises(BadArea):
        set_service_area(**own(priya))
    with pytest.raises(BadLimits):
        set_limits(minimum_notice_minutes=-1, jobs_a_day_max=None, **own(priya))
    with pytest.raises(BadLimits):
        set_limits(minimum_notice_minutes=0, jobs_a_day_max=0, **own(priya))

    assert (facts(priya), get_reach(priya.id)) == before


def test_hours_are_replaced_as_a_whole_and_may_cross_midnight():
    priya = given.provider()
    nights = [Hours(6, time(22), time(4)), Hours(0, time(4), time(12))]

    set_weekly_hours(weekly=nights, **own(priya))

    assert get_schedule(priya.id).weekly == sorted(nights, key=lambda hours: hours.weekday)


def test_the_database_refuses_an_eighth_weekday():
    priya = given.registered_provider()

    with pytest.raises(IntegrityError, match="providers_weekday_from_monday"), transaction.atomic():
        WeeklyHours.objects.create(provider_id=priya.id, weekday=7, starts=time(8), ends=time(9))


def test_a_payout_account_belongs_to_one_provider():
    priya, diego = given.registered_provider(), given.registered_provider("Diego")
    record_payout_account(provider_id=priya.id, account_ref="acct_1", enabled=False, at=given.MONDAY)
    record_payout_account(provider_id=priya.id, account_ref="acct_1", enabled=True, at=given.MONDAY)

    with pytest.raises(PayoutAccountTaken):
        record_payout_account(provider_id=diego.id, account_ref="acct_1", enabled=True, at=given.MONDAY)

    assert get_payout_account(priya.id) == PayoutAccount("acct_1", enabled=True)
    assert get_payout_account(diego.id) == PayoutAccount("", enabled=False)
    assert find_by_payout_account("acct_1") == priya.id
    assert find_by_payout_account("") is None


def test_the_record_counts_answers_and_ratings():
    priya = given.registered_provider()

    record_offer_answer(provider_id=priya.id, answer=OfferAnswer.ACCEPTED, response_seconds=10)
    record_offer_answer(provider_id=priya.id, answer=OfferAnswer.DECLINED, response_seconds=20)
    record_offer_answer(provider_id=priya.id, answer=OfferAnswer.IGNORED, response_seconds=60)
    for rating in (5, 4):
        record_rating(provider_id=priya.id, rating=rating)

    profile = get_profile(priya.id)
    assert (profile.rating, profile.rating_count, profile.response_seconds) == (4.5, 2, 15)
    with connection.cursor() as cursor:
        cursor.execute("select offers_accepted, offers_declined, offers_ignored from providers.profile")
        assert cursor.fetchall() == [(1, 1, 1)]
    with pytest.raises(NotFound):
        record_rating(provider_id=new_id(), rating=5)


def list_service(provider, **changes):
    values = {
        "category": "audio",
        "title": "Calibrate a room",
        "description": "With a microphone.",
        "price_model": PriceModel.FIXED,
        "price": Money(25_000, "USD"),
        "duration_minutes": 120,
    }
    return add_service(**{**values, **own(provider), **changes})


def test_a_listing_is_shown_until_it_is_taken_down():
    priya = given.registered_provider()

    service_id = list_service(priya)

    assert get_profile(priya.id).services == [get_service(service_id)]
    assert get_service(service_id).price == Money(25_000, "USD")
    set_service_listed(provider_id=priya.id, service_id=service_id, listed=False, by=priya.actor)
    with pytest.raises(NotFound):
        get_service(service_id)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"price": None}, BadListing),
        ({"price_model": PriceModel.QUOTE}, BadListing),
        ({"price": Money(0, "USD")}, BadListing),
        ({"price": Money(-1, "USD")}, BadListing),
        ({"duration_minutes": 0}, BadListing),
        ({"title": ""}, BadText),
        ({"title": "a\nb"}, BadText),
        ({"description": "x" * 4001}, BadText),
        ({"category": "juggling"}, UnknownCategory),
    ],
)
def test_a_listing_that_does_not_fit_is_refused(changes, refusal):
    priya = given.registered_provider()

    with pytest.raises(refusal):
        list_service(priya, **changes)

    assert get_profile(priya.id).services == []


def say(provider, service_id, **changes):
    values = {
        "category": "video",
        "title": "Calibrate a wall",
        "description": "",
        "price_model": PriceModel.QUOTE,
        "price": None,
        "duration_minutes": None,
    }
    change_service(provider_id=provider.id, service_id=service_id, by=provider.actor, **{**values, **changes})


def test_a_listing_is_changed_as_long_as_it_is_shown():
    priya = given.registered_provider()
    service_id = list_service(priya)

    say(priya, service_id)

    listed = get_service(service_id)
    assert (listed.title, listed.description, listed.price, listed.duration_minutes) == (
        "Calibrate a wall",
        "",
        None,
        None,
    )
    assert listed.category_id == get_category("video").id
    for changes, refusal in (({"price": Money(9_000, "USD")}, BadListing), ({"title": ""}, BadText)):
        with pytest.raises(refusal):
            say(priya, service_id, **changes)
    assert get_service(service_id) == listed
    set_service_listed(provider_id=priya.id, service_id=service_id, listed=False, by=priya.actor)
    with pytest.raises(NotFound):
        say(priya, service_id)


def test_another_providers_listing_cannot_be_changed_or_taken_down():
    priya, diego = given.registered_provider(), given.registered_provider("Diego")
    service_id = list_service(priya)
    listed = get_service(service_id)

    with pytest.raises(NotFound):
        set_service_listed(provider_id=diego.id, service_id=service_id, listed=False, by=diego.actor)
    with pytest.raises(NotFound):
        say(diego, service_id)

    assert get_service(service_id) == listed


def is_open(provider):
    with connection.cursor() as cursor:
        cursor.execute("select is_open from providers.profile where provider_id = %s", [provider.id])
        return cursor.fetchone()[0]


def test_discovery_is_told_when_an_account_opens_and_closes():
    ensure_subscriptions()
    priya = given.registered_provider()
    delivery.drain()
    assert (is_open(priya), facts(priya)[-1]) == (True, (2, "provider.reach_changed", "account"))

    disable_account(account_id=priya.id, by=given.operator().actor, at=given.MONDAY)
    delivery.drain()

    assert (is_open(priya), facts(priya)[-1]) == (False, (3, "provider.reach_changed", "account"))
