"""Policies are versions that are added and never changed, within bounds and within the life of an authorization."""

from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, connection, transaction
from pydantic import ValidationError

from guildhall.eventlog.models import EventRow
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.policy.commands import AuthorizationTooLong, OutOfBounds, set_policy
from guildhall.policy.queries import current_version, get, get_version, history
from guildhall.policy.types import POLICIES, BookingPolicy, CancellationPolicy, MatchingPolicy, MoneyPolicy

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
OLGA = Actor.operator(new_id())
pytestmark = pytest.mark.django_db


def put(value, by=OLGA, reason="Tried in March."):
    return set_policy(value, by=by, at=MONDAY, reason=reason)


def facts():
    rows = EventRow.objects.filter(name="policy.changed").order_by("seq")
    return list(rows.values_list("aggregate", "version", "actor", "payload"))


def test_defaults_hold_until_a_version_is_set():
    assert get(MoneyPolicy) == MoneyPolicy()
    assert current_version(MoneyPolicy) == 0
    assert history(MoneyPolicy) == []


def test_a_version_is_in_force_at_once_and_the_one_before_can_be_read():
    assert put(MoneyPolicy(platform_fee_basis_points=1_500)) == 1
    assert put(MoneyPolicy(platform_fee_basis_points=1_800), reason="Too low.") == 2

    assert get(MoneyPolicy).platform_fee_basis_points == 1_800
    assert current_version(MoneyPolicy) == 2
    assert get_version(MoneyPolicy, 1).platform_fee_basis_points == 1_500
    assert get_version(MoneyPolicy, 0) == MoneyPolicy()
    assert [(card.version, card.reason, card.set_by) for card in history(MoneyPolicy)] == [
        (2, "Too low.", str(OLGA)),
        (1, "Tried in March.", str(OLGA)),
    ]
    assert get(BookingPolicy) == BookingPolicy()


def test_each_version_is_a_fact_of_its_document():
    put(MoneyPolicy(platform_fee_basis_points=1_500))
    put(CancellationPolicy(late_fee_percent=10))
    put(MoneyPolicy(platform_fee_basis_points=1_800))

    money, cancellation, money_again = facts()
    assert [fact[1:] for fact in (money, cancellation, money_again)] == [
        (1, str(OLGA), {"document": "money"}),
        (1, str(OLGA), {"document": "cancellation"}),
        (2, str(OLGA), {"document": "money"}),
    ]
    assert money[0] == money_again[0] != cancellation[0]


@pytest.mark.parametrize("kind", POLICIES.values(), ids=POLICIES)
def test_every_policy_comes_back_from_its_row_as_it_was_set(kind):
    put(kind())

    assert get_version(kind, 1) == kind()


def test_a_version_that_never_was_is_not_found():
    with pytest.raises(NotFound):
        get_version(MoneyPolicy, 7)


def test_a_customer_sets_no_policy():
    with pytest.raises(NotAllowed):
        put(MoneyPolicy(platform_fee_basis_points=0), by=Actor.customer(new_id()))

    assert get(MoneyPolicy) == MoneyPolicy()
    assert facts() == []


def test_a_copy_that_skipped_the_bounds_is_refused():
    sly = BookingPolicy().model_copy(update={"contest_hours": -1})

    with pytest.raises(OutOfBounds, match=r"^contest_hours: "):
        put(sly)

    assert get(BookingPolicy) == BookingPolicy()
    assert facts() == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (MoneyPolicy, {"platform_fee_basis_points": 10_001}),
        (MoneyPolicy, {"currency": "usd"}),
        (MoneyPolicy, {"fee": 3}),
        (BookingPolicy, {"minutes_min": 800}),
        (CancellationPolicy, {"late_fee_percent": 101}),
        (MatchingPolicy, {"weights": {"distance": 0, "rating": 0, "response": 0, "newcomer": 0, "waiting": 0}}),
        (MatchingPolicy, {"weights": {"distance": float("nan")}}),
        (MatchingPolicy, {"starts_days_before": 1}),
        (MatchingPolicy, {"last_wave_ends_hours_before": 1}),
    ],
)
def test_values_outside_their_bounds_cannot_be_made(kind, fields):
    with pytest.raises(ValidationError):
        kind(**fields)


def test_the_sum_of_hours_must_stay_below_the_life_of_an_authorization():
    # 24 + 12 + 65 + 12 = 113 fits, one hour more does not.
    put(BookingPolicy(contest_hours=65))

    with pytest.raises(AuthorizationTooLong) as refusal:
        put(BookingPolicy(contest_hours=66))

    assert refusal.value.status == 422
    assert (refusal.value.extra["hours"], refusal.value.extra["hours_max"]) == (114, 114)
    assert refusal.value.detail == (
        "Authorizing 24 h before the start, a job of up to 12 h, 66 h to contest and 12 h to settle make 114 h; "
        "a card is held for 114 h, so the sum must stay below that."
    )
    assert get(BookingPolicy).contest_hours == 65
    assert len(facts()) == 1


def test_the_sum_counts_what_the_other_document_says_now():
    put(BookingPolicy(contest_hours=65))

    with pytest.raises(AuthorizationTooLong):
        put(MoneyPolicy(authorize_hours_before=25))

    put(BookingPolicy(contest_hours=48))
    assert put(MoneyPolicy(authorize_hours_before=25)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update policy_document set reason = ''",
        "delete from policy_document",
        "truncate policy_document",
    ],
)
def test_history_cannot_be_edited(statement):
    put(MoneyPolicy(tax_basis_points=825))

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert [card.reason for card in history(MoneyPolicy)] == ["Tried in March."]
