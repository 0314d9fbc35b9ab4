"""WebAuthn: what we ask browsers to sign, and what we let pass. The library does the cryptography."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from guildhall.identity.models import Account, Passkey, PasskeyQuestion
from guildhall.identity.types import PasskeyChallenge
from guildhall.kernel.refusals import Invalid

QUESTION_LIFE = timedelta(minutes=5)
_RELYING_PARTY = "Guildhall"


class BadPasskey(Invalid):
    """The device's answer does not fit the question, or the passkey is not known (any more)."""

    code = "bad_passkey"
    default_detail = "This passkey did not open an account. Try again, or sign in another way."


@dataclass(frozen=True)
class NewKey:
    """What a device showed of its new key."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def ask_to_add(account: Account) -> PasskeyChallenge:
    """Ask a device for a key of its own that it finds again without being told whose; those that have one are left out."""
    known = Passkey.objects.filter(account=account).values_list("credential_id", flat=True)
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=_RELYING_PARTY,
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=f"{account.first_name} {account.last_name}".strip(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(credential)) for credential in known],
    )
    return _kept(options.challenge, options_to_json(options), account)


def ask_to_sign_in() -> PasskeyChallenge:
    """Ask a device for any key that it has for us."""
    options = generate_authentication_options(rp_id=_host(), user_verification=UserVerificationRequirement.REQUIRED)
    return _kept(options.challenge, options_to_json(options), None)


def take_question(question_id: UUID, account: Account | None) -> bytes | None:
    """Give the challenge of a question, which is gone after that; None when it is too old, used, or another's."""
    questions = PasskeyQuestion.objects.select_for_update()
    found = questions.filter(id=question_id, account=account, expires_at__gt=Now()).first()
    if found is None:
        return None
    found.delete()
    return bytes(found.challenge)


def read_new_key(answer: str, challenge: bytes) -> NewKey:
    """
    Check what a device answered to `ask_to_add`.

    :raises BadPasskey: for every reason.
    """
    try:
        checked = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise BadPasskey from None
    return NewKey(checked.credential_id, checked.credential_public_key, checked.sign_count)


def credential_id_of(answer: str) -> bytes:
    """
    Say which key a device answered with; proves nothing yet.

    :raises BadPasskey: the answer cannot be read.
    """
    try:
        return base64url_to_bytes(parse_authentication_credential_json(answer).id)
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise BadPasskey from None


def check_answer(answer: str, challenge: bytes, passkey: Passkey) -> int:
    """
    Check what a device answered to `ask_to_sign_in`; gives the key's new count of signatures.

    :raises BadPasskey: for every reason, a count that went back included: somebody has a copy.
    """
    try:
        checked = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise BadPasskey from None
    return checked.new_sign_count


def _kept(challenge: bytes, options: str, account: Account | None) -> PasskeyChallenge:
    PasskeyQuestion.objects.filter(expires_at__lt=Now()).delete()
    row = PasskeyQuestion.objects.create(account=account, challenge=challenge, expires_at=Now() + QUESTION_LIFE)
    return PasskeyChallenge(row.id, options)


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def _origin() -> str:
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.scheme}://{parts.netloc}"
