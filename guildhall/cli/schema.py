"""The part of the database that is not tables: schemas, functions, triggers and rights, applied anew after every migrate."""

from collections.abc import Collection
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from guildhall.cli import applied
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.kernel.moves import Move, pairs

_APP = "guildhall_app"
_FILES = ("published.sql", "triggers.sql")
_REFUSE_MOVE = """
create schema if not exists kernel;
create or replace function kernel.refuse_move() returns trigger language plpgsql as $$
begin
  raise exception '% cannot go from % to %', tg_table_name, old.status, new.status using errcode = 'GH409';
end $$;
"""


def migrate(*, quiet: bool = True) -> None:
    """Bring the database to what this program expects: Django's migrations, then everything that is not a table, and cursors."""
    applied.note(settings.MIGRATION_DATABASE_URL)
    call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
    apply()
    ensure_subscriptions()


def apply() -> None:
    """Apply rights, functions and triggers of every context, lowest layer first, in one transaction. Running it again changes nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local check_function_bodies = off; {_REFUSE_MOVE} {_grants('public')}")
        for context in settings.CONTEXTS:
            for statement in _statements(context):
                cursor.execute(statement)
        cursor.execute(_rights_on_functions_and_views())


def _statements(context: str) -> list[str]:
    folder = Path(settings.BASE_DIR) / "guildhall" / context / "sql"
    files = [(folder / name).read_text() for name in _FILES if (folder / name).exists()]
    return [*_status_triggers(context), *files]


def _status_triggers(context: str) -> list[str]:
    """Generate the transition triggers of a context from its `lifecycle.MACHINES` (table name -> arrows): the only table of arrows."""
    name = f"guildhall.{context}.lifecycle"
    if find_spec(f"guildhall.{context}") is None or find_spec(name) is None:
        return []
    machines: dict[str, Collection[Move]] = getattr(import_module(name), "MACHINES", {})
    return [status_trigger(table, moves) for table, moves in machines.items()]


def status_trigger(table: str, moves: Collection[Move]) -> str:
    """Give the trigger that lets `status` of a table change only along the arrows. The check itself costs no function call."""
    allowed = ", ".join(f"('{old}', '{new}')" for old, new in sorted(pairs(moves)))
    return f"""
    create or replace trigger guard_status before update on {table} for each row
    when (old.status is distinct from new.status and (old.status, new.status) not in ({allowed}))
    execute function kernel.refuse_move()
    """


def _grants(schema: str) -> str:
    """Give the app the tables of a schema. Those of extensions belong to somebody else, and are everybody's to read already."""
    return f"""
    grant usage on schema {schema} to {_APP};
    {_on_each(schema, "'r', 'p', 'v'", "select, insert, update, delete on table")}
    {_on_each(schema, "'S'", "usage, select, update on sequence")}
    """


def _on_each(schema: str, kinds: str, rights: str) -> str:
    """Grant rights on each relation of some kinds that is ours."""
    return f"""
    do $$ declare one regclass; begin
      for one in select oid from pg_class
        where relnamespace = '{schema}'::regnamespace and relowner = current_user::regrole and relkind in ({kinds})
      loop execute format('grant {rights} %s to {_APP}', one); end loop;
    end $$;
    """  # noqa: S608 - our own constants


def _rights_on_functions_and_views() -> str:
    """Let the app call our functions and read our views. A schema has them for every context that has SQL, and `public`."""
    schemas = ", ".join(f"'{schema}'" for schema in ["public", "kernel", *settings.CONTEXTS])
    return f"""
    do $$ declare place regnamespace; one regprocedure; begin
      for place in select oid from pg_namespace where nspname in ({schemas}) loop
        execute format('grant usage on schema %s to {_APP}', place);
        for one in select oid from pg_proc where pronamespace = place and proowner = current_user::regrole loop
          execute format('grant execute on routine %s to {_APP}', one);
        end loop;
        if place <> 'public'::regnamespace then
          execute format('grant select on all tables in schema %s to {_APP}', place);
        end if;
      end loop;
    end $$;
    """  # noqa: S608 - our own constants
