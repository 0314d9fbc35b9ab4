"""What operators read: statuses, kinds of pending work, reasons, and the facts of a story as sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from guildhall.kernel.money import Money
from guildhall.web.operator.facts import SENTENCES
from guildhall.web.pages import moments

# Where a sentence goes over to its figures: "Work done: ...", "A provider accepted (...)".
_FIGURES_BEGIN = re.compile(r"\s*[:(;]")


@dataclass(frozen=True)
class Word:
    """A label, the look of its badge, and an icon where there is one."""

    label: str | Promise
    badge: str = ""
    icon: str = ""


STATUSES: dict[str, Word] = {
    "proposed": Word(later("Waits for the customer's yes"), "info"),
    "awaiting_card": Word(later("Awaiting card"), "info"),
    "waiting": Word(later("Waiting for its search")),
    "matching": Word(later("Searching"), "accent"),
    "unfilled": Word(later("Unfilled"), "danger"),
    "confirmed": Word(later("Confirmed"), "success"),
    "en_route": Word(later("On the way"), "accent"),
    "arrived": Word(later("Arrived"), "accent"),
    "in_progress": Word(later("In progress"), "accent"),
    "completed": Word(later("Completed"), "info"),
    "contested": Word(later("Contested"), "warning"),
    "unresolved": Word(later("Unresolved"), "warning"),
    "settled": Word(later("Settled"), "success"),
    "cancelled": Word(later("Cancelled")),
    "closed": Word(later("Closed")),
}
ACCOUNTS: dict[str, str | Promise] = {
    "vendor_balance": later("At the payment provider"),
    "customer_receivable": later("Owed by customers"),
    "uncollected": later("Not collected yet"),
    "held": later("Held payment"),
    "provider": later("Provider"),
    "platform_fee": later("Our fee"),
    "tax": later("Tax"),
}
ENTRIES: dict[str, str | Promise] = {
    "capture": later("Charged"),
    "split": later("Shared out"),
    "owed": later("Owed"),
    "payout": later("Payout"),
}
PAYMENT_STATES: dict[str, Word] = {
    "none": Word(later("Not charged")),
    "authorized": Word(later("Held payment"), "info"),
    "action_needed": Word(later("Action needed"), "danger"),
    "captured": Word(later("Charged"), "success"),
    "refunded": Word(later("Refunded")),
    "failed": Word(later("Failed"), "danger"),
    "written_off": Word(later("Written off"), "warning"),
}
PAYOUT_STATES: dict[str, Word] = {
    "none": Word(later("Not paid out")),
    "held": Word(later("Held"), "warning"),
    "transferred": Word(later("On the balance"), "info"),
    "paid_out": Word(later("Paid out"), "success"),
    "failed": Word(later("Failed"), "danger"),
}
MESSAGE_STATES: dict[str, Word] = {
    "queued": Word(later("Queued")),
    "sending": Word(later("Sending"), "info"),
    "postponed": Word(later("Postponed"), "warning"),
    "sent": Word(later("Sent"), "success"),
    "delivered": Word(later("Delivered"), "success"),
    "dropped": Word(later("Not sent")),
    "failed": Word(later("Failed"), "danger"),
}
OFFER_ANSWERS: dict[str, Word] = {
    "open": Word(later("Asked"), "accent"),
    "accepted": Word(later("Accepted"), "success"),
    "declined": Word(later("Declined")),
    "withdrawn": Word(later("Withdrawn")),
    "expired": Word(later("No answer")),
}
ROLES = {
    "customer": later("Customer"),
    "provider": later("Provider"),
    "operator": later("Operator"),
    "system": later("System"),
}
SWITCHES: dict[str, Word] = {
    "matching": Word(later("Matching"), icon="search"),
    "notifications": Word(later("Sending messages"), icon="mail"),
    "payouts": Word(later("Payouts"), icon="banknote"),
}
MODES = {"asap": later("As soon as possible"), "scheduled": later("Scheduled")}
REFUSALS = {
    "excluded": later("Blocked, or gave this job back"),
    "no_tier": later("Has no tier"),
    "not_available_now": later("Not available now"),
    "notice": later("Wants more notice"),
    "not_working": later("Outside working hours"),
    "not_category": later("Does not take this work"),
    "no_right": later("May not work"),
    "not_covering": later("Place is outside the area"),
    "too_far": later("Too far away"),
    "not_free": later("Has other work then"),
    "day_is_full": later("Has enough jobs that day"),
    "no_price": later("Tier has no price for this job"),
}
SIGNALS = {
    "distance": later("near"),
    "rating": later("rating"),
    "response": later("answers fast"),
    "newcomer": later("newcomer"),
    "waiting": later("long without an offer"),
    "acceptance": later("accepts often"),
}
CAUSES = {
    "not_fixed": later("the issue is not fully fixed"),
    "no_show_reported_by_customer": later("the customer says that nobody came"),
    "no_show_reported_by_provider": later("the provider says that nobody was there"),
    "no_show_reported_by_operator": later("an operator reported that somebody did not come"),
    "provider_withdrew_late": later("the provider gave the job back after its start"),
    "not_started": later("the work was not started in time"),
    "confirmed": later("confirmed by the customer"),
    "silence": later("nobody objected in time"),
    "decision": later("decided by an operator"),
    "asked": later("asked for"),
    "not_confirmed": later("the customer did not say yes in time"),
    "no_card": later("no card was given in time"),
}

# How far money is that moves: holds, charges, shares, payouts and tips.
MOVEMENTS = {
    "requested": later("asked of the payment provider"),
    "authorized": later("held"),
    "action_needed": later("the bank wants the customer to act"),
    "declined": later("declined by the bank"),
    "captured": later("charged to the card"),
    "released": later("let go"),
    "waiting": later("waits"),
    "made": later("on the provider's balance"),
    "pending": later("on its way"),
    "in_transit": later("on its way"),
    "paid": later("paid"),
    "failed": later("failed"),
    "refused": later("refused"),
}
# Why a message waits or was not sent.
UNSENT = {
    "quiet_hours": later("waits for the end of quiet hours"),
    "paused": later("sending is stopped"),
    "vendor": later("the mail or SMS service did not take it; tried again"),
    "gave_up": later("given up after several tries"),
    "expired": later("it was over before it could be sent"),
    "overtaken": later("something newer made it untrue"),
    "told_with_the_decision": later("told with the decision"),
    "offer_over": later("the offer was over"),
    "code_over": later("the code was used or over"),
    "subject_gone": later("what it was about is gone"),
    "account_not_open": later("the account is not open"),
    "no_consent": later("no consent to text messages"),
    "no_number": later("no telephone number"),
    "bad_header": later("its subject cannot be sent"),
    "recipient_refused": later("the address was refused"),
    "no_template": later("there are no words for it"),
}


def word(words: Mapping[str, Word], key: str) -> Word:
    """Give the word of a key; a key that nobody has written a word for is shown as it is."""
    return words.get(key) or Word(key.replace("_", " "))


def text(words: Mapping[str, str | Promise], key: str) -> str:
    """Likewise for texts."""
    return str(words.get(key) or key.replace("_", " "))


def sentence(name: str, payload: Mapping[str, Any]) -> str:
    """Say a fact as a sentence; one that has none is shown by its name."""
    known = SENTENCES.get(name)
    if known is None:
        return name.replace("_", " ").replace(".", ": ")
    return str(known) % _Shown(payload)


def headline(name: str) -> str:
    """Say of a fact only what happened, without its figures: "A provider accepted"."""
    head = _FIGURES_BEGIN.split(str(SENTENCES.get(name, "")), maxsplit=1)[0]
    return head if head and "%" not in head else sentence(name, {})


class _Shown(dict[str, str]):
    """The members of a fact, each as people read it, when a sentence asks for it."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        super().__init__()
        self.payload = payload

    def __missing__(self, name: str) -> str:
        value = self.payload.get(name)
        if value is None:
            return "-"
        if name.endswith("_minor"):
            return Money(int(value), self.payload.get("currency") or "USD").shown(moments.locale_name())
        if name.endswith("_minutes"):
            return moments.length(int(value))
        if name in {"cause", "reason"}:
            return text(CAUSES, str(value))
        if isinstance(value, list):
            return str(len(value))
        return _("yes") if value is True else str(value)
