"""The three applications: each under its own path, for one role, with cookies that the others never see."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildhall.identity.types import Role


@dataclass(frozen=True)
class Application:
    """
    An application: `name` is its URL namespace and its templates' folder, `prefix` the first part of its paths.

    `account_pages` are those of its own that belong to the account: name of the address, label, icon.
    """

    name: str
    prefix: str
    role: Role
    is_registration_open: bool = True
    account_pages: tuple[tuple[str, str | Promise, str], ...] = ()

    @property
    def path(self) -> str:
        """The `Path` of its cookies."""
        return f"/{self.prefix}"

    @property
    def shell(self) -> str:
        """The template that its pages extend."""
        return f"{self.name}/base.html"

    @property
    def session_cookie(self) -> str:
        """The cookie that holds a session's token."""
        return f"guildhall_{self.prefix}"

    @property
    def csrf_cookie(self) -> str:
        """The cookie that forms are checked against."""
        return f"guildhall_{self.prefix}_csrf"

    def url(self, view: str, *args: object) -> str:
        """Give the address of one of its pages by name."""
        return _address(f"{self.name}:{view}", *args)

    def set_cookie(self, response: HttpResponse, name: str, value: str, *, max_age: int) -> None:
        """Set a cookie that only this application gets, no script reads and no other site sends."""
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path=self.path,
            secure=settings.PUBLIC_URL.startswith("https:"),
            httponly=True,
            samesite="Lax",
        )

    def delete_cookie(self, response: HttpResponse, name: str) -> None:
        """Take a cookie of this application away."""
        response.delete_cookie(name, path=self.path, samesite="Lax")


@lru_cache(maxsize=4_096)
def _address(view: str, *args: object) -> str:
    """Remembered, because a part that asks for itself writes the same addresses each time."""
    return reverse(view, args=args)


CUSTOMER = Application("customer", "my", Role.CUSTOMER, account_pages=(("cards", _("Cards"), "credit-card"),))
PROVIDER = Application("provider", "pro", Role.PROVIDER)
OPERATOR = Application("operator", "ops", Role.OPERATOR, is_registration_open=False)
APPLICATIONS = (CUSTOMER, PROVIDER, OPERATOR)
_BY_PREFIX = {application.prefix: application for application in APPLICATIONS}
BY_ROLE = {application.role: application for application in APPLICATIONS}


def application_of(path: str) -> Application | None:
    """Give the application that a request's path belongs to; public pages, the API and the rest belong to none."""
    return _BY_PREFIX.get(path.lstrip("/").partition("/")[0])
