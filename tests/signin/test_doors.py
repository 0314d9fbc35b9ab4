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


def test_public_pages_know_that_a_customer_is_signed_in_and_nothing_else_of_them():
    people.catalogue()
    client = signed_in(people.customer(), "my")
    client.get("/my/")

    assert client.cookies["guildhall_customer"].value == "1"
    assert "/my/account/sign-in" not in client.get("/").content.decode()
    client.post("/my/account/sign-out")
    client.get("/my/")
    assert "/my/account/sign-in" in client.get("/").content.decode()
