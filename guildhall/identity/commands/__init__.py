"""What can be asked of identity."""

from guildhall.identity.commands.browsing import end_session, note_seen, sign_in_by_code, start_browser_session
from guildhall.identity.commands.changing import (
    UnknownLanguage,
    WrongPassword,
    change_language,
    change_password,
    change_profile,
    reset_password,
)
from guildhall.identity.commands.consenting import record_consent, withdraw_consent
from guildhall.identity.commands.disabling import disable_account
from guildhall.identity.commands.keeping_passkeys import (
    TooManyPasskeys,
    add_passkey,
    ask_for_passkey,
    ask_to_sign_in,
    remove_passkey,
    sign_in_by_passkey,
)
from guildhall.identity.commands.registering import (
    EmailTaken,
    create_account,
    create_operator,
)
from guildhall.identity.commands.signing_in import (
    InvalidCredentials,
    NotVerified,
    authenticate,
    issue_tokens,
    refresh_tokens,
    revoke_tokens,
    sign_out,
)
from guildhall.identity.commands.verifying import (
    BadCode,
    request_password_code,
    request_sign_in_code,
    resend_code,
    verify_email,
)
from guildhall.identity.passkeys import BadPasskey
from guildhall.identity.rules import BadPhoneNumber, WeakPassword
from guildhall.identity.throttles import Limit, TooManyTries, count_try, forget_tries
from guildhall.identity.tokens import InvalidToken

__all__ = [
    "BadCode",
    "BadPasskey",
    "BadPhoneNumber",
    "EmailTaken",
    "InvalidCredentials",
    "InvalidToken",
    "Limit",
    "NotVerified",
    "TooManyPasskeys",
    "TooManyTries",
    "UnknownLanguage",
    "WeakPassword",
    "WrongPassword",
    "add_passkey",
    "ask_for_passkey",
    "ask_to_sign_in",
    "authenticate",
    "change_language",
    "change_password",
    "change_profile",
    "count_try",
    "create_account",
    "create_operator",
    "disable_account",
    "end_session",
    "forget_tries",
    "issue_tokens",
    "note_seen",
    "record_consent",
    "refresh_tokens",
    "remove_passkey",
    "request_password_code",
    "request_sign_in_code",
    "resend_code",
    "reset_password",
    "revoke_tokens",
    "sign_in_by_code",
    "sign_in_by_passkey",
    "sign_out",
    "start_browser_session",
    "verify_email",
    "withdraw_consent",
]
