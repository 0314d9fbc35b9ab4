"""The policies in force as one database connection knows them."""

from functools import partial

from guildhall.kernel.remembered import Remembered
from guildhall.kernel.rows import read
from guildhall.policy.models import Document
from guildhall.policy.types import P

DOCUMENTS = Remembered()


def current(kind: type[P]) -> tuple[int, P]:
    """Give the version in force and its value: version 0 and the defaults when none was ever set."""
    return DOCUMENTS.get(kind.document, partial(_read, kind))


def _read(kind: type[P]) -> tuple[int, P]:
    newest = read(Document, "where name = %s order by version desc limit 1", [kind.document])
    return (newest[0].version, kind.model_validate(newest[0].value)) if newest else (0, kind())
