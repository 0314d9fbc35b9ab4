"""A booking for now, by the customer who could always log in: card and authorization in one visit, a favourite comes, hours confirmed."""

from __future__ import annotations

from datetime import datetime

from guildhall.cli.check.people import People
from guildhall.cli.check.road import Booked, fill_in_card
from guildhall.cli.check.steps import Steps


def walk(steps: Steps, people: People) -> Booked:
    """Walk the road of one ASAP booking."""
    customer, provider = people.regular, people.beginner
    booking_id = _request(steps, people)
    with steps.step("customer", "saves a card and has the money held in one visit") as step:
        fill_in_card(steps, customer, booking_id, purpose="authorize")
        found = customer.until_booking(booking_id, status="matching", payment_state="authorized")
        step.expect("held", found["authorized"], found["estimate"]["up_to"])
    with steps.step("provider", "a favourite gets a text message and takes the job within the minute") as step:
        offer = provider.offer_of(booking_id)
        step.expect("wave", offer["wave_number"], 1)
        # Whoever is quicker than the message gets none: it would speak of an offer that is over.
        steps.until("the text message", lambda: _texts_of(steps, provider.phone_number, offer["id"]))
        taken = provider.put(f"/bookings/{booking_id}/status", {"status": "accepted", "offer_id": offer["id"]})
        step.expect("status", taken["status"], "confirmed")
        step.ids["offer"] = offer["id"]
    _work(steps, people, booking_id)
    with steps.step("customer", "confirms the hours, and the booking is closed") as step:
        customer.post(f"/bookings/{booking_id}/confirmation")
        closed = customer.until_booking(booking_id, status="closed")
        step.expect("captured", closed["captured"], closed["total_price"])
    return Booked(booking_id, customer, provider, datetime.fromisoformat(taken["scheduled_start_time"]))


def _texts_of(steps: Steps, phone_number: str, offer_id: str) -> list[str]:
    found = steps.edges.sandbox("/sandbox/sms", to=phone_number)["messages"]
    return [one["sid"] for one in found if offer_id in one["body"]]


def _request(steps: Steps, people: People) -> str:
    customer = people.regular
    with steps.step("customer", "asks for work at once, a favourite first") as step:
        for other in customer.get("/users/me/favourites")["items"]:
            steps.edges.call("DELETE", f"/api/v1/users/me/favourites/{other['provider_id']}", token=customer.token)
        customer.put(f"/users/me/favourites/{people.beginner.id}")
        made = customer.post(
            "/bookings",
            {
                "mode": "asap",
                "category": customer.get("/categories")["items"][0]["id"],
                "address_id": customer.get("/users/me")["address_id"],
                "minutes_from": 60,
                "minutes_to": 90,
            },
        )
        step.ids["booking"] = made["id"]
        step.expect("status", made["status"], "awaiting_card")
    return str(made["id"])


def _work(steps: Steps, people: People, booking_id: str) -> None:
    provider, path = people.beginner, f"/bookings/{booking_id}/status"
    with steps.step("provider", "drives, starts where the customer is, and works an hour") as step:
        provider.put(path, {"status": "en_route"})
        steps.edges.travel(by="20 minutes")
        provider.put(path, {"status": "arrived"})
        place = provider.booking(booking_id)["place"]
        here = {"latitude": place["latitude"], "longitude": place["longitude"]}
        provider.put(path, {"status": "in_progress", "position": here})
        steps.edges.travel(by="1 hour")
        done = provider.post(f"/bookings/{booking_id}/hours", {"minutes": 60})
        step.expect("logged", (done["status"], done["logged_minutes"]), ("completed", 60))
