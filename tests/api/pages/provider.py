"""The provider's pages."""

from tests.api.browser import Page
from tests.api.pages.account import account_pages, registration

KEY = "0190a3c0-0000-7000-8000-000000000001"
REASON = {"reason": "A lorry broke down."}
LISTING = {"category": "audio", "title": "Tune a room", "price_model": "hourly", "price": "90", "duration": "60"}


def _job(step: str, booking: str, form: dict[str, str] | None = None) -> dict[str, Page]:
    """A step of the job that stands where it can be taken; a page that asks first is the same address."""
    path = f"/pro/jobs/{{{booking}}}/{step}"
    address = f"/pro/jobs/{{booking_id}}/{step}"
    return {f"POST {address}": Page(form or {}, path=path), f"GET {address}": Page(path=path)}


OFFER = "/pro/offers/{offer}"
_JOBS = {
    **_job("leave", "confirmed"),
    **_job("arrive", "en_route"),
    **_job("start", "arrived", {"start_code": "{start_code}"}),
    **_job("position", "en_route", {"latitude": "32.75", "longitude": "-117.16", "accuracy_metres": "12.5"}),
    **_job("pause", "in_progress"),
    **_job("resume", "paused"),
    **_job("finish", "in_progress", {"minutes": "1", "notes": "All cables are new."}),
    **_job("delay", "confirmed", {"minutes": "30"}),
    **_job("withdrawal", "confirmed", REASON),
    **_job("no-show", "confirmed", REASON),
    **_job("unresolved", "completed", REASON),
    **_job("photographs", "in_progress"),
}
_ONLY_POSTED = {"position", "leave", "arrive", "start", "pause", "resume", "photographs"}
JOBS = {
    address: page
    for address, page in _JOBS.items()
    if address.startswith("POST") or address.rpartition("/")[2] not in _ONLY_POSTED
}

PAGES: dict[str, Page] = {
    "POST /pro/availability": Page({"available": "on"}, lenient=frozenset({"available"})),
    "GET /pro/offers/{offer_id}": Page(path=OFFER),
    "GET /pro/offers/{offer_id}/live": Page(path=f"{OFFER}/live"),
    "POST /pro/offers/{offer_id}/acceptance": Page(path=f"{OFFER}/acceptance"),
    "GET /pro/offers/{offer_id}/decline": Page(path=f"{OFFER}/decline"),
    "POST /pro/offers/{offer_id}/decline": Page({"reason": "too far"}, path=f"{OFFER}/decline"),
    "GET /pro/jobs/{booking_id}": Page(path="/pro/jobs/{confirmed}"),
    "GET /pro/jobs/{booking_id}/live": Page(path="/pro/jobs/{confirmed}/live"),
    **JOBS,
    "POST /pro/calendar/time-off": Page({"starts": "2029-03-01T09:00", "ends": "2029-03-02T09:00", "key": KEY}),
    "POST /pro/calendar/time-off/{time_off_id}/removal": Page(path="/pro/calendar/time-off/{time_off}/removal"),
    "POST /pro/calendar/subscription": Page(),
    "GET /pro/calendar/feed/{token}.ics": Page(path="/pro/calendar/feed/forged.ics"),
    "POST /pro/work/hours": Page({"part": "week", "starts_0_0": "09:00", "ends_0_0": "17:00"}),
    "POST /pro/work/limits": Page({"notice_hours": "3", "jobs_a_day": "4"}),
    "POST /pro/work/categories": Page({"categories": "audio"}),
    "POST /pro/work/area": Page({"shape": "circle", "miles": "5", "latitude": "32.7", "longitude": "-117.1"}),
    "POST /pro/work/about": Page({"bio": "I bring my own cables."}),
    "POST /pro/work/listings/new": Page({**LISTING, "key": KEY}),
    "GET /pro/work/listings/{service_id}": Page(path="/pro/work/listings/{service}"),
    "POST /pro/work/listings/{service_id}": Page({**LISTING, "price": "95"}, path="/pro/work/listings/{service}"),
    "POST /pro/work/listings/{service_id}/removal": Page(path="/pro/work/listings/{service}/removal"),
    **account_pages("pro", next_page="/pro/account/profile"),
    "POST /pro/messages/{message_id}": Page(path="/pro/messages/{pro_message}"),
    "POST /pro/account/register": registration(time_zone="America/Los_Angeles"),
}
