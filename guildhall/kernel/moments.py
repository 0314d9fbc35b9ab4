"""Moments as the database writes them, read by the interpreter's own parser: a list of bookings has hundreds of them."""

from datetime import UTC, datetime
from typing import Any

from psycopg.types.datetime import TimestamptzLoader


class Moments(TimestamptzLoader):
    """Reads a moment; what the interpreter's parser does not know is left to psycopg's."""

    timezone = UTC  # By this Django sees that it need not put a loader of its own in this one's place.

    def load(self, data: Any) -> datetime:
        """Give a moment in UTC, whichever clocks the connection writes it by (ours: those of UTC)."""
        try:
            moment = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def read_quickly(*, connection: Any, **_signal: object) -> None:
    """Have a connection that was opened just now read moments so."""
    connection.connection.adapters.register_loader("timestamptz", Moments)
