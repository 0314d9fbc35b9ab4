"""What the road must have left behind, asked at public addresses: money, calendar, mails, text messages, the story."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

from guildhall.cli.check.people import People, mails_to, require
from guildhall.cli.check.road import Booked
from guildhall.cli.check.steps import Step, Steps

_STORY = (
    "booking.requested",
    "card.saved",
    "booking.waiting",
    "booking.matching_started",
    "cascade.opened",
    "wave.opened",
    "offer.declined",
    "wave.opened",
    "offer.accepted",
    "booking.confirmed",
    "authorization.made",
    "booking.en_route",
    "booking.arrived",
    "booking.started",
    "booking.completed",
    "booking.settled",
    "payment.captured",
    "payment.transferred",
    "reference.cleared",
    "booking.closed",
    "payout.paid",
)
_MAILS_TO_CUSTOMER = (
    "is your .* code",
    "^Welcome",
    "^We have your request",
    "^Confirmed with Priya",
    "^Reminder",
    "is on the way",
    "^Work has started",
    "^Please look at the hours",
    "^Receipt: ",
)
_MAILS_TO_PROVIDER = (
    "^Offer: ",
    "^The job is yours",
    "^Reminder",
    "^Your hours are with the customer",
    " for your job: ",
    "on its way into your bank account",
)


def prove(steps: Steps, people: People, scheduled: Booked, at_once: Booked) -> None:
    """Ask everybody who can know."""
    for booked in (scheduled, at_once):
        _ledger(steps, people, booked)
    _vendor(steps, people, scheduled)
    _calendar(steps, scheduled)
    _mails(steps, people, scheduled)
    _texts(steps, people)
    _story(steps, people, scheduled)
    _health(steps, people)


def _ledger(steps: Steps, people: People, booked: Booked) -> None:
    with steps.step("operator", "finds the ledger balanced, nothing held, the total split without a rest") as step:
        step.ids["booking"] = booked.id
        money = people.operator.get(f"/operator/bookings/{booked.id}/ledger")
        postings = money["postings"]
        step.expect("sum of all postings", sum(one["amount"]["amount_minor"] for one in postings), 0)
        sums: Counter[str] = Counter()
        for one in postings:
            sums[one["account"]] += one["amount"]["amount_minor"]
        step.expect("held", sums["held"], 0)
        total = booked.customer.booking(booked.id)["total_price"]["amount_minor"]
        captured = [one["amount"] for one in money["transactions"] if one["transaction_type"] == "capture"]
        transferred = sum(one["amount"] for one in money["transactions"] if one["transaction_type"] == "transfer")
        step.expect("captured", captured, [total])
        step.expect("transferred, fee and tax", transferred + abs(sums["platform_fee"]) + abs(sums["tax"]), total)


def _vendor(steps: Steps, people: People, booked: Booked) -> None:
    with steps.step("vendor", "has the same in its own books: one effect for each intent") as step:
        books = steps.edges.sandbox("/sandbox/books")
        step.expect("sum of the vendor's books", books["sum"], 0)
        step.expect("most effects of one key", max(_effects_of_one_key(books)), 1)
        total = booked.customer.booking(booked.id)["total_price"]["amount_minor"]
        captured = sum(group.get("captured", 0) for group in books["groups"].values())
        require(captured >= total, f"the vendor captured {captured}")
        step.expect("balance of the provider", people.expert.get("/providers/me/balance")["amount_minor"], 0)


def _effects_of_one_key(books: dict[str, Any]) -> list[int]:
    return [count for kinds in books["effects"]["by_key"].values() for count in kinds.values()]


def _calendar(steps: Steps, booked: Booked) -> None:
    with steps.step("provider", "has the calendar free again after the work") as step:
        day = timedelta(days=1)
        window = {"start": (booked.starts_at - day).isoformat(), "end": (booked.starts_at + day).isoformat()}
        entries = booked.provider.get("/providers/me/agenda", **window)["items"]
        step.expect("entries of the job", sum(one["booking_id"] == booked.id for one in entries), 0)


def _mails(steps: Steps, people: People, booked: Booked) -> None:
    with steps.step("customer", "was told by mail of each thing that mattered, once, and of nothing else") as step:
        subjects = mails_to(steps, booked.customer.email)
        step.expect("mails", len(subjects), len(_MAILS_TO_CUSTOMER))
        _expect_subjects(step, subjects, _MAILS_TO_CUSTOMER)
    with steps.step("provider", "was told by mail of the offer, the job and the money") as step:
        _expect_subjects(step, mails_to(steps, people.expert.email), _MAILS_TO_PROVIDER)


def _expect_subjects(step: Step, subjects: list[str], wanted: tuple[str, ...]) -> None:
    left = iter(subjects)
    missing = [pattern for pattern in wanted if not any(re.search(pattern, subject) for subject in left)]
    step.expect(f"mails missing or out of order among {subjects}", missing, [])


def _texts(steps: Steps, people: People) -> None:
    with steps.step("provider", "each who was asked had one text message for each offer, and it arrived") as step:
        for person, offers in ((people.expert, 1), (people.intermediate, 1), (people.beginner, 2)):
            found = steps.edges.sandbox("/sandbox/sms", to=person.phone_number)["messages"]
            step.expect(f"text messages to {person.name}", [one["status"] for one in found], ["delivered"] * offers)
    with steps.step("provider", "the newcomer, not vetted yet, was never asked") as step:
        newcomer = people.newcomer
        step.expect("offers", newcomer.get("/offers")["items"], [])
        step.expect("text messages", steps.edges.sandbox("/sandbox/sms", to=newcomer.phone_number)["messages"], [])


def _story(steps: Steps, people: People, booked: Booked) -> None:
    with steps.step("operator", "reads the whole story in its order") as step:
        facts = people.operator.get(f"/operator/bookings/{booked.id}/timeline")["items"]
        names = iter(fact["name"] for fact in facts)
        missing = [name for name in _STORY if name not in names]
        step.expect("the first fact that is missing or out of order", missing[:1], [])


def _health(steps: Steps, people: People) -> None:
    with steps.step("operator", "finds nothing late, nothing parked, and every vendor's contract kept") as step:
        pulse = people.operator.get("/operator/health")
        step.expect("deadlines passed or parked", (pulse["deadlines_overdue"], pulse["deadlines_parked"]), (0, 0))
        step.expect("parked facts", sum(one["parked"] for one in pulse["subscriptions"]), 0)
        health = steps.edges.sandbox("/sandbox/health")
        step.expect("breaches of the vendors' contracts", health["contract_breaches"], [])
