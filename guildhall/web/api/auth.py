"""Who asks: a bearer token, and the roles and operators' scopes that an address lets in."""

from collections.abc import Collection

from django.http import HttpRequest
from ninja.security.base import AuthBase

from guildhall.identity.commands import InvalidToken
from guildhall.identity.queries import read_access_token, scopes
from guildhall.identity.types import Scope
from guildhall.kernel.actors import Actor, Kind
from guildhall.kernel.refusals import NotAllowed


class Bearer(AuthBase):
    """
    Lets accounts of the named roles in by their access token. Nothing is open by default.

    Operators need one of `scopes` as well; an administrator has them all. Without any named, only administrators come in; None
    is for what every operator may do with their own account.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815 - OpenAPI's name

    def __init__(self, *roles: Kind, scopes: Collection[Scope] | None = ()) -> None:
        self.roles = roles
        self.scopes = scopes
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        """
        Give who acts.

        :raises InvalidToken: without a genuine, living access token: one answer for every reason.
        :raises NotAllowed: when the account's role, or an operator's scopes, may not use this address.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken
        actor = read_access_token(token.strip())
        if actor.kind not in self.roles:
            raise NotAllowed
        if actor.kind == "operator" and self.scopes is not None:
            require_scope(actor, *self.scopes)
        request.actor = actor  # type: ignore[attr-defined]  # the edge's own attribute
        return actor


def require_scope(by: Actor, *enough: Scope) -> None:
    """
    Let an operator pass who has one of the scopes, or is an administrator.

    :raises NotAllowed: otherwise.
    """
    if scopes(by.account_id).isdisjoint({*enough, Scope.ADMINISTRATOR}):
        raise NotAllowed


OWN_ACCOUNT = Bearer("customer", "provider", "operator", scopes=None)
ANYBODY = Bearer("customer", "provider", "operator", scopes=[Scope.SUPPORT])
CUSTOMER = Bearer("customer")
CUSTOMER_OR_PROVIDER = Bearer("customer", "provider")
CUSTOMER_OR_OPERATOR = Bearer("customer", "operator", scopes=[Scope.SUPPORT])
PROVIDER = Bearer("provider")
PROVIDER_OR_OPERATOR = Bearer("provider", "operator", scopes=[Scope.SUPPORT])
SUPPORT = Bearer("operator", scopes=[Scope.SUPPORT])
SUPPORT_OR_FINANCE = Bearer("operator", scopes=[Scope.SUPPORT, Scope.FINANCE])
ADMINISTRATOR = Bearer("operator")


def who(request: HttpRequest) -> Actor:
    """Give the account that asks, on an address that lets nobody else in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by `Bearer`
    return actor
