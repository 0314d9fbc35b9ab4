"""Each application has a door of its own, and nothing behind it is open by default."""

import pytest
from django.test import Client

from tests import given_people as people

pytestmark = pytest.mark.django_db


def signed_in(person, prefix):
    client = Client()
    answer = client.post(f"/{prefix}/account/sign-in", {"email": person.email, "password": people.PASSWORD})
    assert answer.status_code == 303, answer.content
    return client


def test_the_public_page_reads_and_sets_no_session():
    people.catalogue()
    answer = Client().get("/")

    assert answer.status_code == 200
    assert answer.cookies == {}


def test_signing_in_opens_one_application_only():
    priya = people.registered_provider()
    client = signed_in(priya, "pro")

    assert client.get("/pro/").status_code == 200
    assert client.get("/ops/").headers["Location"] == "/ops/account/sign-in?next=/ops/"
    assert client.get("/my/").headers["Location"] == "/my/account/sign-in?next=/my/"
    cookie = client.cookies["guildhall_pro"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["secure"]) == ("/pro", True, "Lax", "")
