"""The report of an incident to the supervisor (以最短时间向客服主管报告), in both languages. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.floor.view import FloorView
from ccfloor.service.incidents import IncidentRow
from ccfloor.service.plan_notes import Note

CAUSE_WORDS = {
    "network": ("网络故障", "Network"),
    "equipment": ("设备故障", "Equipment"),
    "power": ("停电", "Power"),
    "other": ("其他", "Other"),
}
_DASH = "–"


class Report(NamedTuple):
    """The text as it is sent."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """The text in one language."""
        return self.zh if lang == "zh" else self.en


def compose(
    incident: IncidentRow,
    notes: Iterable[Note],
    view: FloorView | None,
    names: tuple[str, str],
    zone: str,
    who: str,
    now: float,
) -> Report:
    """What happened, since when, how the floor stands, what was done. ``names``: the site's, zh and en."""
    done = [note for note in notes if note.kind == "note" and note.item == "done"]
    return Report(
        "\n".join(_lines_zh(incident, done, view, names[0], zone, who, now)),
        "\n".join(_lines_en(incident, done, view, names[1], zone, who, now)),
    )


def _lines_zh(
    incident: IncidentRow,
    done: list[Note],
    view: FloorView | None,
    site: str,
    zone: str,
    who: str,
    now: float,
) -> list[str]:
    lasted = _lasted(incident, "已持续", "持续")
    lines = [
        f"【突发事件报告】{site}",
        f"原因：{CAUSE_WORDS[incident.cause][0]}",
        f"情况：{incident.text}",
        f"开始：{_at(incident.started_at, zone)}，{lasted} {_minutes(incident, now)} 分钟",
    ]
    lines += [_floor_zh(view)] if view else []
    lines += ["已采取措施：", *(f"  {_clock(n.at, zone)} {n.who}：{n.text}" for n in done)] if done else []
    if incident.closed_at is not None:
        lines.append(f"结果：{incident.outcome}（{_at(incident.closed_at, zone)} {incident.closed_by}）")
    return [*lines, f"报告：{who} {_at(now, zone)}"]


def _lines_en(
    incident: IncidentRow,
    done: list[Note],
    view: FloorView | None,
    site: str,
    zone: str,
    who: str,
    now: float,
) -> list[str]:
    lines = [
        f"Incident report: {site}",
        f"Cause: {CAUSE_WORDS[incident.cause][1]}",
        f"What happened: {incident.text}",
        f"Began: {_at(incident.started_at, zone)}, "
        f"{_lasted(incident, 'lasting', 'lasted')} {_minutes(incident, now)} min",
    ]
    lines += [_floor_en(view)] if view else []
    lines += ["Done so far:", *(f"  {_clock(n.at, zone)} {n.who}: {n.text}" for n in done)] if done else []
    if incident.closed_at is not None:
        lines.append(f"Outcome: {incident.outcome} ({_at(incident.closed_at, zone)} {incident.closed_by})")
    return [*lines, f"Reported by: {who} {_at(now, zone)}"]


def _floor_zh(view: FloorView) -> str:
    floor = view.floor
    return (
        f"现场：排队 {floor.waiting} 人，最长等待 {_mmss(_longest(view))}，空闲坐席 {floor.seats.ready}，"
        f"近 30 分钟服务水平 {_share(floor.last_30.service_level)}"
    )


def _floor_en(view: FloorView) -> str:
    floor = view.floor
    return (
        f"Floor: {floor.waiting} waiting, longest {_mmss(_longest(view))}, {floor.seats.ready} seats free, "
        f"service level of the last 30 min {_share(floor.last_30.service_level)}"
    )


def _longest(view: FloorView) -> float:
    oldest = view.floor.oldest_at
    return max(0.0, view.at - oldest) if oldest is not None else 0.0


def _lasted(incident: IncidentRow, still: str, was: str) -> str:
    return still if incident.closed_at is None else was


def _minutes(incident: IncidentRow, now: float) -> int:
    return max(0, round(((incident.closed_at or now) - incident.started_at) / 60))


def _share(share: float | None) -> str:
    return _DASH if share is None else f"{share:.0%}"


def _mmss(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _at(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _clock(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%H:%M")
