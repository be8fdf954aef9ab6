"""The book of rules as it is kept: files and page edits become versions in table ``rule_versions``.

A version is never changed and never counts before it was made. The file a rule comes from speaks only when
it changes: an edit on the page wins until then. Instants are UTC epoch seconds.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, func, insert, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.checks import ANYTHING, Known
from ccfloor.rules.load import Loaded, load_files
from ccfloor.rules.model import Rule
from ccfloor.rules.places import Problem
from ccfloor.service.audit import FILE as BY_FILE
from ccfloor.service.audit import Actor, acting, record
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.tables import journal, rule_versions
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
FILE, PAGE = "file", "page"
_table = rule_versions.c


class RuleError(ValueError):
    """A change that is not made. ``code`` picks the sentence in the texts (``rules.error.…``)."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


class Synced(NamedTuple):
    """What reading the files changed: ids of rules with a new version, and what is wrong or in doubt."""

    changed: list[str]
    problems: list[Problem]
    warnings: list[Problem]


class Edition(NamedTuple):
    """A version with its story. ``rule`` None: retired (or not readable by this program)."""

    rule_id: str
    version: int
    valid_from: float
    source: str
    at: float
    who: str
    why: str
    rule: Rule | None


# -- files ---------------------------------------------------------------------------------------------


def rule_texts(folder: Path) -> tuple[list[tuple[str, str]], list[Problem]]:
    """The rule files of a folder as (name, text) in order of name, and those that cannot be read."""
    texts: list[tuple[str, str]] = []
    problems = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            texts.append((str(path), path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(str(path), 0, "", f"cannot be read: {error}", f"读不了：{error}"))
    return texts, problems


def load_folder(folder: Path, known: Known = ANYTHING) -> Loaded:
    """The rules of a folder's files; a missing folder has none."""
    texts, unread = rule_texts(folder)
    loaded = load_files(texts, known)
    return loaded._replace(problems=[*unread, *loaded.problems])


def files_stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Differs when a rule file may have changed: names, times and sizes."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            stat = path.stat()
        except OSError:
            continue  # gone between the listing and now: it will be missing in the next stamp too
        found.append((path.name, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def sync_files(engine: Engine, site: str, folder: Path, now: float, known: Known = ANYTHING) -> Synced:
    """Make versions of what changed in the files since they were read last; valid from ``now`` on.

    The first book of a site that has no journal counts from the beginning, so that recordings played into
    it are watched. While a file is refused, its rules stay as they are and none is retired.
    """
    loaded = load_folder(folder, known)
    for problem in loaded.problems:
        log.warning("rules: %s", problem)
    with writing(engine) as connection:
        lock_site(connection, site)
        since = 0.0 if _untouched(connection, site) else now
        changed = _changes(connection, site, loaded)
        for name, rule in changed.items():
            before = _last(connection, site, name)
            _append(connection, site, name, rule, since, {"source": FILE, "at": now, "who": FILE, "why": ""})
            _log(connection, site, BY_FILE, Act.RULE_FILE, before, (name, rule, since), "", now)
    return Synced(list(changed), loaded.problems, loaded.warnings)


def _untouched(connection: Connection, site: str) -> bool:
    """Whether nothing was ever kept of this site: neither a rule nor an event."""
    return not any(
        connection.execute(select(table.c.site).where(table.c.site == site).limit(1)).first()
        for table in (rule_versions, journal)
    )


def _changes(connection: Connection, site: str, loaded: Loaded) -> dict[str, Rule | None]:
    """Rules whose file content is another than that of their last file version; None: the file let go."""
    last = {row.rule: _read(row) for row in _latest(connection, site, FILE)}
    found: dict[str, Rule | None] = {
        name: rule for name, rule in loaded.rules.items() if name not in last or last[name] != rule
    }
    if not loaded.problems:
        found |= {name: None for name, rule in last.items() if rule and name not in loaded.rules}
    return found


# -- the page ------------------------------------------------------------------------------------------


def save(
    engine: Engine,
    viewer: Viewer,
    rule: Rule,
    why: str,
    valid_from: float,
    now: float,
    who: str,
    *,
    seen: int | None = None,
) -> int:
    """Keep a rule as somebody wrote it on a page; returns its version.

    ``valid_from`` in the past is moved to ``now``: a change never rewrites what was. It takes the place of
    versions that were planned for later. ``seen``: the version the editor started from.

    Raises RuleError: ``no_why``, ``no_who``, ``changed_meanwhile`` (somebody saved after ``seen``),
    ``same`` (nothing changed), ``step_taken`` (its step of the plan is another's).
    """
    viewer.needs(Right.RULES)
    viewer.needs_whole()
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        last = _last(connection, viewer.site, rule.id)
        _may(last, why, who, seen)
        if last is not None and _read(last) == rule and last.valid_from <= now:
            raise RuleError("same")
        other = _same_step(connection, viewer.site, rule)
        if other and rule.plan:
            raise RuleError("step_taken", plan=rule.plan.plan, level=rule.plan.level, other=other)
        told = {"source": PAGE, "at": now, "who": who.strip(), "why": why.strip()}
        since = max(valid_from, now)
        version = _append(connection, viewer.site, rule.id, rule, since, told)
        by, kept = acting(who, viewer), (rule.id, rule, since)
        _log(connection, viewer.site, by, Act.RULE_SAVED, last, kept, why, now)
        return version


def retire(
    engine: Engine, viewer: Viewer, rule: str, why: str, now: float, who: str, *, seen: int | None = None
) -> int:
    """Take a rule out of force from ``now`` on; returns the version that says so.

    Raises RuleError as ``save`` does, and ``unknown_rule``.
    """
    viewer.needs(Right.RULES)
    viewer.needs_whole()
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        last = _last(connection, viewer.site, rule)
        _may(last, why, who, seen)
        if last is None or not last.body:
            raise RuleError("unknown_rule", rule=rule)
        told = {"source": PAGE, "at": now, "who": who.strip(), "why": why.strip()}
        version = _append(connection, viewer.site, rule, None, now, told)
        by = acting(who, viewer)
        _log(connection, viewer.site, by, Act.RULE_RETIRED, last, (rule, None, now), why, now)
        return version


def _log(
    connection: Connection,
    site: str,
    by: Actor,
    act: Act,
    last: Row[Any] | None,
    kept: tuple[str, Rule | None, float],
    why: str,
    now: float,
) -> None:
    """``kept``: the rule's name, what it is from now on (None: nothing any more), and since when."""
    name, rule, since = kept
    was = _read(last) if last is not None else None
    before = _told(was) if rule else {"in_force": was is not None}
    after = (_told(rule) or {"in_force": False}) | {"valid_from": since}
    record(connection, by, act, f"rule/{name}", before, after, why, now, site=site)


def _told(rule: Rule | None) -> dict[str, Any] | None:
    """A rule as the audit log tells it."""
    return rule.model_dump(mode="json", exclude_defaults=True) | {"in_force": True} if rule else None


def _may(last: Row[Any] | None, why: str, who: str, seen: int | None) -> None:
    if not why.strip():
        raise RuleError("no_why")
    if not who.strip():
        raise RuleError("no_who")
    if seen is not None and seen != (last.version if last is not None else 0):
        raise RuleError("changed_meanwhile")


def _same_step(connection: Connection, site: str, rule: Rule) -> str:
    """Another rule in force that is the same step of the same plan; empty if none."""
    if rule.plan is None or not rule.enabled:
        return ""
    others = (_read(row) for row in _latest(connection, site))
    taken = (other.id for other in others if other and other.enabled and other.plan == rule.plan)
    return next((name for name in taken if name != rule.id), "")


# -- reading -------------------------------------------------------------------------------------------


def book(engine: Engine, site: str) -> RuleBook:
    """Every version of every rule of the site."""
    with engine.connect() as connection:
        rows = connection.execute(select(rule_versions).where(_table.site == site)).all()
    return RuleBook(RuleVersion(row.rule, row.version, row.valid_from, _read(row)) for row in rows)


def stamp(engine: Engine, site: str) -> int:
    """Another number when the book has changed: versions are only ever added."""
    with engine.connect() as connection:
        query = select(func.count()).select_from(rule_versions).where(_table.site == site)
        return int(connection.scalar(query) or 0)


def editions(engine: Engine, viewer: Viewer, rule: str = "") -> list[Edition]:
    """The versions of one rule (of all of them), newest first, with who made them and why."""
    viewer.needs(Right.RULES, Right.RESULTS)
    query = select(rule_versions).where(_table.site == viewer.site)
    if rule:
        query = query.where(_table.rule == rule)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(_table.at.desc(), _table.rule, _table.version.desc())).all()
    found = [
        Edition(row.rule, row.version, row.valid_from, row.source, row.at, row.who, why, _read(row))
        for row, why in ((row, viewer.words(row.why)) for row in rows)
    ]
    hidden = set() if viewer.queues is None else {one.rule_id for one in found if _beyond(viewer, one.rule)}
    return [one for one in found if one.rule_id not in hidden]


def _beyond(viewer: Viewer, rule: Rule | None) -> bool:
    """Whether a rule names a queue that the viewer does not see."""
    return rule is not None and not all(map(viewer.sees_queue, rule.scope.queues))


def _latest(connection: Connection, site: str, source: str = "") -> Sequence[Row[Any]]:
    """The last version of every rule (of those of one source)."""
    mine = [_table.site == site, *([_table.source == source] if source else [])]
    last = select(_table.rule, func.max(_table.version).label("version")).where(*mine).group_by(_table.rule)
    newest = last.subquery()
    same = (_table.rule == newest.c.rule) & (_table.version == newest.c.version)
    return connection.execute(select(rule_versions).join(newest, same).where(_table.site == site)).all()


def _last(connection: Connection, site: str, rule: str) -> Row[Any] | None:
    query = select(rule_versions).where(_table.site == site, _table.rule == rule)
    return connection.execute(query.order_by(_table.version.desc()).limit(1)).first()


def _read(row: Row[Any]) -> Rule | None:
    if not row.body:
        return None
    try:
        return Rule.model_validate_json(row.body)
    except ValidationError as error:
        log.warning("rules: version %d of %s cannot be read: %s", row.version, row.rule, error)
        return None


def _append(
    connection: Connection,
    site: str,
    name: str,
    rule: Rule | None,
    valid_from: float,
    told: Mapping[str, object],
) -> int:
    """Add a version, and again where it takes the place of one that was planned for later."""
    mine = (_table.site == site, _table.rule == name)
    version = int(connection.scalar(select(func.max(_table.version)).where(*mine)) or 0)
    planned = select(_table.valid_from).where(*mine, _table.valid_from > valid_from).distinct()
    for since in (valid_from, *sorted(connection.scalars(planned))):
        version += 1
        body = rule.model_dump_json() if rule else ""
        row = {"site": site, "rule": name, "version": version, "valid_from": since, "body": body, **told}
        connection.execute(insert(rule_versions).values(row))
    return version
