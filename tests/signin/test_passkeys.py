"""Passkeys, with a device made of software: a key, a counter and a truthful user."""

import hashlib
import json
import struct

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from webauthn.helpers import bytes_to_base64url

from guildhall.identity.models import Passkey
from tests import given_people as people
from tests.signin.test_doors import signed_in

pytestmark = pytest.mark.django_db
_VERIFIED, _HAS_KEY = 0x05, 0x40


class Device:
    """An authenticator that holds one discoverable key for `localhost`."""

    def __init__(self, origin="http://localhost:8000"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = b"key-of-this-device"
        self.origin = origin
        self.count = 0

    def create(self, question):
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(_HAS_KEY) + credential}
        return self._answer(question, "webauthn.create", attestationObject=cbor2.dumps(attestation))

    def get(self, question):
        self.count += 1
        data = self._data()
        signed = data + hashlib.sha256(self._client_data(question, "webauthn.get")).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(question, "webauthn.get", authenticatorData=data, signature=signature)

    def _data(self, flags=0):
        return hashlib.sha256(b"localhost").digest() + bytes([_VERIFIED | flags]) + struct.pack(">I", self.count)

    def _client_data(self, question, kind):
        challenge = json.loads(question["options"])["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, question, kind, **response):
        parts = {**response, "clientDataJSON": self._client_data(question, kind)}
        answer = {
            "id": bytes_to_base64url(self.id),
            "rawId": bytes_to_base64url(self.id),
            "type": "public-key",
            "response": {name: bytes_to_base64url(value) for name, value in parts.items()},
        }
        return {"challenge_id": question["id"], "answer": json.dumps(answer)}


def question(client, path):
    return client.post(f"/my/account/{path}").json()


@pytest.fixture
def device():
    """A device whose key Ana has added."""
    device, client = Device(), signed_in(people.customer(), "my")
    answer = client.post("/my/account/passkeys", device.create(question(client, "passkeys/offer")))
    assert answer.status_code == 303, answer.content
    return device


def test_a_passkey_signs_in_without_a_name(device):
    client = Client()
    answer = device.get(question(client, "sign-in/passkey/question"))

    assert client.post("/my/account/sign-in/passkey", answer).status_code == 303
    assert client.get("/my/").status_code == 200
    assert Passkey.objects.get().sign_count == 1


def test_an_answer_is_good_once(device):
    client = Client()
    answer = device.get(question(client, "sign-in/passkey/question"))
    client.post("/my/account/sign-in/passkey", answer)

    assert Client().post("/my/account/sign-in/passkey", answer).status_code == 422


def test_another_sites_another_keys_and_a_copys_answers_open_nothing(device):
    client = Client()
    other = Device()
    device.count = 5
    client.post("/my/account/sign-in/passkey", device.get(question(client, "sign-in/passkey/question")))
    copy = Device()
    copy.key = device.key
    device.origin = "https://evil.example"

    for liar in (device, other, copy):
        visitor = Client()
        answer = liar.get(question(visitor, "sign-in/passkey/question"))
        assert visitor.post("/my/account/sign-in/passkey", answer).status_code == 422
        assert visitor.get("/my/").status_code == 302


def test_a_passkey_is_added_to_the_account_that_asked_only():
    ana, carl = signed_in(people.customer(), "my"), signed_in(people.customer("Carl"), "my")
    answer = Device().create(question(ana, "passkeys/offer"))

    assert carl.post("/my/account/passkeys", answer).status_code == 422
    assert Passkey.objects.count() == 0


def test_a_removed_passkey_opens_nothing(device):
    Passkey.objects.all().delete()
    client = Client()
    answer = device.get(question(client, "sign-in/passkey/question"))

    assert client.post("/my/account/sign-in/passkey", answer).status_code == 422
