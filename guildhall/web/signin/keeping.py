"""One's own account, once signed in: profile, password, agreements, sessions, passkeys."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildhall.identity import commands, queries
from guildhall.identity.types import ConsentKind, Role, SignInMethod
from guildhall.web.pages.preferences import keep_tastes, preferences
from guildhall.web.signin import forms
from guildhall.web.signin.access import OpenRequest, PageRequest, open_page
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent, show_form
from guildhall.web.signin.devices import device_words
from guildhall.web.signin.opening import open_session

# Of what the boxes of `Agreements` say.
_WORDS_VERSION = "2026-11"


@require_safe
def account(request: PageRequest) -> HttpResponse:
    """Show what belongs to the account and where to change it."""
    return render(request, "signin/account.html", {"section": "account"})


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PageRequest) -> HttpResponse:
    """Change name, telephone and language."""
    who = request.account
    known = {name: getattr(who, name) for name in ("first_name", "last_name", "phone_number", "language")}
    form = forms.Profile(sent(request), initial=known)
    if form.is_valid():
        with refusals_beside(form):
            commands.change_profile(account_id=who.id, **form.cleaned_data, by=request.actor, at=request.received_at)
        if not form.errors:
            response = SeeOther(request.application.url("account"))
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)  # from now on the account's language counts
            return response
    return show_form(request, "signin/profile.html", form)


@csrf_exempt  # Public pages have the form too, and no token; what another site sends comes without the session (SameSite).
@open_page
@require_POST
def tastes(request: OpenRequest) -> HttpResponse:
    """Keep language and theme as everywhere; who is signed in gets their mails in that language from now on."""
    if request.account is None:
        return preferences(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        commands.change_language(
            account_id=request.account.id, language=language, by=request.actor, at=request.received_at
        )
    return keep_tastes(request)


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PageRequest) -> HttpResponse:
    """Change the password: every session ends, this browser gets a new one."""
    form = forms.ChangedPassword(sent(request))
    who = request.account
    if form.is_valid():
        with refusals_beside(form):
            commands.change_password(account_id=who.id, **form.cleaned_data, by=request.actor, at=request.received_at)
        if not form.errors:
            home = request.application.url("account")
            response = open_session(request, form, who.id, SignInMethod.PASSWORD, home)
            if response is not None:
                return response
    return show_form(request, "signin/password.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def agreements(request: PageRequest) -> HttpResponse:
    """Agree to something or take it back; each change is written down with its time and words."""
    who = request.account
    known = {kind.value: queries.has_consent(who.id, kind) for kind in _offered_to(request)}
    form = forms.Agreements(sent(request), initial=known)
    for name in set(form.fields) - set(known):
        del form.fields[name]
    if form.is_valid():
        for name, was_given in known.items():
            if form.cleaned_data[name] != was_given:
                _record(request, ConsentKind(name), is_given=form.cleaned_data[name])
        return SeeOther(request.application.url("agreements"))
    return show_form(request, "signin/agreements.html", form)


def _offered_to(request: PageRequest) -> list[ConsentKind]:
    is_provider = request.application.role == Role.PROVIDER
    return [ConsentKind.EMAIL_NEWS, *([ConsentKind.SMS_OFFERS] if is_provider else [])]


def _record(request: PageRequest, kind: ConsentKind, *, is_given: bool) -> None:
    who, by, at = request.account, request.actor, request.received_at
    if is_given:
        commands.record_consent(account_id=who.id, kind=kind, text_version=_WORDS_VERSION, channel="web", by=by, at=at)
    else:
        commands.withdraw_consent(account_id=who.id, kind=kind, channel="web", by=by, at=at)


@require_safe
def sessions(request: PageRequest) -> HttpResponse:
    """List where the account is signed in."""
    found = queries.list_sessions(request.account.id)
    return render(request, "signin/sessions.html", {"section": "account", "sessions": found})


@require_POST
def session_end(request: PageRequest, session_id: UUID) -> HttpResponse:
    """Sign out one browser or program."""
    commands.end_session(account_id=request.account.id, session_id=session_id, by=request.actor, at=request.received_at)
    view = "sign-in" if session_id == request.account.session_id else "sessions"
    return SeeOther(request.application.url(view))


@require_POST
def sign_out(request: PageRequest) -> HttpResponse:
    """Sign out here."""
    return session_end(request, request.account.session_id)


@require_POST
def sign_out_everywhere(request: PageRequest) -> HttpResponse:
    """Sign out every browser and program, this one too."""
    commands.revoke_tokens(account_id=request.account.id, by=request.actor, at=request.received_at)
    return SeeOther(request.application.url("sign-in"))


@require_http_methods(["GET", "HEAD", "POST"])
def passkeys(request: PageRequest) -> HttpResponse:
    """List the account's passkeys; POST keeps one that the browser has just made."""
    form = forms.PasskeyAnswer(sent(request))
    if form.is_valid():
        label = device_words(request.headers.get("User-Agent", ""))
        who, by, at = request.account, request.actor, request.received_at
        with refusals_beside(form):
            commands.add_passkey(account_id=who.id, **form.cleaned_data, label=label, by=by, at=at)
        if not form.errors:
            return SeeOther(request.application.url("passkeys"))
    return show_form(request, "signin/passkeys.html", form, passkeys=queries.list_passkeys(request.account.id))


@require_POST
def passkey_offer(request: PageRequest) -> HttpResponse:
    """Give the browser's script what it makes a passkey from."""
    challenge = commands.ask_for_passkey(account_id=request.account.id)
    return JsonResponse({"id": str(challenge.id), "options": challenge.options})


@require_POST
def passkey_removal(request: PageRequest, passkey_id: UUID) -> HttpResponse:
    """Forget a passkey."""
    commands.remove_passkey(
        account_id=request.account.id, passkey_id=passkey_id, by=request.actor, at=request.received_at
    )
    return SeeOther(request.application.url("passkeys"))
