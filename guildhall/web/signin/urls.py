"""Addresses of the account pages; every application includes them below its own `account/`."""

from django.urls import URLPattern, URLResolver, path

from guildhall.web.signin import entering, joining, keeping

urlpatterns: list[URLPattern | URLResolver] = [
    path("", keeping.account, name="account"),
    path("sign-in", entering.sign_in, name="sign-in"),
    path("sign-in/code", entering.code_request, name="code-request"),
    path("sign-in/code/entry", entering.code_entry, name="code-entry"),
    path("sign-in/passkey", entering.passkey_sign_in, name="passkey-sign-in"),
    path("sign-in/passkey/question", entering.passkey_question, name="passkey-question"),
    path("sign-out", keeping.sign_out, name="sign-out"),
    path("sign-out/everywhere", keeping.sign_out_everywhere, name="sign-out-everywhere"),
    path("verification", joining.verification, name="verification"),
    path("verification/again", joining.verification_again, name="verification-again"),
    path("password/forgotten", joining.forgotten, name="forgotten"),
    path("password/new", joining.new_password, name="new-password"),
    path("password", keeping.password, name="password"),
    path("profile", keeping.profile, name="profile"),
    path("tastes", keeping.tastes, name="tastes"),
    path("agreements", keeping.agreements, name="agreements"),
    path("sessions", keeping.sessions, name="sessions"),
    path("sessions/<uuid:session_id>/end", keeping.session_end, name="session-end"),
    path("passkeys", keeping.passkeys, name="passkeys"),
    path("passkeys/offer", keeping.passkey_offer, name="passkey-offer"),
    path("passkeys/<uuid:passkey_id>/removal", keeping.passkey_removal, name="passkey-removal"),
]
