"""Who may change what of a customer."""

from uuid import UUID

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound


def require_own(customer_id: UUID, by: Actor) -> None:
    """
    Let the customer, operators and the system pass.

    :raises NotFound: another customer asks; they do not learn whether there is such a one.
    :raises NotAllowed: somebody who is no customer asks.
    """
    if by.kind in {"operator", "system"}:
        return
    if by.kind != "customer":
        raise NotAllowed
    if by.id != customer_id:
        raise NotFound
