"""The command line: in this process, and once as somebody types it."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ccfloor import cli
from ccfloor.service.collecting import feed_of
from ccfloor.service.keeper import live_source
from ccfloor.service.lease import take_lease
from ccfloor.service.overlap import LIVE
from ccfloor.service.settings import load
from ccfloor.store.engine import open_engine
from tests.fakes.ami_run import ARRIVALS, QUEUE_LOG, RAW
from tests.fakes.current import upgrade

ROOT = Path(__file__).resolve().parents[3]
LOG = (
    "1700000000|NONE|NONE|NONE|QUEUESTART|\n"
    "1700000001|c1|hotline|NONE|ENTERQUEUE||13812342071|1\n"
    "1700000011|c1|hotline|Ann|CONNECT|10|c1|3\n"
    "1700000071|c1|hotline|Ann|COMPLETECALLER|10|60|1\n"
    "1700000100|c2|hotline|NONE|ENTERQUEUE||13812342072|1\n"
    "1700000130|c2|hotline|NONE|ABANDON|1|1|30\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCFLOOR_SITE_DATA", str(ROOT / "data"))
    monkeypatch.setenv("CCFLOOR_DB", f"sqlite:///{tmp_path}/floor.db")


def call(*words: object) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def told(*words: object) -> Any:
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_command_has_its_help() -> None:
    servers, data = ["run", "web", "collect"], ["simulate", "import", "replay", "show", "metrics", "rebuild"]
    named = [*servers, *data, "user", "display", "audit", "privacy", "doctor", "bench"]
    shown = call("--help").stdout
    for name in named:
        assert name in shown and call(name, "--help").exit_code == 0


def test_import_then_figures_then_the_floor_at_a_moment(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(LOG)
    (result,) = told("import", tmp_path / "queue_log")["files"]
    assert (result["lines"], result["bad"], result["problem"]) == (6, 0, "")
    (row,) = told("metrics", "--by", "queue")
    assert (row["queue"], row["offered"], row["answered"], row["abandoned"]) == ("hotline", 2, 1, 1)
    assert (row["service_level"], row["asa_s"], row["aht_s"]) == (0.5, 10.0, 60.0)
    (strict,) = told("metrics", "--threshold", 5, "--sl-variant", "sl_answered", "--from", "2023-11-14")
    assert strict["service_level"] == 0.0
    view = told("show", "--at", 1700000115)
    assert [(queue["waiting"], queue["longest_wait_s"]) for queue in view["queues"] if queue["waiting"]] == [
        (1, 15)
    ]
    assert told("rebuild")["differences"] == []
    assert "hotline" in call("metrics", "--by", "queue").stdout
    assert "waiting   1" in call("show", "--at", "1700000115").stdout


def test_days_without_a_period_are_whole_days_of_the_zone_asked_for(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(LOG)
    told("import", tmp_path / "queue_log")
    for zone, start in (("UTC", "2023-11-14T00:00:00+00:00"), ("Asia/Shanghai", "2023-11-15T00:00:00+08:00")):
        (row,) = told("metrics", "--by", "day", "--tz", zone)
        assert (row["start"], row["offered"]) == (start, 2)


def test_the_same_log_twice_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(LOG)
    first = told("import", tmp_path / "queue_log")
    (tmp_path / "queue_log.1.gz").write_bytes(gzip.compress(LOG.encode()))
    again = told("import", tmp_path / "queue_log.1.gz", tmp_path / "queue_log")
    assert first["files"][0]["events"] == 6 and sum(file["events"] for file in again["files"]) == 0
    assert told("metrics")[0]["offered"] == 2


def test_bad_lines_are_listed_and_the_rest_is_in(tmp_path: Path) -> None:
    lines = LOG.splitlines(keepends=True)
    (tmp_path / "queue_log").write_text("".join([*lines[:3], "\x00\x01rubbish\n", *lines[3:], "17000|half"]))
    result = call("import", tmp_path / "queue_log")
    assert result.exit_code == cli.BAD_LINES
    assert f"{tmp_path}/queue_log:4: " in result.stderr and f"{tmp_path}/queue_log:8: " in result.stderr
    assert told("metrics")[0]["offered"] == 2


def test_a_missing_file_is_told_and_the_others_are_in(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(LOG)
    (tmp_path / "queue_log.2.gz").write_bytes(b"\x1f\x8b" + bytes(range(200)))
    result = call("import", tmp_path / "none", tmp_path / "queue_log", tmp_path / "queue_log.2.gz")
    assert result.exit_code == cli.FAILED and "does not exist" in result.stdout
    assert "queue_log.2.gz: 0 lines" in result.stdout and "damaged" in result.stdout
    assert told("metrics")[0]["offered"] == 2


def test_a_recorded_switch_and_its_log_are_one_list_of_calls() -> None:
    summary = told("replay", "--format", "ami", RAW, "--arrivals", ARRIVALS)
    assert summary["events"] > 100 and summary["bad"] == 0
    from_switch = told("metrics", "--by", "queue")
    assert told("show")["at"] == pytest.approx(summary["to"], abs=60)
    assert call("import", QUEUE_LOG).exit_code == 0
    assert told("rebuild", "--check")["differences"] == []
    both = {row["queue"]: row["offered"] for row in told("metrics", "--by", "queue")}
    assert both.keys() == {row["queue"] for row in from_switch}


def test_the_order_in_which_switch_and_log_are_read_in_does_not_matter(tmp_path: Path) -> None:
    play = ("replay", "--format", "ami", RAW, "--arrivals", ARRIVALS)
    told(*play, "--db", tmp_path / "one.db"), told("import", QUEUE_LOG, "--db", tmp_path / "one.db")
    told("import", QUEUE_LOG, "--db", tmp_path / "two.db"), told(*play, "--db", tmp_path / "two.db")
    one, two = (told("metrics", "--by", "queue", "--db", tmp_path / name) for name in ("one.db", "two.db"))
    assert one == two and sum(row["offered"] for row in one) == 387
    assert told("rebuild", "--check", "--db", tmp_path / "two.db")["differences"] == []


def test_a_log_that_was_imported_is_followed_from_there_on(tmp_path: Path) -> None:
    path, lines = tmp_path / "queue_log", LOG.splitlines(keepends=True)
    path.write_text("".join(lines[:4]))
    told("import", path)
    path.write_text(LOG)
    assert told("replay", path, "--speed", 0)["events"] == 2
    path.write_text(LOG + "1700000200|c3|hotline|NONE|ENTERQUEUE||13812342073|1\n")
    assert told("replay", path, "--speed", 0)["events"] == 1
    assert told("import", path)["files"][0]["events"] == 0
    assert told("metrics")[0]["offered"] == 3
    assert told("rebuild", "--check")["differences"] == []


def test_the_first_collector_goes_on_with_the_log_that_was_imported(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(LOG)
    found = cli.context(None)
    settings = load(source="asterisk", ami__queue_log=str(tmp_path / "queue_log"))
    assert feed_of(found.engine, "main", settings) == LIVE
    told("import", tmp_path / "queue_log")
    assert feed_of(found.engine, "main", settings).startswith("import:queue_log:")
    assert feed_of(found.engine, "main", load(source="simulator")) == LIVE
    told("replay", "--format", "ami", RAW, "--arrivals", ARRIVALS)
    assert feed_of(found.engine, "main", settings) == LIVE, "there is a live feed already"


def test_a_log_is_replayed_at_a_pace_through_a_collector(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(LOG)
    assert call("replay", tmp_path / "queue_log", "--speed", 1000).exit_code == 0
    view = told("show")
    assert view["floor"]["today"]["offered"] == 2 and 1700000130 <= view["at"] < 1700000130 + 86400


def test_wrong_words_are_told_in_a_sentence(tmp_path: Path) -> None:
    for words, said in (
        (("metrics", "--by", "moon"), "unknown group"),
        (("metrics", "--from", "yesterday"), "'yesterday' is not a time"),
        (("metrics", "--threshold", "x"), "not a threshold"),
        (("metrics", "--zone", "Mars"), "'Mars' is not a time zone"),
        (("show", "--at", "2001-01-01"), "nothing was journalled"),
        (("replay", "x", "--format", "ami"), "--arrivals"),
        (("bench", "nonsense"), "there is no bench 'nonsense'"),
    ):
        result = call(*words)
        assert result.exit_code == cli.FAILED and said in result.stderr, words
        assert "Traceback" not in result.output


def test_settings_and_benches_are_listed() -> None:
    assert "CCFLOOR_WEB_PORT" in call("doctor", "--settings", "--lang", "zh").stdout
    assert "| `web.port` |" in call("doctor", "--markdown").stdout
    assert "live" in call("bench").stdout


def test_a_simulated_log_can_be_imported(tmp_path: Path) -> None:
    assert call("simulate", "--days", "0.5", "--seed", "3", "--out", tmp_path / "queue_log").exit_code == 0
    (file,) = told("import", tmp_path / "queue_log")["files"]
    assert file["bad"] == 0 and told("metrics")[0]["offered"] > 0
    assert told("rebuild", "--check")["differences"] == []


# -- as processes of their own -----------------------------------------------------------------------


def until(check: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not check():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.1)


def start(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ccfloor", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_collector_is_one_of_a_kind_and_ends_cleanly(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(os.environ["CCFLOOR_DB"])
    upgrade(engine)
    read = live_source(engine, "main")
    process = start("collect")
    try:
        until(lambda: (row := read(-1)) is not None and row.view.floor.today.offered >= 0, process)
        second = subprocess.run(
            [sys.executable, "-m", "ccfloor", "collect"], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert second.returncode == cli.FAILED
        assert f"another collector (process {process.pid}) already serves" in second.stderr
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 0 and "Traceback" not in out
        take_lease(engine, "main").release()
    finally:
        process.kill()


def test_a_secret_in_the_settings_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    (tmp_path / "ccfloor.toml").write_text("[ami]\nsecret = 'hunter2'\n")
    environ = os.environ | {"CCFLOOR_CONFIG": str(tmp_path / "ccfloor.toml")}
    result = subprocess.run(
        [sys.executable, "-m", "ccfloor", "show"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == cli.FAILED and "hunter2" not in result.stderr + result.stdout
    assert "ccfloor.toml:2: ami.secret: " in result.stderr and "Traceback" not in result.stderr


def test_a_recording_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    empty, shifted = tmp_path / "empty.tsv", tmp_path / "shifted.tsv"
    empty.write_text("\n")
    shifted.write_text("1\t30\t74\tResponse\n" * 1000)
    for table, said in ((empty, "the table of arrivals is empty"), (tmp_path, "is a directory")):
        found = call("replay", "--format", "ami", RAW, "--arrivals", table)
        assert found.exit_code == 1 and said in found.stderr and "Traceback" not in found.output
    found = call("replay", "--format", "ami", RAW, "--arrivals", shifted)
    assert found.exit_code == 2 and len(found.stderr.splitlines()) == 201
    assert found.stderr.splitlines()[-1] == "and 800 lines more that could not be read"
    for words in (("replay", tmp_path), ("import", tmp_path)):
        found = call(*words)
        assert found.exit_code == 1 and "is a directory; name the files in it" in found.output + found.stderr
