"""Telling a database that is away from everything else that can go wrong."""

import psycopg
from django.db import InterfaceError, OperationalError
from procrastinate.exceptions import ConnectorException


def is_outage(error: BaseException) -> bool:
    """Whether the database was away when Django, or procrastinate for a job that defers another, asked it: to be done again."""
    if isinstance(error, ConnectorException):
        return isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError)
    return isinstance(error, OperationalError | InterfaceError)
