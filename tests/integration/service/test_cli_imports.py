"""``python -m ccfloor kpi import …`` as somebody types it: what it says, what it writes, its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ccfloor import cli

SURVEY = "日期,坐席,邀评数,参评数,满意数\n2026-10-01,1001,100,80,70\n"


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of its own; seats and queues of the simulator."""
    monkeypatch.setenv("CCFLOOR_DB", f"sqlite:///{tmp_path}/floor.db")
    return tmp_path


def call(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["kpi", *map(str, words)])


def told(*words: object) -> Any:
    result = call(*words, "--json")
    return json.loads(result.stdout)


def written(site: Path, text: str, name: str = "survey.csv") -> Path:
    path = site / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_taken_in_once_listed_and_taken_out(site: Path) -> None:
    file = written(site, SURVEY)
    done = call("import", file, "--dataset", "survey", "--who", "周岚")
    assert (done.exit_code, done.stdout) == (
        0,
        "import 1: 1 line written (new 1, changed 0, the same 0), bad lines 0\n",
    )
    again = call("import", file, "--dataset", "survey", "--who", "周岚", "--lang", "zh")
    assert (again.exit_code, again.stdout) == (0, "第 1 号已有同样的内容，没有写入\n")
    listed = told("imports")
    assert [(item["id"], item["file"], item["rows"], item["undone_at"]) for item in listed] == [
        (1, "survey.csv", 1, None)
    ]
    assert call("undo", 1, "--who", "周岚", "--why", "wrong month").exit_code == 0
    assert "周岚: wrong month" in call("imports").stdout
    twice = call("undo", 1, "--who", "周岚", "--why", "twice")
    assert (twice.exit_code, twice.stderr) == (1, "This import is undone already.\n")
    assert "counts again" in call("restore", 1, "--who", "周岚", "--why", "it was right").stdout


def test_bad_lines_are_listed_and_nothing_is_written(site: Path) -> None:
    file = written(site, SURVEY + "2026-10-02,1002,x,1,1\n")
    bad = call("import", file, "--dataset", "survey", "--who", "周岚")
    assert bad.exit_code == 2
    assert bad.stderr == "survey.csv, line 3, column 邀评数: 'x' is not a number.\n"
    assert bad.stdout.startswith("nothing was written: 1 of 2 lines are bad")
    assert told("imports") == []
    good = call("import", file, "--dataset", "survey", "--who", "周岚", "--good-lines")
    assert good.exit_code == 2 and good.stdout.startswith("import 1: 1 line written")


def test_checking_writes_nothing(site: Path) -> None:
    file = written(site, SURVEY)
    found = told("import", file, "--dataset", "survey", "--who", "周岚", "--check")
    assert (found["id"], found["lines"], found["new"], found["bad"]) == (0, 1, 1, [])
    assert told("imports") == []


def test_a_month_without_complaints_is_told_by_a_header_and_its_days(site: Path) -> None:
    file = written(site, "投诉编号,受理日期,核实状态\n", "none.csv")
    assert call("import", file, "--dataset", "complaints", "--who", "周岚").exit_code == 2
    done = call(
        "import", file, "--dataset", "complaints", "--who", "周岚", "--covers", "2026-10-01..2026-10-31"
    )
    assert done.exit_code == 0
    assert (told("imports")[0]["first_day"], told("imports")[0]["last_day"]) == (20261001, 20261031)


def test_templates_are_listed_and_written(site: Path) -> None:
    assert "survey.satisfied" in call("templates").stdout
    assert call("templates", site / "forms", "--format", "csv", "--lang", "en").exit_code == 0
    assert (site / "forms" / "cost.csv").read_text(
        "utf-8-sig"
    ).strip() == "Month,Queue,Team,Total cost (yuan)"
    assert (site / "forms" / "roster.csv").is_file()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["import", "none.csv", "--dataset", "survey", "--who", "Lan"], "none.csv: cannot be read"),
        (["import", "none.csv", "--dataset", "moods", "--who", "Lan"], "there is no dataset 'moods'"),
        (["templates", "x", "--format", "pdf"], "'pdf' is neither csv nor xlsx"),
        (["undo", "7", "--who", "Lan", "--why", "x"], "There is no such import."),
    ],
)
def test_what_is_wrong_is_one_sentence(words: list[str], sentence: str) -> None:
    result = call(*words)
    assert result.exit_code == 1 and sentence in result.stderr and "Traceback" not in result.output
