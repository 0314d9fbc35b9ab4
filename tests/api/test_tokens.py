"""Who is not signed in gets one answer, whatever is wrong with the token (X28, X29, X30)."""

import base64
import json
import time
from functools import cache

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from guildhall.identity import keys
from guildhall.identity.commands import disable_account, revoke_tokens
from guildhall.timers.queries import clock_now
from tests.api import books, variants
from tests.api.addressbook import addresses
from tests.api.client import Api
from tests.api.examples import EXAMPLES, path_of

# A forger does not mind that a key is too short for its algorithm.
pytestmark = pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
CLOSED = [address for address in addresses() if not variants.is_public(address)]


def claims(world, **changes):
    genuine = jwt.decode(world.api("owner").token, options={"verify_signature": False})
    return {name: value for name, value in {**genuine, **changes}.items() if value is not None}


def signed(world, key=None, algorithm="HS256", headers=None, **changes):
    return jwt.encode(claims(world, **changes), key or keys.derived("access token"), algorithm, headers=headers)


def unsigned(world):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims(world))}."


@cache
def rsa_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture
def forged(world):
    """Tokens that open nothing."""
    refresh = world.names["refresh_token"]
    now = int(time.time())
    return {
        "none at all": "",
        "nonsense": "nonsense",
        "expired": signed(world, iat=now - 6000, exp=now - 5700),
        "unsigned": unsigned(world),
        "another key": signed(world, key=b"another key that is long enough....."),
        "RS256": signed(world, key=rsa_key(), algorithm="RS256"),
        "HS512": signed(world, algorithm="HS512"),
        "kid": signed(world, key=b"x" * 32, headers={"kid": "../../dev/null"}),
        "jku": signed(world, key=b"x" * 32, headers={"jku": "http://attacker.example/keys"}),
        "another audience": signed(world, aud="another"),
        "no audience": signed(world, aud=None),
        "another issuer": signed(world, iss="another"),
        "another kind": signed(world, typ="refresh"),
        "no session": signed(world, sid=None),
        "nobody's session": signed(world, sid="00000000-0000-7000-8000-000000000000"),
        "an older version": signed(world, ver=-1),
        "a refresh token": refresh,
    }


def test_every_forged_token_gets_the_same_answer(world, forged, untouched):
    answers = {}
    for what, token in forged.items():
        api = Api()
        api.token = token
        answer = api.get("users/me")
        body = answer.json()
        body.pop("request_id")
        answers[what] = (answer.status_code, answer["WWW-Authenticate"], json.dumps(body, sort_keys=True))

    assert {status for status, _, _ in answers.values()} == {401}, answers
    assert len(set(answers.values())) == 1, answers
    assert books.changed(untouched) == []


@pytest.mark.parametrize("address", CLOSED)
def test_no_closed_address_opens_without_a_token(world, forged, untouched, address):
    for token in ("", forged["unsigned"], forged["expired"], forged["a refresh token"]):
        api = Api()
        api.token = token
        answer = api.ask(
            variants.method_of(address), world.filled(path_of(address)), world.filled(EXAMPLES[address].body)
        )

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert books.changed(untouched) == []


def test_a_token_ends_with_its_account_its_session_and_at_sign_out(world):
    ana, carl = world.api("owner"), world.api("other_customer")
    tokens = Api().post("auth/login", {"email": world.names["email"], "password": "correct horse battery"}).json()
    second = Api()
    second.token = tokens["access_token"]

    before = second.get("users/me").status_code
    Api().post("auth/logout", {"refresh_token": tokens["refresh_token"]})
    after = second.get("users/me").status_code
    other_session = ana.get("users/me").status_code
    revoke_tokens(account_id=ana.person.id, by=ana.person.actor, at=clock_now())
    disable_account(account_id=carl.person.id, by=world.people["operator"].actor, at=clock_now())

    assert (before, after, other_session) == (200, 401, 200)
    assert ana.get("users/me").status_code == 401
    assert carl.get("users/me").status_code == 401


def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_session(world):
    first = Api().post("auth/refresh", {"refresh_token": world.names["refresh_token"]}).json()

    replayed = Api().post("auth/refresh", {"refresh_token": world.names["refresh_token"]})
    successor = Api().post("auth/refresh", {"refresh_token": first["refresh_token"]})

    assert (replayed.status_code, replayed.json()["code"]) == (401, "invalid_token")
    assert successor.status_code == 401


def test_signing_in_tells_nobody_who_has_an_account(world):
    wrong = Api().post("auth/login", {"email": world.names["email"], "password": "wrong horse battery"})
    unknown = Api().post("auth/login", {"email": "nobody@example.com", "password": "wrong horse battery"})
    known = Api().post("auth/register", register(world.names["email"]))
    fresh = Api().post("auth/register", register("fresh@example.com"))

    assert without_id(wrong) == without_id(unknown) == (401, "invalid_credentials")
    assert (known.status_code, known.content) == (fresh.status_code, fresh.content)


def without_id(answer):
    return answer.status_code, answer.json()["code"]


def register(email):
    return {**EXAMPLES["POST auth/register"].body, "email": email}
