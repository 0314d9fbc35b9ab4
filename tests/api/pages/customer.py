"""The customer's pages."""

from tests.api.browser import Page
from tests.api.pages.account import account_pages, registration

_KEY = "01990000-0000-7000-8000-000000000001"


def _of(stage: str, name: str = "", **form: str) -> Page:
    """A page of Ana's booking in a stage."""
    return Page(form, path=f"/my/bookings/{{{stage}}}{f'/{name}' if name else ''}")


PAGES: dict[str, Page] = {
    **account_pages("my", next_page="/my/account/profile"),
    "POST /my/account/register": registration(kind="business", company_name="Nora's Events"),
    "POST /my/request": Page({"key": _KEY, "instructions": "Ring twice.", "access_notes": "Second floor."}),
    "GET /my/bookings/{booking_id}": _of("confirmed"),
    "GET /my/bookings/{booking_id}/live": _of("confirmed", "live"),
    "GET /my/bookings/{booking_id}/way": _of("en_route", "way"),
    "GET /my/bookings/{booking_id}/card": _of("awaiting_card", "card"),
    "POST /my/bookings/{booking_id}/card": _of("awaiting_card", "card"),
    "POST /my/bookings/{booking_id}/agreement": _of("proposed", "agreement"),
    "POST /my/bookings/{booking_id}/proposed-time": _of("confirmed", "proposed-time", answer="no"),
    "GET /my/bookings/{booking_id}/cancellation": _of("confirmed", "cancellation"),
    "POST /my/bookings/{booking_id}/cancellation": _of("confirmed", "cancellation", reason="Rain.", fee="6750"),
    "GET /my/bookings/{booking_id}/rescheduling": _of("confirmed", "rescheduling"),
    "POST /my/bookings/{booking_id}/rescheduling": _of(
        "confirmed", "rescheduling", day="2027-03-10", time="10:00", fold=""
    ),
    "POST /my/bookings/{booking_id}/widening": _of("unfilled", "widening"),
    "GET /my/bookings/{booking_id}/no-show": _of("confirmed", "no-show"),
    "POST /my/bookings/{booking_id}/no-show": _of("confirmed", "no-show", reason="Nobody rang."),
    "POST /my/bookings/{booking_id}/confirmation": _of("completed", "confirmation"),
    "GET /my/bookings/{booking_id}/contest": _of("completed", "contest"),
    "POST /my/bookings/{booking_id}/contest": _of(
        "completed", "contest", hours="0", minutes="30", reason="They left early."
    ),
    "POST /my/bookings/{booking_id}/again": _of("settled", "again"),
    "GET /my/bookings/{booking_id}/tip": _of("settled", "tip"),
    "POST /my/bookings/{booking_id}/tip": _of("settled", "tip", key=_KEY, choice="2000", other=""),
    "GET /my/bookings/{booking_id}/review": _of("settled", "review"),
    "POST /my/bookings/{booking_id}/review": _of("settled", "review", rating="5", comment="Very good."),
    "POST /my/addresses/new": Page(
        {"street": "2 Side Street", "zip_code": "92037", "label": "Shop", "access_notes": "", "contact_on_site": "Bo"}
    ),
    "GET /my/addresses/{address_id}": Page(path="/my/addresses/{address}"),
    "POST /my/addresses/{address_id}": Page(
        {
            "label": "Shop",
            "access_notes": "Back door.",
            "contact_on_site": "Bo",
            "latitude": "32.7185",
            "longitude": "-117.1593",
        },
        path="/my/addresses/{address}",
    ),
    "POST /my/addresses/{address_id}/booking": Page(path="/my/addresses/{address}/booking"),
    "POST /my/favourites/{provider_id}": Page(path="/my/favourites/{other_provider}"),
    "POST /my/account/cards/{card_id}/default": Page(path="/my/account/cards/{card}/default"),
    "POST /my/account/cards/{card_id}/removal": Page(path="/my/account/cards/{card}/removal"),
    "POST /my/messages/{message_id}": Page(path="/my/messages/{my_message}"),
    "POST /my/blocked/{provider_id}": Page(path="/my/blocked/{other_provider}"),
    "POST /my/blocked/{provider_id}/removal": Page(path="/my/blocked/{provider}/removal"),
    "POST /my/favourites/{provider_id}/removal": Page(path="/my/favourites/{provider}/removal"),
    "POST /my/favourites/{provider_id}/order": Page({"way": "up"}, path="/my/favourites/{provider}/order"),
}
