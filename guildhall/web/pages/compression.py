"""Pages are sent compressed; what is built is compressed already, and a stream must not wait for more."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compressed(GZipMiddleware):
    """Django's compression (with random padding against guessing by length), for whole pages only."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a page."""
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
