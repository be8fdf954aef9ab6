"""The audit log: every act has its entry, in its own transaction; what is altered afterwards is found out."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.chain import GENESIS, link
from ccfloor.access.rights import Role
from ccfloor.service import audit, incidents
from ccfloor.service.access import accounts, identity, sign_in
from ccfloor.service.access.identity import OPEN, Identity, acting_as
from ccfloor.service.audit import COMMAND_LINE, Actor, acting, record, record_alone
from ccfloor.service.audit_check import Checked, Checker, check, go_on
from ccfloor.service.people_log import PeopleError
from ccfloor.store import audit as rows
from ccfloor.store.access_tables import audit as table
from ccfloor.store.access_tables import audit_heads
from ccfloor.store.audit import Wanted, Written
from ccfloor.store.engine import writing
from ccfloor.store.tables import incidents as incident_table
from ccfloor.store.viewer import Forbidden, Viewer
from ccfloor.ui.audit_words import Words
from ccfloor.ui.texts import LANGS, texts
from tests.fakes.logged_acts import CONFIG, NOW, NUMBER, SCENES, SECRET, WHO, WHY, Scene

BOSS = Viewer(Role.MANAGER)
LEAD = Viewer(Role.LEAD)
DAY = 86_400.0
ADMIN = Actor("boss", Role.ADMIN, "10.0.0.9")
ME = Actor("li.ming", Role.MANAGER, "10.0.0.7")


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_asks", [])


def told(engine: Engine) -> list[Written]:
    with engine.connect() as connection:
        return rows.after(connection, "main", 0)


def some(engine: Engine, count: int, at: float = NOW, step: float = 1.0) -> None:
    """So many entries of acts upon rules."""
    with writing(engine) as connection:
        for number in range(count):
            args = (
                ME,
                Act.RULE_SAVED,
                f"rule/r{number % 3}",
                {"level": number},
                {"level": number + 1},
                "why",
            )
            record(connection, *args, at + number * step, site="main")


# -- every act -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_every_act_has_its_entry(database: Engine, tmp_path: Path, scene: Scene) -> None:
    scene(database, tmp_path)
    found = told(database)
    assert [one.entry.act for one in found] == list(SCENES[scene])
    assert not check(database, "main", NOW).fault
    for one in found:
        assert NUMBER not in "".join(map(str, one.entry))
        assert one.entry.role or one.entry.act == Act.SESSION_REFUSED
        _has_words(one)


def _has_words(one: Written) -> None:
    """Everything an entry tells has words, in both languages."""
    for name in _fields(one.entry.before) | _fields(one.entry.after):
        assert f"audit.field.{name}" in texts("zh"), f"{one.entry.act} tells of {name}"
    for lang in LANGS:
        words = Words(CONFIG, lang)
        assert words.act(one.entry) and words.role(one.entry) is not None
        assert words.about(one.entry) != one.entry.about, one.entry.about
        shown = " ".join(map(str, words.changes(one.entry)))
        assert "{" not in shown and "None" not in shown


def _fields(told: str) -> set[str]:
    """The names of all values but names of people, which are told as they are."""
    found: set[str] = set()
    todo = [("", msgspec.json.decode(told))] if told else []
    while todo:
        above, value = todo.pop()
        if isinstance(value, dict) and not value.keys() <= {"zh", "en"}:
            found |= set() if above == "teams" else set(value)
            todo += value.items()
    return found


def test_no_entry_no_act(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> int:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(rows, "append", broken)
    with pytest.raises(RuntimeError):
        incidents.declare_incident(database, LEAD, "power", "停电", NOW, WHO, NOW)
    with database.connect() as connection:
        assert connection.execute(select(incident_table)).all() == []


def test_no_act_no_entry(database: Engine) -> None:
    with pytest.raises(PeopleError):
        incidents.close_incident(database, LEAD, 7, WHO, "x", NOW)
    assert told(database) == []


def test_what_is_the_same_before_and_after_is_left_out(database: Engine) -> None:
    with writing(database) as connection:
        was, is_ = {"level": 8, "name": "a", "old": 1}, {"level": 9, "name": "a", "new": 2}
        record(connection, ME, Act.RULE_SAVED, "rule/a", was, is_, "", NOW, site="main")
    (one,) = told(database)
    assert one.entry.before == '{"level":8,"old":1}' and one.entry.after == '{"level":9,"new":2}'
    assert next(str(change) for change in Words(CONFIG, "en").changes(one.entry)).endswith("8 → 9")


def test_what_no_database_takes_stops_no_act(database: Engine) -> None:
    with writing(database) as connection:
        values = ({"a\0": "b\0c"}, {"text": "\ud800" + "x" * 5000}, "why\0\udfff" + NUMBER)
        record(connection, Actor("w\0ho"), Act.RULE_SAVED, "rule/\0a" + "y" * 999, *values, NOW, site="main")
    (one,) = told(database)
    assert not check(database, "main", NOW).fault
    assert "\0" not in "".join(map(str, one.entry)) and len(one.entry.after) < 2100
    assert one.entry.why == "why?138****5678" and one.entry.who == "who"


def test_an_entry_needs_a_site(database: Engine) -> None:
    with writing(database) as connection, pytest.raises(ValueError, match="site"):
        record(connection, ME, Act.RULE_SAVED, "rule/a", None, None, "", NOW)


# -- who -----------------------------------------------------------------------------------------------

SIGNED_IN = Identity(3, "li.ming", "李明", Role.LEAD, source="10.0.0.7")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (SIGNED_IN, Actor("li.ming", "lead", "10.0.0.7")),
        (OPEN._replace(source="127.0.0.1"), Actor(WHO, "open", "127.0.0.1")),
        (
            Identity(name="root", role=Role.SYSTEM, source=COMMAND_LINE),
            Actor(WHO, "system", "command line"),
        ),
    ],
)
def test_who_is_signed_in_acts_and_elsewhere_the_typed_name(who: Identity, expected: Actor) -> None:
    with acting_as(who):
        assert acting(f" {WHO} ", Viewer(Role.ADMIN)) == expected


def test_without_anybody_who_asks_the_viewer_tells() -> None:
    assert acting(WHO, Viewer(Role.LEAD)) == Actor(WHO, "open", "")
    assert acting("x", Viewer(Role.QA, account=3, who="qa", source="10.0.0.1")) == Actor(
        "qa", "qa", "10.0.0.1"
    )
    assert acting(WHO) == acting(WHO, Viewer()) == Actor(WHO, "system", "")


def test_nobody_acts_under_anothers_name(database: Engine) -> None:
    with acting_as(SIGNED_IN):
        incidents.declare_incident(database, LEAD, "power", "停电", NOW, "总经理", NOW)
    assert [(one.entry.who, one.entry.source) for one in told(database)] == [("li.ming", "10.0.0.7")]


# -- the chain -----------------------------------------------------------------------------------------


def test_each_entry_is_linked_to_the_one_before(database: Engine) -> None:
    some(database, 3)
    previous = GENESIS
    for number, one in enumerate(told(database), 1):
        assert one.entry.number == number and one.hash == link(previous, one.entry)
        previous = one.hash


def test_sites_have_chains_of_their_own(database: Engine) -> None:
    for site in ("main", "other", "main"):
        record_alone(database, ME, Act.DATA_REBUILT, "site", None, "", NOW, site=site)
    assert [check(database, site, NOW).number for site in ("main", "other")] == [2, 1]


def test_many_at_once_make_one_chain(database: Engine) -> None:
    together = threading.Barrier(6)

    def act(number: int) -> None:
        together.wait()
        for turn in range(5):
            record_alone(database, ME, Act.DATA_REBUILT, f"site/{number}-{turn}", None, "", NOW, site="main")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(6)))
    checked = check(database, "main", NOW)
    assert (checked.number, checked.fault) == (30, "")


Tamper = Callable[[Connection], object]
_n = table.c.number


def _cut(connection: Connection) -> None:
    connection.execute(delete(table).where(_n > 7))


def _inserted(connection: Connection) -> None:
    """A forged entry between two, the later ones moved up."""
    for number in range(10, 4, -1):
        connection.execute(update(table).where(_n == number).values(number=number + 1))
    row = connection.execute(select(table).where(_n == 4)).mappings().one()
    connection.execute(insert(table).values(dict(row) | {"number": 5, "who": "nobody"}))


def _rewritten(connection: Connection) -> None:
    """One entry changed and every hash from there on made anew: the whole chain is right in itself."""
    found = rows.after(connection, "main", 0)
    previous = GENESIS
    for one in found:
        entry = one.entry._replace(who="nobody") if one.entry.number == 4 else one.entry
        previous = link(previous, entry)
        values = {"who": entry.who, "hash": previous}
        connection.execute(update(table).where(_n == entry.number).values(values))


@pytest.mark.parametrize(
    ("tamper", "fault", "where"),
    [
        (lambda c: c.execute(update(table).where(_n == 4).values(after='{"level":99}')), "changed", 4),
        (lambda c: c.execute(update(table).where(_n == 4).values(at=NOW - DAY)), "changed", 4),
        (lambda c: c.execute(update(table).where(_n == 10).values(hash="0" * 64)), "changed", 10),
        (lambda c: c.execute(delete(table).where(_n == 4)), "gap", 4),
        (lambda c: c.execute(delete(table).where(_n == 1)), "gap", 1),
        (lambda c: c.execute(delete(table)), "cut", 1),
        (_cut, "cut", 8),
        (_inserted, "changed", 5),
        (_rewritten, "head", 5),
    ],
    ids=["word", "instant", "hash", "entry", "first", "all", "tail", "inserted", "rewritten"],
)
def test_what_was_tampered_with_is_found(database: Engine, tamper: Tamper, fault: str, where: int) -> None:
    some(database, 5, NOW - DAY)
    some(database, 5)
    assert check(database, "main", NOW).fault == ""
    with writing(database) as connection:
        tamper(connection)
    found = check(database, "main", NOW)
    assert (found.fault, found.where) == (fault, where)
    words = texts("zh")
    assert f"audit.chain.{found.fault}" in words


def test_a_head_noted_elsewhere_shows_what_the_database_cannot(database: Engine) -> None:
    some(database, 10)
    noted = told(database)[7].hash
    assert check(database, "main", NOW, noted).fault == ""
    with writing(database) as connection:  # cut, with the heads kept beside it
        _cut(connection)
        connection.execute(delete(audit_heads))
    assert check(database, "main", NOW).fault == ""
    assert check(database, "main", NOW, noted).fault == "unknown_head"


def test_the_newest_of_each_day_is_kept(database: Engine) -> None:
    some(database, 2, NOW - 2 * DAY)
    some(database, 3, NOW)
    with database.connect() as connection:
        assert [(head.day, head.number) for head in rows.heads(connection, "main")] == [
            (20261120, 2),
            (20261122, 5),
        ]


def test_a_log_is_gone_through_piece_by_piece(database: Engine) -> None:
    some(database, 10)
    seen = Checked()
    for number in (4, 8, 10):
        seen = go_on(database, "main", seen, NOW, most=4)
        assert (seen.number, seen.whole, seen.fault) == (number, number == 10, "")
    some(database, 1, NOW + 20)
    assert go_on(database, "main", seen, NOW).number == 11


def test_a_page_that_looks_again_later_begins_anew(database: Engine) -> None:
    some(database, 5)
    checker = Checker()
    assert checker.look(database, BOSS, NOW).number == 5
    with writing(database) as connection:
        connection.execute(update(table).where(_n == 2).values(who="nobody"))
    assert checker.look(database, BOSS, NOW + 30).fault == ""
    assert checker.look(database, BOSS, NOW + 90).fault == "changed"
    with pytest.raises(Forbidden):
        checker.look(database, Viewer(Role.LEAD), NOW)


# -- reading -------------------------------------------------------------------------------------------


def numbers(engine: Engine, wanted: Wanted) -> list[int]:
    found = audit.find(engine, BOSS, wanted, 50)
    return [one.entry.number for one in found.rows]


def test_entries_are_found_by_who_what_when_about_and_from_where(database: Engine) -> None:
    some(database, 6)
    other = Actor("周岚", "open", "127.0.0.1")
    args = (Act.EXPORT_TAKEN, "export/日报.xlsx", {"format": "xlsx"}, "100%_sure")
    record_alone(database, other, *args, NOW + 10, site="main")
    assert numbers(database, Wanted()) == [7, 6, 5, 4, 3, 2, 1]
    for wanted, expected in (
        (Wanted(who="周岚"), [7]),
        (Wanted(acts=("rule.saved", "rule.retired")), [6, 5, 4, 3, 2, 1]),
        (Wanted(about="rule/r1"), [5, 2]),
        (Wanted(source="10.0.0.7", about="rule/r0"), [4, 1]),
        (Wanted(start=NOW + 2, end=NOW + 4), [4, 3]),
        (Wanted(words="日报"), [7]),
        (Wanted(words="100%_SURE"), [7]),
        (Wanted(words="1_0"), []),
        (Wanted(words='"level":3'), [4, 3]),
        (Wanted(who="nobody"), []),
    ):
        assert numbers(database, wanted) == expected, wanted
    assert audit.names(database, BOSS, "who") == ["li.ming", "周岚"]
    assert audit.names(database, BOSS, "source") == ["10.0.0.7", "127.0.0.1"]


def pages(engine: Engine, wanted: Wanted, most: int) -> Iterator[list[int]]:
    below = None
    while True:
        found = audit.find(engine, BOSS, wanted, most, below)
        yield [one.entry.number for one in found.rows]
        below = found.more
        if below is None:
            return


def test_pages_follow_one_another_also_within_one_instant(database: Engine) -> None:
    some(database, 7, step=0.0)
    assert list(pages(database, Wanted(), 3)) == [[7, 6, 5], [4, 3, 2], [1]]


def test_a_search_for_words_stops_and_goes_on(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SEARCHED", 4)
    some(database, 10)
    found = audit.find(database, BOSS, Wanted(words='"level":2'), 50)
    assert (found.rows, found.full) == ([], False) and found.more is not None
    assert list(pages(database, Wanted(words='"level":2'), 50)) == [[], [3], [2]]


@pytest.mark.parametrize("viewer", [Viewer(Role.LEAD), Viewer(Role.QA), Viewer(Role.AGENT)])
def test_who_may_not_read_it_gets_nothing(database: Engine, viewer: Viewer) -> None:
    for read in (
        lambda: audit.find(database, viewer, Wanted(), 5),
        lambda: audit.names(database, viewer, "who"),
    ):
        with pytest.raises(Forbidden):
            read()


def test_it_tells_of_the_whole_site_and_so_is_for_who_sees_it(database: Engine) -> None:
    for part in ({"queues": frozenset(("vip",))}, {"teams": frozenset(("A",))}):
        with pytest.raises(Forbidden):
            audit.find(database, Viewer(Role.MANAGER, **part), Wanted(), 5)  # type: ignore[arg-type]


# -- sign-in -------------------------------------------------------------------------------------------


def refused(engine: Engine) -> list[tuple[str, str, dict[str, object]]]:
    return [
        (one.entry.about, one.entry.source, msgspec.json.decode(one.entry.after))
        for one in told(engine)
        if one.entry.act == Act.SESSION_REFUSED
    ]


def test_a_flood_of_refused_tries_is_a_trickle_of_entries(database: Engine) -> None:
    draft = accounts.Draft("li.ming", "", Role.QA)
    accounts.add_account(database, "main", draft, ADMIN, WHY, NOW, SECRET)
    for second in range(130):
        sign_in.sign_in(database, "main", "li.ming", f"guess {second}", "10.6.6.6", NOW + second)
    found = refused(database)
    assert len(found) == 3 and {about for about, _, _ in found} == {"account/li.ming"}
    counts = [after["in_row"] for _, _, after in found]
    assert counts == sorted(counts) and counts[-1] > 4  # type: ignore[type-var, operator]


def test_many_addresses_do_not_flood_it_either(database: Engine) -> None:
    for number in range(60):
        sign_in.sign_in(database, "main", f"name{number}", "guess", f"10.6.6.{number}", NOW)
    assert len(refused(database)) == 30


def test_what_was_typed_as_a_name_is_not_written_down(database: Engine) -> None:
    sign_in.sign_in(database, "main", SECRET, "guess", "10.6.6.6", NOW)
    (one,) = refused(database)
    assert one[0] == "account/" and SECRET not in str(told(database))


def test_no_secret_stands_in_it(database: Engine, tmp_path: Path) -> None:
    for scene in SCENES:
        if scene.__name__ in ("keeping_accounts", "walls"):
            scene(database, tmp_path)
    everything = str(told(database))
    assert "argon2" not in everything and SECRET not in everything
    assert not re.search(r"[\w-]{40,}", re.sub(r"hash='[0-9a-f]{64}'", "", everything))
