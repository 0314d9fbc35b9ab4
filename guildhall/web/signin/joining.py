"""Becoming somebody: registration (the applications bring their own form and command), the code, a forgotten password."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from guildhall.identity import commands
from guildhall.identity.types import ConsentKind, NewAccount, SignInMethod
from guildhall.kernel.actors import Actor
from guildhall.web.pages.context import pack
from guildhall.web.pages.texts import TERMS, read_text
from guildhall.web.signin import forms
from guildhall.web.signin.access import OpenRequest, open_page
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent, show_form
from guildhall.web.signin.opening import open_session
from guildhall.web.signin.returning import path_after
from guildhall.web.signin.steps import Step


def register(
    request: OpenRequest, form: forms.Registration, command: Callable[..., NewAccount], wishes: Callable[[Any], Any]
) -> HttpResponse:
    """
    Answer a registration page: `command` gets what all accounts need and what `wishes` makes of the cleaned form.

    What follows is the same for known and unknown addresses.
    """
    target = path_after(request, request.application)
    if form.is_valid():
        at, language = request.received_at, get_language() or settings.LANGUAGE_CODE
        common = ("first_name", "last_name", "email", "phone_number", "password")
        person = {name: form.cleaned_data[name] for name in common}
        with refusals_beside(form):
            made = command(**person, **wishes(form.cleaned_data), language=language, at=at)
        if not form.errors:
            if made.account_id is not None:
                commands.record_consent(
                    account_id=made.account_id,
                    kind=ConsentKind.TERMS,
                    text_version=read_text(TERMS, language, pack()).version,
                    channel="web",
                    by=Actor(request.application.role.value, made.account_id),
                    at=at,
                )
            response = SeeOther(request.application.url("verification"))
            Step(person["email"], target).remember(response, request.application)
            return response
    return show_form(request, f"{request.application.name}/registration.html", form, next=target)


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: OpenRequest) -> HttpResponse:
    """Prove the e-mail address by the code from the mail; signs in."""
    step = Step.read(request, request.application)
    if step is None:
        return SeeOther(request.application.url("sign-in"))
    form = forms.CodeOnly(sent(request))
    if form.is_valid():
        with refusals_beside(form):
            code = form.cleaned_data["code"]
            account_id = commands.verify_email(email=step.email, code=code, at=request.received_at)
        if not form.errors:
            response = open_session(request, form, account_id, SignInMethod.CODE, step.next)
            if response is not None:
                return response
    return show_form(request, "signin/verification.html", form, email=step.email, next=step.next)


@open_page
@require_POST
def verification_again(request: OpenRequest) -> HttpResponse:
    """Ask for another mail with a code."""
    step = Step.read(request, request.application)
    if step is None:
        return SeeOther(request.application.url("sign-in"))
    commands.resend_code(email=step.email, at=request.received_at)
    return SeeOther(request.application.url("verification"))


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: OpenRequest) -> HttpResponse:
    """Ask for a mail with a code to choose another password; the same answer for known and unknown addresses."""
    form = forms.EmailOnly(sent(request))
    if not form.is_valid():
        return show_form(request, "signin/forgotten.html", form)
    commands.request_password_code(email=form.cleaned_data["email"], at=request.received_at)
    response = SeeOther(request.application.url("new-password"))
    Step(form.cleaned_data["email"], request.application.url("home")).remember(response, request.application)
    return response


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: OpenRequest) -> HttpResponse:
    """Choose another password by the code from the mail; ends every session and signs in."""
    step = Step.read(request, request.application)
    if step is None:
        return SeeOther(request.application.url("forgotten"))
    form = forms.NewPassword(sent(request))
    if form.is_valid():
        with refusals_beside(form):
            account_id = commands.reset_password(email=step.email, **form.cleaned_data, at=request.received_at)
        if not form.errors:
            response = open_session(request, form, account_id, SignInMethod.CODE, step.next)
            if response is not None:
                return response
    return show_form(request, "signin/new_password.html", form, email=step.email)
