"""Money: integer minor units of one currency, rounded once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Self

from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units (cents for USD, yen for JPY, fils for KWD) with its ISO 4217 code."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not money."""
        if type(self.minor) is not int:
            raise TypeError("Money is counted in whole minor units.")
        if len(self.currency) != len("USD") or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is not a currency code.")

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"Cannot mix {self.currency} and {other.currency}.")
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        """Add an amount of the same currency."""
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Take an amount of the same currency away."""
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Compare amounts of the same currency."""
        return self.minor < self._same(other)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Give nothing, of a currency."""
        return cls(0, currency)

    def share(self, basis_points: int) -> "Money":
        """Give so many ten-thousandths of the amount, rounded half up, once."""
        return Money(rounded(Decimal(self.minor) * basis_points / 10_000), self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Split into parts that sum exactly to the whole (largest remainder; earlier parts first among equals)."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("Weights are not negative and at least one is positive.")
        floors = [self.minor * weight // total for weight in weights]
        remainders = sorted(range(len(weights)), key=lambda i: -(self.minor * weights[i] % total))
        for index in remainders[: self.minor - sum(floors)]:
            floors[index] += 1
        return [Money(part, self.currency) for part in floors]

    def shown(self, locale: str = "en_US") -> str:
        """Write the amount for people of a locale, for example `$72.50`."""
        return _shown(self.minor, self.currency, locale)


@lru_cache(maxsize=8_192)
def _shown(minor: int, currency: str, locale: str) -> str:
    """Remembered, because a list of prices writes the same ones again and again and Babel takes its time."""
    value = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(value, currency, locale=locale))


def rounded(value: Decimal) -> int:
    """Round half up to a whole minor unit: the one rounding rule of the house."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
