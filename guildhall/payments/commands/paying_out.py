"""Providers: getting an account with the vendor, and getting money to their bank before the schedule does."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Invalid, Refused
from guildhall.kernel.rows import add
from guildhall.payments.intents import plan
from guildhall.payments.locking import lock_account
from guildhall.payments.models import OnboardingVisit, Payout, PayoutAccount
from guildhall.payments.paying import ask_for_link, available_minor
from guildhall.payments.sharing import payouts_are_paused
from guildhall.payments.types import OnboardingLink
from guildhall.policy.queries import get
from guildhall.policy.types import MoneyPolicy


class PayoutsDisabled(Refused):
    """The vendor does not let this provider be paid, or does not know them yet."""

    code = "payouts_disabled"
    default_detail = "Your payout account is not ready. Complete it first."


class PayoutsPaused(Refused):
    """An operator stopped payouts here."""

    code = "payouts_paused"
    default_detail = "Payouts are paused for the moment."


class NothingToPay(Refused):
    """The balance is empty, on its way already, or kept back by a case."""

    code = "nothing_to_pay"
    default_detail = "There is nothing on your balance that can be paid out now."


class BalanceTooSmall(Invalid):
    """More was asked for than can be paid out."""

    code = "balance_too_small"
    default_detail = "Your balance does not cover this payout."


@transaction.atomic
def start_onboarding(*, provider_id: UUID, return_url: str, at: datetime) -> OnboardingLink:
    """
    Start a visit to the vendor's onboarding; a link is good for one, so each visit starts anew.

    The address appears in `queries.get_onboarding(provider_id)` within moments. Done is `payout_account.changed`.
    """
    account = lock_account(provider_id)
    visit = OnboardingVisit(
        account=account,
        number=OnboardingVisit.objects.filter(account=account).count() + 1,
        return_url=return_url,
        started_at=at,
    )
    add(visit)
    ask_for_link(account, visit, at=at)
    return OnboardingLink(id=visit.id, provider_id=provider_id, status=visit.status, url=None, expires_at=None)


@transaction.atomic
def request_payout(*, provider_id: UUID, amount: Money | None, at: datetime) -> UUID:
    """
    Send an amount (None: everything) from the provider's balance to their bank now. What comes from blocked references stays.

    :raises PayoutsDisabled: when the vendor does not let the provider be paid.
    :raises PayoutsPaused: when an operator stopped payouts where the provider lives.
    :raises NothingToPay: when nothing can be paid out.
    :raises BalanceTooSmall: when less than the amount can be.
    """
    account = lock_account(provider_id)
    if not account.is_active:
        raise PayoutsDisabled
    if payouts_are_paused(provider_id):
        raise PayoutsPaused
    currency = amount.currency if amount else get(MoneyPolicy).currency
    available = available_minor(provider_id, currency)
    wanted = amount.minor if amount else available
    if available <= 0 or wanted <= 0:
        raise NothingToPay
    if wanted > available:
        raise BalanceTooSmall
    return _plan_payout(account, wanted, currency, at)


def _plan_payout(account: PayoutAccount, amount_minor: int, currency: str, at: datetime) -> UUID:
    payout_id = new_id()
    Payout.objects.create(id=payout_id, account=account, amount_minor=amount_minor, currency=currency, created_at=at)
    plan(
        kind="payout",
        key=f"payout:{account.provider_id}:{payout_id}",
        subject=payout_id,
        provider_id=account.provider_id,
        params={
            "account": account.account_ref,
            "amount": amount_minor,
            "currency": currency.lower(),
            "metadata": {"payout": str(payout_id)},
        },
        at=at,
    )
    return payout_id
