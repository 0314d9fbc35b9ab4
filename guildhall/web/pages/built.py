"""What the build of the front end left for the templates."""

import json
from functools import cache

from django.conf import settings


class NotBuilt(RuntimeError):
    """The front end was not built; `./guild build` does that."""


@cache
def icons() -> dict[str, str]:
    """
    Give the drawings of the icons by name: the inside of an SVG of 24 x 24.

    :raises NotBuilt: when there are none yet.
    """
    try:
        drawings: dict[str, str] = json.loads((settings.BUILT / "icons.json").read_text())
    except FileNotFoundError as error:
        raise NotBuilt(NotBuilt.__doc__) from error
    return drawings
