"""Who may change what of a provider."""

from uuid import UUID

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound


def require_own(provider_id: UUID, by: Actor) -> None:
    """
    Let the provider, operators and the system pass.

    :raises NotFound: another provider asks; they do not learn whether there is such a one.
    :raises NotAllowed: somebody who is no provider asks.
    """
    if by.kind in {"operator", "system"}:
        return
    if by.kind != "provider":
        raise NotAllowed
    if by.id != provider_id:
        raise NotFound


def require_operator(by: Actor) -> None:
    """
    Let operators and the system pass.

    :raises NotAllowed: anybody else asks.
    """
    if by.kind not in {"operator", "system"}:
        raise NotAllowed
