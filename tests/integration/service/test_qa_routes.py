"""The routes of the scoring page: drafts with totals, conflicts, recordings in spans and their limits."""

import io
import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.service import routes_qa, runtime
from ccfloor.service.access.identity import OPEN, Identity, acting_as
from ccfloor.service.qa import feedback, scoring
from ccfloor.service.qa.scoring import Begin
from ccfloor.service.routes_qa import spanned
from ccfloor.service.settings import load
from ccfloor.store import audit as rows
from ccfloor.store.access_tables import audit
from ccfloor.store.viewer import Viewer
from ccfloor.ui.audit_words import Words
from tests.fakes.current import upgrade
from tests.fakes.stored_qa import CHEN, CONFIG, GOOD, LI, POOR, QA, at, publish, put_call

NOW = at(3, 15)
NOBODY = {"CCFLOOR_SITE_DATA": str(Path(__file__).resolve().parents[3] / "data")}


def wav(seconds: float = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * int(8000 * seconds / 256))
    return out.getvalue()


@contextmanager
def serving(folder: Path, **qa: Any) -> Iterator[runtime.Service]:
    environ = NOBODY | {f"CCFLOOR_QA_{name.upper()}": str(value) for name, value in qa.items()}
    service = runtime.Service(load(environ=environ, db=str(folder / "floor.db"), source="none"))
    service.config, service.clock = CONFIG, lambda: NOW
    upgrade(service.engine)
    publish(service.engine)
    runtime.use(service)
    try:
        yield service
    finally:
        runtime.use(None)
        service.engine.dispose()


class Browser:
    """Somebody's browser on the routes."""

    def __init__(self, who: Identity) -> None:
        self.who, self.client = who, TestClient(Starlette(routes=list(routes_qa.routes)))

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        with acting_as(self.who):
            return self.client.request(method, f"/api/v1/qa/scores/{path}", **more)


REVIEWER = Identity(7, LI, LI, Role.QA)
OTHER = Identity(8, "zhou.qa", "zhou.qa", Role.QA)
AGENT = Identity(11, "chen", "chen", Role.AGENT, agents=frozenset(("陈思远",)))


def begun(service: runtime.Service, position: int = 1) -> int:
    call = put_call(service.engine, position, "陈思远", at(1))
    begin = Begin("own", call=call, form="small")
    return scoring.open_score(service.engine, QA, CONFIG, begin, "", NOW).id


def test_a_draft_is_read_saved_and_handed_in(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        ask, number = Browser(REVIEWER), begun(service)
        told = ask("GET", str(number)).json()
        assert told["score"]["mine"] and told["result"]["score"] is None
        assert [item["values"] for item in told["form"]["sections"][0]["items"]][2] == [
            "0", "10", "20", "30", "40", "50"
        ]  # fmt: skip
        assert told["call"]["number"] == "138****2071" and told["audio"]["kind"] == ""
        assert [step["kind"] for step in told["line"]] == ["entered", "answered", "on_call", "ended"]
        body = {"answers": {"greet": "yes"}, "base": told["score"]["saved_at"]}
        saved = ask("PUT", str(number), json=body).json()
        assert saved["result"]["score"] == 100.0 and "answer" in saved["result"]["missing"]
        old = ask("PUT", str(number), json=body)
        assert (old.status_code, old.json()["error"], old.json()["who"]) == (409, "qa_conflict", LI)
        base = saved["score"]["saved_at"]
        short = ask("POST", f"{number}/submit", json={"answers": {"greet": "yes"}, "base": base})
        assert (short.status_code, short.json()["error"]) == (409, "qa_incomplete")
        done = ask("POST", f"{number}/submit", json={"answers": GOOD, "base": base}).json()
        assert done["next"] is None
        assert (done["score"]["state"], done["score"]["mine"], done["result"]["score"]) == (
            "submitted", False, 100.0
        )  # fmt: skip


@pytest.mark.parametrize("number", ["99", "9223372036854775807", "9" * 20, "9" * 200])
def test_a_number_that_no_score_has_is_told_so(tmp_path: Path, number: str) -> None:
    with serving(tmp_path):
        ask = Browser(REVIEWER)
        for method, path, body in (("GET", number, None), ("POST", f"{number}/discard", {"why": "?"})):
            answer = ask(method, path, json=body)
            assert (answer.status_code, answer.json()) == (404, {"error": "unknown_qa_score"})


def test_what_is_not_ones_own_is_not_there(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        number = begun(service)
        for who in (OTHER, AGENT):
            assert Browser(who)("GET", str(number)).status_code == 404
        refused = Browser(OTHER)("PUT", str(number), json={"answers": POOR})
        assert refused.status_code == 404
        assert Browser(AGENT)("PUT", str(number), json={}).status_code == 403
        assert Browser(REVIEWER)("PUT", str(number), content=b"{").status_code == 400
        elsewhere = {"origin": "https://elsewhere.example"}
        assert Browser(REVIEWER)("PUT", str(number), json={}, headers=elsewhere).status_code == 403
        assert Browser(REVIEWER)("POST", f"{number}/discard", json={"why": "x"}).json() == {}
        assert Browser(REVIEWER)("GET", str(number)).status_code == 404


class Replay:
    """A floor that is replayed a hundred days later."""

    shift = -100 * 86_400.0


def test_on_a_replayed_floor_forms_are_handed_in_at_the_floor_s_time(tmp_path: Path) -> None:
    """What is done on the page stands at the same time as appeals and acknowledgements."""
    with serving(tmp_path) as service:
        number = begun(service)
        service.clock, service.hub = lambda: NOW + 100 * 86_400.0, Replay()  # type: ignore[assignment]
        base = Browser(REVIEWER)("GET", str(number)).json()["score"]["saved_at"]
        told = {"answers": POOR, "summary": "注意语气", "tell_now": True, "base": base}
        done = Browser(REVIEWER)("POST", f"{number}/submit", json=told).json()
        assert done["score"]["submitted_at"] == NOW
        assert [one.at for one in feedback.list_feedback(service.engine, CHEN, CONFIG, NOW, NOW + 1)] == [NOW]


def test_an_uploaded_recording_is_heard_in_spans_by_who_may_read_the_score(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        ask, number = Browser(REVIEWER), begun(service)
        assert ask("GET", f"{number}/recording").status_code == 404
        told = ask("PUT", f"{number}/recording", content=wav(), headers={"x-ccfloor-name": "%E5%BD%95.wav"})
        assert (told.json()["kind"], told.json()["name"], told.json()["by"]) == ("upload", "录.wav", LI)
        whole = ask("GET", f"{number}/recording")
        assert (whole.content, whole.headers["content-type"]) == (wav(), "audio/wav")
        part = ask("GET", f"{number}/recording", headers={"range": "bytes=44-99"})
        assert (part.status_code, part.content) == (206, wav()[44:100])
        assert part.headers["content-range"] == f"bytes 44-99/{len(wav())}"
        beyond = ask("GET", f"{number}/recording", headers={"range": "bytes=999999-"})
        assert beyond.status_code == 416
        assert Browser(AGENT)("GET", f"{number}/recording").status_code == 404
        base = ask("GET", str(number)).json()["score"]["saved_at"]
        ask("POST", f"{number}/submit", json={"answers": POOR, "base": base})
        assert Browser(AGENT)("GET", f"{number}/recording").status_code == 200
        other = Browser(OTHER)("DELETE", f"{number}/recording", json={})
        assert (other.status_code, other.json()["error"]) == (409, "qa_not_yours")
        assert ask("DELETE", f"{number}/recording", json={}).json()["kind"] == ""


def heard(service: runtime.Service) -> list[Any]:
    query = select(audit).where(audit.c.act == Act.QA_AUDIO_HEARD).order_by(audit.c.number)
    with service.engine.connect() as connection:
        return list(connection.execute(query))


def test_who_listens_is_on_the_log_once_a_sitting(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        ask, number = Browser(REVIEWER), begun(service)
        ask("GET", f"{number}/recording")
        assert heard(service) == [], "there was nothing to hear"
        ask("PUT", f"{number}/recording", content=wav())
        here = {"referer": f"http://floor.example/base/qa_score?id={number}"}
        for span in ("bytes=0-", "bytes=44-99", "bytes=100-"):
            ask("GET", f"{number}/recording", headers=here | {"range": span})
        (entry,) = heard(service)
        told = json.loads(entry.after)
        assert (entry.who, entry.about, entry.at) == (LI, f"qa_score/{number}", NOW)
        assert (told["page"], told["agent"], told["recording"]) == ("qa_score", "陈思远", "upload")
        assert told["call_at"] == at(1) and "1381234" not in str(entry)
        service.clock = lambda: NOW + 300
        ask("GET", f"{number}/recording", headers=here)
        assert len(heard(service)) == 1, "he goes on"
        service.clock = lambda: NOW + 1000
        ask("GET", f"{number}/recording", headers=here)
        assert len(heard(service)) == 2
        base = ask("GET", str(number)).json()["score"]["saved_at"]
        ask("POST", f"{number}/submit", json={"answers": POOR, "base": base})
        away = {"referer": "https://elsewhere.example/nowhere", "range": "bytes=50-"}
        assert Browser(AGENT)("GET", f"{number}/recording", headers=away).is_success
        assert Browser(OTHER)("GET", f"{number}/recording", headers=here).is_success
        assert [(one.who, json.loads(one.after)["page"]) for one in heard(service)[2:]] == [
            ("chen", ""), ("zhou.qa", "qa_score")
        ]  # fmt: skip


def test_nothing_is_heard_that_cannot_be_put_on_the_log(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        ask, number = Browser(REVIEWER), begun(service)
        ask("PUT", f"{number}/recording", content=wav())
        with service.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE audit RENAME TO audit_away")
        with pytest.raises(SQLAlchemyError):
            ask("GET", f"{number}/recording")
        with service.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE audit_away RENAME TO audit")
        assert ask("GET", f"{number}/recording").is_success and len(heard(service)) == 1


def test_a_listening_is_told_in_words(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        ask, number = Browser(REVIEWER), begun(service)
        ask("PUT", f"{number}/recording", content=wav())
        ask("GET", f"{number}/recording", headers={"referer": "http://floor.example/qa_score"})
        with service.engine.connect() as connection:
            (written,) = rows.find(connection, "main", rows.Wanted(acts=(Act.QA_AUDIO_HEARD,)), 5).rows
        words, entry = Words(CONFIG, "zh"), written.entry
        told = {change.label: change.after for change in words.changes(entry)}
        assert words.act(entry) == "收听录音" and told["录音来源"] == "上传"
        assert told["通话时间"].startswith("2026-11-17") and told["页面"] == "评分"


def test_an_agent_hears_nothing_where_the_site_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, agents_hear="false") as service:
        ask, number = Browser(REVIEWER), begun(service)
        ask("PUT", f"{number}/recording", content=wav())
        base = ask("GET", str(number)).json()["score"]["saved_at"]
        ask("POST", f"{number}/submit", json={"answers": POOR, "base": base})
        assert Browser(AGENT)("GET", f"{number}/recording").status_code == 403
        assert Browser(AGENT)("GET", str(number)).json()["audio"]["kind"] == ""


@pytest.mark.parametrize("body", [b"MZ\x90\x00 not a recording", b"<html>", b"", b"RIFF1234AVI "])
def test_what_is_no_recording_is_refused(tmp_path: Path, body: bytes) -> None:
    with serving(tmp_path) as service:
        told = Browser(REVIEWER)("PUT", f"{begun(service)}/recording", content=body)
        assert (told.status_code, told.json()["error"]) == (409, "qa_audio_type")


@pytest.mark.parametrize("head", [b"ID3\x04", b"\xff\xfb\x90\x00", b"\xff\xf3\x40\xc0", b"OggS\x00\x02"])
def test_mp3_and_ogg_are_known_by_how_they_begin(tmp_path: Path, head: bytes) -> None:
    with serving(tmp_path) as service:
        assert Browser(REVIEWER)("PUT", f"{begun(service)}/recording", content=head + bytes(99)).is_success


def test_one_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, upload_mb=1) as service:
        told = Browser(REVIEWER)("PUT", f"{begun(service)}/recording", content=wav() + bytes(1_000_000))
        assert (told.status_code, told.json()["error"]) == (413, "qa_audio_large")


def test_the_recorders_file_is_given_out_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "rec"
    folder.mkdir()
    with serving(tmp_path, recording=f"{folder}/{{call}}.wav") as service:
        ask, number, other = Browser(REVIEWER), begun(service), begun(service, 2)
        assert ask("GET", f"{number}/recording").status_code == 404
        (folder / "c1.wav").write_bytes(wav())
        (folder / "c2.wav").write_bytes(b"root:x:0:0:")
        assert ask("GET", f"{number}/recording").content == wav()
        part = ask("GET", f"{number}/recording", headers={"range": "bytes=0-3"})
        assert (part.status_code, part.content) == (206, b"RIFF")
        assert ask("GET", f"{other}/recording").status_code == 404


class Recorder(BaseHTTPRequestHandler):
    """A recorder of the site: it knows one call, answers spans, and would lead one astray."""

    def do_GET(self) -> None:
        if self.path == "/c3":
            self.send_response(302)
            self.send_header("Location", "/c1")
            self.end_headers()
            return
        if self.path != "/c1":
            self.send_error(404)
            return
        body = wav()[:4] if self.headers["Range"] == "bytes=0-3" else wav()
        self.send_response(206 if self.headers["Range"] else 200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is said."""


def test_a_recorder_is_asked_for_its_calls(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    try:
        with serving(tmp_path, recording=f"{here}/{{call}}") as service:
            ask, known, unknown, astray = Browser(REVIEWER), *(begun(service, n) for n in (1, 2, 3))
            assert ask("GET", f"{known}/recording").content == wav()
            part = ask("GET", f"{known}/recording", headers={"range": "bytes=0-3"})
            assert (part.status_code, part.content) == (206, b"RIFF")
            assert ask("GET", f"{unknown}/recording").json()["error"] == "unknown_qa_audio"
            assert ask("GET", f"{astray}/recording").json()["error"] == "qa_recorder_silent"
            server.shutdown()
            server.server_close()
            assert ask("GET", f"{known}/recording").json()["error"] == "qa_recorder_silent"
    finally:
        server.server_close()


def test_on_an_open_floor_the_name_is_typed(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        call = put_call(service.engine, 1, "陈思远", at(1))
        begin = Begin("own", call=call, form="small")
        row = scoring.open_score(service.engine, Viewer(Role.ADMIN), CONFIG, begin, "周岚", NOW)
        ask = Browser(OPEN)
        assert ask("GET", str(row.id)).status_code == 404
        assert ask("GET", f"{row.id}?who=周岚").json()["score"]["mine"]
        body = {"answers": {"greet": "yes"}, "base": row.saved_at, "who": "周岚"}
        assert ask("PUT", str(row.id), json=body).is_success


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("bytes=0-", (0, 99)), ("bytes=5-9", (5, 9)), ("bytes=-10", (90, 99)), ("bytes=50-500", (50, 99)),
        ("", None), ("bytes=9-5", None), ("bytes=1-2,4-5", None), ("lines=1-2", None), ("bytes=a-", None),
    ],
)  # fmt: skip
def test_spans_are_read_as_players_write_them(span: str, expected: tuple[int, int] | None) -> None:
    assert spanned(span, 100) == expected
