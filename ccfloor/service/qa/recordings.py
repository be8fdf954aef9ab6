"""The recording of what a score is about: uploaded, or where the site's recorder keeps it.

Whoever may read a score may hear it; an agent where the site lets agents. An uploaded one comes first. Files
are given out only from the recorder's folder, and only what begins as a recording does.
"""

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from http.client import HTTPResponse
from pathlib import Path
from typing import IO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from sqlalchemy import Connection, Engine, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.records import CallRow
from ccfloor.service.audit import acting, record
from ccfloor.service.call_file import address, found_file, is_address, places
from ccfloor.service.people_log import PeopleError, named
from ccfloor.service.qa.subject import name_of
from ccfloor.service.settings import QaSettings
from ccfloor.store import qa_audio
from ccfloor.store import qa_scores as rows
from ccfloor.store.engine import writing
from ccfloor.store.qa_audio import Audio
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.recall import call_row
from ccfloor.store.tables import calls
from ccfloor.store.viewer import Forbidden, Viewer

_HEAD = 16
_NAME_MAX = 120
_WAIT_S = 10.0
_CHUNK = 65_536


class Place(NamedTuple):
    """Where a recording is: uploaded, a file, or an address at the recorder; all None: nowhere known."""

    audio: Audio | None = None
    file: Path | None = None
    url: str = ""

    @property
    def known(self) -> bool:
        """Whether there is one, as far as can be told without asking the recorder."""
        return bool(self.audio or self.file or self.url)


def audio_type(head: bytes) -> str:
    """The type of a recording by its first bytes; "" for anything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == b"OggS":
        return "audio/ogg"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    return ""


def place_of(
    engine: Engine, viewer: Viewer, config: FloorConfig, settings: QaSettings, number: int, who: str = ""
) -> Place:
    """Where the recording is of what a score is about. Raises PeopleError ``unknown_qa_score``, Forbidden."""
    with engine.connect() as connection:
        row = _readable(connection, viewer, config, number, who)
        if not viewer.may(Right.QA) and not settings.agents_hear:
            raise Forbidden
        found = qa_audio.newest(connection, viewer.site, row)
        if found is not None:
            return Place(audio=found)
        call = _call(connection, viewer.site, row) if settings.recording else None
    if call is None:
        return Place()
    told = places(call, config.zone)
    if is_address(settings.recording):
        return Place(url=address(settings.recording, told))
    return Place(file=found_file(settings.recording, told))


def content(engine: Engine, audio: Audio) -> bytes:
    """What an uploaded recording holds."""
    with engine.connect() as connection:
        return qa_audio.content(connection, audio.id)


def head_type(file: Path) -> str:
    """The type of a file, "" where it is no recording."""
    with file.open("rb") as opened:
        return audio_type(opened.read(_HEAD))


def upload(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    settings: QaSettings,
    number: int,
    name: str,
    body: bytes,
    who: str,
    now: float,
) -> Audio:
    """Keep a recording beside what a score is about.

    Raises PeopleError: ``unknown_qa_score``, ``qa_audio_large``, ``qa_audio_type``.
    """
    viewer.needs(Right.QA_SCORE)
    by = named(name_of(viewer, who))
    if len(body) > settings.upload_mb * 1_000_000:
        raise PeopleError("qa_audio_large")
    kind = audio_type(body[:_HEAD])
    if not kind:
        raise PeopleError("qa_audio_type")
    digest = sha256(body).hexdigest()
    told = {"name": _file_name(name), "type": kind, "digest": digest, "size": len(body), "who": by, "at": now}
    with writing(engine) as connection:
        row = _readable(connection, viewer, config, number, who)
        made = qa_audio.add(connection, viewer.site, row, told | {"content": body})
        after = {"file": told["name"], "bytes": len(body), "digest": digest}
        actor = acting(by, viewer)
        record(
            connection, actor, Act.QA_AUDIO_ADDED, f"qa_audio/{made}", None, after, "", now, site=viewer.site
        )
    return Audio(made, *(told[name] for name in Audio._fields[1:]))  # type: ignore[arg-type]


def remove(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Take the recording away that was uploaded last: its uploader may, and who takes scores back.

    Raises PeopleError: ``unknown_qa_score``, ``unknown_qa_audio``, ``qa_not_yours``.
    """
    viewer.needs(Right.QA_SCORE)
    by = named(name_of(viewer, who))
    with writing(engine) as connection:
        row = _readable(connection, viewer, config, number, who)
        found = qa_audio.newest(connection, viewer.site, row)
        if found is None:
            raise PeopleError("unknown_qa_audio")
        if found.who != by and not viewer.may(Right.QA_PLAN):
            raise PeopleError("qa_not_yours")
        qa_audio.remove(connection, viewer.site, found.id)
        before = {"file": found.name, "bytes": found.size, "digest": found.digest}
        actor, about = acting(by, viewer), f"qa_audio/{found.id}"
        record(connection, actor, Act.QA_AUDIO_REMOVED, about, before, None, why, now, site=viewer.site)


# -- at the recorder -----------------------------------------------------------------------------------


class _Stays(HTTPRedirectHandler):
    """A recorder that sends elsewhere is not followed: it alone was named by the site."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


class Fetched(NamedTuple):
    """What a recorder answered. ``headers``: those that a player needs."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]


def fetch(url: str, span: str) -> Fetched:
    """Ask the recorder for a recording, or a span of it (a Range header).

    Raises PeopleError: ``qa_recorder_silent``, ``unknown_qa_audio``.
    """
    asked = Request(url, headers={"Range": span} if span else {})
    try:
        answer: HTTPResponse = build_opener(_Stays()).open(asked, timeout=_WAIT_S)
    except HTTPError as error:
        raise PeopleError("unknown_qa_audio" if error.code in (404, 410) else "qa_recorder_silent") from None
    except (URLError, OSError, ValueError):
        raise PeopleError("qa_recorder_silent") from None
    kept = ("Content-Length", "Content-Range", "Accept-Ranges", "Content-Type")
    headers = {name: value for name in kept if (value := answer.headers.get(name))}
    if not headers.get("Content-Type", "").startswith(
        ("audio/", "application/ogg", "application/octet-stream")
    ):
        answer.close()
        raise PeopleError("unknown_qa_audio")
    return Fetched(answer.status, headers, _chunks(answer))


def _chunks(answer: IO[bytes]) -> Iterator[bytes]:
    with closing(answer):
        while part := answer.read(_CHUNK):
            yield part


# -- shared --------------------------------------------------------------------------------------------


def _readable(connection: Connection, viewer: Viewer, config: FloorConfig, number: int, who: str) -> ScoreRow:
    me = name_of(viewer, who)
    row = rows.find(connection, number, rows.seen_by(connection, viewer, config, me))
    if row is None:
        raise PeopleError("unknown_qa_score")
    return row


def _call(connection: Connection, site: str, row: ScoreRow) -> CallRow | None:
    if row.call is None:
        return None
    table = calls.c
    mine = (table.site == site, table.source_id == row.call[0], table.position == row.call[1])
    found = connection.execute(select(calls).where(*mine)).first()
    return call_row(found) if found else None


def _file_name(name: str) -> str:
    """The last part of a name, as people see it."""
    return name.replace("\\", "/").rpartition("/")[2].strip()[:_NAME_MAX] or "recording"
