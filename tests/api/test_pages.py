"""
The permission matrix of the pages, and bad input at every form.

A page's row stands in `authz.yaml` of its package and says what each role gets who is signed in to the application of that role:
302 is the way to the sign-in of the page's application, 303 is "done, see there". What is refused changes nothing.
"""

from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from django.test import Client

from guildhall import web
from guildhall.identity.models import BrowserSession, Passkey
from guildhall.kernel.ids import new_id
from guildhall.notifications.queries import inbox
from guildhall.timers.queries import clock_now
from guildhall.web.signin.applications import application_of
from tests.api import books
from tests.api.addressbook import pages
from tests.api.browser import BY_KIND, Page, browser
from tests.api.conftest import Undone
from tests.api.pages import PAGES
from tests.api.world import ROLES, World

FOLDER = Path(web.__file__).parent
MATRIX = {
    address: row
    for package in ("public", "customer", "provider", "operator")
    for address, row in yaml.safe_load((FOLDER / package / "authz.yaml").read_text()).items()
}
OWN = {"my": "owner", "pro": "assigned", "ops": "operator"}
FORMS = [address for address, page in PAGES.items() if page.form]
FIELDS_MAX = 200


@dataclass(frozen=True)
class Browsers:
    """A browser for every role, and the names of what `{…}` in examples stands for."""

    clients: dict[str, Client]
    world: World
    before: dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def signed_in(built_world):
    """Everybody signed in to their application, each with a passkey, once for all tests."""
    with Undone():
        yield _sign_in(built_world)


@pytest.fixture
def browsers(signed_in):
    """Everybody as they signed in, each in a browser of their own, with what it knew then."""
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        client.cookies = deepcopy(signed_in.clients[role].cookies)
    with Undone():
        yield replace(signed_in, clients=clients)


def _sign_in(world: World) -> Browsers:
    clients = {role: browser(world.people.get(role)) for role in ROLES}
    for role in OWN.values():
        person = world.people[role]
        prefix = BY_KIND[person.actor.kind].prefix
        key = Passkey.objects.create(
            account_id=person.id,
            credential_id=role.encode(),
            public_key=b"",
            sign_count=0,
            label="x",
            added_at=clock_now(),
        )
        world.names |= {
            f"{prefix}_email": person.email,
            f"{prefix}_session": str(BrowserSession.objects.get(account_id=person.id).id),
            f"{prefix}_passkey": str(key.id),
            f"{prefix}_message": str(next((item.id for item in inbox(person.id)), new_id())),
        }
    return Browsers(clients, world, books.contents())


def ask(browsers: Browsers, role: str, address: str, **changed: object):
    method, _, path = address.partition(" ")
    page = PAGES.get(address, Page())
    form = {name: browsers.world.filled(value) for name, value in {**page.form, **changed}.items()}
    target = browsers.world.filled(page.path or path)
    client = browsers.clients[role]
    return client.post(target, form) if method == "POST" else client.generic(method, target)


def test_every_page_has_a_row_and_every_row_a_page():
    assert {row.partition(" ")[2] for row in MATRIX} == set(pages())
    assert set(PAGES) <= set(MATRIX)
    assert {address for address, row in MATRIX.items() if tuple(row) != ROLES} == set()


@pytest.mark.parametrize("address", MATRIX)
def test_each_role_gets_its_page_and_a_refusal_changes_nothing(browsers, address):
    application = application_of(address.partition(" ")[2])

    for role, status in MATRIX[address].items():
        is_harmless = status == 302 or 400 <= status < 500 or address.startswith("GET")
        with nullcontext() if is_harmless else Undone():
            answer = ask(browsers, role, address)

        assert answer.status_code == status, (role, answer.content)
        if status == 302:
            assert answer["Location"].startswith(f"{application.path}/account/sign-in")
        if 400 <= status < 500:
            assert answer["Content-Type"].startswith("text/html")
    assert books.changed(browsers.before) == []


@pytest.mark.parametrize("path", pages())
def test_a_page_refuses_other_methods_and_names_its_own(browsers, path):
    known = [row.partition(" ")[0] for row in MATRIX if row.partition(" ")[2] == path]
    target = next((page.path for row, page in PAGES.items() if row.partition(" ")[2] == path and page.path), path)
    role = OWN.get(path.split("/")[1], "anonymous")

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - set(known):
        answer = browsers.clients[role].generic(method, browsers.world.filled(target))

        assert answer.status_code == 405, method
        assert answer["Content-Type"].startswith("text/html")
        assert set(known) <= {allowed.strip() for allowed in answer["Allow"].split(",")} <= {*known, "HEAD"}
    assert books.changed(browsers.before) == []


@pytest.mark.parametrize("address", FORMS)
def test_a_form_refuses_what_nobody_types_and_changes_nothing(browsers, address):
    page = PAGES[address]
    role = OWN.get(address.split("/")[1], "anonymous")
    target = browsers.world.filled(page.path or address.partition(" ")[2])
    checked = [name for name in page.form if name not in {*page.lenient, "next"}]
    failed = []

    for name in checked:
        for bad in ("\0", "x" * 30_000):
            answer = ask(browsers, role, address, **{name: bad})
            if answer.status_code != 422 or not answer["Content-Type"].startswith("text/html"):
                failed.append((name, bad[:3], answer.status_code))
    if checked:
        for what, body, kind in (
            ("nothing", "", "application/x-www-form-urlencoded"),
            ("JSON", '{"email": "ana@example.com"}', "application/json"),
        ):
            answer = browsers.clients[role].generic("POST", target, body, content_type=kind)
            failed += [(what, answer.status_code)] if answer.status_code != 422 else []
    flood = "&".join(f"f{number}=1" for number in range(FIELDS_MAX + 1))
    answer = browsers.clients[role].generic("POST", target, flood, content_type="application/x-www-form-urlencoded")
    failed += [("flood", answer.status_code)] if answer.status_code != 400 else []

    assert failed == []
    assert books.changed(browsers.before) == []


@pytest.mark.parametrize("address", [address for address in FORMS if "next" in PAGES[address].form])
@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/my/../ops/", "/elsewhere"],
)
def test_nobody_is_led_out_of_an_application(browsers, address, target):
    answer = ask(browsers, OWN[address.split("/")[1]], address, next=target)

    assert answer.status_code == 400
    assert books.changed(browsers.before) == []
