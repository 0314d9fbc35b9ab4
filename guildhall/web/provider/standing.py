"""What stands between a provider and their first offer: what they do, what we do, and what happens next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from guildhall.credentialing.queries import get_right
from guildhall.providers.queries import get_payout_account, get_reach, get_schedule


@dataclass(frozen=True)
class Step:
    """One thing that has to be there before work comes; without `href` somebody else does it."""

    title: str
    note: str
    is_done: bool
    href: str = ""

    @property
    def state(self) -> str:
        """How the timeline shows it."""
        return "done" if self.is_done else "now" if self.href else "next"


def steps_of(provider_id: UUID, at: datetime) -> list[Step]:
    """Give everything a provider needs before offers come, in the order in which one does it."""
    reach, schedule = get_reach(provider_id), get_schedule(provider_id)
    right, account = get_right(provider_id), get_payout_account(provider_id)
    may_work = right is not None and right.revoked_at is None and right.valid_until > at
    return [
        Step(
            _("What you do"),
            _("Choose the kinds of work that you take."),
            bool(reach.category_ids),
            "/pro/work/categories",
        ),
        Step(_("Where you work"), _("Draw the area in which you take jobs."), reach.area is not None, "/pro/work/area"),
        Step(
            _("When you work"),
            _("Say in which hours of the week offers may come."),
            bool(schedule.weekly),
            "/pro/work/hours",
        ),
        Step(
            _("Where we pay you"),
            _("Open your payout account. You can work before it is ready; your money waits for it."),
            account.enabled,
            "/pro/payouts",
        ),
        Step(
            _("Your level"),
            _("Our team looks at what you know and gives you a level. You get a mail when it is there."),
            reach.tier_rank is not None,
        ),
        Step(_("Your right to work"), _right_words(was_there=right is not None, is_there=may_work), may_work),
    ]


def _right_words(*, was_there: bool, is_there: bool) -> str:
    if was_there and not is_there:
        return _(
            "Your right to work has ended. Offers stop until our team renews it; jobs you have done are paid as always."
        )
    return _("Our team checks who you are. This takes some days; you get a mail, and then offers can come.")


def missing_of(provider_id: UUID, at: datetime) -> list[Step]:
    """Give the steps with those done among them, or nothing when offers can come (the payout account may come later)."""
    steps = steps_of(provider_id, at)
    return steps if any(not step.is_done for step in steps if step.href != "/pro/payouts") else []
