"""What every edge has in common: one shape of refusal, no story for strangers, and nobody's word on who they are."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, ProgrammingError
from django.test import Client, RequestFactory
from procrastinate.contrib.django import app as jobs
from procrastinate.utils import utcnow

from guildhall.web.clients import client_address
from guildhall.web.pages.errors import answer_refusal
from guildhall.web.problems import refusal_of
from guildhall.web.signin.applications import PROVIDER

pytestmark = pytest.mark.django_db


def test_an_address_that_is_not_there_is_told_in_the_same_shape():
    answer = Client().get("/api/v1/nothing")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"
    assert answer.json()["request_id"] == answer["X-Request-Id"]
    assert int(answer["Content-Length"]) == len(answer.content)


def test_a_forged_host_is_refused():
    answer = Client().get("/health", headers={"Host": "evil.example"})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_fault_of_ours_is_logged_whole_and_told_in_no_detail(caplog):
    refusal = refusal_of(ZeroDivisionError("secret"))

    assert (refusal.status, refusal.code) == (500, "internal_error")
    assert "secret" not in refusal.detail
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    ("peer", "forwarded", "believed"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("::1", "203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_our_own_proxy_is_believed_about_who_asks(peer, forwarded, believed):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)

    assert client_address(request) == believed


@pytest.mark.parametrize("headers", [{"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}])
def test_the_clock_is_moved_from_this_machine_only(headers):
    for method in ("get", "post"):
        answer = getattr(Client(), method)("/internal/clock", **headers)

        assert answer.status_code == 404


def test_the_clock_goes_forward_only():
    def set_to(value):
        return Client().post("/internal/clock", json.dumps({"offset_seconds": value}), content_type="application/json")

    moved = set_to(3600)
    back = set_to(10)
    odd = [set_to(value) for value in ("x", True, None, 1e300)]

    assert (moved.status_code, moved.json()["offset_seconds"]) == (200, 3600.0)
    assert back.status_code in {409, 422}
    assert {answer.status_code for answer in odd} <= {400, 409, 422}
    assert Client().get("/internal/clock").json()["offset_seconds"] == 3600.0


@pytest.mark.parametrize(
    ("seconds", "waiting"), [(None, 1), (-1, 1), (60, 0)], ids=["as soon as possible", "due again", "put off"]
)
def test_the_clock_waits_for_every_job_that_could_be_done_now(seconds, waiting):
    when = None if seconds is None else utcnow() + timedelta(seconds=seconds)
    jobs.configure_task("payments.perform", schedule_at=when).defer(intent_id="1")

    state = Client().get("/internal/clock").json()

    assert (state["waiting"]["jobs"], state["idle"]) == (waiting, not waiting)


def test_liveness_asks_nothing_of_the_database_and_readiness_does(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/health").json() == {"status": "ok"}
    with django_assert_num_queries(1):
        assert Client().get("/ready").json() == {"status": "ok"}
    assert Client().head("/health").status_code == 200


def test_a_database_that_does_not_answer_is_told_as_a_moment():
    refusal = refusal_of(OperationalError("canceling statement due to statement timeout"))

    assert (refusal.status, refusal.code) == (503, "unavailable")


def test_what_goes_wrong_while_a_lost_database_is_dealt_with_is_a_moment_too():
    lost = OperationalError("server closed the connection unexpectedly")
    after = ProgrammingError("Cannot open a new connection in an atomic block.")
    after.__context__ = lost  # as Python notes when one is raised while another is dealt with

    assert refusal_of(after).status == 503


@pytest.mark.parametrize(
    ("headers", "kind"), [({"Accept": "text/html"}, "text/html"), ({"HX-Request": "true"}, "text/html")]
)
def test_a_database_that_is_away_when_we_look_who_asks_is_told_as_a_moment(monkeypatch, headers, kind):
    """Before any view: where Django by itself would say 500."""

    def look(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("guildhall.web.signin.middleware.read_browser_session", look)
    client = Client(raise_request_exception=False)
    client.cookies[PROVIDER.session_cookie] = "token"

    answer = client.get("/pro/live?mark=1", headers=headers)

    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (503, kind)
    assert answer["Retry-After"] == "1"


def test_a_page_that_cannot_even_say_so_is_told_in_plain_words(monkeypatch):
    def render(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("guildhall.web.pages.errors.render_to_string", render)

    answer = answer_refusal(RequestFactory().get("/pro/"), refusal_of(OperationalError("away")))

    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
