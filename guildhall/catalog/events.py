"""Facts of the catalogue."""

from dataclasses import dataclass
from typing import ClassVar

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class CatalogLoaded(Event):
    """The catalogue is another than before; the event's version counts the catalogues."""

    name: ClassVar[str] = "catalog.loaded"
    aggregate_type: ClassVar[str] = "catalog"

    pack: str
    category_ids: list[int]
