"""What can be asked of identity."""

from guildhall.identity.commands.consenting import record_consent, withdraw_consent
from guildhall.identity.commands.disabling import disable_account
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
from guildhall.identity.commands.verifying import BadCode, resend_code, verify_email
from guildhall.identity.rules import BadPhoneNumber, WeakPassword
from guildhall.identity.throttles import TooManyTries
from guildhall.identity.tokens import InvalidToken

__all__ = [
    "BadCode",
    "BadPhoneNumber",
    "EmailTaken",
    "InvalidCredentials",
    "InvalidToken",
    "NotVerified",
    "TooManyTries",
    "WeakPassword",
    "authenticate",
    "create_account",
    "create_operator",
    "disable_account",
    "issue_tokens",
    "record_consent",
    "refresh_tokens",
    "resend_code",
    "revoke_tokens",
    "sign_out",
    "verify_email",
    "withdraw_consent",
]
