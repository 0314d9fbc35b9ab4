"""Signing in and out: by password, by a code that comes by mail, by passkey."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from guildhall.identity import commands
from guildhall.identity.commands import NotVerified
from guildhall.identity.types import SignInMethod
from guildhall.web.clients import client_address
from guildhall.web.signin import forms
from guildhall.web.signin.access import OpenRequest, open_page
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent, show_form
from guildhall.web.signin.opening import open_session
from guildhall.web.signin.returning import path_after
from guildhall.web.signin.steps import Step


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: OpenRequest) -> HttpResponse:
    """Sign in by password. Unknown, wrong and closed get the same answer in the same time."""
    target = path_after(request, request.application)
    if request.method != "POST":
        if request.account:
            return SeeOther(target)
        return show_sign_in(request, forms.PasswordSignIn(), target)
    form = forms.PasswordSignIn(request.POST)
    if form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        try:
            with refusals_beside(form, let_through=NotVerified):
                account_id = commands.authenticate(
                    email=email, password=password, at=request.received_at, address=client_address(request)
                )
        except NotVerified:
            return _to_verification(request, email, target)
        if not form.errors:
            response = open_session(request, form, account_id, SignInMethod.PASSWORD, target)
            if response is not None:
                return response
    return show_sign_in(request, form, target)


def show_sign_in(request: OpenRequest, form: forms.PasswordSignIn, target: str) -> HttpResponse:
    """Answer with the page of every way in."""
    return show_form(request, "signin/sign_in.html", form, next=target)


def _to_verification(request: OpenRequest, email: str, target: str) -> HttpResponse:
    """The password was right, so a new code may be sent without being asked for."""
    commands.resend_code(email=email, at=request.received_at)
    response = SeeOther(request.application.url("verification"))
    Step(email, target).remember(response, request.application)
    return response


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def code_request(request: OpenRequest) -> HttpResponse:
    """Ask for a mail with a code to sign in; the answer is the same for known and unknown addresses."""
    target = path_after(request, request.application)
    form = forms.EmailOnly(sent(request))
    if not form.is_valid():
        return show_form(request, "signin/code_request.html", form, next=target)
    commands.request_sign_in_code(email=form.cleaned_data["email"], at=request.received_at)
    response = SeeOther(request.application.url("code-entry"))
    Step(form.cleaned_data["email"], target).remember(response, request.application)
    return response


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def code_entry(request: OpenRequest) -> HttpResponse:
    """Sign in by the code from the mail."""
    step = Step.read(request, request.application)
    if step is None:
        return SeeOther(request.application.url("code-request"))
    form = forms.CodeOnly(sent(request))
    if form.is_valid():
        with refusals_beside(form):
            code = form.cleaned_data["code"]
            account_id = commands.sign_in_by_code(email=step.email, code=code, at=request.received_at)
        if not form.errors:
            response = open_session(request, form, account_id, SignInMethod.CODE, step.next)
            if response is not None:
                return response
    return show_form(request, "signin/code_entry.html", form, email=step.email, next=step.next)


@open_page
@require_POST
def passkey_question(request: OpenRequest) -> HttpResponse:
    """Give the browser's script what a passkey has to sign."""
    challenge = commands.ask_to_sign_in(address=client_address(request))
    return JsonResponse({"id": str(challenge.id), "options": challenge.options})


@open_page
@require_POST
def passkey_sign_in(request: OpenRequest) -> HttpResponse:
    """Sign in by what a passkey signed."""
    target = path_after(request, request.application)
    form = forms.PasskeyAnswer(request.POST)
    page = forms.PasswordSignIn(data={})
    page.full_clean()
    page.errors.clear()
    if form.is_valid():
        with refusals_beside(page):
            account_id = commands.sign_in_by_passkey(**form.cleaned_data, at=request.received_at)
        if not page.errors:
            response = open_session(request, page, account_id, SignInMethod.PASSKEY, target)
            if response is not None:
                return response
    else:
        page.add_error(None, commands.BadPasskey.default_detail)
    return show_sign_in(request, page, target)
