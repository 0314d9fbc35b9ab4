"""Somebody who uses one application in a browser."""

from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from guildhall.identity.commands import start_browser_session
from guildhall.identity.types import SignInMethod
from guildhall.timers.queries import clock_now
from guildhall.web.signin.applications import APPLICATIONS
from tests.given_people import Person

BY_KIND = {application.role.value: application for application in APPLICATIONS}


@dataclass(frozen=True)
class Page:
    """
    One request of a page: `path` stands for the address, `form` is what is sent.

    `lenient` are fields for which every text is right (check boxes).
    """

    form: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    lenient: frozenset[str] = frozenset()


def browser(person: Person | None) -> Client:
    """A browser in which a person is signed in to the application of their role, or nobody is."""
    client = Client()
    if person is not None:
        opened = start_browser_session(
            account_id=person.id, method=SignInMethod.PASSWORD, device="Firefox on Linux", at=clock_now()
        )
        client.cookies[BY_KIND[person.actor.kind].session_cookie] = opened.token
    return client
