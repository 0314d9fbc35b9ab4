"""The facts that move a provider in the reach index. Each only says that something changed; the index reads what is true."""

from guildhall.credentialing.events import WorkRightGranted, WorkRightRevoked
from guildhall.discovery.commands import rebuild_reach
from guildhall.eventlog.commands import on
from guildhall.eventlog.types import Fact
from guildhall.providers.events import ProviderReachChanged


@on(ProviderReachChanged)
def index_what_the_provider_changed(event: ProviderReachChanged, fact: Fact) -> None:
    """Area, home, categories, tier, hours, account."""
    rebuild_reach(provider_ids=[event.aggregate_id], at=fact.at)


@on(WorkRightGranted)
def index_who_may_work(event: WorkRightGranted, fact: Fact) -> None:
    """Whoever may work can be found."""
    rebuild_reach(provider_ids=[event.provider_id], at=fact.at)


@on(WorkRightRevoked)
def drop_who_may_not_work(event: WorkRightRevoked, fact: Fact) -> None:
    """Whoever may not work any more leaves the index; the query itself refuses them at once."""
    rebuild_reach(provider_ids=[event.provider_id], at=fact.at)
