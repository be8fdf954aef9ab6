"""The site's own files: its queues and targets, its seats, its pause reasons, checked line by line."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo, first_instant
from ccfloor.service.places import Problem, SettingsError, problems_of, yaml_line
from ccfloor.service.settings import SiteSettings

REASONS = (
    "break", "meal", "meeting", "training", "coaching", "callback", "busy", "auto_pause", "other",
)  # fmt: skip


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TargetEntry(_Checked):
    """A queue's promise from a local day on."""

    valid_from: date = date(2000, 1, 1)
    threshold_s: Annotated[float, Field(gt=0)] = 20.0
    target: Annotated[float, Field(gt=0, le=1)] = 0.8
    short_s: Annotated[float, Field(ge=0)] = 5.0
    wrap_up_s: Annotated[float, Field(ge=0)] = 0.0
    abandon_target: Annotated[float, Field(gt=0, le=1)] = 0.05
    wait_limit_s: Annotated[float, Field(gt=0)] = 120.0


class QueueEntry(_Checked):
    """One queue of queues.yaml."""

    zh: str = ""
    en: str = ""
    hidden: bool = False
    targets: Annotated[list[TargetEntry], Field(min_length=1)] = [TargetEntry()]


class SeatEntry(_Checked):
    """One seat of seats.yaml."""

    seat: Annotated[str, Field(min_length=1)]
    agent: str = ""
    agent_en: str = ""
    number: str = ""
    team: str = ""
    role: str = "agent"
    aliases: list[str] = []
    others: dict[str, str] = {}


class _Queues(_Checked):
    queues: dict[str, QueueEntry] = {}


class _Seats(_Checked):
    seats: list[SeatEntry] = []


class _Reasons(_Checked):
    reasons: dict[str, list[str]] = {}


ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T", bound=BaseModel)


class _File(NamedTuple):
    path: Path
    text: str
    tree: Any


def load_site(settings: SiteSettings) -> FloorConfig:
    """The floor's configuration from the site's files; a missing file means none of its entries.

    Raises SettingsError: one sentence a problem, with file, line and field.
    """
    folder = site_folder(settings.data)
    queues = _checked(_Queues, folder / "queues.yaml")
    seats = _checked(_Seats, folder / "seats.yaml")
    reasons = _checked(_Reasons, folder / "reasons.yaml")
    _once_only(folder / "seats.yaml", seats)
    return FloorConfig(
        site=settings.id,
        zone=settings.zone,
        day_start_s=settings.day_start_s,
        queues={name: _queue(name, entry, settings) for name, entry in queues.queues.items()},
        seats={entry.seat: _seat(entry) for entry in seats.seats},
        reasons=_reason_table(folder / "reasons.yaml", reasons),
    )


def site_file(shape: type[T], settings: SiteSettings, name: str) -> T:
    """A file of the site's folder, checked; one that is not there is an empty one. Raises SettingsError."""
    return _checked(shape, site_folder(settings.data) / name)


def site_folder(named: str) -> Path:
    """The directory as named; a relative one that is not here is sought beside the program."""
    here = Path(named)
    return here if here.is_absolute() or here.is_dir() else ROOT / named


def _checked(shape: type[T], path: Path) -> T:
    file = _read(path)
    try:
        return TypeAdapter(shape).validate_python(file.tree)
    except ValidationError as error:
        found = problems_of(error, str(path), lambda loc: yaml_line(file.text, loc))
        raise SettingsError(found) from None


def _read(path: Path) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
        return _File(path, text, yaml.safe_load(text) or {})
    except FileNotFoundError:
        return _File(path, "", {})
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([Problem(str(path), 0, "", f"cannot be read: {error}")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = f"is not YAML: {getattr(error, 'problem', None) or error}"
        raise SettingsError([Problem(str(path), mark.line + 1 if mark else 0, "", why)]) from None


def _queue(name: str, entry: QueueEntry, settings: SiteSettings) -> QueueInfo:
    targets = sorted((_target(item, settings) for item in entry.targets), key=lambda item: item.valid_from)
    return QueueInfo(name, entry.zh or name, entry.en or name, tuple(targets), entry.hidden)


def _target(entry: TargetEntry, settings: SiteSettings) -> QueueTarget:
    day = datetime(entry.valid_from.year, entry.valid_from.month, entry.valid_from.day)
    start = first_instant(day + timedelta(seconds=settings.day_start_s), ZoneInfo(settings.zone))
    return QueueTarget(valid_from=start, **entry.model_dump(exclude={"valid_from"}))


def _seat(entry: SeatEntry) -> SeatInfo:
    values = entry.model_dump(exclude={"aliases"})
    return SeatInfo(aliases=tuple(entry.aliases), **values)


def _once_only(path: Path, seats: _Seats) -> None:
    """Two seats that share an id would be one seat to the floor."""
    first: dict[str, int] = {}
    text = _read(path).text
    for index, entry in enumerate(seats.seats):
        for name in (entry.seat, *entry.aliases):
            if first.setdefault(name, index) != index:
                other, line = (yaml_line(text, ("seats", place)) for place in (first[name], index))
                why = f"{name!r} is the id of another seat already (line {other})"
                raise SettingsError([Problem(str(path), line, f"seats[{index}]", why)])


def _reason_table(path: Path, reasons: _Reasons) -> Mapping[str, str]:
    table: dict[str, str] = {}
    text = _read(path).text
    for canonical, words in reasons.reasons.items():
        line = yaml_line(text, ("reasons", canonical))
        if canonical not in REASONS:
            why = f"is not a reason; there are {', '.join(REASONS)}"
            raise SettingsError([Problem(str(path), line, f"reasons.{canonical}", why)])
        for word in words:
            if table.setdefault(word.lower(), canonical) != canonical:
                why = f"{word!r} stands for {table[word.lower()]!r} already"
                raise SettingsError([Problem(str(path), line, f"reasons.{canonical}", why)])
    return table
