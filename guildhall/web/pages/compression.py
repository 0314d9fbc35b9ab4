"""Pages, calendars and the API's answers are sent compressed; what is built is compressed already, and a stream must not wait for more."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_COMPRESSED = ("text/html", "application/json", "application/problem+json", "text/calendar")


class Compressed(GZipMiddleware):
    """Django's compression (with random padding against guessing by length), for whole answers made of words only."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a page, or what the API answers."""
        if response.streaming or not response.headers.get("Content-Type", "").startswith(_COMPRESSED):
            return response
        return super().process_response(request, response)
