"""The operator's pages."""

from tests.api.browser import Page
from tests.api.pages.account import account_pages

_BACK = "/ops/?kind=contested"


def _action(status: str, action: str, **form: str) -> Page:
    """What is done with the booking of Ana's in a status."""
    return Page(form, path=f"/ops/bookings/{{{status}}}/{action}")


PAGES: dict[str, Page] = {
    **account_pages("ops", next_page="/ops/account/profile"),
    "GET /ops/search": Page(path="/ops/search?q=nobody"),
    "POST /ops/facts/{fact_id}/retry": Page(path="/ops/facts/999999999/retry"),
    "GET /ops/bookings/{booking_id}": Page(path="/ops/bookings/{confirmed}"),
    "POST /ops/bookings/{booking_id}/settlement": _action(
        "contested", "settlement", minutes="30", reason="Half of it.", next=_BACK
    ),
    "POST /ops/bookings/{booking_id}/dismissal": _action("contested", "dismissal", reason="Nobody came."),
    "POST /ops/bookings/{booking_id}/assignment": _action("matching", "assignment", provider_id="{other_provider}"),
    "POST /ops/bookings/{booking_id}/replacement": _action(
        "confirmed", "replacement", provider_id="{other_provider}", reason="Ill."
    ),
    "POST /ops/bookings/{booking_id}/no-show": _action("confirmed", "no-show", reason="Nobody came."),
    "POST /ops/bookings/{booking_id}/widening": _action("unfilled", "widening"),
    "POST /ops/bookings/{booking_id}/rescheduling": _action("confirmed", "rescheduling", starts_at="2027-03-09T10:00"),
    "POST /ops/bookings/{booking_id}/link": _action("proposed", "link"),
    "POST /ops/bookings/{booking_id}/withdrawal": _action("confirmed", "withdrawal", reason="Ill."),
    "POST /ops/bookings/{booking_id}/cancellation": _action("confirmed", "cancellation", reason="Rain."),
    "GET /ops/customers/{customer_id}": Page(path="/ops/customers/{customer}"),
    "GET /ops/customers/{customer_id}/booking": Page(path="/ops/customers/{customer}/booking"),
    "POST /ops/customers/{customer_id}/booking": Page(
        {
            "key": "01990000-0000-7000-8000-000000000002",
            "work": "audio/",
            "minutes": "90",
            "place": "{address}",
            "street": "",
            "zip_code": "",
            "mode": "scheduled",
            "day": "2027-03-10",
            "time": "10:00",
            "fold": "",
            "instructions": "Ring twice.",
        },
        path="/ops/customers/{customer}/booking",
    ),
    "POST /ops/customers/{customer_id}/closing": Page(path="/ops/customers/{customer}/closing"),
    "GET /ops/providers/{provider_id}": Page(path="/ops/providers/{provider}"),
    "POST /ops/providers/{provider_id}/tier": Page({"rank": "2"}, path="/ops/providers/{provider}/tier"),
    "POST /ops/providers/{provider_id}/right": Page(
        {"valid_until": "2029-12-31"}, path="/ops/providers/{provider}/right"
    ),
    "POST /ops/providers/{provider_id}/right/revocation": Page(
        {"reason": "The check failed."}, path="/ops/providers/{provider}/right/revocation"
    ),
    "POST /ops/providers/{provider_id}/closing": Page(path="/ops/providers/{provider}/closing"),
    "POST /ops/switches": Page({"what": "matching", "city": "san-diego", "reason": "Storm."}),
    "POST /ops/switches/{pause_id}/release": Page(path="/ops/switches/{pause}/release"),
    "GET /ops/policies/{document}": Page(path="/ops/policies/matching"),
    "POST /ops/policies/{document}": Page({"window_days": "21", "reason": "Summer."}, path="/ops/policies/review"),
    "POST /ops/jobs/{job_id}/retry": Page(path="/ops/jobs/999999999/retry"),
    "POST /ops/jobs/{job_id}/cancellation": Page(path="/ops/jobs/999999999/cancellation"),
    "POST /ops/timers/{timer_id}/retry": Page(path="/ops/timers/999999999/retry"),
}
