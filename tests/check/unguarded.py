"""A database whose guards are taken away, and rows that no command would write."""

from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

_ids = count(1)
_EMPTY = {
    "boolean": False,
    "bytea": b"",
    "jsonb": "{}",
    "json": "{}",
    "interval": "0",
    "ARRAY": [],
    "timestamp with time zone": "2027-03-01 09:00+00",
    "tstzrange": "[2027-03-01 09:00+00,2027-03-01 11:00+00)",
}
_WAYS_OUT = """
do $$ declare guard record; begin
  for guard in select conrelid::regclass as tab, conname from pg_constraint
    where contype in ('f', 'x', 'c', 'u') and conrelid in (select oid from pg_class where relowner = current_user::regrole)
    order by contype = 'u' loop
    execute format('alter table %s drop constraint %I cascade', guard.tab, guard.conname);
  end loop;
  for guard in select i.indexrelid::regclass as ind from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relowner = current_user::regrole and i.indisunique and not i.indisprimary loop
    execute format('drop index %s', guard.ind);
  end loop;
  for guard in select c.oid::regclass as tab from pg_class c where c.relowner = current_user::regrole and c.relkind = 'r' loop
    execute format('alter table %s disable trigger user', guard.tab);
  end loop;
end $$
"""


class Owner:
    """The owner's connection to a database without guards; every breach is rolled back."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(_WAYS_OUT)
        connection.commit()
        self.connection = connection

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement; gives its rows, if any."""
        cursor = self.connection.execute(statement, values)  # type: ignore[arg-type]  # a constant of the tests
        return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, **values: Any) -> Any:
        """Insert a row, making up what must be there and is not given; gives the value of its first column."""
        row = {**self._made_up(table, set(values)), **values}
        statement = sql.SQL("insert into {} ({}) values ({}) returning {}").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() for _ in row),
            sql.Identifier(self._columns(table)[0][0]),
        )
        return self.connection.execute(statement, list(row.values())).fetchone()[0]

    def _columns(self, table: str) -> list[tuple[Any, ...]]:
        return self.run(
            """select column_name, data_type, is_nullable = 'YES' or column_default is not null or is_identity = 'YES'
               from information_schema.columns where table_name = %s order by ordinal_position""",
            table,
        )

    def _made_up(self, table: str, given: set[str]) -> dict[str, Any]:
        missing = [(name, kind) for name, kind, may_miss in self._columns(table) if not may_miss and name not in given]
        return {name: _value(kind) for name, kind in missing}


def _value(kind: str) -> Any:
    if kind == "uuid":
        return UUID(int=next(_ids))
    if kind in _EMPTY:
        return _EMPTY[kind]
    return "" if kind in {"text", "character varying"} else next(_ids) % 30_000


def a_booking(owner: Owner, **values: Any) -> UUID:
    """A booking that nobody owns; by default it is closed and has said everything it must."""
    booking: UUID = owner.insert("bookings_booking", **{"status": "closed", "version": 0, **values})
    return booking


def a_cascade(owner: Owner, **values: Any) -> UUID:
    """A cascade with one wave, by default live until the far future."""
    given = {"status": "live", "wave_number": 1, "expires_at": "2199-01-01 00:00+00", **values}
    cascade: UUID = owner.insert("matching_cascade", **given)
    return cascade


def an_offer(owner: Owner, cascade: UUID, **values: Any) -> UUID:
    """An offer of a cascade's first wave, by default withdrawn."""
    offer: UUID = owner.insert(
        "matching_offer", cascade_id=cascade, **{"status": "withdrawn", "wave_number": 1, **values}
    )
    return offer


def a_payment(owner: Owner, **values: Any) -> UUID:
    """A payment on which nothing happened yet."""
    nothing = dict.fromkeys(
        ("authorized_minor", "captured_minor", "refunded_minor", "transferred_minor", "fee_minor", "tax_minor"), 0
    )
    payment: UUID = owner.insert(
        "payments_payment", **{"reference": "booking:x", "currency": "USD", **nothing, **values}
    )
    return payment


def an_account(owner: Owner, kind: str, balance_minor: int, currency: str = "USD", of: str = "") -> int:
    """An account of the ledger."""
    account: int = owner.insert("payments_account", kind=kind, owner=of, currency=currency, balance_minor=balance_minor)
    return account


def a_journal(owner: Owner, *entries: tuple[int, int], **values: Any) -> int:
    """A journal with entries of (account, amount)."""
    journal: int = owner.insert("payments_journal", **{"reference": "", "cause": f"cause {next(_ids)}", **values})
    for account_id, amount_minor in entries:
        owner.insert("payments_entry", journal_id=journal, account_id=account_id, amount_minor=amount_minor)
    return journal


def a_fact(owner: Owner, aggregate: str, version: int, **values: Any) -> int:
    """A fact in the log, without a position."""
    seq: int = owner.insert("eventlog_event", aggregate=aggregate, version=version, **{"reference": "", **values})
    return seq


def a_review(owner: Owner, **values: Any) -> UUID:
    """A review by a provider that everybody sees."""
    review: UUID = owner.insert("reviews_review", **{"side": "provider", "status": "published", **values})
    return review


def a_message(owner: Owner, **values: Any) -> UUID:
    """A text message about a fact that was committed, by default not sent."""
    seq = a_fact(owner, f"booking:{next(_ids)}", 1, name="wave.opened")
    given = {"event_seq": seq, "event_name": "wave.opened", "channel": "sms", "status": "dropped", **values}
    message: UUID = owner.insert("notifications_outgoing_message", **given)
    return message
