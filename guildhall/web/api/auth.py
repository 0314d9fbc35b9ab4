"""Who asks: a bearer token, and the roles that an address lets in."""

from django.http import HttpRequest
from ninja.security.base import AuthBase

from guildhall.identity.commands import InvalidToken
from guildhall.identity.queries import read_access_token
from guildhall.kernel.actors import Actor, Kind
from guildhall.kernel.refusals import NotAllowed


class Bearer(AuthBase):
    """Lets accounts of the named roles in by their access token. Nothing is open by default."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815 - OpenAPI's name

    def __init__(self, *roles: Kind) -> None:
        self.roles = roles
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        """
        Give who acts.

        :raises InvalidToken: without a genuine, living access token: one answer for every reason.
        :raises NotAllowed: when the account's role may not use this address.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken
        actor = read_access_token(token.strip())
        if actor.kind not in self.roles:
            raise NotAllowed
        request.actor = actor  # type: ignore[attr-defined]  # the edge's own attribute
        return actor


ANYBODY = Bearer("customer", "provider", "operator")
CUSTOMER = Bearer("customer")
CUSTOMER_OR_OPERATOR = Bearer("customer", "operator")
PROVIDER = Bearer("provider")
PROVIDER_OR_OPERATOR = Bearer("provider", "operator")
OPERATOR = Bearer("operator")


def who(request: HttpRequest) -> Actor:
    """Give the account that asks, on an address that lets nobody else in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by `Bearer`
    return actor
