"""Short words for the columns of migrations. What they make is frozen with the migrations that use them."""

import sqlalchemy as sa
from alembic import op

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def row_id() -> sa.Column[int]:
    """A number that the database gives."""
    return sa.Column("id", _ROW_ID, autoincrement=True, nullable=False)


def texts(names: str, maybe: bool = False) -> list[sa.Column[str]]:
    """Texts by these names, empty ones allowed if ``maybe``."""
    return [sa.Column(name, sa.Text(), nullable=maybe) for name in names.split()]


def numbers(names: str, maybe: bool = False) -> list[sa.Column[float]]:
    """Instants and other numbers with a fraction."""
    return [sa.Column(name, sa.Double(), nullable=maybe) for name in names.split()]


def small(names: str, maybe: bool = False) -> list[sa.Column[int]]:
    """Whole numbers."""
    return [sa.Column(name, sa.Integer(), nullable=maybe) for name in names.split()]


def big(names: str, maybe: bool = False) -> list[sa.Column[int]]:
    """Whole numbers of any size."""
    return [sa.Column(name, sa.BigInteger(), nullable=maybe) for name in names.split()]


def flags(names: str) -> list[sa.Column[bool]]:
    """Yes or no."""
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names.split()]


def primary(table: str, columns: str = "id") -> sa.PrimaryKeyConstraint:
    """The primary key."""
    return sa.PrimaryKeyConstraint(*columns.split(), name=f"pk_{table}")


def unique(table: str, columns: str) -> sa.UniqueConstraint:
    """What there is once."""
    return sa.UniqueConstraint(*columns.split(), name=f"uq_{table}_{columns.replace(' ', '_')}")


def index(table: str, columns: str) -> None:
    """An index of an existing table."""
    op.create_index(f"ix_{table}_{columns.replace(' ', '_')}", table, columns.split())
