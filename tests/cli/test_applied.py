"""A database whose migrations were changed after it had them is recognized."""

from pathlib import Path

import psycopg
import pytest

from guildhall.cli import applied, manage

pytestmark = pytest.mark.committed


def test_a_database_of_this_build_is_up_to_date(owner_url):
    assert applied.changed_since(owner_url) == []


def test_a_migration_that_says_something_else_by_now_is_named_also_after_noting_again(
    owner_url, monkeypatch, tmp_path, capsys
):
    with psycopg.connect(owner_url) as owner:
        owner.execute(
            "update kernel.applied_migration set digest = 'other' where context = 'bookings' and name like '0001%'"
        )

    applied.note(owner_url)

    assert applied.changed_since(owner_url) == ["bookings.0001_initial"]
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        monkeypatch.setenv(name, owner_url)
    assert manage.main(["migrate", "--state", str(tmp_path)]) == 2
    assert "bookings.0001_initial" in capsys.readouterr().err


def test_a_migration_that_failed_may_be_mended_before_the_database_has_it(owner_url):
    it = "= 'bookings' and name like '0002%'"
    with psycopg.connect(owner_url) as owner:
        owner.execute(f"update kernel.applied_migration set digest = 'as it failed' where context {it}")
        [had] = owner.execute(f"delete from django_migrations where app {it} returning app, name, applied").fetchall()

    applied.note(owner_url)

    with psycopg.connect(owner_url) as owner:
        owner.execute("insert into django_migrations (app, name, applied) values (%s, %s, %s)", had)
    assert applied.changed_since(owner_url) == []


def test_a_migration_that_is_gone_and_a_database_without_notes_are_named(owner_url):
    with psycopg.connect(owner_url) as owner:
        owner.execute("insert into django_migrations (app, name, applied) values ('matching', '0002_gone', now())")
    assert applied.changed_since(owner_url) == ["matching.0002_gone"]

    with psycopg.connect(owner_url) as owner:
        owner.execute("drop table kernel.applied_migration")

    assert "bookings.0001_initial" in applied.changed_since(owner_url)


def test_a_first_migration_that_was_killed_halfway_is_continued(owner_url):
    with psycopg.connect(owner_url) as owner:
        owner.execute("delete from django_migrations where app > 'd'")
    assert applied.changed_since(owner_url) == []

    with psycopg.connect(owner_url) as owner:
        owner.execute("drop table django_migrations; drop table kernel.applied_migration")

    assert applied.changed_since(owner_url) == []


def test_layout_and_comments_do_not_count(tmp_path: Path):
    migrations = tmp_path / "some" / "migrations"
    migrations.mkdir(parents=True)
    file = migrations / "0001_initial.py"
    file.write_text("a = [1, 2]\n")
    first = applied.digests(tmp_path)

    file.write_text("# made by hand\na = [\n    1,\n    2,\n]\n")
    assert applied.digests(tmp_path) == first

    file.write_text("a = [1, 3]\n")
    assert applied.digests(tmp_path) != first
