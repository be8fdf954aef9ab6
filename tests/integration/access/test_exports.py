"""Every file to take away: nothing in it is run when it is opened, and it tells of what its taker may see."""

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import openpyxl
import pypdfium2
import pytest
import yaml
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.kpi.period import day_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.reports.gather import gather
from ccfloor.service.reports.plans import Format, ReportKind
from ccfloor.service.settings import load
from ccfloor.store.viewer import EVERYTHING
from ccfloor.ui.report_files import ReportWriter
from tests.fakes import hostile
from tests.fakes.exports import File, Taker, past_the_log, sites
from tests.integration.access import five_queues

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


# -- what may stand in a file --------------------------------------------------------------------------


def cells_of(file: File) -> list[str]:
    """The texts of a table; fails on whatever would be run by who opens it."""
    if file.name.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
        return [cell for row in rows for cell in row if not NUMBER.fullmatch(cell)]
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in every if cell.data_type == "f"] == []
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/")]
    assert not [part for part in sheets if b"<f>" in part or b"<f " in part]
    return [cell.value for cell in every if isinstance(cell.value, str)]


class Tags(HTMLParser):
    """What a browser would make of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        far = [
            value
            for name, value in attrs
            if name in ("src", "href") and not (value or "").startswith("data:image/")
        ]
        if (
            tag in ("script", "iframe", "object", "link")
            or far
            or any(name.startswith("on") for name, _ in attrs)
        ):
            self.bad.append(f"{tag} {attrs}"[:200])


def text_of(file: File) -> str:
    """Everything that can be read in a file; fails on whatever could do harm in it."""
    kind = file.name.rpartition(".")[2]
    if kind in ("csv", "xlsx"):
        cells = cells_of(file)
        assert [cell for cell in cells if cell.startswith(FORMULA)] == []
        return "\n".join(cells)
    if kind == "pdf":
        document = pypdfium2.PdfDocument(file.content)
        assert len(document) > 0
        assert not [
            name
            for name in (b"/JavaScript", b"/Launch", b"/OpenAction", b"/EmbeddedFile")
            if name in file.content
        ]
        return "\n".join(document[at].get_textpage().get_text_range() for at in range(len(document)))
    told = file.content.decode("utf-8")
    assert not CONTROL.search(told)
    if kind == "html":
        assert Tags(told).bad == []
    elif kind == "json":
        json.loads(told)
    else:
        assert kind == "yaml", file.name
        yaml.safe_load(told)
    return told


# -- a hostile floor -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[runtime.Service, float]]:
    folder, now = tmp_path_factory.mktemp("hostile"), time.time()
    hostile.put(folder, now)
    given = {f"CCFLOOR_{name}": value for name, value in hostile.settings(folder).items()}
    service = runtime.Service(load(environ=given, db=f"sqlite:///{folder / 'floor.db'}", source="none"))
    runtime.use(service)
    yield service, now
    runtime.use(None)
    service.engine.dispose()


def bad_file(app: AppTest) -> None:
    """Choose a file whose every line is wrong."""
    lines = "".join(f'"{text}",nonsense\n' for text in hostile.NASTY[3:7])
    content = f"投诉编号,受理日期\n{lines}".encode()
    app.file_uploader[0].set_value((f"{hostile.NASTY[0]}.csv", content, "text/csv")).run()


def unfold_rows(app: AppTest) -> None:
    """Show the rows of an import."""
    next(button for button in app.button if str(button.key).startswith("people-b-import-rows")).click().run()


def everything(take: Taker, day: str, half: str, queue: str, agent: str, sheet: str) -> list[File]:
    """Every file there is, of a queue, an agent and an alarm."""
    days = {"from": f"{date.fromisoformat(day) - timedelta(2)}", "to": day}
    span = {"from": day, "to": day}
    take.open("queues", {})
    take.open("today", {})
    take.open("advice", {})
    take.open("plan", {})
    take.open("plan", {"sheet": sheet})
    for scope in ("", f"queue:{queue}"):
        take.open("kpi", {"period": day, "scope": scope})
        take.open("kpi", {"period": half, "scope": scope})
    for view in ("trend", "compare", "team", "day", "handle"):
        take.open("agents", {"scope": f"agent:{agent}", "view": view, "day": day, "by": "day", **days})
    for view in ("heat", "waits", "callers", "repeats", "moves", "variants"):
        hour = f"{date.fromisoformat(day).isoweekday()}-{half[11:16].replace(':', '')}"
        take.open("queue_history", {**span, "view": view, "cell": hour, "state": "all"})
        take.open("queue_history", {**span, "view": view, "queue": queue})
    take.open("reports", {"period": day, "scope": f"queue:{queue}"})
    take.open("reports", {"view": "made"})
    take.open("qa", {"period": day})
    take.open("qa", {"period": day[:7]})
    take.open("qa_appeals", {"view": "stats"})
    take.open("qa_improve", {"view": "needs"})
    take.open("qa_forms", {"kind": "form", "name": "nasty"})
    for page in ("imports", "rules", "data_quality", "definitions", "audit", "qa_forms", "qa_sheets"):
        take.open(page, {})
    return take.files


@pytest.fixture(scope="module")
def files(nasty: tuple[runtime.Service, float]) -> Iterator[list[File]]:
    service, now = nasty
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "_asks", [lambda: Identity(role=Role.ADMIN, name="x", account=1)])
        take = Taker(patch)
        day = day_of(service.config, now - 86_400)
        half = f"{day.name}T09:00"
        found = everything(
            take, day.name, half, next(iter(hostile.QUEUES)), hostile.agent(5), hostile.sheet(now)
        )
        take.open("imports", {"dataset": "complaints"}, bad_file)
        take.open("imports", {"dataset": "complaints"}, unfold_rows)
        yield found


def test_every_file_of_the_program_is_taken(files: list[File]) -> None:
    assert past_the_log() == []
    assert sites() - {file.site for file in files} == set()


def test_nothing_in_a_file_is_run_by_who_opens_it(files: list[File]) -> None:
    told = {file.site: text_of(file) for file in files}
    hostile_ones = [site for site, text in told.items() if any(one in text for one in hostile.NASTY[:6])]
    assert len(hostile_ones) > len(told) / 2


def test_a_files_name_is_one_everywhere(files: list[File]) -> None:
    assert [file.name for file in files if not re.fullmatch(r"[\w.-]{1,150}", file.name)] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", get_args(Format))
@pytest.mark.parametrize("kind", get_args(ReportKind))
def test_nor_in_a_report_of_any_kind(
    nasty: tuple[runtime.Service, float], kind: ReportKind, form: Format, lang: str
) -> None:
    service, now = nasty
    day = day_of(service.config, now - 86_400)
    of_one = (Scope("queue", [*hostile.QUEUES][3]), Scope("agent", hostile.agent(3)))
    for scope in of_one if kind == "figures" and lang == "en" else (SITE,):
        data = gather(service, EVERYTHING, kind, scope, day, now)
        assert text_of(File(("", ""), f"x.{form}", ReportWriter().file(data, lang, form)))


# -- a lead of two of five queues ----------------------------------------------------------------------


def test_files_tell_of_no_other_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = five_queues.world(tmp_path)
    runtime.use(service)
    day = day_of(five_queues.CONFIG, five_queues.T0 + 3600)
    lead = five_queues.LEAD._replace(role=Role.MANAGER)  # of the same two queues: has more pages
    monkeypatch.setattr(identity, "_asks", [lambda: lead])
    take = Taker(monkeypatch)
    mine = sorted(five_queues.MINE)[0]
    found = everything(take, day.name, f"{day.name}T01:00", mine, five_queues.agent(mine), "none")
    text = {(file.site, file.name): text_of(file) for file in found}
    runtime.use(None)
    service.engine.dispose()
    told = {key: {word for word in five_queues.HIDDEN_WORDS if word in said} for key, said in text.items()}
    assert {key: words for key, words in told.items() if words} == {}
    assert sum(any(word in said for word in five_queues.SEEN_WORDS) for said in text.values()) >= 8
