"""Passkeys: added by whoever is signed in, and signing in by themselves."""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity import passkeys
from guildhall.identity.events import PasskeyAdded, PasskeyRemoved
from guildhall.identity.models import Account, Passkey
from guildhall.identity.passkeys import BadPasskey
from guildhall.identity.throttles import Limit, TooManyTries, count_try
from guildhall.identity.types import PasskeyChallenge
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound, Refused
from guildhall.kernel.texts import clean_line

_PASSKEYS_MAX = 10
_LABEL_LENGTH_MAX = 80
_QUESTIONS = Limit("passkey_question", tries=60, seconds=900)


class TooManyPasskeys(Refused):
    """Ten passkeys are enough for anybody's devices."""

    code = "too_many_passkeys"
    default_detail = "You have ten passkeys already. Remove one that you no longer use first."


@atomic
def ask_for_passkey(*, account_id: UUID) -> PasskeyChallenge:
    """
    Give what the browser of somebody signed in has to make a passkey from.

    :raises NotFound: no such account.
    :raises TooManyPasskeys: ten are there.
    """
    account = Account.locked(account_id)
    if Passkey.objects.filter(account=account).count() >= _PASSKEYS_MAX:
        raise TooManyPasskeys
    return passkeys.ask_to_add(account)


@atomic
def add_passkey(*, account_id: UUID, challenge_id: UUID, answer: str, label: str, by: Actor, at: datetime) -> UUID:
    """
    Keep the passkey that a browser made for a challenge; gives its id.

    :raises BadPasskey: the answer does not fit the challenge, or the challenge was used or is too old.
    :raises BadText: the label cannot be used.
    """
    challenge = passkeys.take_question(challenge_id, Account.locked(account_id))
    if challenge is None:
        raise BadPasskey
    key = passkeys.read_new_key(answer, challenge)
    if Passkey.objects.filter(credential_id=key.credential_id).exists():
        raise BadPasskey
    row = Passkey.objects.create(
        account_id=account_id,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        label=clean_line(label, field="label", length_max=_LABEL_LENGTH_MAX),
        added_at=Now(),
    )
    event = PasskeyAdded(aggregate_id=account_id, version=Account.advance(account_id), passkey_id=row.id)
    publish(event, by=by, at=at)
    return row.id


@atomic
def remove_passkey(*, account_id: UUID, passkey_id: UUID, by: Actor, at: datetime) -> None:
    """
    Forget a passkey.

    :raises NotFound: the account has no such passkey.
    """
    if not Passkey.objects.filter(id=passkey_id, account_id=account_id).delete()[0]:
        raise NotFound
    event = PasskeyRemoved(aggregate_id=account_id, version=Account.advance(account_id), passkey_id=passkey_id)
    publish(event, by=by, at=at)


def ask_to_sign_in(*, address: str) -> PasskeyChallenge:
    """
    Give what a browser has to sign with a passkey; `address` is the network address it asks from.

    Commits by itself: asking is counted.

    :raises TooManyTries: over sixty within 15 minutes from one address.
    """
    with atomic(durable=True):
        wait = count_try(_QUESTIONS, address)
        challenge = None if wait else passkeys.ask_to_sign_in()
    if challenge is None:
        raise TooManyTries(retry_after=wait)
    return challenge


def sign_in_by_passkey(*, challenge_id: UUID, answer: str, at: datetime) -> UUID:
    """
    Check a browser's answer to `ask_to_sign_in`; gives the account. A challenge is good once, whatever the answer, so this commits by itself.

    :raises BadPasskey: whatever is wrong.
    """
    credential_id = passkeys.credential_id_of(answer)
    with atomic(durable=True):
        challenge = passkeys.take_question(challenge_id, None)
    if challenge is None:
        raise BadPasskey
    with atomic():
        row = (
            Passkey.objects.select_for_update(of=("self",))
            .filter(credential_id=credential_id, account__disabled_at=None)
            .exclude(account__verified_at=None)
            .first()
        )
        if row is None:
            raise BadPasskey
        count = passkeys.check_answer(answer, challenge, row)
        Passkey.objects.filter(id=row.id).update(sign_count=count, used_at=Now())
        Account.objects.filter(id=row.account_id).update(last_login=at)
        return row.account_id
