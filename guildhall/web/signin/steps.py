"""What a flow of several pages remembers before there is a session: the address that was typed and where to go in the end."""

from dataclasses import dataclass
from typing import Self

from django.core import signing
from django.http import HttpRequest, HttpResponse

from guildhall.web.signin.applications import Application

_LIFE_SECONDS = 3_600
_SALT = "guildhall.signin.step"


@dataclass(frozen=True)
class Step:
    """An e-mail address, and the path that waits behind the code."""

    email: str
    next: str

    @classmethod
    def read(cls, request: HttpRequest, application: Application) -> Self | None:
        """Give what was remembered within the hour in this application, or None."""
        try:
            email, path = signing.loads(
                request.COOKIES.get(_cookie(application), ""), salt=_SALT + application.name, max_age=_LIFE_SECONDS
            )
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return cls(email, path)

    def remember(self, response: HttpResponse, application: Application) -> None:
        """Keep it for an hour, in this browser only."""
        value = signing.dumps([self.email, self.next], salt=_SALT + application.name)
        application.set_cookie(response, _cookie(application), value, max_age=_LIFE_SECONDS)


def forget_step(response: HttpResponse, application: Application) -> None:
    """Remember nothing any more."""
    application.delete_cookie(response, _cookie(application))


def _cookie(application: Application) -> str:
    return f"{application.session_cookie}_step"
