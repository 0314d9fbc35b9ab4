"""What can be asked of payments. Each command decides and writes; the worker talks to the vendor afterwards."""

from guildhall.payments.collecting import NoCard, OtherMoney
from guildhall.payments.commands.authorizing import AlreadyAuthorized, AlreadySettled, authorize, release
from guildhall.payments.commands.blocking import block, lift_block
from guildhall.payments.commands.cards import forget_card, start_card_setup
from guildhall.payments.commands.checkouts import expect_payment, expire_checkout, start_checkout, use_saved_card
from guildhall.payments.commands.hearing import handle_webhook
from guildhall.payments.commands.paying_out import (
    BalanceTooSmall,
    NothingToPay,
    PayoutsDisabled,
    PayoutsPaused,
    request_payout,
    start_onboarding,
)
from guildhall.payments.commands.settling import MoreThanAuthorized, settle, settle_cancellation
from guildhall.payments.commands.tipping import BadTip, TipUnderWay, give_tip
from guildhall.payments.intents import SettlementBlocked
from guildhall.payments.outcomes import record_outcome
from guildhall.payments.signatures import BadSignature

__all__ = [
    "AlreadyAuthorized",
    "AlreadySettled",
    "BadSignature",
    "BadTip",
    "BalanceTooSmall",
    "MoreThanAuthorized",
    "NoCard",
    "NothingToPay",
    "OtherMoney",
    "PayoutsDisabled",
    "PayoutsPaused",
    "SettlementBlocked",
    "TipUnderWay",
    "authorize",
    "block",
    "expect_payment",
    "expire_checkout",
    "forget_card",
    "give_tip",
    "handle_webhook",
    "lift_block",
    "record_outcome",
    "release",
    "request_payout",
    "settle",
    "settle_cancellation",
    "start_card_setup",
    "start_checkout",
    "start_onboarding",
    "use_saved_card",
]
