"""
A valid request for every address and method: what the matrix and the bad-input tests start from.

`{names}` are those of the world. `role` is who may ask; `status` is the answer. A test fails for an address without an example.
"""

from dataclasses import dataclass
from typing import Any

CONTEST = {"minutes": 0, "reason": "Nobody came."}
JOB = {"mode": "asap", "category": "audio", "address_id": "{address}", "minutes_from": 60, "minutes_to": 90}
LATER = {**JOB, "mode": "scheduled", "scheduled_start_time": "2027-03-08T10:00:00"}
WINDOW = "start=2027-03-08T18:00:00Z&end=2027-03-08T20:00:00Z"


@dataclass(frozen=True)
class Example:
    """One request that is answered with `status`; `path` stands for the address, `query` are its parameters."""

    role: str
    status: int
    body: Any = None
    query: str = ""
    path: str = ""


def _as(role: str, status: int = 200, body: Any = None, query: str = "", path: str = "") -> Example:
    return Example(role, status, body, query, path)


EXAMPLES: dict[str, Example] = {
    "POST auth/register": _as(
        "anonymous",
        202,
        {
            "role": "customer",
            "email": "new@example.com",
            "password": "correct horse battery",
            "first_name": "Nora",
            "last_name": "Nilsen",
        },
    ),
    "POST auth/code": _as("anonymous", 202, {"email": "new@example.com"}),
    "POST auth/verify": _as("anonymous", 200, {"email": "{unverified_email}", "code": "{code}"}),
    "POST auth/login": _as("anonymous", 200, {"email": "{email}", "password": "correct horse battery"}),
    "POST auth/refresh": _as("anonymous", 200, {"refresh_token": "{refresh_token}"}),
    "POST auth/logout": _as("anonymous", 204, {"refresh_token": "{refresh_token}"}),
    "GET users/me": _as("owner"),
    "POST users/me/consents": _as("owner", 201, {"kind": "sms_offers", "text_version": "2027-01"}),
    "DELETE users/me/consents/{kind}": _as("owner", path="users/me/consents/sms_offers"),
    "GET users/me/addresses": _as("owner"),
    "POST users/me/addresses": _as("owner", 201, {"street": "2 Main Street", "zip_code": "92103"}),
    "GET users/me/favourites": _as("owner"),
    "PUT users/me/favourites/{provider_id}": _as("owner", path="users/me/favourites/{other_provider}"),
    "DELETE users/me/favourites/{provider_id}": _as("owner", path="users/me/favourites/{provider}"),
    "GET users/{user_id}/bookings": _as("owner", query="status=confirmed&limit=5", path="users/{customer}/bookings"),
    "GET categories": _as("anonymous"),
    "GET services/search": _as(
        "anonymous", query=f"latitude=32.7185&longitude=-117.1593&category=audio&{WINDOW}&tier=1&limit=5"
    ),
    "GET providers/{provider_id}": _as("anonymous", path="providers/{provider}"),
    "POST quotes": _as("anonymous", 200, {"category": "audio", "minutes_from": 60, "minutes_to": 120}),
    "POST bookings": _as("owner", 201, LATER),
    "GET bookings/{booking_id}": _as("owner", path="bookings/{confirmed}"),
    "PUT bookings/{booking_id}/status": _as("owner", 200, {"status": "cancelled"}, path="bookings/{confirmed}/status"),
    "GET bookings/{booking_id}/card": _as("owner", path="bookings/{awaiting_card}/card"),
    "POST bookings/{booking_id}/card": _as("owner", path="bookings/{awaiting_card}/card"),
    "GET bookings/{booking_id}/cancellation": _as("owner", path="bookings/{confirmed}/cancellation"),
    "POST bookings/{booking_id}/cancellation": _as(
        "owner", 200, {"reason": "Rain."}, path="bookings/{confirmed}/cancellation"
    ),
    "POST bookings/{booking_id}/widening": _as("owner", path="bookings/{unfilled}/widening"),
    "POST bookings/{booking_id}/rescheduling": _as(
        "owner", 200, {"scheduled_start_time": "2027-03-09T10:00:00"}, path="bookings/{confirmed}/rescheduling"
    ),
    "GET bookings/{booking_id}/proposal": _as("owner", path="bookings/{proposed}/proposal"),
    "POST bookings/{booking_id}/proposal/confirmation": _as("owner", path="bookings/{proposed}/proposal/confirmation"),
    "POST bookings/{booking_id}/proposal/decline": _as("owner", path="bookings/{proposed}/proposal/decline"),
    "PUT bookings/{booking_id}/position": _as(
        "assigned",
        204,
        {"latitude": 32.75, "longitude": -117.1593, "accuracy_metres": 15},
        path="bookings/{en_route}/position",
    ),
    "POST bookings/{booking_id}/breaks": _as("assigned", path="bookings/{in_progress}/breaks"),
    "DELETE bookings/{booking_id}/breaks": _as("assigned", path="bookings/{paused}/breaks"),
    "POST bookings/{booking_id}/hours": _as(
        "assigned", 200, {"minutes": 1, "notes": "Done."}, path="bookings/{in_progress}/hours"
    ),
    "POST bookings/{booking_id}/confirmation": _as("owner", path="bookings/{completed}/confirmation"),
    "POST bookings/{booking_id}/contest": _as("owner", 200, CONTEST, path="bookings/{completed}/contest"),
    "POST bookings/{booking_id}/tip": _as("owner", 202, {"amount_minor": 1_500}, path="bookings/{settled}/tip"),
    "GET bookings/{booking_id}/tips": _as("owner", path="bookings/{settled}/tips"),
    "POST bookings/{booking_id}/no-show": _as("owner", 422, {"reason": "Nobody."}, path="bookings/{confirmed}/no-show"),
    "POST bookings/{booking_id}/unresolved": _as(
        "assigned", 200, {"reason": "A part is missing."}, path="bookings/{completed}/unresolved"
    ),
    "POST bookings/{booking_id}/withdrawal": _as(
        "assigned", 204, {"reason": "Ill."}, path="bookings/{confirmed}/withdrawal"
    ),
    "POST reviews": _as("owner", 201, {"booking_id": "{completed}", "rating": 5, "comment": "On time, and kind."}),
    "POST reviews/{review_id}/reply": _as("assigned", 200, {"reply": "Thank you."}, path="reviews/{review}/reply"),
    "GET bookings/{booking_id}/reviews": _as("owner", path="bookings/{contested}/reviews"),
    "GET providers/{provider_id}/reviews": _as("anonymous", query="limit=5", path="providers/{provider}/reviews"),
    "GET feed": _as("owner", query="after=0"),
    "GET offers": _as("assigned", query="limit=5"),
    "GET offers/{offer_id}": _as("assigned", path="offers/{offer}"),
    "POST offers/{offer_id}/acceptance": _as("assigned", path="offers/{offer}/acceptance"),
    "POST offers/{offer_id}/decline": _as("assigned", 200, {"reason": "Too far."}, path="offers/{offer}/decline"),
    "GET providers/me": _as("assigned"),
    "PUT providers/me/availability": _as("assigned", 200, {"available_now": False}),
    "PUT providers/me/hours": _as("assigned", 200, {"weekly": [{"weekday": 0, "starts": "09:00", "ends": "17:00"}]}),
    "PUT providers/me/area": _as(
        "assigned", 200, {"circle": {"latitude": 32.7, "longitude": -117.1, "radius_metres": 9000}}
    ),
    "PUT providers/me/categories": _as("assigned", 200, {"categories": ["audio", "video"]}),
    "POST providers/me/time-off": _as(
        "assigned", 201, {"starts_at": "2027-07-01T00:00:00Z", "ends_at": "2027-07-08T00:00:00Z"}
    ),
    "DELETE providers/me/time-off/{time_off_id}": _as("assigned", 204, path="providers/me/time-off/{time_off}"),
    "GET providers/me/agenda": _as("assigned", query=WINDOW),
    "POST providers/me/payout-account": _as("assigned", 202),
    "GET providers/me/payout-account": _as("assigned", 202),
    "GET providers/me/balance": _as("assigned"),
    "GET providers/me/payouts": _as("assigned"),
    "POST providers/me/payouts": _as("assigned", 409, {"amount_minor": 5_000}),
    "GET operator/bookings": _as("operator", query="status=unfilled&limit=5"),
    "GET operator/bookings/{booking_id}/timeline": _as("operator", path="operator/bookings/{confirmed}/timeline"),
    "GET operator/bookings/{booking_id}/candidates": _as("operator", path="operator/bookings/{confirmed}/candidates"),
    "GET operator/bookings/{booking_id}/ledger": _as("operator", path="operator/bookings/{confirmed}/ledger"),
    "POST operator/bookings/{booking_id}/assignment": _as(
        "operator", 200, {"provider_user_id": "{other_provider}"}, path="operator/bookings/{matching}/assignment"
    ),
    "POST operator/bookings/{booking_id}/decision": _as(
        "operator", 200, {"settled_minutes": 30, "reason": "Half of it."}, path="operator/bookings/{contested}/decision"
    ),
    "POST operator/proposals": _as("operator", 201, {**LATER, "seeker_user_id": "{customer}"}),
    "POST operator/bookings/{booking_id}/proposal": _as(
        "operator",
        201,
        {"scheduled_start_time": "2027-03-09T10:00:00"},
        path="operator/bookings/{confirmed}/proposal",
    ),
    "POST operator/bookings/{booking_id}/proposal/sending": _as(
        "operator", 202, path="operator/bookings/{proposed}/proposal/sending"
    ),
    "GET operator/pauses": _as("operator"),
    "POST operator/pauses": _as("operator", 201, {"what": "matching", "city": "san-diego", "reason": "Storm."}),
    "DELETE operator/pauses/{pause_id}": _as("operator", 204, path="operator/pauses/{pause}"),
    "GET operator/health": _as("operator"),
}


def path_of(address: str) -> str:
    """The path to ask of an example, with its query; still with the world's names in it."""
    example = EXAMPLES[address]
    path = example.path or address.partition(" ")[2]
    return f"{path}?{example.query}" if example.query else path
