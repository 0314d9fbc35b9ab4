"""Everybody comes in: a new customer and a new provider by the code in their mailbox, the others by their log-ins."""

from __future__ import annotations

import secrets
from typing import Any

from guildhall.cli.check.people import API, PASSWORD, People, Person, code_from_mailbox, require
from guildhall.cli.check.steps import Steps

PLACE = {"street": "1100 Broadway", "zip_code": "92101"}
_BANK = {"legal_name": "Noor Haddad", "routing_number": "110000000", "account_number": "000123456789"}
_AREA = {"circle": {"latitude": 32.7157, "longitude": -117.1611, "radius_metres": 15_000}}
_WEEK = [{"weekday": day, "starts": "08:00", "ends": "18:00"} for day in range(5)]
_PROVIDERS = 3


def everybody(steps: Steps, log_ins: list[dict[str, str]]) -> People:
    """Give everybody of the walk, signed in. `log_ins` are those that `up` prints: role, email, password."""
    with steps.step("visitor", "finds the system and the sandbox answering") as step:
        require(steps.edges.call("GET", "/ready").is_success, "not ready")
        step.expect(
            "breaches of the vendors' contracts", steps.edges.sandbox("/sandbox/health")["contract_breaches"], []
        )
    category = _look_around(steps)
    customer = _sign_up(steps, "customer", "Camille", "Dubois", "+16195550197")
    newcomer = _sign_up(steps, "provider", "Noor", "Haddad", "+16195550198")
    _set_up(steps, newcomer, category)
    people = _with_log_ins(steps, log_ins, customer, newcomer)
    _prepare(steps, people)
    return people


def _look_around(steps: Steps) -> str:
    def get(path: str, **query: Any) -> Any:
        return steps.edges.call("GET", f"{API}{path}", query=query).json()

    with steps.step("visitor", "sees categories, a price and providers before signing up") as step:
        category = get("/categories")["items"][0]["id"]
        body = {"category": category, "minutes_from": 60, "minutes_to": 120}
        quote = steps.edges.call("POST", f"{API}/quotes", body).json()
        require(0 < quote["from_price"]["amount_minor"] <= quote["to_price"]["amount_minor"], "a price from - to")
        circle = _AREA["circle"]
        found = get("/services/search", latitude=circle["latitude"], longitude=circle["longitude"], category=category)
        require(len(found["items"]) >= _PROVIDERS, "providers near the middle of the city")
        step.ids["category"] = category
    return str(category)


def _sign_up(steps: Steps, role: str, first_name: str, last_name: str, phone_number: str) -> Person:
    email = f"{first_name.lower()}.{secrets.token_hex(4)}@example.com"
    person = Person(steps, role, first_name, email, PASSWORD, phone_number=phone_number)
    with steps.step(role, "signs up") as step:
        body = {
            "role": role,
            "email": email,
            "password": PASSWORD,
            "first_name": first_name,
            "last_name": last_name,
            "phone_number": phone_number,
        }
        steps.edges.call("POST", f"{API}/auth/register", body)
        step.ids["email"] = email
    with steps.step(role, "proves the address by the code from the mailbox") as step:
        code = code_from_mailbox(steps, email)
        tokens = steps.edges.call("POST", f"{API}/auth/verify", {"email": email, "code": code}).json()
        refreshed = steps.edges.call("POST", f"{API}/auth/refresh", {"refresh_token": tokens["refresh_token"]}).json()
        person.token = refreshed["access_token"]
        person.id = step.ids[role] = person.get("/users/me")["id"]
    return person


def _set_up(steps: Steps, provider: Person, category: str) -> None:
    with steps.step("provider", "says what, where and when they work, and agrees to text messages") as step:
        provider.put("/providers/me/categories", {"categories": [category]})
        provider.put("/providers/me/area", _AREA)
        provider.put("/providers/me/hours", {"weekly": _WEEK})
        shown = provider.put("/providers/me/availability", {"available_now": True})
        provider.post("/users/me/consents", {"kind": "sms_offers", "text_version": "1"})
        step.expect("days of the week", len(shown["availability_json"]["weekly"]), len(_WEEK))
        step.expect("agreed to", provider.get("/users/me")["consents"], ["sms_offers"])
    with steps.step("provider", "opens a payout account on the vendor's page"):
        provider.post("/providers/me/payout-account")
        page = steps.until("the vendor's page", lambda: provider.get("/providers/me/payout-account")["url"])
        steps.edges.fill_in(page, _BANK)


def _with_log_ins(steps: Steps, log_ins: list[dict[str, str]], customer: Person, newcomer: Person) -> People:
    def known(role: str) -> list[Person]:
        mails = [one for one in log_ins if one["role"] == role]
        return [
            Person(steps, role, one["email"].partition("@")[0].title(), one["email"], one["password"]) for one in mails
        ]

    with steps.step("everybody", "signs in by the printed log-ins") as step:
        (regular,), providers, (operator,) = known("customer"), known("provider"), known("operator")
        expert, intermediate, beginner = providers
        for person in (regular, *providers, operator):
            person.sign_in()
            step.ids[person.name.lower()] = person.id
        step.expect("tiers", [one.get("/providers/me")["tier_rank"] for one in providers], [1, 2, 3])
    return People(customer, regular, expert, intermediate, beginner, operator, newcomer)


def _prepare(steps: Steps, people: People) -> None:
    with steps.step("customer", "adds an address and two favourites") as step:
        place = people.customer.post("/users/me/addresses", PLACE)
        step.ids["address"] = place["id"]
        step.expect("precision of the place", place["precision"], "zip_centroid")
        for favourite in (people.intermediate, people.beginner):
            found = people.customer.put(f"/users/me/favourites/{favourite.id}")
        step.expect(
            "favourites",
            [one["provider_id"] for one in found["items"]],
            [people.intermediate.id, people.beginner.id],
        )
