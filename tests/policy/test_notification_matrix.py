"""The matrix: what no rule names is not sent, and the default tells each party what it must know."""

import pytest
from pydantic import ValidationError

from guildhall.policy.types import NotificationPolicy

MATRIX = NotificationPolicy()


def told(event):
    return sorted((rule.role, rule.channel) for rule in MATRIX.rules_for(event))


def test_only_new_offers_go_out_by_text_message():
    texts = [(rule.event, rule.role, rule.time_critical) for rule in MATRIX.rules if rule.channel == "sms"]

    assert texts == [("wave.opened", "provider", True)]
    assert told("wave.opened") == [("provider", "email"), ("provider", "sms")]


def test_operators_hear_of_escalations_only_by_mail_and_in_their_inbox():
    operators = {(rule.event, rule.channel) for rule in MATRIX.rules if rule.role == "operator"}

    escalations = {"booking.contested", "booking.unfilled", "booking.unresolved"}
    assert operators == {(event, channel) for event in escalations for channel in ("email", "in_app")}


def test_the_inbox_holds_what_the_mails_tell_but_no_codes_and_no_offers():
    told = {(rule.event, rule.role) for rule in MATRIX.rules if rule.channel == "in_app"}
    mailed = {(rule.event, rule.role) for rule in MATRIX.rules if rule.channel == "email"}

    account = {"code.requested", "account.registered_again", "account.verified"}
    assert told == {(event, role) for event, role in mailed if event not in {*account, "wave.opened"}}


@pytest.mark.parametrize(
    "event",
    [
        "code.requested",
        "account.registered_again",
        "booking.requested",
        "booking.confirmed",
        "booking.started",
        "booking.completed",
        "booking.contested",
        "booking.cancelled",
        "payment.captured",
    ],
)
def test_customers_get_mail_about_their_account_bookings_and_payments(event):
    assert ("customer", "email") in told(event)


@pytest.mark.parametrize("event", ["booking.confirmed", "booking.reminder_due", "booking.cancelled", "payout.paid"])
def test_providers_get_mail_about_their_bookings_and_money(event):
    assert ("provider", "email") in told(event)


def test_codes_and_offers_pass_quiet_hours_and_receipts_do_not():
    critical = {rule.event: rule.time_critical for rule in MATRIX.rules}

    assert (critical["code.requested"], critical["wave.opened"], critical["payment.captured"]) == (True, True, False)


def test_a_matrix_names_each_cell_once():
    rule = MATRIX.rules[0]

    with pytest.raises(ValidationError, match=r"two rules for code\.requested x customer x email"):
        NotificationPolicy(rules=(rule, rule))
