"""What many datasets share: columns that say of when and of whom a row is, and the ways they are made."""

from collections.abc import Iterable

from ccfloor.kpi.dataset import AGENT, QUEUE, TEAM, Choice, Column, Dataset, Grain, Sum, Type, Wanted
from ccfloor.kpi.scope import Kind

DAY_COLUMN = Column("day", "日期", "Date", "day", "needed", "2026-11-22", ("日", "统计日期", "day"))
MONTH_COLUMN = Column("month", "月份", "Month", "month", "needed", "2026-11", ("月", "统计月份"))
QUEUE_COLUMN = Column(QUEUE, "队列", "Queue", "text", "", "热线咨询", ("技能组", "业务", "skill"))
TEAM_COLUMN = Column(TEAM, "班组", "Team", "text", "", "A", ("组别", "小组", "group"))
AGENT_COLUMN = Column(
    AGENT, "坐席", "Agent", "text", "", "陈思远", ("工号", "姓名", "坐席工号", "座席", "staff number")
)
_WHOSE = {"queue": QUEUE_COLUMN, "team": TEAM_COLUMN, "agent": AGENT_COLUMN}

_YES = (
    Choice("yes", "是", "Yes", ("y", "true", "1", "√", "有")),
    Choice("no", "否", "No", ("n", "false", "0", "×", "无")),
)


def yes(
    name: str, zh: str, en: str, wanted: Wanted = "", example: str = "是", more: tuple[str, ...] = ()
) -> Column:
    """A column of yes or no."""
    return Column(name, zh, en, "yes", wanted, example, more, _YES)


def needed(name: str, zh: str, en: str, example: str, *more: str, type: Type = "count") -> Column:
    """A column that must be filled."""
    return Column(name, zh, en, type, "needed", example, more)


def daily(
    name: str,
    zh: str,
    en: str,
    columns: Iterable[Column],
    *,
    scopes: tuple[Kind, ...] = ("site", "queue", "team", "agent"),
    at_most: tuple[tuple[str, str], ...] = (),
    fields: str = "",
    note: tuple[str, str] = ("", ""),
) -> Dataset:
    """Sums of a day: every column that is no scope is a field of the same name."""
    return _sums_of("day", DAY_COLUMN, name, zh, en, tuple(columns), scopes, at_most, fields or name, note)


def monthly(
    name: str,
    zh: str,
    en: str,
    columns: Iterable[Column],
    scopes: tuple[Kind, ...] = ("site", "queue", "team"),
) -> Dataset:
    """Sums of a month."""
    return _sums_of("month", MONTH_COLUMN, name, zh, en, tuple(columns), scopes, (), name, ("", ""))


def _sums_of(
    grain: Grain,
    when: Column,
    name: str,
    zh: str,
    en: str,
    columns: tuple[Column, ...],
    scopes: tuple[Kind, ...],
    at_most: tuple[tuple[str, str], ...],
    prefix: str,
    note: tuple[str, str],
) -> Dataset:
    whose = tuple(_WHOSE[kind] for kind in scopes if kind != "site")
    sums = tuple(Sum(f"{prefix}.{column.name}", column.name) for column in columns)
    return Dataset(name, zh, en, grain, (when, *whose, *columns), sums, scopes, at_most, (), False, *note)


PERSON: tuple[Kind, ...] = ("agent",)


def pair(
    name: str, zh: str, en: str, whole: tuple[str, str, str], part: tuple[str, str, str], fields: str = ""
) -> Dataset:
    """A dataset of two counts, the second a part of the first."""
    columns = (needed(*whole, "50"), needed(*part, "48"))
    return daily(name, zh, en, columns, at_most=((part[0], whole[0]),), fields=fields)


def person_test(name: str, zh: str, en: str, what: Column, fields: str) -> Dataset:
    """A test that agents take: what each of them reached, and that he took it."""
    subject = Column("subject", "科目", "Subject", "key", "", "业务知识", ("考试科目", "项目"))
    agent = AGENT_COLUMN._replace(wanted="needed")
    sums = (Sum(f"{fields}.{what.name}", what.name), Sum(f"{fields}.taken"))
    return Dataset(name, zh, en, "record", (DAY_COLUMN, agent, subject, what), sums, PERSON)
