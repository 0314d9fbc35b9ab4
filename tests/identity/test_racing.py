"""Many at once, each with a connection of their own."""

from collections import Counter

import pytest
from django.db import connection

from guildhall.identity.commands import authenticate, create_account, issue_tokens, refresh_tokens, verify_email
from guildhall.identity.models import Account, OneTimeCode, RefreshFamily, RefreshToken
from guildhall.identity.queries import is_verified
from guildhall.identity.types import Role
from guildhall.kernel.refusals import Refused
from tests import given_people as given
from tests.racing import together

pytestmark = pytest.mark.committed


def race(calls):
    """Run calls at the same moment; gives how often each outcome came."""
    results = together(calls)
    faults = [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)]
    assert faults == []
    return Counter(result.code if isinstance(result, Refused) else "done" for result in results)


def count(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def register(email="ana@example.com"):
    return create_account(
        email=email,
        password=given.PASSWORD,
        role=Role.CUSTOMER,
        first_name="Ana",
        last_name="Alvarez",
        phone_number="",
        at=given.MONDAY,
    )


def test_of_fifty_who_enter_the_right_code_one_verifies():
    account_id = register().account_id
    code = given.code_for(account_id)

    outcomes = race([lambda: verify_email(email="ana@example.com", code=code, at=given.MONDAY)] * 50)

    assert outcomes["done"] == 1
    assert outcomes["done"] + outcomes["bad_code"] + outcomes["too_many_tries"] == 50
    assert is_verified(account_id)
    assert count("select count(*) from eventlog_event where name = 'account.verified'") == 1


def test_of_fifty_parallel_guesses_five_are_looked_at():
    account_id = register().account_id
    right = given.code_for(account_id)
    guesses = [f"{(int(right) + step) % 1_000_000:06d}" for step in range(1, 51)]

    outcomes = race([lambda g=g: verify_email(email="ana@example.com", code=g, at=given.MONDAY) for g in guesses])

    assert outcomes == {"bad_code": 5, "too_many_tries": 45}
    assert OneTimeCode.objects.get().tries == 5
    assert not is_verified(account_id)


def test_of_twenty_who_use_one_refresh_token_one_gets_tokens_and_the_session_ends():
    ana = given.customer()
    made = issue_tokens(account_id=ana.id, at=given.MONDAY)

    outcomes = race([lambda: refresh_tokens(refresh=made.refresh, at=given.MONDAY)] * 20)

    assert outcomes == {"done": 1, "invalid_token": 19}
    assert RefreshToken.objects.count() == 2
    assert RefreshFamily.objects.get().revoked_at is not None
    assert count("select count(*) from eventlog_event where name = 'session.replayed'") == 1


def test_twenty_parallel_guesses_of_a_password_are_counted_each():
    ana = given.customer()

    guess = [lambda: authenticate(email=ana.email, password="wrong password", at=given.MONDAY)]
    outcomes = race(guess * 20)

    assert outcomes == {"invalid_credentials": 10, "too_many_tries": 10}


def test_of_ten_who_register_one_address_one_makes_the_account():
    outcomes = race([register] * 10)

    assert outcomes == {"done": 10}
    assert Account.objects.count() == 1
    assert count("select count(*) from eventlog_event where name = 'account.created'") == 1
    assert OneTimeCode.objects.filter(closed_at=None).count() == 1


def test_counting_needs_its_own_transaction():
    from django.db.transaction import atomic

    with atomic(), pytest.raises(RuntimeError, match="durable"):
        verify_email(email="ana@example.com", code="123456", at=given.MONDAY)
