"""The public pages."""

from tests.api.browser import Page

PAGES: dict[str, Page] = {
    "GET /services/{category}": Page(path="/services/audio"),
    "GET /providers/{provider_id}": Page(path="/providers/{provider}"),
    "GET /media/{token}": Page(path="/media/forged"),
    "POST /request": Page({"category": "audio", "kind": "sound-fault", "minutes": "", "provider": "", "service": ""}),
    "POST /request/where": Page({"street": "1 Main Street", "zip_code": "92101"}),
    "POST /request/pin": Page({"latitude": "32.7185", "longitude": "-117.1593"}),
    "POST /request/when": Page({"mode": "asap", "day": "", "time": "", "fold": ""}),
}
