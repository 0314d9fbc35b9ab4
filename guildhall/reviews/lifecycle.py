"""The life of a review."""

from collections.abc import Collection

from guildhall.kernel.moves import Move
from guildhall.reviews.types import ReviewStatus as S

PUBLISH = Move("publish", {S.HIDDEN}, S.PUBLISHED)

MACHINES: dict[str, Collection[Move]] = {"reviews_review": [PUBLISH]}
