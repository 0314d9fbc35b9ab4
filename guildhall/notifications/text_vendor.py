"""Twilio's SDK, pointed where we want it. Its import takes a while: only `gateway` asks for this module, when there is a message."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]  # it has no types
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # it has no types
from twilio.http.response import Response  # type: ignore[import-untyped]  # it has no types
from twilio.rest import Client  # type: ignore[import-untyped]  # it has no types

Refused = TwilioRestException
NO_ANSWER = (TwilioException, RequestException)
_TIMEOUT_SECONDS = 10

# The vendor's client logs numbers and texts at INFO; they are nobody's business.
_quiet = logging.getLogger("guildhall.notifications.twilio")
_quiet.setLevel(logging.WARNING)


class _PointedClient(TwilioHttpClient):  # type: ignore[misc]  # as above
    """Sends what the SDK wants to send to api.twilio.com to the configured origin."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        origin = urlsplit(settings.TWILIO_API_BASE)
        pointed = urlunsplit(urlsplit(url)._replace(scheme=origin.scheme, netloc=origin.netloc))
        return super().request(method, pointed, *args, **kwargs)


@contextmanager
def client() -> Iterator[Client]:
    """Give a client of its own to one call: the SDK's session is not made for threads, and one number sends one a second."""
    http = _PointedClient(timeout=_TIMEOUT_SECONDS, logger=_quiet)
    assert http.session is not None
    with http.session:
        yield Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)
