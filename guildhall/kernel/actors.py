"""Who acts."""

from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

Kind = Literal["customer", "provider", "operator", "system", "anonymous"]


@dataclass(frozen=True)
class Actor:
    """A person by role and account id, or a named part of the system."""

    kind: Kind
    id: UUID | None = None
    name: str = ""

    @classmethod
    def customer(cls, account_id: UUID) -> Self:
        """Name a customer."""
        return cls("customer", account_id)

    @classmethod
    def provider(cls, account_id: UUID) -> Self:
        """Name a provider."""
        return cls("provider", account_id)

    @classmethod
    def operator(cls, account_id: UUID) -> Self:
        """Name an operator."""
        return cls("operator", account_id)

    @classmethod
    def system(cls, name: str) -> Self:
        """Name a part of the system that acts by itself (a timer, a vendor's outcome)."""
        return cls("system", None, name)

    @classmethod
    def anonymous(cls) -> Self:
        """Somebody who has not signed in."""
        return cls("anonymous")

    @property
    def account_id(self) -> UUID:
        """The account of a person; asking it of a machine is a fault of ours."""
        if self.id is None:
            raise LookupError(f"{self} has no account")
        return self.id

    def __str__(self) -> str:
        """Give the form that events and postings store."""
        return f"{self.kind}:{self.id or self.name}" if self.id or self.name else self.kind
