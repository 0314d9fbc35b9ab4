"""The policies in force as one database connection knows them."""

from functools import partial

from guildhall.kernel.remembered import Remembered
from guildhall.policy.models import Document
from guildhall.policy.types import P

DOCUMENTS = Remembered()


def current(kind: type[P]) -> tuple[int, P]:
    """Give the version in force and its value: version 0 and the defaults when none was ever set."""
    return DOCUMENTS.get(kind.document, partial(_read, kind))


def _read(kind: type[P]) -> tuple[int, P]:
    newest = Document.objects.filter(name=kind.document).order_by("-version").values_list("version", "value").first()
    if newest is None:
        return 0, kind()
    version, value = newest
    return version, kind.model_validate(value)
