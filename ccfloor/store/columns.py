"""The kinds of columns that all tables are made of. Instants: UTC epoch seconds, durations: milliseconds."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, MetaData, Text
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts its rows by itself only in a column of exactly this type.
RowId = BigInteger().with_variant(Integer(), "sqlite")


def text_column(name: str, **more: Any) -> Column[str]:
    """A text that is always there."""
    return Column(name, Text, nullable=False, **more)


def instant_column(name: str) -> Column[float]:
    """An instant."""
    return Column(name, Double, nullable=False)


def count_column(
    name: str, kind: TypeEngine[int] | type[TypeEngine[int]] = BigInteger, **more: Any
) -> Column[int]:
    """A whole number."""
    return Column(name, kind, nullable=False, **more)


def flag_column(name: str) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False)


def row_id_column() -> Column[int]:
    """A number that the database gives."""
    return Column("id", RowId, primary_key=True, autoincrement=True)


def key_column(name: str, kind: Any) -> Column[Any]:
    """A part of the primary key."""
    return Column(name, kind, primary_key=True, autoincrement=False)
