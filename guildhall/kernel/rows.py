"""
Rows by their key, and rows by a condition that is written out: the statements that every command and every page needs.

Django builds the same statement anew for each call, which takes longer than running it. What is read is what its models read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)
T = TypeVar("T")
# The weaker one leaves rows alone that only point at this one.
Lock = Literal["update", "no key update"]


@dataclass(frozen=True)
class Sql:
    """A value that the database works out: an expression of our own, and its parameters."""

    expression: str
    params: tuple[object, ...] = ()


NOW = Sql("statement_timestamp()")
ONE_MORE_VERSION = Sql("version + 1")


def from_now(*, seconds: int) -> Sql:
    """Say a moment by the database's real time."""
    return Sql("statement_timestamp() + make_interval(secs => %s)", (seconds,))


def fetch(model: type[M], key: str, value: object, *, lock: Lock | None = None) -> M | None:
    """Give the row whose unique column `key` has this value, or None; with `lock` it is kept for the transaction."""
    shape = _shape(model)
    field = _field(model, key)
    statement = f"{shape.select} where {_quoted(field.column)} = %s{f' for {lock}' if lock else ''}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [field.get_db_prep_value(value, connection)])
        found = cursor.fetchone()
    return None if found is None else model.from_db(connection.alias, shape.names, shape.read(found))


def fetch_all(model: type[M], key: str, values: Collection[object]) -> list[M]:
    """Give the rows whose column `key` has one of these values: in one statement, or in none when there is no value."""
    if not values:
        return []
    field = _field(model, key)
    wanted = [field.get_db_prep_value(value, connection) for value in values]
    return read(model, f"where {_quoted(field.column)} = any(%s)", [wanted])


def read(model: type[M], rest: str, params: Sequence[Any] | Mapping[str, Any]) -> list[M]:
    """Give rows of a table; `rest` is what follows its name in the statement, from `where` on: written in our code, never put together."""
    shape = _shape(model)
    with connection.cursor() as cursor:
        cursor.execute(f"{shape.select} {rest}", params)
        found = cursor.fetchall()
    return [model.from_db(connection.alias, shape.names, shape.read(row)) for row in found]


def holds(condition: str, params: Sequence[Any] | Mapping[str, Any]) -> bool:
    """Whether a condition holds: written in our code, as it stands after `select`."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {condition}", params)
        return bool(cursor.fetchone()[0])


def cards(make: Callable[..., T], statement: str, params: Sequence[Any] | Mapping[str, Any]) -> list[T]:
    """Give what `make` makes of each row of a statement of our own; its columns are named like the arguments."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        names = [column.name for column in cursor.description]
        return [make(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def change(row: Model, values: Mapping[str, object], *, among: Collection[str] | None = None) -> bool:
    """
    Set columns of a row and have `row` say what is there now; False when its status is not among those, and nothing changed.
    """
    shape = _shape(type(row))
    assignments, params = _assignments(type(row), values)
    statement = f"update {shape.table} set {assignments} where {shape.key} = %s"  # noqa: S608 - names of our own columns
    params.append(shape.key_field.get_db_prep_value(row.pk, connection))
    if among is not None:
        statement += " and status = any(%s)"
        params.append([str(one) for one in among])
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} returning {shape.columns}", params)
        found = cursor.fetchone()
    if found is None:
        return False
    _take_over(row, shape, found)
    return True


def add(row: M, *, once_per: str | None = None, **worked_out: Sql) -> bool:
    """
    Write a new row and have `row` say what is there now; with `once_per`, a unique column, False when its value is there already, and
    nothing changed.

    :param worked_out: values that the database works out.
    """
    shape = _shape(type(row))
    names: list[str] = []
    places: list[str] = []
    params: list[Any] = []
    for field in shape.fields:
        value = worked_out.get(field.name, getattr(row, field.attname))
        if value is None and field.primary_key:
            continue  # The database counts.
        names.append(_quoted(field.column))
        if isinstance(value, Sql):
            places.append(value.expression)
            params += value.params
        else:
            places.append("%s")
            params.append(field.get_db_prep_save(value, connection))
    conflict = "" if once_per is None else f" on conflict ({_quoted(_field(type(row), once_per).column)}) do nothing"
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {shape.table} ({', '.join(names)}) values ({', '.join(places)}){conflict} returning {shape.columns}",  # noqa: S608 - names of our own columns
            params,
        )
        found = cursor.fetchone()
    if found is None:
        return False
    _take_over(row, shape, found)
    row._state.adding = False  # noqa: SLF001 - as Django does after an insert
    row._state.db = connection.alias  # noqa: SLF001
    return True


def _assignments(model: type[Model], values: Mapping[str, object]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    for name, value in values.items():
        field = _field(model, name)
        if isinstance(value, Sql):
            parts.append(f"{_quoted(field.column)} = {value.expression}")
            params += value.params
        else:
            parts.append(f"{_quoted(field.column)} = %s")
            params.append(field.get_db_prep_save(value, connection))
    return ", ".join(parts), params


def _take_over(row: Model, shape: _Shape, found: tuple[object, ...]) -> None:
    """Write what was returned into the object; what hung on a reference that leads elsewhere now is forgotten."""
    for field, value in zip(shape.fields, shape.read(found), strict=True):
        if field.is_relation and field.is_cached(row) and getattr(row, field.attname) != value:
            field.delete_cached_value(row)
        setattr(row, field.attname, value)


@dataclass(frozen=True)
class _Shape:
    fields: tuple[Any, ...]
    names: tuple[str, ...]
    table: str
    columns: str
    key: str
    key_field: Any
    converters: tuple[tuple[int, Any, tuple[Callable[..., object], ...]], ...]

    @cached_property
    def select(self) -> str:
        return f"select {self.columns} from {self.table}"  # noqa: S608 - names of our own columns

    def read(self, found: tuple[object, ...]) -> list[object]:
        """Turn what the driver gives into what the model's fields are."""
        values = list(found)
        for place, expression, convert in self.converters:
            for one in convert:
                values[place] = one(values[place], expression, connection)
        return values


class _Known(threading.local):
    """What a thread has worked out: some converters, such as those of geometries, belong to the thread that asked for them."""

    def __init__(self) -> None:
        self.shapes: dict[type[Model], _Shape] = {}


_known = _Known()


def _shape(model: type[Model]) -> _Shape:
    shape = _known.shapes.get(model)
    if shape is None:
        shape = _known.shapes[model] = _work_out(model)
    return shape


def _work_out(model: type[Model]) -> _Shape:
    meta = model._meta  # noqa: SLF001 - Django's public name
    fields: tuple[Any, ...] = tuple(meta.concrete_fields)
    primary: Any = meta.pk
    converters = []
    for place, field in enumerate(fields):
        column = field.get_col(meta.db_table)
        convert = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        if convert:
            converters.append((place, column, tuple(convert)))
    return _Shape(
        fields=fields,
        names=tuple(field.attname for field in fields),
        table=_quoted(meta.db_table),
        columns=", ".join(_quoted(field.column) for field in fields),
        key=_quoted(primary.column),
        key_field=primary,
        converters=tuple(converters),
    )


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)  # noqa: SLF001 - Django's public name


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
