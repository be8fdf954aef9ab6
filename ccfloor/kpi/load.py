"""The catalogue's file: YAML text → KPIs, or sentences that name file, line and field."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ccfloor.kpi.causes import LOOKS
from ccfloor.kpi.fields import AGENT, BESIDE, CALLS, GREATEST, PRESENT_ANSWERED, QUEUE, SEATS, origin
from ccfloor.kpi.formulas import FORMULAS
from ccfloor.kpi.model import Kpi, Ratio
from ccfloor.rules.places import Loc, Problem
from ccfloor.rules.yaml_text import YamlText

OWN = frozenset((*QUEUE, *AGENT, PRESENT_ANSWERED, *CALLS, *SEATS, *GREATEST))  # what the floor itself tells
_OWN_ORIGINS = frozenset(origin(field) for field in OWN)


class Loaded(NamedTuple):
    """What a file gave: its KPIs in their order, or what is wrong with it."""

    kpis: dict[str, Kpi]
    problems: list[Problem]


def load_catalogue(file: str, text: str) -> Loaded:
    """The KPIs of a file (``kpis:`` and a list). ``file``: its name for messages.

    A file with one wrong value is refused whole.
    """
    source = YamlText(file, text)
    if source.problems:
        return Loaded({}, source.problems)
    tree = source.tree
    listed = tree.get("kpis") if isinstance(tree, dict) else None
    if not isinstance(listed, list) or not listed:
        source.note(("kpis",), "is missing", "缺少这一项")
        return Loaded({}, source.problems)
    for name in tree.keys() - {"kpis"}:
        source.note((str(name),), "there is no such field", "没有这个字段")
    found: dict[str, Kpi] = {}
    for index, item in enumerate(listed):
        _take(source, ("kpis", index), item, found)
    return Loaded({} if source.problems else found, source.problems)


def _take(source: YamlText, loc: Loc, item: Any, found: dict[str, Kpi]) -> None:
    kpi = source.checked(Kpi, loc, item)
    if kpi is None:
        return
    if kpi.id in found:
        source.note((*loc, "id"), f"{kpi.id!r} is used twice", f"{kpi.id!r} 用了两次")
    for field, en, zh in _doubts(kpi):
        source.note((*loc, *field), en, zh)
    found[kpi.id] = kpi


def _doubts(kpi: Kpi) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if kpi.metric and kpi.metric not in FORMULAS:
        there = ", ".join(FORMULAS)
        yield ("metric",), f"{kpi.metric!r} is none of {there}", f"{kpi.metric!r} 不存在，只有 {there}"
    for place, ratio in ratios(kpi):
        for name in (*ratio.over, *ratio.under):
            field, _, beside = name.removeprefix("-").partition("@")
            if beside and field not in BESIDE.get(beside, ()):
                yield (
                    place,
                    f"{field!r} does not stand beside {beside!r}",
                    f"{field!r} 不能按 {beside!r} 的日期取",
                )
        for name in ratio.fields:
            if "." not in name or (origin(name) in _OWN_ORIGINS and name not in OWN):
                yield place, f"there is no field {name!r}", f"没有数据项 {name!r}"
    for name in kpi.see:
        if name not in LOOKS:
            yield ("see",), f"there is no cause {name!r}", f"没有原因 {name!r}"
    names = [variant.id for variant in kpi.variants]
    if len(set(names)) < len(names):
        yield ("variants",), "a variant is named twice", "有同名的口径"


def ratios(kpi: Kpi) -> Iterator[tuple[tuple[str | int, ...], Ratio]]:
    """Every ratio of a KPI and where it stands."""
    for name in ("ratio", "of_agents"):
        if (made := getattr(kpi, name)) is not None:
            yield (name,), made
        for index, variant in enumerate(kpi.variants):
            if (made := getattr(variant, name)) is not None:
                yield ("variants", index, name), made
