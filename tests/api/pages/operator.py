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
    "POST /ops/facts/{fact_id}/retry": Page(path="/ops/facts/1/retry"),
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
    "POST /ops/bookings/{booking_id}/withdrawal": _action("confirmed", "withdrawal", reason="Ill."),
    "POST /ops/bookings/{booking_id}/cancellation": _action("confirmed", "cancellation", reason="Rain."),
}
