"""Operators' pages ask for scopes; without a word they ask for an operator only."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from guildhall.identity.types import Scope
from guildhall.web.signin.access import needs_scope, open_page
from guildhall.web.signin.middleware import SignIn
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db


def shown(client: Client, view) -> int:
    request = RequestFactory().get("/ops/payouts")
    request.COOKIES.update({name: morsel.value for name, morsel in client.cookies.items()})

    def answer(asked):
        return door.process_view(asked, view, (), {}) or view(asked)

    door = SignIn(answer)
    return door(request).status_code


@needs_scope(Scope.FINANCE)
def payouts(_request):
    return HttpResponse()


@pytest.mark.parametrize(
    ("scope", "status"), [(Scope.FINANCE, 200), (Scope.ADMINISTRATOR, 200), (Scope.SUPPORT, 403), (Scope.VETTING, 403)]
)
def test_a_page_with_a_scope_is_shown_to_those_who_have_it(scope, status):
    assert shown(browser(people.operator(scopes=[scope])), payouts) == status


def test_a_page_without_a_word_is_closed_and_an_open_one_is_open():
    assert shown(Client(), lambda _request: HttpResponse()) == 302
    assert shown(Client(), open_page(lambda _request: HttpResponse())) == 200
    assert shown(browser(people.operator(scopes=[])), lambda _request: HttpResponse()) == 200
