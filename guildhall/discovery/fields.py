"""A PostgreSQL type that Django does not know."""

from typing import Any

from django.db import models


class InstantsField(models.Field):  # type: ignore[type-arg]  # not subscriptable when the program runs
    """Separate stretches of time: `tstzmultirange`. Read and written by SQL only."""

    def db_type(self, connection: Any) -> str:
        """Name the column's type."""
        return "tstzmultirange"
