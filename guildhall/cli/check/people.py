"""People of the walk: how they sign in and what they ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guildhall.cli.check.steps import Failed, Steps

API = "/api/v1"
PASSWORD = "a walk along the road"  # noqa: S105 - of people who exist for some minutes
_CODE = re.compile(r"\b(\d{6})\b")


@dataclass
class Person:
    """Somebody who has signed in. Access tokens end soon; asking for a new one is part of every day."""

    steps: Steps
    role: str
    name: str
    email: str
    password: str
    token: str = ""
    id: str = ""
    phone_number: str = ""

    def sign_in(self) -> None:
        """Sign in by e-mail and password, and learn who one is."""
        body = {"email": self.email, "password": self.password}
        self.token = self.steps.edges.call("POST", f"{API}/auth/login", body).json()["access_token"]
        me = self.get("/users/me")
        self.id, self.phone_number = me["id"], me["phone_number"]

    def get(self, path: str, **query: Any) -> Any:
        """Read."""
        return self.steps.edges.call("GET", f"{API}{path}", token=self.token, query=query).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask for something to be done."""
        return self.steps.edges.call("POST", f"{API}{path}", body, token=self.token).json()

    def put(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask for something to become what the body says."""
        return self.steps.edges.call("PUT", f"{API}{path}", body, token=self.token).json()

    def refused(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, str]:
        """Ask for what cannot be had; gives the status and the code of the refusal."""
        answer = self.steps.edges.call(
            method, f"{API}{path}", body, token=self.token, wanted=(400, 401, 403, 404, 409, 410, 422)
        )
        return answer.status_code, answer.json()["code"]

    def booking(self, booking_id: str) -> dict[str, Any]:
        """Read a booking as this person sees it."""
        found: dict[str, Any] = self.get(f"/bookings/{booking_id}")
        return found

    def until_booking(self, booking_id: str, **wanted: str) -> dict[str, Any]:
        """Look at a booking until some of its members are as wanted."""

        def look() -> dict[str, Any] | None:
            found = self.booking(booking_id)
            return found if all(found[name] == value for name, value in wanted.items()) else None

        return self.steps.until(f"booking {wanted}", look)

    def offer_of(self, booking_id: str) -> dict[str, Any]:
        """Look at one's offers until there is one of a booking."""

        def look() -> dict[str, Any] | None:
            return next((one for one in self.get("/offers")["items"] if one["booking_id"] == booking_id), None)

        return self.steps.until(f"an offer for {self.name}", look)


@dataclass(frozen=True)
class People:
    """Everybody of the walk: a new customer and the one who could always log in, three tiers of providers, an operator, a newcomer."""

    customer: Person
    regular: Person
    expert: Person
    intermediate: Person
    beginner: Person
    operator: Person
    newcomer: Person


def code_from_mailbox(steps: Steps, email: str) -> str:
    """Find the code in the newest mail to an address."""

    def look() -> str | None:
        for mail in steps.edges.sandbox("/sandbox/mailbox", to=email)["mails"]:
            text = steps.edges.sandbox(f"/sandbox/mailbox/{mail['id']}")["text"] or ""
            if match := _CODE.search(text):
                return match[1]
        return None

    return steps.until(f"a mail with a code to {email}", look)


def mails_to(steps: Steps, email: str) -> list[str]:
    """Give the subjects of all mails to an address, oldest first."""
    mails = steps.edges.sandbox("/sandbox/mailbox", to=email, limit="1000")["mails"]
    return [mail["subject"] for mail in reversed(mails)]


def require(condition: object, what: str) -> None:
    """
    Go on only when something holds.

    :raises Failed: when it does not.
    """
    if not condition:
        raise Failed(what)
