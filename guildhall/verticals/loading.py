"""Loading a pack into a database: its catalogue always, its policies where none was ever set."""

from datetime import datetime

from django.db import transaction

from guildhall.catalog.commands import load_pack
from guildhall.kernel.actors import Actor
from guildhall.policy.commands import set_policy
from guildhall.policy.queries import current_version
from guildhall.verticals.reading import Pack


@transaction.atomic
def load_vertical(pack: Pack, *, at: datetime) -> bool:
    """Make the database this vertical's; True when that changed anything. What operators have set since stays."""
    by = Actor.system("pack")
    changed = load_pack(pack, by=by, at=at)
    for policy in pack.policies.named():
        if current_version(type(policy)) == 0:
            set_policy(policy, by=by, at=at, reason=f"The {pack.key} pack's own.")
            changed = True
    return changed
