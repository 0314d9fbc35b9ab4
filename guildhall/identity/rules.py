"""What an e-mail address, a telephone number and a password must be."""

import unicodedata

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop

from guildhall.identity.models import Account
from guildhall.kernel.refusals import Invalid
from guildhall.kernel.texts import BadText, clean_line

EMAIL_LENGTH_MAX = 254
PASSWORD_LENGTH_MAX = 128
NAME_LENGTH_MAX = 80
_REGION_WITHOUT_PREFIX = "US"


class WeakPassword(Invalid):
    """The password is too short, too common or too like its owner's name."""

    code = "weak_password"
    default_detail = "Choose another password."


class LongPassword(WeakPassword):
    """Hashing more than that would cost too much."""

    default_detail = "A password has at most %(length_max)d characters."

    def __init__(self) -> None:
        super().__init__(length_max=PASSWORD_LENGTH_MAX)
        self.extra["errors"] = [_about_password(self.detail)]


class NoEmail(BadText):
    """Nothing can be sent there."""

    default_detail = "This is not an e-mail address."


class BadPhoneNumber(Invalid):
    """Nobody can be reached at this number."""

    code = "bad_phone_number"
    default_detail = (
        "This telephone number does not exist. Write it with its country's prefix, for example +1 619 555 0100."
    )

    def __init__(self) -> None:
        super().__init__(errors=[{"field": "phone_number", "detail": self.default_detail}])


def clean_email(text: str) -> str:
    """
    Give an address in the one form (NFKC) it is written to.

    :raises BadText: when it is not an address.
    """
    line = clean_line(text, field="email", length_max=EMAIL_LENGTH_MAX)
    email = unicodedata.normalize("NFKC", line)
    try:
        validate_email(email)
    except ValidationError:
        raise NoEmail("email") from None
    return email


def email_key(text: str) -> str:
    """Give what makes two addresses the same account: NFKC, case folded. Text that no address can be matches none."""
    text = text[: EMAIL_LENGTH_MAX + 1].encode(errors="replace").decode().replace("\0", "?")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())


def clean_name(text: str, *, field: str) -> str:
    """Give a name on one line; see `clean_line` for what is refused."""
    return clean_line(text, field=field, length_max=NAME_LENGTH_MAX)


def clean_phone_number(text: str) -> str:
    """
    Give a number as E.164, or nothing for nothing; without a prefix it is read as one of the United States.

    :raises BadPhoneNumber: when no such number can exist.
    """
    if not text.strip():
        return ""
    import phonenumbers  # noqa: PLC0415 - its table of numbers takes a while, and few processes ever need it

    try:
        number = phonenumbers.parse(text, _REGION_WITHOUT_PREFIX)
    except phonenumbers.NumberParseException:
        raise BadPhoneNumber from None
    if not phonenumbers.is_valid_number(number):
        raise BadPhoneNumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_password_strength(password: str, account: Account) -> None:
    """
    Let a password pass, or say everything that is wrong with it.

    :raises WeakPassword: with one entry of `errors` per reason.
    """
    if len(password) > PASSWORD_LENGTH_MAX:
        raise LongPassword
    if "\0" in password:
        raise WeakPassword(
            errors=[_about_password(gettext_noop("This password holds a character that cannot be typed."))]
        )
    try:
        validate_password(password, account)
    except ValidationError as weak:
        raise WeakPassword(errors=[_about_password(message) for message in weak.messages]) from None


def _about_password(detail: str) -> dict[str, str]:
    return {"field": "password", "detail": detail}
