"""From a proof to a session: the one place where a browser's cookie is set."""

from uuid import UUID

from django.conf import settings
from django.forms import Form
from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.utils.translation import gettext

from guildhall.identity.commands import change_language, start_browser_session
from guildhall.identity.queries import get_contact
from guildhall.identity.types import Contact, Role, SignInMethod
from guildhall.kernel.actors import Actor
from guildhall.web.pages.preferences import close_choice, open_choice
from guildhall.web.signin.access import OpenRequest
from guildhall.web.signin.answering import SeeOther
from guildhall.web.signin.applications import BY_ROLE
from guildhall.web.signin.devices import device_words
from guildhall.web.signin.steps import forget_step


def open_session(
    request: OpenRequest, form: Form, account_id: UUID, method: SignInMethod, target: str
) -> HttpResponse | None:
    """
    Begin a session of an account that has just proved itself, and lead it to `target`.

    An account of another role gets no session here, but an error of the form that says where its door is: None.
    """
    contact = get_contact(account_id)
    role = Role(contact.role)
    if role != request.application.role:
        form.add_error(None, _elsewhere(role))
        return None
    opened = start_browser_session(
        account_id=account_id,
        method=method,
        device=device_words(request.headers.get("User-Agent", "")),
        at=request.received_at,
        replaces=request.account.session_id if request.account else None,
    )
    response = SeeOther(target)
    request.application.set_cookie(response, request.application.session_cookie, opened.token, max_age=opened.seconds)
    forget_step(response, request.application)
    rotate_token(request)
    if request.account is None:
        _agree_on_language(request, response, contact)
    return response


def _agree_on_language(request: OpenRequest, response: HttpResponse, contact: Contact) -> None:
    """What a visitor has chosen here is the account's from now on; where nobody chose, the account's own counts."""
    chosen = open_choice(request)
    if chosen:
        by = Actor(request.application.role.value, contact.id)
        change_language(account_id=contact.id, language=chosen, by=by, at=request.received_at)
    close_choice(request, response, chosen or contact.language)


def _elsewhere(role: Role) -> str:
    address = f"{settings.PUBLIC_URL}{BY_ROLE[role].url('sign-in')}"
    if role == Role.PROVIDER:
        return gettext("This is a provider's account. It signs in at %(address)s") % {"address": address}
    if role == Role.CUSTOMER:
        return gettext("This is a customer's account. It signs in at %(address)s") % {"address": address}
    return gettext("This is an operator's account. It signs in at %(address)s") % {"address": address}
