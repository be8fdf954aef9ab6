"""The book of rules: files and page edits become versions, none is rewritten. On both databases."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from ccfloor.rules.model import Rule
from ccfloor.rules.write import rules_text
from ccfloor.service.rulebook import (
    RuleError,
    book,
    editions,
    files_stamp,
    load_folder,
    retire,
    save,
    stamp,
    sync_files,
)
from ccfloor.store.engine import writing
from ccfloor.store.tables import journal, sources
from ccfloor.store.viewer import Viewer

SITE = "main"
VIEWER = Viewer(site=SITE)
T0 = 1_790_000_000.0


def rule(name: str = "queue-builds", level: float = 8, **more: object) -> Rule:
    words = {"zh": "排队", "en": "Queue"}
    when = {"metric": "waiting", "at_least": level}
    return Rule.model_validate({"id": name, "name": words, "when": when, "say": words} | more)


def write(folder: Path, *rules: Rule, name: str = "a.yaml") -> None:
    (folder / name).write_text(rules_text(rules), encoding="utf-8")


def level_at(engine: Engine, at: float, name: str = "queue-builds") -> float | None:
    found = book(engine, SITE).at(at).get(name)
    return found.rule.when.level if found and found.rule else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "rules"
    made.mkdir()
    return made


@pytest.fixture
def begun(engine: Engine) -> Engine:
    """A site that was at work before it had rules."""
    with writing(engine) as connection:
        row = {"site": SITE, "feed": "live", "name": "ami", "kind": "live", "cursor": 1, "mark": ""}
        connection.execute(insert(sources).values(first_at=T0 - 9, last_at=T0 - 9, events=1, bad=0, **row))
        event = {"source_id": 1, "position": 1, "batch": 1, "at": T0 - 9, "kind": "clock", "payload": "{}"}
        connection.execute(insert(journal).values(site=SITE, **event))
    return engine


def test_a_file_makes_versions_only_when_a_rule_in_it_changes(begun: Engine, folder: Path) -> None:
    write(folder, rule(), rule("other"))
    assert sync_files(begun, SITE, folder, T0).changed == ["queue-builds", "other"]
    before = stamp(begun, SITE)
    assert sync_files(begun, SITE, folder, T0 + 10).changed == [] and stamp(begun, SITE) == before
    write(folder, rule(level=9), rule("other"))
    assert sync_files(begun, SITE, folder, T0 + 20).changed == ["queue-builds"]
    assert stamp(begun, SITE) != before
    assert [level_at(begun, T0 + after) for after in (-1, 0, 19.9, 20)] == [None, 8, 8, 9]


def test_a_rule_gone_from_the_files_is_retired_and_may_come_back(begun: Engine, folder: Path) -> None:
    write(folder, rule())
    sync_files(begun, SITE, folder, T0)
    (folder / "a.yaml").unlink()
    assert sync_files(begun, SITE, folder, T0 + 10).changed == ["queue-builds"]
    assert sync_files(begun, SITE, folder, T0 + 11).changed == []
    write(folder, rule(), name="b.yaml")
    sync_files(begun, SITE, folder, T0 + 20)
    assert [level_at(begun, T0 + after) for after in (9, 10, 19, 20)] == [8, None, None, 8]


def test_a_page_edit_wins_until_the_file_itself_changes(begun: Engine, folder: Path) -> None:
    write(folder, rule())
    sync_files(begun, SITE, folder, T0)
    save(begun, VIEWER, rule(level=6), "too late", T0 + 5, T0 + 5, "Zhou")
    assert sync_files(begun, SITE, folder, T0 + 6).changed == []
    assert level_at(begun, T0 + 7) == 6
    write(folder, rule(level=10))
    sync_files(begun, SITE, folder, T0 + 8)
    assert [level_at(begun, T0 + after) for after in (4, 5, 8)] == [8, 6, 10]


@pytest.mark.parametrize("bad", ["rules: 5", "rules: [{id: x}]", "[", "dup"])
def test_a_bad_file_leaves_every_running_rule_as_it_was(begun: Engine, folder: Path, bad: str) -> None:
    write(folder, rule())
    write(folder, rule("other"), name="b.yaml")
    sync_files(begun, SITE, folder, T0)
    before = stamp(begun, SITE)
    text = rules_text([rule("other", 3), rule(level=3)]) if bad == "dup" else bad
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    found = sync_files(begun, SITE, folder, T0 + 10)
    assert found.changed == [] and stamp(begun, SITE) == before
    assert all(problem.file.endswith(".yaml") for problem in found.problems) and found.problems


def test_a_good_file_changes_beside_a_bad_one(begun: Engine, folder: Path) -> None:
    write(folder, rule())
    write(folder, rule("other"), name="b.yaml")
    sync_files(begun, SITE, folder, T0)
    (folder / "a.yaml").write_text("[", encoding="utf-8")
    write(folder, rule("other", 4), name="b.yaml")
    assert sync_files(begun, SITE, folder, T0 + 10).changed == ["other"]
    assert (level_at(begun, T0 + 11), level_at(begun, T0 + 11, "other")) == (8, 4)


def test_the_first_book_of_an_empty_site_counts_from_the_beginning(engine: Engine, folder: Path) -> None:
    write(folder, rule())
    sync_files(engine, SITE, folder, T0)
    write(folder, rule(level=9))
    sync_files(engine, SITE, folder, T0 + 10)
    assert [level_at(engine, at) for at in (1.0, T0 + 9, T0 + 10)] == [8, 8, 9]


def test_no_change_counts_before_it_was_made(begun: Engine) -> None:
    save(begun, VIEWER, rule(), "first", T0 - 86400, T0, "Zhou")
    assert (level_at(begun, T0 - 1), level_at(begun, T0)) == (None, 8)


def test_a_later_save_takes_the_place_of_what_was_planned(begun: Engine) -> None:
    save(begun, VIEWER, rule(), "first", T0, T0, "Zhou")
    save(begun, VIEWER, rule(level=12), "for the holidays", T0 + 1000, T0, "Zhou")
    assert [level_at(begun, T0 + after) for after in (999, 1000)] == [8, 12]
    save(begun, VIEWER, rule(level=6), "no, lower", T0 + 10, T0 + 10, "Lin")
    assert [level_at(begun, T0 + after) for after in (9, 10, 999, 1000)] == [8, 6, 6, 6]
    retire(begun, VIEWER, "queue-builds", "not needed", T0 + 20, "Lin")
    assert [level_at(begun, T0 + after) for after in (19, 20, 2000)] == [6, None, None]


def test_what_cannot_be_saved_says_why(begun: Engine) -> None:
    plan = {"plan": {"plan": "peak", "level": 1}}
    first = save(begun, VIEWER, rule(**plan), "first", T0, T0, "Zhou")

    def refused(asked: Rule, why: str = "why", who: str = "Lin", seen: int | None = None) -> str:
        with pytest.raises(RuleError) as caught:
            save(begun, VIEWER, asked, why, T0 + 1, T0 + 1, who, seen=seen)
        return caught.value.code

    assert refused(rule(level=9), why=" ") == "no_why"
    assert refused(rule(level=9), who="") == "no_who"
    assert refused(rule(**plan)) == "same"
    assert refused(rule("other", **plan)) == "step_taken"
    assert refused(rule(level=9), seen=first - 1) == "changed_meanwhile"
    with pytest.raises(RuleError):
        retire(begun, VIEWER, "unknown", "why", T0, "Lin")
    assert stamp(begun, SITE) == 1
    save(begun, VIEWER, rule("other", enabled=False, **plan), "off", T0 + 1, T0 + 1, "Lin")


def test_the_story_of_a_rule_is_told_newest_first(begun: Engine, folder: Path) -> None:
    write(folder, rule())
    sync_files(begun, SITE, folder, T0)
    save(begun, VIEWER, rule(level=6), "too late", T0 + 5, T0 + 5, " Zhou ")
    retire(begun, VIEWER, "queue-builds", "over", T0 + 9, "Lin")
    told = [
        (e.version, e.source, e.who, e.why, e.rule and e.rule.when.level) for e in editions(begun, VIEWER)
    ]
    assert told == [
        (3, "page", "Lin", "over", None),
        (2, "page", "Zhou", "too late", 6),
        (1, "file", "file", "", 8),
    ]
    assert editions(begun, Viewer(site="elsewhere")) == []


def test_the_stamp_of_files_tells_a_change(folder: Path) -> None:
    assert files_stamp(folder / "none") == () and load_folder(folder / "none").rules == {}
    write(folder, rule())
    before = files_stamp(folder)
    write(folder, rule(level=10))
    assert files_stamp(folder) != before
