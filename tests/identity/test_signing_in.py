"""Signing in, staying signed in, signing out."""

from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import given as any_of
from hypothesis import strategies as st

from guildhall.identity import keys, tokens
from guildhall.identity.commands import (
    InvalidCredentials,
    InvalidToken,
    NotVerified,
    TooManyTries,
    authenticate,
    create_account,
    disable_account,
    issue_tokens,
    refresh_tokens,
    revoke_tokens,
    sign_out,
)
from guildhall.identity.models import RefreshFamily, RefreshToken
from guildhall.identity.queries import read_access_token
from guildhall.identity.types import Role
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from tests import given_people as given

pytestmark = pytest.mark.django_db
OPERATOR = Actor.operator(UUID(int=1))


def sign_in(person, password=given.PASSWORD, **where):
    return authenticate(email=person.email, password=password, at=given.MONDAY, **where)


def tokens_of(person):
    return issue_tokens(account_id=person.id, at=given.MONDAY)


def session_facts():
    with connection.cursor() as cursor:
        cursor.execute("select name from eventlog_event where aggregate like 'session:%' order by seq")
        return [row[0] for row in cursor.fetchall()]


def forged(**changes):
    ana = given.customer()
    genuine = tokens_of(ana).access
    claims = jwt.decode(genuine, options={"verify_signature": False})
    changed = {key: value for key, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(changed, keys.derived("access token"), "HS256")


def test_the_right_password_opens_the_account():
    ana = given.customer()

    assert sign_in(ana) == ana.id
    assert authenticate(email=f" {ana.email.upper()}", password=given.PASSWORD, at=given.MONDAY) == ana.id


def test_unknown_wrong_and_disabled_get_the_same_answer():
    ana, bruno = given.customer(), given.business()
    disable_account(account_id=bruno.id, by=OPERATOR, at=given.MONDAY)
    answers = []

    for email, password in [
        ("nobody@example.com", given.PASSWORD),
        (ana.email, "wrong password"),
        (bruno.email, given.PASSWORD),
        ("not an address\0", given.PASSWORD),
        (ana.email, "x" * 10_000),
    ]:
        with pytest.raises(InvalidCredentials) as refused:
            authenticate(email=email, password=password, at=given.MONDAY)
        answers.append((refused.value.code, refused.value.status, refused.value.detail, refused.value.extra))

    assert len({str(answer) for answer in answers}) == 1


def test_each_refusal_costs_one_password_hash(monkeypatch):
    ana = given.customer()
    from guildhall.identity import hashers

    verify = hashers.Argon2id.verify
    work = []
    monkeypatch.setattr(hashers.Argon2id, "verify", lambda self, *given: work.append(1) or verify(self, *given))

    for email in ("nobody@example.com", ana.email):
        work.clear()
        with pytest.raises(InvalidCredentials):
            authenticate(email=email, password="wrong password", at=given.MONDAY)
        assert work == [1]


def test_only_the_right_password_learns_that_the_address_is_unverified():
    made = create_account(
        email="ana@example.com",
        password=given.PASSWORD,
        role=Role.CUSTOMER,
        first_name="Ana",
        last_name="Alvarez",
        phone_number="",
        at=given.MONDAY,
    )

    with pytest.raises(InvalidCredentials):
        authenticate(email="ana@example.com", password="wrong password", at=given.MONDAY)
    with pytest.raises(NotVerified):
        authenticate(email="ana@example.com", password=given.PASSWORD, at=given.MONDAY)

    given.verify(made.account_id, "ana@example.com")
    assert authenticate(email="ana@example.com", password=given.PASSWORD, at=given.MONDAY) == made.account_id


def test_ten_failures_close_an_account_for_a_quarter_of_an_hour_of_real_time():
    ana = given.customer()

    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            sign_in(ana, "wrong password")
    with pytest.raises(TooManyTries) as refused:
        sign_in(ana)

    assert 890 <= refused.value.extra["retry_after"] <= 900
    with connection.cursor() as cursor:
        cursor.execute("update timers_clock set travelled = interval '1 day'")
    with pytest.raises(TooManyTries):
        sign_in(ana)
    with connection.cursor() as cursor:
        cursor.execute("update identity_throttle set began_at = began_at - interval '15 minutes'")
    assert sign_in(ana) == ana.id


def test_a_success_forgets_the_failures_before_it():
    ana = given.customer()

    for _ in range(3):
        for _ in range(9):
            with pytest.raises(InvalidCredentials):
                sign_in(ana, "wrong password")
        assert sign_in(ana) == ana.id


def test_one_network_address_cannot_try_one_password_on_many_accounts(monkeypatch):
    from guildhall.identity.commands import signing_in

    limit = signing_in._FAILURES_OF_ADDRESS
    monkeypatch.setattr(signing_in, "_FAILURES_OF_ADDRESS", type(limit)(limit.kind, 3, limit.seconds))
    ana = given.customer()

    for name in range(3):
        with pytest.raises(InvalidCredentials):
            authenticate(email=f"{name}@example.com", password="wrong password", at=given.MONDAY, address="192.0.2.7")

    with pytest.raises(TooManyTries):
        sign_in(ana, address="192.0.2.7")
    assert sign_in(ana, address="192.0.2.8") == ana.id


def test_successes_do_not_use_up_an_address():
    ana = given.customer()

    for _ in range(5):
        sign_in(ana, address="192.0.2.7")

    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(tries), 0) from identity_throttle where kind = 'sign_in_address'")
        assert cursor.fetchone() == (0,)


def test_an_access_token_says_who_acts_in_one_query():
    for person in (given.customer(), given.registered_provider(), given.operator()):
        access = tokens_of(person).access

        with CaptureQueriesContext(connection) as queries:
            assert read_access_token(access) == person.actor
        assert len(queries) == 1


def test_an_access_token_lasts_five_minutes():
    ana = given.customer()

    made = tokens_of(ana)

    assert made.expires_in == 300
    claims = jwt.decode(made.access, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 300


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_600_000_000, "iat": 1_500_000_000},
        {"iss": "somebody"},
        {"aud": "another"},
        {"typ": "refresh"},
        {"typ": None},
        {"exp": None},
        {"sid": None},
        {"ver": 99},
        {"ver": "x"},
        {"sub": "00000000-0000-0000-0000-000000000000"},
        {"sub": "admin"},
        {"sid": "00000000-0000-0000-0000-000000000000"},
    ],
)
def test_a_token_with_another_claim_opens_nothing(changes):
    with pytest.raises(InvalidToken) as refused:
        read_access_token(forged(**changes))

    assert (refused.value.detail, refused.value.extra) == (InvalidToken.default_detail, {})


def test_only_our_own_algorithm_and_key_count():
    ana = given.customer()
    made = tokens_of(ana)
    claims = jwt.decode(made.access, options={"verify_signature": False})
    key = keys.derived("access token")
    header, _, signature = made.access.split(".")
    others = [
        jwt.encode(claims, None, "none"),
        jwt.encode(claims, b"k" * 64, "HS256", headers={"kid": "../../dev/null", "jku": "http://localhost/keys"}),
        jwt.encode(claims, key * 2, "HS512"),
        f"{header}..{signature}",
        made.refresh,
        "",
        "a.b.c",
        "\0",
        made.access + "\ud800",
    ]

    for token in others:
        with pytest.raises(InvalidToken):
            read_access_token(token)
    assert read_access_token(made.access) == ana.actor


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@any_of(st.text(max_size=200))
def test_no_text_is_a_token_by_accident(text):
    with pytest.raises(InvalidToken):
        tokens.read_claims(text)
    with pytest.raises(InvalidToken):
        refresh_tokens(refresh=text, at=given.MONDAY)


def test_disabling_an_account_ends_its_tokens_at_once():
    ana = given.customer()
    made = tokens_of(ana)

    disable_account(account_id=ana.id, by=OPERATOR, at=given.MONDAY)

    with pytest.raises(InvalidToken):
        read_access_token(made.access)
    with pytest.raises(InvalidToken):
        refresh_tokens(refresh=made.refresh, at=given.MONDAY)


def test_signing_out_ends_one_session_and_revoking_all():
    ana = given.customer()
    here, there = tokens_of(ana), tokens_of(ana)

    sign_out(refresh=here.refresh, at=given.MONDAY)

    with pytest.raises(InvalidToken):
        read_access_token(here.access)
    assert read_access_token(there.access) == ana.actor
    revoke_tokens(account_id=ana.id, by=ana.actor, at=given.MONDAY)
    with pytest.raises(InvalidToken):
        read_access_token(there.access)
    assert session_facts() == ["session.started", "session.started", "session.ended", "session.ended"]


def test_a_refresh_token_is_exchanged_once():
    ana = given.customer()
    first = tokens_of(ana)

    second = refresh_tokens(refresh=first.refresh, at=given.MONDAY)

    assert second.refresh != first.refresh
    assert read_access_token(second.access) == ana.actor
    assert RefreshToken.objects.filter(used_at=None).count() == 1


def test_a_replayed_refresh_token_ends_the_whole_session_and_is_told():
    ana = given.customer()
    first, elsewhere = tokens_of(ana), tokens_of(ana)
    second = refresh_tokens(refresh=first.refresh, at=given.MONDAY)

    with pytest.raises(InvalidToken):
        refresh_tokens(refresh=first.refresh, at=given.MONDAY)

    with pytest.raises(InvalidToken):
        refresh_tokens(refresh=second.refresh, at=given.MONDAY)
    with pytest.raises(InvalidToken):
        read_access_token(second.access)
    assert read_access_token(elsewhere.access) == ana.actor
    assert session_facts() == ["session.started", "session.started", "session.replayed"]


def test_a_refresh_token_is_not_stored_in_clear_and_ends():
    ana = given.customer()
    made = tokens_of(ana)
    stored = RefreshToken.objects.get()
    assert made.refresh.encode() not in bytes(stored.digest)
    assert stored.expires_at - stored.issued_at == timedelta(days=30)
    with connection.cursor() as cursor:
        cursor.execute("update identity_refresh_token set expires_at = now() - interval '1 second'")

    with pytest.raises(InvalidToken):
        refresh_tokens(refresh=made.refresh, at=given.MONDAY)

    assert RefreshFamily.objects.get().revoked_at is None


def test_nobody_unknown_gets_tokens():
    with pytest.raises(NotFound):
        issue_tokens(account_id=OPERATOR.account_id, at=given.MONDAY)

    assert RefreshFamily.objects.count() == 0
