"""What a kind of data file is: its columns, and the sums that its rows give."""

from typing import Literal, NamedTuple

from ccfloor.kpi.scope import Kind

Grain = Literal["day", "month", "record", "roster"]
Type = Literal["day", "month", "clock", "count", "amount", "points", "text", "key", "choice", "yes"]
Wanted = Literal["", "needed"]
QUEUE, TEAM, AGENT = "queue", "team", "agent"  # columns that say whose row it is


class Choice(NamedTuple):
    """A value of a column that takes few: its code in the data, its words in files."""

    code: str
    zh: str
    en: str
    more: tuple[str, ...] = ()


class Column(NamedTuple):
    """A column of a file. ``more``: other headers that are understood. ``example``: for the template."""

    name: str
    zh: str
    en: str
    type: Type = "count"
    wanted: Wanted = ""
    example: str = ""
    more: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()

    def named(self, lang: str) -> str:
        """Its header in a language."""
        return self.zh if lang == "zh" else self.en


class Sum(NamedTuple):
    """A field and what a row adds to it: the value of column ``of``, or 1 where none is named.

    ``when``: (column, values): only rows with one of these values, for every pair. ``against``: another
    column; the distance between the two is added. ``instead``: (column, beside): where ``of`` is not told
    but ``beside`` is, that column's value is added.
    """

    field: str
    of: str = ""
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    against: str = ""
    instead: tuple[str, str] = ("", "")


class Dataset(NamedTuple):
    """One kind of file. ``at_most``: pairs of columns, the first never above the second.

    ``needs``: (column, when): the column must be filled where the condition holds. ``complete``: a file
    tells of all there were in its days, so that whoever is not named in it had none.
    """

    id: str
    zh: str
    en: str
    grain: Grain
    columns: tuple[Column, ...]
    sums: tuple[Sum, ...] = ()
    scopes: tuple[Kind, ...] = ("site", "queue", "team", "agent")
    at_most: tuple[tuple[str, str], ...] = ()
    needs: tuple[tuple[str, tuple[str, tuple[str, ...]]], ...] = ()
    complete: bool = False
    note_zh: str = ""
    note_en: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it gives, in the order of its sums."""
        return tuple(dict.fromkeys(item.field for item in self.sums))

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError."""
        return {item.name: item for item in self.columns}[name]

    def named(self, lang: str) -> str:
        """Its name in a language."""
        return self.zh if lang == "zh" else self.en
