"""Where the recording of a call is: a template of the site, filled with what is known of the call. Pure.

The part before the first place is the folder (or the host) that is never left: whatever a call's data hold,
they fill their places as plain names, without any separator, dot-dot or wildcard of their own.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from glob import escape, glob
from pathlib import Path
from string import Formatter
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from ccfloor.floor.records import CallRow

PLACES = (
    *("date", "year", "month", "day", "time", "hour", "minute", "second", "epoch"),
    *("call", "linked", "queue", "agent", "seat", "number"),
)
_URL = re.compile(r"https?://", re.IGNORECASE)
_ODD = re.compile(r"[^\w.@+ -]", re.ASCII)
_MOST_FOUND = 200


def check_template(template: str) -> None:
    """Raises ValueError with a sentence."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"has braces that do not close: {error}") from None
    named = [name for _, name, spec, conversion in parts if name is not None]
    odd = [name for name in named if name not in PLACES]
    if odd or any(spec or conversion for _, _, spec, conversion in parts):
        raise ValueError(f"knows no place {{{odd[0] if odd else ''}}}; there are {', '.join(PLACES)}")
    if not {"call", "linked", "time", "epoch", "number"} & set(named):
        raise ValueError("names no place that tells one call from another, such as {call} or {time}")
    if is_address(template):
        if "{" in (urlsplit(template).netloc or "{"):
            raise ValueError("needs a host that is the same for all calls")
    elif not Path(folder_of(template)).is_absolute():
        raise ValueError("must be a whole path, or an address that begins with http")


def is_address(template: str) -> bool:
    """Whether a recorder is asked over the net."""
    return bool(_URL.match(template))


def folder_of(template: str) -> str:
    """The folder before the first place or wildcard."""
    fixed = re.split(r"[{*?\[]", template, maxsplit=1)[0]
    return fixed.rpartition("/")[0] or "/"


def places(row: CallRow, zone: str) -> dict[str, str]:
    """What a call's data put into the places. Its time is that of the answer, by the site's clock."""
    at = row.answered_at or row.entered_at
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    names = {"date": "%Y%m%d", "year": "%Y", "month": "%m", "day": "%d", "time": "%H%M%S"}
    names |= {"hour": "%H", "minute": "%M", "second": "%S"}
    told = {name: local.strftime(pattern) for name, pattern in names.items()}
    told |= {name: getattr(row, name) for name in ("call", "linked", "queue", "agent", "seat", "number")}
    return told | {"epoch": str(int(at))}


def address(template: str, told: Mapping[str, str]) -> str:
    """The address of a recording: every value is one part of it."""
    return template.format(**{name: quote(value.replace("..", "_"), safe="") for name, value in told.items()})


def found_file(template: str, told: Mapping[str, str]) -> Path | None:
    """The file of a recording; None where there is none, or where it would lie outside the folder."""
    plain = {name: escape(_plain(value)) for name, value in told.items()}
    root = Path(folder_of(template)).resolve()
    whole = _whole(_plain(told["call"])) if "{call}" in template else re.compile("")
    names = [name for name in sorted(glob(_wildcards(template).format(**plain))) if whole.search(name)]
    names = names[:_MOST_FOUND]
    inside = (path for path in (Path(name).resolve() for name in names) if path.is_relative_to(root))
    return next((path for path in inside if path.is_file()), None)


def _whole(call: str) -> re.Pattern[str]:
    """A call's id that is not the beginning or the end of another's: 1763.1 is not in 1763.17."""
    return re.compile(rf"(?<![0-9]){re.escape(call)}(?![0-9])")


def _wildcards(template: str) -> str:
    """Of glob's signs the star alone is a wildcard."""
    return template.replace("[", "[[]").replace("?", "[?]").replace("**", "*")


def _plain(value: str) -> str:
    """A value as recorders write it into a name: no separator, and no way up."""
    kept = "".join(sign if sign.isalnum() else _ODD.sub("_", sign) for sign in value)
    return kept.replace("..", "_") or "_"
