"""Registering and proving an e-mail address."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, settings
from hypothesis import given as any_of
from hypothesis import strategies as st

from guildhall.identity.commands import (
    BadCode,
    BadPhoneNumber,
    EmailTaken,
    TooManyTries,
    WeakPassword,
    authenticate,
    create_account,
    create_operator,
    resend_code,
    verify_email,
)
from guildhall.identity.models import Account, OneTimeCode
from guildhall.identity.queries import find_by_phone, get_code_to_send, get_contact, is_verified, scopes
from guildhall.identity.types import NewAccount, Role, Scope
from guildhall.kernel.texts import BadText
from tests import given_people as given

pytestmark = pytest.mark.django_db
ANA = {
    "email": "Ana@Example.com",
    "password": given.PASSWORD,
    "role": Role.CUSTOMER,
    "first_name": "Ana",
    "last_name": "Alvarez",
    "phone_number": "(619) 555-0123",
    "at": given.MONDAY,
}


def register(**changes):
    return create_account(**{**ANA, **changes})


def facts():
    with connection.cursor() as cursor:
        cursor.execute("select name from eventlog_event order by seq")
        return [row[0] for row in cursor.fetchall()]


def rows():
    return Account.objects.count(), OneTimeCode.objects.count(), len(facts())


def test_registering_makes_an_unverified_account_and_asks_for_a_code():
    made = register()

    contact = get_contact(made.account_id)
    assert (contact.email, contact.role, contact.phone_number) == ("Ana@Example.com", "customer", "+16195550123")
    assert not is_verified(made.account_id)
    assert facts() == ["account.created", "code.requested"]


def test_the_code_from_the_mail_verifies_and_works_once():
    account_id = register().account_id
    code = given.code_for(account_id)

    assert verify_email(email="ana@example.COM ", code=code, at=given.MONDAY) == account_id

    assert is_verified(account_id)
    assert facts() == ["account.created", "code.requested", "account.verified"]
    with pytest.raises(BadCode):
        verify_email(email="ana@example.com", code=code, at=given.MONDAY)
    assert facts()[3:] == []


def test_a_code_is_stored_neither_in_clear_nor_after_its_use():
    account_id = register().account_id
    code = given.code_for(account_id)
    stored = OneTimeCode.objects.get()

    assert code.encode() not in bytes(stored.digest) + bytes(stored.sealed)
    verify_email(email=ANA["email"], code=code, at=given.MONDAY)

    assert bytes(OneTimeCode.objects.get().sealed) == b""
    assert get_code_to_send(stored.id) is None


@pytest.mark.parametrize(
    "same", ["ana@example.com", "ANA@EXAMPLE.COM", "\uff41\uff4e\uff41@example.com", " Ana@Example.com "]
)
def test_a_known_address_gets_a_mail_instead_of_an_account_and_the_answer_is_the_same(same):
    account_id = register().account_id
    given.verify(account_id, ANA["email"])
    before = Account.objects.values().get()

    answer = register(email=same, password="another long password", first_name="Eve")

    assert answer == NewAccount(None)
    after = Account.objects.values().get()
    assert {**after, "version": 0} == {**before, "version": 0}
    assert facts()[3:] == ["account.registered_again"]


def test_whoever_registers_an_unverified_address_last_has_the_password():
    account_id = register(password="squatters password").account_id

    register(email="ana@example.com", password=given.PASSWORD)
    given.verify(account_id, ANA["email"])

    assert authenticate(email=ANA["email"], password=given.PASSWORD, at=given.MONDAY) == account_id


def test_nobody_is_flooded_with_codes():
    account_id = register().account_id

    for _ in range(10):
        resend_code(email=ANA["email"], at=given.MONDAY)

    assert facts().count("code.requested") == 5
    assert OneTimeCode.objects.filter(account_id=account_id, closed_at=None).count() == 1


def test_a_new_code_replaces_the_one_before():
    account_id = register().account_id
    old = given.code_for(account_id)
    resend_code(email=ANA["email"], at=given.MONDAY)
    new = given.code_for(account_id)

    if old != new:
        with pytest.raises(BadCode):
            verify_email(email=ANA["email"], code=old, at=given.MONDAY)

    assert verify_email(email=ANA["email"], code=new, at=given.MONDAY) == account_id


def test_five_wrong_tries_spend_a_code_for_good():
    account_id = register().account_id
    right = given.code_for(account_id)
    wrong = "000000" if right != "000000" else "000001"

    for _ in range(5):
        with pytest.raises(BadCode):
            verify_email(email=ANA["email"], code=wrong, at=given.MONDAY)
    with pytest.raises(TooManyTries):
        verify_email(email=ANA["email"], code=right, at=given.MONDAY)

    assert not is_verified(account_id)


def test_an_unknown_address_is_answered_like_a_known_one():
    for _ in range(5):
        with pytest.raises(BadCode):
            verify_email(email="nobody@example.com", code="123456", at=given.MONDAY)
    with pytest.raises(TooManyTries):
        verify_email(email="nobody@example.com", code="123456", at=given.MONDAY)

    assert rows() == (0, 0, 0)


def test_a_code_ends_after_ten_minutes_of_real_time():
    account_id = register().account_id
    code = given.code_for(account_id)
    with connection.cursor() as cursor:
        cursor.execute("update identity_one_time_code set expires_at = now() - interval '1 second'")

    with pytest.raises(BadCode):
        verify_email(email=ANA["email"], code=code, at=given.MONDAY)

    assert not is_verified(account_id)


def test_travelling_does_not_age_a_code():
    account_id = register().account_id
    with connection.cursor() as cursor:
        cursor.execute("update timers_clock set travelled = interval '30 days'")

    given.verify(account_id, ANA["email"])

    assert is_verified(account_id)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"password": "short"}, WeakPassword, "password"),
        ({"password": "password1234"}, WeakPassword, "password"),
        ({"password": "ana@example.com"}, WeakPassword, "password"),
        ({"password": "x" * 129}, WeakPassword, "password"),
        ({"password": "nul\0 in the password"}, WeakPassword, "password"),
        ({"phone_number": "12345"}, BadPhoneNumber, "phone_number"),
        ({"phone_number": "call me"}, BadPhoneNumber, "phone_number"),
        ({"email": "ana"}, BadText, "email"),
        ({"email": "ana@example.com\r\nBcc: all@example.com"}, BadText, "email"),
        ({"email": f"{'a' * 250}@example.com"}, BadText, "email"),
        ({"first_name": ""}, BadText, "first_name"),
        ({"first_name": "A" * 81}, BadText, "first_name"),
        ({"last_name": "nul\0"}, BadText, "last_name"),
        ({"last_name": "\ud800"}, BadText, "last_name"),
        ({"last_name": "two\nlines"}, BadText, "last_name"),
    ],
)
def test_what_cannot_be_used_is_refused_by_field_and_nothing_is_made(changes, refusal, field):
    with pytest.raises(refusal) as refused:
        register(**changes)

    assert refused.value.extra["errors"][0]["field"] == field
    assert refused.value.extra["errors"][0]["detail"]
    assert rows() == (0, 0, 0)


def test_direction_marks_are_taken_out_of_names():
    account_id = register(first_name="\u202eana\u202c", last_name=" O\u2019Neil\u200f ").account_id

    contact = get_contact(account_id)
    assert (contact.first_name, contact.last_name) == ("ana", "O\u2019Neil")


def test_an_operator_is_appointed_with_scopes_and_needs_no_code():
    olga = given.operator(scopes=[Scope.FINANCE, Scope.SUPPORT])

    assert scopes(olga.id) == {Scope.FINANCE, Scope.SUPPORT}
    assert authenticate(email=olga.email, password=given.PASSWORD, at=given.MONDAY) == olga.id
    before = rows()
    with pytest.raises(EmailTaken):
        create_operator(email=olga.email.upper(), password=given.PASSWORD, scopes=[], at=given.MONDAY)
    assert rows() == before


def test_people_are_found_by_their_telephone_number():
    account_id = register().account_id

    assert [contact.id for contact in find_by_phone("+16195550123")] == [account_id]
    assert find_by_phone("") == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("\u202e\u202d", "a@b.co")
@example("\ufb00", "\ufb00@example.com")
@any_of(st.text(max_size=100), st.one_of(st.emails(), st.text(max_size=60)))
def test_any_text_is_a_clean_name_and_address_or_a_refusal(name, email):
    """The pure part, without the cost of a password; what passes is stored by PostgreSQL in other tests."""
    from guildhall.identity import rules

    try:
        cleaned = rules.clean_name(name, field="first_name")
    except BadText:
        cleaned = "refused"
    try:
        address = rules.clean_email(email)
    except BadText:
        address = "refused@example.com"

    assert 1 <= len(cleaned) <= 80
    assert not {unicodedata.category(letter) for letter in cleaned} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(letter) for letter in cleaned} & {
        "RLO",
        "LRO",
        "RLE",
        "LRE",
        "PDF",
        "RLI",
        "LRI",
    }
    assert "\n" not in address
    assert address.count("@") >= 1
    assert rules.email_key(address.upper()) == rules.email_key(address) == rules.email_key(rules.email_key(address))
