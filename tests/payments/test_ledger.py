"""The ledger: balanced, never changed, never below zero where something is held."""

from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given as for_any
from hypothesis import settings as effort
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from guildhall.kernel.actors import Actor
from guildhall.kernel.money import Money
from guildhall.payments import ledger
from guildhall.payments.ledger import Account, Entry, Journal, Line, post, reverse
from guildhall.payments.types import Settlement
from tests.given_people import MONDAY
from tests.payments.given import breaches
from tests.racing import as_owner, together

BY = Actor.system("test")
UNBALANCED = [
    Line(account=ledger.VENDOR, owner="", currency="USD", amount_minor=-100),
    Line(account=ledger.HELD, owner="booking:x", currency="USD", amount_minor=99),
]


def book(cause: str, lines: list[Line], reference: str = "booking:x") -> int:
    return post(cause=cause, reference=reference, kind="test", lines=lines, by=BY, at=MONDAY)


def captured(amount: int, reference: str = "booking:x") -> list[Line]:
    return ledger.captured(reference=reference, amount_minor=amount, currency="USD")


def balance(kind: str, owner: str) -> int:
    return Account.objects.get(kind=kind, owner=owner).balance_minor


def now_check() -> None:
    """Make deferred constraints speak, as the commit would."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


@pytest.mark.django_db
def test_a_journal_moves_balances_and_is_posted_once_per_cause():
    first = book("a", captured(100))
    again = book("a", captured(100))

    assert first == again
    assert (balance("held", "booking:x"), balance("vendor_balance", "")) == (100, -100)
    assert (Journal.objects.count(), Entry.objects.count()) == (1, 2)


@pytest.mark.django_db
def test_the_same_cause_with_other_lines_is_a_fault():
    book("a", captured(100))

    with pytest.raises(DatabaseError, match="other lines"), transaction.atomic():
        book("a", captured(101))

    assert balance("held", "booking:x") == 100


@pytest.mark.django_db
def test_a_journal_that_does_not_sum_to_zero_cannot_be_committed():
    with pytest.raises(DatabaseError, match="does not sum to zero"), transaction.atomic():
        book("a", UNBALANCED)
        now_check()

    assert Journal.objects.count() == 0


@pytest.mark.django_db
def test_two_currencies_do_not_balance_each_other():
    lines = [
        Line(account=ledger.VENDOR, owner="", currency="USD", amount_minor=-100),
        Line(account=ledger.HELD, owner="booking:x", currency="EUR", amount_minor=100),
    ]

    with pytest.raises(DatabaseError, match="does not sum to zero"), transaction.atomic():
        book("a", lines)
        now_check()


@pytest.mark.django_db
def test_held_money_never_goes_below_zero():
    book("a", captured(100))

    with pytest.raises(IntegrityError, match="payments_held_is_not_negative"), transaction.atomic():
        book("b", captured(-101))

    assert balance("held", "booking:x") == 100


@pytest.mark.django_db
def test_a_journal_is_taken_back_once_by_its_opposite():
    book("a", captured(100))

    reverse(cause="b", of_cause="a", by=BY, at=MONDAY)

    assert balance("held", "booking:x") == 0
    assert breaches() == []
    with pytest.raises(IntegrityError, match="reverses_id"), transaction.atomic():
        reverse(cause="c", of_cause="a", by=BY, at=MONDAY)
    assert Journal.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["payments_journal", "payments_entry", "payments_settlement"])
@pytest.mark.parametrize("statement", ["update {} set id = id", "delete from {}", "truncate {} cascade"])
def test_nothing_posted_can_be_changed_by_the_running_system(table: str, statement: str):
    book("a", captured(100))

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table).replace("set id = id", "set " + _some_column(table)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update payments_account set balance_minor = 1",
        "insert into payments_account (kind, owner, currency, balance_minor) values ('held', 'y', 'USD', 5)",
        "delete from payments_account",
    ],
)
def test_no_balance_can_be_written_by_the_running_system(statement: str):
    book("a", captured(100))

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _some_column(table: str) -> str:
    return "total_minor = 1" if table == "payments_settlement" else "id = id"


@pytest.mark.committed
@pytest.mark.parametrize(
    "statement",
    [
        "update payments_entry set amount_minor = 7",
        "delete from payments_journal",
        "truncate payments_entry",
    ],
)
def test_not_even_the_owner_of_the_tables_changes_what_was_posted(owner_url: str, statement: str):
    book("a", captured(100))

    with pytest.raises(Exception, match="is never changed"):
        as_owner(owner_url, statement)

    assert Entry.objects.count() == 2


@pytest.mark.committed
def test_without_its_guard_the_ledger_goes_out_of_balance(owner_url: str):
    """The negative control: the trigger is what refuses, and the invariant is what would see it."""
    with pytest.raises(DatabaseError, match="does not sum to zero"):
        book("a", UNBALANCED)
    before = breaches()
    as_owner(owner_url, "drop trigger refuse_unbalanced on payments_entry")

    book("a", UNBALANCED)

    assert before == []
    assert {breach[:2] for breach in breaches()} == {"M1", "M2"}


@pytest.mark.committed
def test_without_its_trigger_a_balance_leaves_its_entries(owner_url: str):
    as_owner(owner_url, "alter table payments_entry disable trigger add_to_balance")

    book("a", captured(100))

    assert [breach[:2] for breach in breaches()] == ["M2", "M2"]


@pytest.mark.committed
def test_posts_that_share_accounts_never_lose_an_amount_nor_wait_crosswise(server_log: object):
    def post_one(number: int) -> int:
        lines = captured(number + 1, f"booking:{number % 3}")
        return book(f"cause:{number}", lines if number % 2 else lines[::-1], f"booking:{number % 3}")

    results = together([lambda number=number: post_one(number) for number in range(24)])  # type: ignore[misc]

    assert [result for result in results if isinstance(result, Exception)] == []
    assert balance("vendor_balance", "") == -sum(range(1, 25))
    assert breaches() == []


class AnyLedger(TestCase):
    """Whatever is posted, in whatever order and however often, the sums hold."""

    @effort(max_examples=40, deadline=None)
    @for_any(
        steps=some.lists(
            some.tuples(some.integers(0, 4), some.integers(1, 10**12), some.integers(0, 10_000), some.integers(1, 3)),
            max_size=8,
        )
    )
    def test_balances_are_the_sums_of_entries(self, steps: list[tuple[int, int, int, int]]):
        for number, (who, total, share, times) in enumerate(steps):
            reference = f"booking:{who}"
            fee = Money(total, "USD").share(share).minor
            parts = {"provider_minor": total - fee, "fee_minor": fee, "tax_minor": 0, "currency": "USD"}
            for _ in range(times):
                book(f"{number}:in", captured(total, reference), reference)
                book(f"{number}:out", ledger.split(reference=reference, provider=str(who), **parts), reference)
        now_check()

        assert [breach for breach in breaches() if breach[:2] in {"M1", "M2"}] == []


@for_any(total=some.integers(0, 10**15), fee_points=some.integers(0, 10_000), tax_points=some.integers(0, 10_000))
def test_parts_sum_exactly_to_the_whole(total: int, fee_points: int, tax_points: int):
    fee, tax, rest = Money(total, "JPY").split([fee_points, tax_points, 10_000])

    split = Settlement(
        total_minor=total,
        fee_minor=fee.minor,
        tax_minor=tax.minor,
        provider_minor=rest.minor,
        currency="JPY",
        provider_id=UUID(int=1),
    )

    assert split.provider_minor + split.fee_minor + split.tax_minor == total


@for_any(off=some.integers(-1_000, 1_000).filter(bool))
def test_parts_that_miss_the_whole_are_refused(off: int):
    with pytest.raises(ValueError, match="sum to its total"):
        Settlement(
            total_minor=5_000 + off,
            fee_minor=1_000,
            tax_minor=0,
            provider_minor=4_000,
            currency="USD",
            provider_id=UUID(int=1),
        )
