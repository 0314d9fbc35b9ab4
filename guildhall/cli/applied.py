"""What each migration said when a database had it: one that says something else by now cannot bring that database up to date."""

import hashlib
import re
import tokenize
from pathlib import Path

import psycopg

from guildhall.cli.environment import Unusable

_LAYOUT = {
    tokenize.ENCODING,
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
_HERE = Path(__file__).resolve().parents[1]
_TABLE = """
create schema if not exists kernel;
create table if not exists kernel.applied_migration (
  context text, name text, digest text not null, primary key (context, name)
)
"""
_FORGET = """
delete from kernel.applied_migration
where (context, name) not in (select app, name from public.django_migrations)
"""


def note(url: str) -> None:
    """
    Write down what the migrations say that a database is about to have; those it had before stay as they were noted.

    What was noted for a migration that failed then is forgotten: it may have been mended since.

    :param url: the database as the owner of its tables.
    """
    with psycopg.connect(url) as owner:
        owner.execute(_TABLE)
        if _is_there(owner, "public.django_migrations"):
            owner.execute(_FORGET)
        owner.cursor().executemany(
            "insert into kernel.applied_migration values (%s, %s, %s) on conflict do nothing",
            [(context, name, digest) for (context, name), digest in digests().items()],
        )


def changed_since(url: str) -> list[str]:
    """
    Name the migrations that a database has had and that are gone by now, or say something else.

    A database that has migrations and no notes is older than the notes: all of them are named.
    """
    now = digests()
    contexts = sorted({context for context, _ in now})
    with psycopg.connect(url) as owner:
        if not _is_there(owner, "public.django_migrations"):
            return []
        had = owner.execute("select app, name from django_migrations where app = any(%s)", [contexts]).fetchall()
        noted: dict[tuple[str, str], str] = {}
        if _is_there(owner, "kernel.applied_migration"):
            rows = owner.execute("select context, name, digest from kernel.applied_migration").fetchall()
            noted = {(context, name): digest for context, name, digest in rows}
    return sorted(".".join(one) for one in had if one not in noted or now.get(one) != noted[one])


def require_unchanged(url: str, *, way_out: str) -> None:
    """
    Let a database pass that this build can bring up to date.

    :param way_out: what to do when it cannot.
    :raises Unusable: when it has had migrations that are gone by now, or say something else.
    """
    if changed := changed_since(url):
        raise Unusable(
            f"this database was made by another build, whose {changed[0]} said something else: it cannot be brought up to date. {way_out}"
        )


def digests(folder: Path = _HERE) -> dict[tuple[str, str], str]:
    """Give what each migration of each context says, shortened; how it is laid out and its comments do not count."""
    return {
        (file.parents[1].name, file.stem): hashlib.sha256(_said(file).encode()).hexdigest()
        for file in folder.glob("*/migrations/[0-9]*.py")
    }


def _said(file: Path) -> str:
    """The words of a program: the same under every version of Python, which its syntax tree is not."""
    with file.open("rb") as lines:
        said = " ".join(token.string for token in tokenize.tokenize(lines.readline) if token.type not in _LAYOUT)
    return re.sub(r", (?=[)\]}])", "", said)  # A comma before what closes is layout too.


def _is_there(owner: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    row = owner.execute("select to_regclass(%s) is not null", [table]).fetchone()
    return bool(row and row[0])
