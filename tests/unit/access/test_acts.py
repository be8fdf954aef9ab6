"""Nothing changes anything without an entry in the audit log: looked up in the sources themselves."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccfloor.access.acts import GROUPS, Act, acts_of
from ccfloor.ui.texts import LANGS, Lang, texts
from tests.fakes.logged_acts import SCENES

PACKAGE = Path(__file__).resolve().parents[3] / "ccfloor"
LOGS = {"record", "record_alone", "append"}

# What writes without an entry, and why: nobody did it.
UNLOGGED = {
    "service.skew_log.SkewLog": "the clocks' own course",
    "service.notify.outbox.Outbox": "messages on their way; who asked for one is logged where it is asked",
    "service.site_rules.SiteRules": "from when a version counts; saving it is logged",
    "service.reports.runs.claim": "the calendar's own making of reports",
    "service.reports.runs.finish": "the calendar's own making of reports",
    "service.access.sign_in._welcome": "the session that follows is logged",
    "service.access.accounts._counted": "a try at the own password, counted; the new one is logged",
    "service.access.oidc_accounts._admitted": "the session that follows is logged",
    "service.access.doors.Doors.clear": "sessions that are over",
    "service.qa.scoring.save": "a draft on its way; beginning and handing in are logged",
    "service.qa.facts._tell": "counted from what is logged",
    "service.qa.appeal_notices.tell": "messages about appeals, whose steps are logged",
    "service.qa.fatal_news.tell": "messages about forms, whose handing in is logged",
    "service.qa.simulated._score_day": "the invented floor's own making",
    "service.qa.simulated_after.afterwards": "the invented floor's own making",
    "service.qa.simulated_on._drop": "the invented floor's own making",
    "service.qa.simulated_on._see": "the invented floor's own making",
    "service.qa.simulated_life._tell": "how far the invented floor's making is",
    "service.staffing.advising.Advisor.look": "what the program itself advises",
    "service.staffing.judged": "what was foretold of logged moves, and what came",
    "service.privacy._clear_advice": "old advice, which nobody wrote",
    "service.doctor._write_nothing": "a write that is taken back",
}


# What of the store opens a transaction of its own: what the switch tells, what follows from it by counting,
# and housekeeping. What people change is written in the transaction of a service function.
OF_THE_PROGRAM = {
    "store.bulk",
    "store.clearing",
    "store.cold",
    "store.days",
    "store.displays",
    "store.facts",
    "store.migrate",
    "store.rebuild",
    "store.recorder",
    "store.sessions",
}


class Function:
    """A function of a module: what it calls, by bare name."""

    def __init__(self, name: str, node: ast.AST) -> None:
        self.name = name
        self.calls = {called for child in ast.walk(node) for called in _called(child)}


def _called(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node.func, ast.Attribute):
            yield node.func.attr


def functions(path: Path) -> list[Function]:
    """Every function and method of a module, by its whole name."""
    module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        place = f"{module}.{node.name}" if isinstance(node, ast.ClassDef) else module
        found += [
            Function(f"{place}.{one.name}", one)
            for one in inner
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
    return found


def logs(function: Function, module: list[Function]) -> bool:
    """Whether it writes an entry itself, by another function of its module, or beside the thing."""
    own, seen = {one.name.rpartition(".")[2]: one for one in module}, {function.name}
    todo = [function]
    while todo:
        calls = todo.pop().calls
        if calls & LOGS or ("write" in calls and "Told" in _text_of(function.name)):
            return True
        more = [own[name] for name in calls if name in own and own[name].name not in seen]
        seen |= {one.name for one in more}
        todo += more
    return False


def _text_of(name: str) -> str:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = PACKAGE.joinpath(*parts[:length]).with_suffix(".py")
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise AssertionError(name)


def writers() -> list[tuple[str, bool]]:
    """Functions outside the store that open a writing transaction, and whether they write an entry."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] in ("store", "floor", "acd", "kpi", "rules", "qa"):
            continue
        module = functions(path)
        found += [(one.name, logs(one, module)) for one in module if "writing" in one.calls]
    return found


def excused(name: str) -> str:
    """The reason for which a function needs no entry; "" for none."""
    return next((why for place, why in UNLOGGED.items() if name == place or name.startswith(f"{place}.")), "")


def test_whatever_opens_a_writing_transaction_writes_an_entry() -> None:
    found = writers()
    assert len(found) > 40, "the sources are not where they were"
    assert [name for name, logged in found if not logged and not excused(name)] == []


def test_the_store_itself_changes_only_what_the_program_changes() -> None:
    found = {
        ".".join(one.name.split(".")[:2])
        for path in (PACKAGE / "store").glob("*.py")
        for one in functions(path)
        if "writing" in one.calls
    }
    assert found == OF_THE_PROGRAM


def test_no_excuse_is_left_over() -> None:
    names = [name for name, logged in writers() if not logged]
    unused = [place for place in UNLOGGED if not any(n == place or n.startswith(f"{place}.") for n in names)]
    assert unused == []


def test_a_function_that_writes_and_logs_nothing_is_found(tmp_path: Path) -> None:
    path = PACKAGE / "service" / "annotations.py"
    source = "def quiet(engine):\n    with writing(engine) as c:\n        c.execute(1)\n"
    quiet = Function("service.annotations.quiet", ast.parse(source).body[0])
    assert "writing" in quiet.calls and not logs(quiet, [*functions(path), quiet]) and not excused(quiet.name)


def test_every_act_that_is_written_is_done_in_a_scene() -> None:
    """An act that a function writes must be among what the tests do, with its entry looked at."""
    sources = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.name != "acts.py")
    named = {name for source in sources for name in re.findall(r"\b(?:Act|Logged)\.([A-Z_]{4,})\b", source)}
    written = {Act[name] for name in named if name in Act.__members__}
    assert len(written) > 50
    assert written - {act for acts in SCENES.values() for act in acts} == set()


@pytest.mark.parametrize("lang", LANGS)
def test_every_act_and_group_has_words(lang: Lang) -> None:
    words = texts(lang)
    needed = [*(f"audit.act.{act}" for act in Act), *(f"audit.group.{group}" for group in GROUPS)]
    assert [key for key in needed if key not in words] == []


def test_a_word_picks_a_group_an_act_or_nothing() -> None:
    assert acts_of("rule") == (Act.RULE_SAVED, Act.RULE_RETIRED, Act.RULE_FILE)
    assert acts_of("rule.saved") == (Act.RULE_SAVED,)
    assert acts_of("rules") == acts_of("") == ()
