"""A scheduled booking, from the request to the provider's bank: declined, ignored, taken in wave 2, worked, settled by silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from guildhall.cli.check.people import People, Person, require
from guildhall.cli.check.steps import Step, Steps

CARD = {"number": "4242 4242 4242 4242", "exp": "12/34", "cvc": "123", "zip": "92101"}
_DAYS_AHEAD = 10
_START_HOUR = 10
_MINUTES = (60, 120)
_WORKED = timedelta(minutes=95)
_PAYOUT_DAYS = 10


@dataclass(frozen=True)
class Booked:
    """A booking whose road has ended, and who did the work."""

    id: str
    customer: Person
    provider: Person
    starts_at: datetime


def walk(steps: Steps, people: People) -> Booked:
    """Walk the whole road of one scheduled booking."""
    booking_id = _request(steps, people.customer)
    _save_card(steps, people.customer, booking_id)
    _match(steps, people, booking_id)
    starts_at = _confirm(steps, people, booking_id)
    _authorize(steps, people, booking_id, starts_at)
    _work(steps, people, booking_id, starts_at)
    _settle(steps, people, booking_id)
    _pay_out(steps, people, booking_id)
    return Booked(booking_id, people.customer, people.expert, starts_at)


def _request(steps: Steps, customer: Person) -> str:
    with steps.step("customer", "asks for work in ten days") as step:
        place = customer.get("/users/me/addresses")["items"][0]
        zone = ZoneInfo(place["time_zone"])
        now = datetime.fromisoformat(steps.edges.sandbox("/sandbox/clock")["now"]).astimezone(zone)
        day = (now + timedelta(days=_DAYS_AHEAD)).date()
        made = customer.post(
            "/bookings",
            {
                "mode": "scheduled",
                "category": customer.get("/categories")["items"][0]["id"],
                "address_id": place["id"],
                "scheduled_start_time": f"{day}T{_START_HOUR:02d}:00:00",
                "minutes_from": _MINUTES[0],
                "minutes_to": _MINUTES[1],
                "instructions": "The rack is behind the stage.",
            },
        )
        step.ids["booking"] = made["id"]
        step.expect("status", made["status"], "awaiting_card")
        _expect_start(step, made, zone)
    return str(made["id"])


def _expect_start(step: Step, made: dict[str, Any], zone: ZoneInfo) -> None:
    start = datetime.fromisoformat(made["scheduled_start_time"]).astimezone(zone)
    step.expect("hour of the start at the place", (start.hour, start.minute), (_START_HOUR, 0))


def _save_card(steps: Steps, customer: Person, booking_id: str) -> None:
    with steps.step("customer", "saves a card on the vendor's page") as step:
        fill_in_card(steps, customer, booking_id, purpose="save_card")
        found = customer.until_booking(booking_id, status="waiting")
        step.expect("held money", found["authorized"]["amount_minor"], 0)


def fill_in_card(steps: Steps, customer: Person, booking_id: str, *, purpose: str) -> None:
    """Wait for the vendor's page of a booking and fill it in."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = customer.get(f"/bookings/{booking_id}/card")
        return found if found["url"] else None

    page = steps.until("the vendor's page", look)
    require(page["purpose"] == purpose, f"the page is for {page['purpose']}, not {purpose}")
    steps.edges.fill_in(page["url"], CARD)


def _match(steps: Steps, people: People, booking_id: str) -> None:
    with steps.step("clock", "goes to a week before the start, when matching begins") as step:
        deadline = people.customer.booking(booking_id)["deadline_at"]
        steps.edges.travel(to=deadline)
        found = people.customer.until_booking(booking_id, status="matching")
        step.expect("the search", found["cascade"]["status"], "live")
    with steps.step("provider", "a favourite is asked first and sees an area, no address") as step:
        offer = people.intermediate.offer_of(booking_id)
        step.ids["offer"] = offer["id"]
        step.expect("wave", offer["wave_number"], 1)
        require(offer["area"]["radius_metres"] > 0, "the place is shown as an area")
        status, _ = people.intermediate.refused("GET", f"/bookings/{booking_id}")
        step.expect("looking at the booking", status, 404)
    with steps.step("provider", "declines, which is free"):
        declined = people.intermediate.post(f"/offers/{offer['id']}/decline", {"reason": "On holiday."})
        require(declined["status"] == "declined", "the offer is declined")
    _let_wave_end(steps, people, booking_id)


def _let_wave_end(steps: Steps, people: People, booking_id: str) -> None:
    ignored = people.beginner.offer_of(booking_id)
    with steps.step("clock", "lets the first wave end: the other favourite did not answer") as step:
        cascade = people.customer.booking(booking_id)["cascade"]
        step.expect("asked and declined", (cascade["asked"], cascade["declined"]), (2, 1))
        steps.edges.travel(to=cascade["until"])
        steps.edges.travel(by="1s")
        step.expect("the ignored offer", people.beginner.get(f"/offers/{ignored['id']}")["status"], "expired")
    with steps.step("provider", "comes too late and is told so") as step:
        status, code = people.beginner.refused("POST", f"/offers/{ignored['id']}/acceptance")
        step.expect("the answer", (status, code), (410, "expired"))


def _confirm(steps: Steps, people: People, booking_id: str) -> datetime:
    with steps.step("provider", "an expert takes the job in wave 2") as step:
        offer = people.expert.offer_of(booking_id)
        step.expect("wave", offer["wave_number"], 2)
        taken = people.expert.post(f"/offers/{offer['id']}/acceptance")
        step.ids["offer"], step.ids["provider"] = offer["id"], taken["provider_user_id"]
        step.expect("status", taken["status"], "confirmed")
        require(taken["address"], "the address comes with confirmation")
        require(taken["start_code"] is None, "the start code is not for the provider")
    with steps.step("provider", "asks again and gets the same answer") as step:
        again = people.expert.post(f"/offers/{offer['id']}/acceptance")
        step.expect(
            "status and provider", (again["status"], again["provider_user_id"]), ("confirmed", people.expert.id)
        )
    starts_at = datetime.fromisoformat(taken["scheduled_start_time"])
    with steps.step("provider", "finds the job in the calendar") as step:
        step.expect("reservations", _reservations(people.expert, starts_at, booking_id), 1)
    return starts_at


def _reservations(provider: Person, starts_at: datetime, booking_id: str) -> int:
    day = timedelta(days=1)
    window = {"start": (starts_at - day).isoformat(), "end": (starts_at + day).isoformat()}
    entries = provider.get("/providers/me/agenda", **window)["items"]
    return sum(entry["booking_id"] == booking_id for entry in entries)


def _authorize(steps: Steps, people: People, booking_id: str, starts_at: datetime) -> None:
    with steps.step("clock", "goes to a day before the start: the estimate and a quarter is held on the card") as step:
        steps.edges.travel(to=(starts_at - timedelta(hours=23)).isoformat())
        found = people.customer.until_booking(booking_id, payment_state="authorized")
        step.expect("held", found["authorized"], found["estimate"]["up_to"])
        step.expect("status", found["status"], "confirmed")


def _work(steps: Steps, people: People, booking_id: str, starts_at: datetime) -> None:
    provider, path = people.expert, f"/bookings/{booking_id}/status"
    steps.edges.travel(to=(starts_at - timedelta(minutes=25)).isoformat())
    with steps.step("provider", "sets out") as step:
        step.expect("status", provider.put(path, {"status": "en_route"})["status"], "en_route")
    with steps.step("provider", "arrives at the time") as step:
        steps.edges.travel(to=starts_at.isoformat())
        step.expect("status", provider.put(path, {"status": "arrived"})["status"], "arrived")
    with steps.step("provider", "cannot start with a wrong code") as step:
        code = people.customer.booking(booking_id)["start_code"]
        wrong = f"{(int(code) + 1) % 10_000:04d}"
        status, _ = provider.refused("PUT", path, {"status": "in_progress", "start_code": wrong})
        require(status in {403, 409, 422}, f"a wrong code is refused, not answered {status}")
        step.expect("status", provider.booking(booking_id)["status"], "arrived")
    with steps.step("provider", "starts with the customer's code") as step:
        started = provider.put(path, {"status": "in_progress", "start_code": code})
        step.expect("status", started["status"], "in_progress")
    with steps.step("provider", "works and logs the hours") as step:
        steps.edges.travel(to=(starts_at + _WORKED).isoformat())
        done = provider.put(path, {"status": "completed", "notes": "Both hums are gone."})
        step.expect("status", done["status"], "completed")
        step.expect("logged minutes", done["logged_minutes"], _WORKED // timedelta(minutes=1))


def _settle(steps: Steps, people: People, booking_id: str) -> None:
    with steps.step("customer", "has not been charged while the hours are open") as step:
        found = people.customer.booking(booking_id)
        step.expect("captured", (found["captured"]["amount_minor"], found["payment_state"]), (0, "authorized"))
    with steps.step("clock", "lets two days of silence settle the hours") as step:
        steps.edges.travel(to=found["deadline_at"])
        settled = people.customer.until_booking(booking_id, status="closed")
        step.expect("settled minutes", settled["settled_minutes"], settled["logged_minutes"])
    with steps.step("vendor", "captured exactly the settled total and transferred the provider's share") as step:
        step.expect("payment", settled["payment_state"], "captured")
        step.expect("captured", settled["captured"], settled["total_price"])
        require(settled["payout_state"] in {"transferred", "paid_out"}, f"payout is {settled['payout_state']}")


def _pay_out(steps: Steps, people: People, booking_id: str) -> None:
    with steps.step("vendor", "pays out to the provider's bank") as step:
        for _ in range(_PAYOUT_DAYS):
            if people.operator.booking(booking_id)["payout_state"] == "paid_out":
                break
            steps.edges.travel(by="1 day")
        step.expect("payout", people.operator.booking(booking_id)["payout_state"], "paid_out")
        payouts = people.expert.get("/providers/me/payouts")["items"]
        step.expect("newest payout", payouts[0]["status"], "paid")
        step.ids["payout"] = payouts[0]["id"]
