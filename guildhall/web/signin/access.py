"""
What a view says about who may see it. Saying nothing means: signed in, verified, open, of the application's role.

Views below an application's path take a `PageRequest`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest

from guildhall.identity.types import Scope, SignedIn
from guildhall.kernel.actors import Actor
from guildhall.web.signin.applications import Application

View = TypeVar("View", bound=Callable[..., Any])


class OpenRequest(HttpRequest):
    """A request to an open page of an application: `account` is None before sign-in."""

    application: Application
    account: SignedIn | None
    actor: Actor
    received_at: datetime


class PageRequest(OpenRequest):
    """A request that `middleware.SignIn` let through to a page of an application that is not open to everybody."""

    account: SignedIn


def open_page(view: View) -> View:
    """Let everybody see a page of an application: sign-in, registration, the manifest."""
    view.is_open_to_everybody = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def asks_by_itself(view: View) -> View:
    """Mark a part that an open page asks for without anybody there: it does not keep the session alive."""
    view.is_asked_by_pages = True  # type: ignore[attr-defined]  # likewise
    return view


def needs_scope(*scopes: Scope) -> Callable[[View], View]:
    """Let only operators with one of the scopes see a page; an administrator has them all."""

    def mark(view: View) -> View:
        view.scopes_let_in = frozenset({*scopes, Scope.ADMINISTRATOR})  # type: ignore[attr-defined]  # likewise
        return view

    return mark


def is_open(view: Callable[..., Any]) -> bool:
    """Whether a view is marked as open."""
    return getattr(view, "is_open_to_everybody", False)


def is_asked_by_pages(view: Callable[..., Any]) -> bool:
    """Whether open pages ask for it by themselves, so that it says nothing about somebody being there."""
    return getattr(view, "is_asked_by_pages", False)


def scopes_let_in(view: Callable[..., Any]) -> frozenset[Scope]:
    """The scopes of which a view asks one; empty for views that ask for none."""
    return getattr(view, "scopes_let_in", frozenset())
