"""What the database holds, whole: so that a test can say that nothing changed."""

from django.db import connection

KEYS = "api_idempotency_key"


def contents() -> dict[str, tuple[int, int]]:
    """Rows and a sum over their contents, of every table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'spatial_ref_sys' order by 1"
        )
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            " union all ".join(
                f"select '{table}', count(*), coalesce(sum(hashtext(t::text)), 0) from {table} t" for table in tables
            )
        )
        return {table: (int(rows), int(total)) for table, rows, total in cursor.fetchall()}


def changed(before: dict[str, tuple[int, int]]) -> list[str]:
    """Tables that are not as they were."""
    now = contents()
    return [table for table in now if now[table] != before.get(table)]
