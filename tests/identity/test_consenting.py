"""Consent: the latest word counts, and no word is ever rewritten."""

import pytest
from django.db import DatabaseError, connection, transaction

from guildhall.identity.commands import record_consent, withdraw_consent
from guildhall.identity.models import Consent
from guildhall.identity.queries import has_consent
from guildhall.identity.types import ConsentKind
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.texts import BadText
from tests import given_people as given

pytestmark = pytest.mark.django_db


def agree(person, kind=ConsentKind.SMS_OFFERS, **changes):
    values = {"text_version": "2027-01", "channel": "web", "by": person.actor, "at": given.MONDAY}
    record_consent(account_id=person.id, kind=kind, **{**values, **changes})


def test_the_latest_word_counts_for_each_kind_and_person():
    priya, diego = given.registered_provider(), given.registered_provider("Diego")
    answers = [has_consent(priya.id, ConsentKind.SMS_OFFERS)]

    agree(priya)
    answers.append(has_consent(priya.id, ConsentKind.SMS_OFFERS))
    withdraw_consent(
        account_id=priya.id, kind=ConsentKind.SMS_OFFERS, channel="sms", by=Actor.system("twilio"), at=given.MONDAY
    )
    answers.append(has_consent(priya.id, ConsentKind.SMS_OFFERS))
    agree(priya)
    answers.append(has_consent(priya.id, ConsentKind.SMS_OFFERS))

    assert answers == [False, True, False, True]
    assert not has_consent(diego.id, ConsentKind.SMS_OFFERS)
    assert not has_consent(priya.id, ConsentKind.TERMS)


def test_every_word_is_a_fact():
    priya = given.registered_provider()

    agree(priya)
    withdraw_consent(account_id=priya.id, kind=ConsentKind.SMS_OFFERS, channel="sms", by=priya.actor, at=given.MONDAY)

    with connection.cursor() as cursor:
        cursor.execute("select name, payload->>'kind' from eventlog_event where name like 'consent.%' order by seq")
        assert cursor.fetchall() == [("consent.recorded", "sms_offers"), ("consent.withdrawn", "sms_offers")]


@pytest.mark.parametrize(
    "statement",
    ["update identity_consent set is_given = true", "delete from identity_consent", "truncate identity_consent"],
)
def test_what_was_said_cannot_be_rewritten(statement):
    priya = given.registered_provider()
    agree(priya)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Consent.objects.count() == 1


def test_nobody_agrees_for_an_account_that_is_not():
    with pytest.raises(NotFound):
        record_consent(
            account_id=new_id(),
            kind=ConsentKind.TERMS,
            text_version="1",
            channel="web",
            by=Actor.anonymous(),
            at=given.MONDAY,
        )

    assert Consent.objects.count() == 0


def test_consent_names_the_words_it_was_given_to():
    priya = given.registered_provider()

    with pytest.raises(BadText):
        agree(priya, text_version=" ")

    assert Consent.objects.count() == 0
