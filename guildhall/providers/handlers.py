"""What providers hear from below."""

from guildhall.eventlog.commands import on
from guildhall.eventlog.types import Fact
from guildhall.identity.events import AccountDisabled, AccountVerified
from guildhall.identity.types import Role
from guildhall.kernel.actors import Actor
from guildhall.providers.commands.reaching import tell_reach_changed


@on(AccountVerified)
def let_a_verified_provider_be_found(event: AccountVerified, fact: Fact) -> None:
    """Whoever proved their address can be asked."""
    if event.role == Role.PROVIDER:
        tell_reach_changed(event.aggregate_id, "account", by=Actor.system("providers"), at=fact.at)


@on(AccountDisabled)
def let_a_disabled_provider_be_found_no_more(event: AccountDisabled, fact: Fact) -> None:
    """Whose door is closed is not asked."""
    if event.role == Role.PROVIDER:
        tell_reach_changed(event.aggregate_id, "account", by=Actor.system("providers"), at=fact.at)
