"""Whatever keeps a report from being made or from reaching everybody is one sentence, in zh and in en."""

import errno
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from ccfloor.acd.sentences import in_language
from ccfloor.service.reports import making
from ccfloor.service.reports.making import make_owed
from ccfloor.service.reports.plans import Body, Plan, add_plan, find_plan
from ccfloor.service.reports.reasons import REASONS, because
from ccfloor.service.reports.runs import read_runs
from ccfloor.store.engine import open_engine
from ccfloor.store.viewer import Viewer
from ccfloor.ui.report_files import ReportWriter
from tests.fakes.current import upgrade
from tests.fakes.smtp_catcher import MailCatcher, mail_catching
from tests.fakes.stored_reports import FIRST, FakeService, fill, service

VIEWER = Viewer(site="main")
ENGLISH = re.compile(r"[A-Za-z]{3,}(\s+[A-Za-z]{2,})+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Stage:
    """A floor of one day, a mail server, and a plan that owes that day."""

    def __init__(self, engine: Engine, folder: Path, post: MailCatcher) -> None:
        self.engine, self.folder, self.post = engine, folder, post
        self.data = folder / "data"
        self.data.mkdir()
        self.channel(True)
        self.body: dict[str, Any] = {"formats": ("html",), "mail": "boss"}
        self.writer: ReportWriter = ReportWriter()

    def channel(self, enabled: bool) -> None:
        (self.data / "notify.yaml").write_text(
            f"channels:\n  boss:\n    kind: email\n    enabled: {str(enabled).lower()}\n    host: 127.0.0.1\n"
            f"    port: {self.post.port}\n    security: none\n    from: floor@example.com\n"
            "    to: [a@example.com, b@example.com]\n",
            encoding="utf-8",
        )

    def run(self) -> str:
        """What stands in the run after it was tried."""
        now = FIRST.start + 86_400
        found: FakeService = service(self.engine, self.folder / "out", now + 9 * 3600, data=str(self.data))
        number = add_plan(self.engine, VIEWER, "日报", Body(**self.body), "陈", "要", now)
        plan = find_plan(self.engine, VIEWER, number)
        assert isinstance(plan, Plan)
        try:
            make_owed(found, plan, self.writer, found.clock)
        except SystemExit:
            assert isinstance(self.writer, Failing)
        return read_runs(self.engine, VIEWER)[0].error


class Failing(ReportWriter):
    """Ends as told."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def file(self, data: Any, lang: str, form: Any) -> bytes:
        raise self.error


def failing(error: BaseException) -> Callable[[Stage, pytest.MonkeyPatch], None]:
    def put(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
        stage.writer = Failing(error)

    return put


def disk(error: OSError) -> Callable[[Stage, pytest.MonkeyPatch], None]:
    """A folder that answers with an error of the system."""

    def put(_stage: Stage, patch: pytest.MonkeyPatch) -> None:
        def refuse(_path: Path, _content: bytes) -> None:
            raise error

        patch.setattr(making, "write_whole", refuse)

    return put


def blocked(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
    (stage.folder / "out").write_text("a file stands here")


def scope_gone(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
    stage.body["scope"] = "queue:gone"


def large(_stage: Stage, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("ccfloor.service.reports.mailing.MOST_BYTES", 10)


def no_file(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
    (stage.data / "notify.yaml").write_text("channels: [", encoding="utf-8")


def no_channel(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
    stage.body["mail"] = "nobody"


def off(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
    stage.channel(False)


def refused(stage: Stage, _patch: pytest.MonkeyPatch) -> None:
    stage.post.refuses["b@example.com"] = "550 no such user"


TROUBLES: dict[str, Callable[[Stage, pytest.MonkeyPatch], None]] = {
    "report_interrupted": failing(SystemExit(1)),
    "report_scope_gone": scope_gone,
    "report_folder_denied": disk(PermissionError(errno.EACCES, "no")),
    "report_folder_full": disk(OSError(errno.ENOSPC, "full")),
    "report_folder_none": blocked,
    "report_folder": disk(OSError(errno.EIO, "broken")),
    "report_too_large": large,
    "report_channels": no_file,
    "report_channel_gone": no_channel,
    "report_channel_off": off,
    "report_refused": refused,
    "report_fault": failing(KeyError("x")),
}


def test_every_sentence_is_tried() -> None:
    assert TROUBLES.keys() == REASONS.keys()


@pytest.mark.parametrize("code", TROUBLES)
def test_what_goes_wrong_is_a_sentence_in_both_languages(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    fill(engine, 1)
    with mail_catching() as post:
        stage = Stage(engine, tmp_path, post)
        TROUBLES[code](stage, monkeypatch)
        error = stage.run()
    engine.dispose()
    chinese = in_language(error, "zh")
    assert chinese != error and CHINESE.search(chinese) and not ENGLISH.search(chinese), (error, chinese)
    assert not CHINESE.search(error.replace(str(tmp_path), ""))
    start = REASONS[code]["zh"].partition("{")[0]
    assert chinese.startswith(start)


def test_sentences_that_come_later_than_the_first_look_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    from ccfloor.acd.sentences import SENTENCES

    assert in_language("Something new of 7.", "zh") == "Something new of 7."
    monkeypatch.setitem(SENTENCES, "new", {"zh": "新的 {n}。", "en": "Something new of {n}."})
    assert in_language("Something new of 7.", "zh") == "新的 7。"
    assert in_language(because("interrupted"), "en") == because("interrupted")
