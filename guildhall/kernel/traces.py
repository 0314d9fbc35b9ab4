"""What stays of a refusal: nothing, unless the refusal itself is counted."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from guildhall.kernel.refusals import Refused


@contextmanager
def undone_if_refused() -> Iterator[None]:
    """
    Do a block whole or not at all, like `transaction.atomic`; but a refusal that leaves a trace undoes nothing.

    Around the outermost block as around those in it: whoever catches a refusal outside finds the trace still there.
    """
    traced: Refused | None = None
    with transaction.atomic():
        try:
            yield
        except Refused as refusal:
            if not refusal.leaves_trace:
                raise
            traced = refusal
    if traced is not None:
        raise traced
