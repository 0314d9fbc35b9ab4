"""Every way in: password, code, registration, forgotten password; and every way a session ends."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guildhall.identity.commands import change_language, disable_account, issue_tokens
from guildhall.identity.models import Account, BrowserSession, Consent
from guildhall.identity.queries import read_access_token
from guildhall.identity.tokens import InvalidToken
from guildhall.kernel.actors import Actor
from guildhall.timers.queries import clock_now
from guildhall.verticals.reading import read_pack
from guildhall.web.pages.texts import read_text
from tests import given_people as people
from tests.signin.test_doors import signed_in

pytestmark = pytest.mark.django_db
NEW = {
    "first_name": "Nora",
    "last_name": "Nilsen",
    "email": "nora@example.com",
    "password": people.PASSWORD,
    "terms": "on",
}
OTHER_PASSWORD = "another horse battery"


def aged(**columns):
    with connection.cursor() as cursor:
        for column, age in columns.items():
            cursor.execute(f"update identity_browser_session set {column} = now() - %s", [age])


def test_a_customer_registers_and_comes_in_by_the_code():
    client = Client()
    form = {**NEW, "kind": "business", "company_name": "Nora's Events", "next": "/my/account/profile"}

    answer = client.post("/my/account/register", form)
    assert (answer.status_code, answer["Location"]) == (303, "/my/account/verification")
    account = Account.objects.get(email_key="nora@example.com")
    agreed = Consent.objects.get(account=account)
    assert (agreed.kind, agreed.text_version) == ("terms", read_text("terms", "en", read_pack("av")).version)
    wrong = client.post("/my/account/verification", {"code": "000000"})
    assert wrong.status_code == 422
    assert "This code is not right" in wrong.content.decode()
    right = client.post("/my/account/verification", {"code": people.code_for(account.id)})

    assert (right.status_code, right["Location"]) == (303, "/my/account/profile")
    assert client.get("/my/").status_code == 200


def test_registering_a_known_address_answers_the_same():
    known = people.customer()
    answer = Client().post("/my/account/register", {**NEW, "email": known.email, "kind": "residential"})

    assert (answer.status_code, answer["Location"]) == (303, "/my/account/verification")


def test_what_was_typed_is_kept_and_errors_stand_beside_their_fields():
    answer = Client().post("/pro/account/register", {**NEW, "password": "short", "time_zone": "America/Denver"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert 'value="nora@example.com"' in page
    assert 'id="id_phone_number_error"' in page
    assert "short" not in page.partition("<form")[2].replace("too short", "")
    assert not Account.objects.filter(email_key="nora@example.com").exists()


def test_unknown_and_wrong_get_the_same_page():
    ana = people.customer()
    wrong = Client().post("/my/account/sign-in", {"email": ana.email, "password": "not it, sorry"})
    unknown = Client().post("/my/account/sign-in", {"email": "nobody@example.com", "password": "not it, sorry"})

    assert wrong.status_code == unknown.status_code == 422
    assert "E-mail or password is not right." in wrong.content.decode()
    assert "E-mail or password is not right." in unknown.content.decode()
    assert "guildhall_my" not in wrong.cookies


def test_a_providers_account_is_told_where_its_door_is():
    priya = people.registered_provider()
    answer = Client().post("/my/account/sign-in", {"email": priya.email, "password": people.PASSWORD})

    assert answer.status_code == 422
    assert "/pro/account/sign-in" in answer.content.decode()
    assert BrowserSession.objects.count() == 0


def test_ten_wrong_passwords_are_enough():
    ana = people.customer()
    for _ in range(10):
        Client().post("/my/account/sign-in", {"email": ana.email, "password": "not it, sorry"})
    answer = Client().post("/my/account/sign-in", {"email": ana.email, "password": people.PASSWORD})

    assert answer.status_code == 429
    assert answer["Content-Type"].startswith("text/html")
    assert int(answer["Retry-After"]) > 0


def test_a_code_by_mail_signs_in_once():
    ana = people.customer()
    client = Client()
    client.post("/my/account/sign-in/code", {"email": ana.email})
    code = people.code_for(ana.id)

    assert client.post("/my/account/sign-in/code/entry", {"code": f"{code[:3]} {code[3:]}"}).status_code == 303
    assert client.get("/my/").status_code == 200
    again = Client()
    again.cookies["guildhall_my_step"] = client.cookies["guildhall_my_step"].value
    assert again.post("/my/account/sign-in/code/entry", {"code": code}).status_code in {303, 422}
    assert again.get("/my/").status_code == 302


def test_a_code_of_one_kind_is_no_code_of_another():
    ana = people.customer()
    client = Client()
    client.post("/my/account/password/forgotten", {"email": ana.email})
    code = people.code_for(ana.id)

    assert client.post("/my/account/sign-in/code/entry", {"code": code}).status_code == 422
    assert client.get("/my/").status_code == 302


def test_a_forgotten_password_is_replaced_and_every_session_ends():
    ana = people.customer()
    elsewhere, tokens = signed_in(ana, "my"), issue_tokens(account_id=ana.id, at=people.MONDAY)
    client = Client()
    client.post("/my/account/password/forgotten", {"email": ana.email})
    code = people.code_for(ana.id)

    weak = client.post("/my/account/password/new", {"code": code, "password": "short"})
    assert weak.status_code == 422
    done = client.post("/my/account/password/new", {"code": code, "password": OTHER_PASSWORD})

    assert done.status_code == 303
    assert client.get("/my/").status_code == 200
    assert elsewhere.get("/my/").status_code == 302
    with pytest.raises(InvalidToken):
        read_access_token(tokens.access)


def test_a_changed_password_keeps_this_browser_only():
    ana = people.customer()
    here, elsewhere = signed_in(ana, "my"), signed_in(ana, "my")

    wrong = here.post("/my/account/password", {"current_password": "not it, sorry", "password": OTHER_PASSWORD})
    assert wrong.status_code == 422
    assert elsewhere.get("/my/").status_code == 200
    right = here.post("/my/account/password", {"current_password": people.PASSWORD, "password": OTHER_PASSWORD})

    assert right.status_code == 303
    assert here.get("/my/").status_code == 200
    assert elsewhere.get("/my/").status_code == 302


def test_sessions_are_listed_and_ended_one_by_one():
    ana = people.customer()
    here, elsewhere = signed_in(ana, "my"), signed_in(ana, "my")
    issue_tokens(account_id=ana.id, at=people.MONDAY)
    page = here.get("/my/account/sessions").content.decode()
    assert page.count("/end") == 3
    assert "A program, through the API" in page
    other = BrowserSession.objects.order_by("started_at", "id").last()

    here.post(f"/my/account/sessions/{other.id}/end")

    assert (here.get("/my/").status_code, elsewhere.get("/my/").status_code) == (200, 302)
    here.post("/my/account/sign-out/everywhere")
    assert here.get("/my/").status_code == 302


def test_a_disabled_account_is_out_at_once():
    people.catalogue()
    ana = people.customer()
    client = signed_in(ana, "my")
    disable_account(account_id=ana.id, by=Actor.system("test"), at=clock_now())

    assert client.get("/my/").status_code == 302


@pytest.mark.parametrize("age", [{"seen_at": timedelta(days=30, minutes=1)}, {"ends_at": timedelta(minutes=1)}])
def test_sessions_end_with_real_time(age):
    client = signed_in(people.customer(), "my")
    assert client.get("/my/").status_code == 200
    aged(**age)

    assert client.get("/my/").status_code == 302


def test_a_signed_in_page_asks_once_who_it_is():
    client = signed_in(people.customer(), "my")

    with CaptureQueriesContext(connection) as asked:
        client.get("/my/")
    assert [query["sql"] for query in asked if "identity_" in query["sql"]] == [mine := asked[0]["sql"]]
    assert "identity_browser_session" in mine


def test_forms_are_checked_against_the_applications_own_cookie():
    ana = people.customer()
    client = Client(enforce_csrf_checks=True)
    client.get("/my/account/sign-in")
    cookie = client.cookies["guildhall_my_csrf"]
    assert (cookie["path"], cookie["httponly"]) == ("/my", True)
    form = {"email": ana.email, "password": people.PASSWORD}

    refused = client.post("/my/account/sign-in", form)
    assert refused.status_code == 403
    assert refused["Content-Type"].startswith("text/html")
    foreign = {**form, "csrfmiddlewaretoken": cookie.value}
    assert client.post("/my/account/sign-in", foreign, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/my/account/sign-in", foreign).status_code == 303


def test_a_part_of_a_page_is_not_led_to_the_sign_in():
    answer = Client().get("/my/", headers={"HX-Request": "true"})

    assert answer.status_code == 401


@pytest.mark.parametrize("address", ["/my/account/", "/"])
def test_who_switches_the_language_of_a_page_gets_mails_in_it(address):
    people.catalogue()
    ana = people.customer()
    client = signed_in(ana, "my")
    client.get("/my/account/")
    before = Account.objects.get(id=ana.id).version
    action = re.search(r'action="([^"]+)"\s+data-taste', client.get(address).content.decode())

    for language in ("es", "es", "xx"):
        answer = client.post(action[1], {"language": language, "next": address})
        assert (answer.status_code, answer["Location"]) == (303, address)

    account = Account.objects.get(id=ana.id)
    assert (account.language, account.version) == ("es", before + 1)
    assert '<html lang="es"' in client.get(address).content.decode()
    Client().post("/my/account/tastes", {"language": "en"})
    assert Account.objects.get(id=ana.id).language == "es"


def test_a_language_chosen_before_signing_in_is_the_accounts_from_then_on_once():
    ana = people.customer()
    client = Client(headers={"Accept-Language": "en"})
    client.post("/preferences", {"language": "es"})
    client.post("/my/account/sign-in", {"email": ana.email, "password": people.PASSWORD})

    assert Account.objects.get(id=ana.id).language == "es"
    assert '<html lang="es"' in client.get("/styleguide").content.decode()
    change_language(account_id=ana.id, language="en", by=Actor("customer", ana.id), at=people.MONDAY)
    client.post("/my/account/sign-out")
    client.post("/my/account/sign-in", {"email": ana.email, "password": people.PASSWORD})

    assert Account.objects.get(id=ana.id).language == "en"
    assert '<html lang="en"' in client.get("/my/account/").content.decode()


def test_a_language_that_was_not_chosen_here_before_signing_in_changes_no_account():
    ana, ben = people.customer(), people.customer()
    spanish_browser = Client(headers={"Accept-Language": "es"})
    spanish_browser.post("/my/account/sign-in", {"email": ana.email, "password": people.PASSWORD})
    spanish_browser.post("/my/account/tastes", {"language": "es"})
    spanish_browser.post("/my/account/sign-out")
    spanish_browser.post("/my/account/sign-in", {"email": ben.email, "password": people.PASSWORD})

    assert Account.objects.get(id=ben.id).language == "en"
    assert '<html lang="en"' in spanish_browser.get("/my/account/").content.decode()


def test_a_new_account_speaks_the_language_that_was_chosen_before():
    client = Client(headers={"Accept-Language": "en"})
    client.post("/preferences", {"language": "es"})
    client.post("/my/account/register", {**NEW, "kind": "residential"})
    account = Account.objects.get(email_key="nora@example.com")
    client.post("/my/account/verification", {"code": people.code_for(account.id)})

    assert Account.objects.get(id=account.id).language == "es"
    assert '<html lang="es"' in client.get("/my/account/").content.decode()
