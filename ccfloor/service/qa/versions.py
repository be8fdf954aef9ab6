"""Forms and plans in their versions: what counts on a day, drafts, publishing, retiring.

A published version never changes and never begins before the day on which it was published, but for the
very first one of a name. Of all that have begun on a day the newest counts. Days: 20261122 as stored.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa.load import Loaded, load
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.qa.write import kept_text
from ccfloor.rules.model import Words
from ccfloor.rules.places import Problem
from ccfloor.service.audit import acting, record
from ccfloor.store import qa_versions as rows
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_versions import COUNTED, DRAFT, KINDS, OFFERED, PUBLISHED, RETIRED, Kind, Stored
from ccfloor.store.viewer import Viewer

__all__ = ["DRAFT", "KINDS", "OFFERED", "PUBLISHED", "RETIRED", "Kind", "Version", "VersionError"]

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_WORDS_MAX = 1000
_NAME_MAX = 60
_TEXT_MAX = 200_000


class VersionError(ValueError):
    """A change that is not made, a version there is not. ``code`` picks the words (``qa_forms.error.…``)."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


class Version(NamedTuple):
    """A form or plan in one version. ``body`` is None where the text of a draft is not whole yet.

    ``who``, ``why``, ``at``: of the draft, "" for a file; ``published_by``, ``published_at``: of publishing.
    A retired one says that from ``from_day`` on nothing of this name counts; its body is what did before.
    """

    id: int
    kind: str
    name: str
    version: int
    state: str
    from_day: int
    body: Form | Plan | None
    text: str
    who: str
    why: str
    at: float
    published_at: float | None
    published_by: str
    problems: tuple[Problem, ...]

    @property
    def form(self) -> Form:
        """The form. Raises VersionError ``unreadable`` where it is none."""
        if not isinstance(self.body, Form):
            raise VersionError("unreadable", name=self.name, version=self.version)
        return self.body

    @property
    def plan(self) -> Plan:
        """The plan. Raises VersionError ``unreadable`` where it is none."""
        if not isinstance(self.body, Plan):
            raise VersionError("unreadable", name=self.name, version=self.version)
        return self.body


# -- reading -------------------------------------------------------------------------------------------


def current(engine: Engine, viewer: Viewer, kind: Kind, name: str, day: date) -> Version:
    """What counts on a business day. Raises VersionError ``not_in_force``."""
    viewer.needs(Right.QA, Right.OWN)
    with engine.connect() as connection:
        found = rows.counting(connection, viewer.site, kind, name, day_number(day))
    if found is None or found.state != PUBLISHED:
        raise VersionError("not_in_force", name=name, day=day.isoformat())
    return _narrowed(viewer, _read(found))


def in_force(engine: Engine, viewer: Viewer, kind: Kind, day: date) -> list[Version]:
    """All that count on a business day, by name."""
    viewer.needs(Right.QA, Right.OWN)
    with engine.connect() as connection:
        there = rows.names(connection, viewer.site, kind)
        found = [rows.counting(connection, viewer.site, kind, name, day_number(day)) for name in there]
    whole = [_read(row) for row in found if row is not None and row.state == PUBLISHED]
    return [_narrowed(viewer, one) for one in whole if one.body is not None and _sees(viewer, one)]


class Names(NamedTuple):
    """What forms and their items are called, in both languages, by id; as the newest version has it."""

    forms: dict[str, Words]
    items: dict[tuple[str, str], Words]


def form_names(engine: Engine, site: str) -> Names:
    """The names of all forms that ever counted; of items too that are in old versions alone."""
    with engine.connect() as connection:
        found = [row for row in rows.all_rows(connection, site, "form", "") if row.state in COUNTED]
    told = Names({}, {})
    for one in sorted(map(_read, found), key=lambda one: one.version):
        if isinstance(one.body, Form):
            told.forms[one.name] = one.body.name
            told.items.update({(one.name, item.id): item.name for item in one.body.items})
    return told


def form_of_plan(engine: Engine, site: str, plan: str, day: int) -> str:
    """The form by which a plan has calls of a stored day scored; "" where the plan does not count then."""
    with engine.connect() as connection:
        found = rows.counting(connection, site, "plan", plan, day)
    return _read(found).plan.form if found is not None and found.state == PUBLISHED else ""


def version(engine: Engine, site: str, kind: Kind, name: str, number: int) -> Version:
    """One version, to be read by whoever may see what was scored by it. Raises VersionError ``unknown``."""
    with engine.connect() as connection:
        found = rows.one(connection, site, kind, name, number)
    if found is None:
        raise VersionError("unknown", name=name, version=number)
    return _read(found)


def list_versions(engine: Engine, viewer: Viewer, kind: str = "", name: str = "") -> list[Version]:
    """Every version of a kind and name (empty: of all), newest first, drafts among them."""
    viewer.needs(Right.QA, Right.QA_FORMS)
    with engine.connect() as connection:
        found = rows.all_rows(connection, viewer.site, kind, name)
    seen = (_narrowed(viewer, one) for one in map(_read, found) if _sees(viewer, one))
    return [one._replace(why=viewer.words(one.why)) for one in seen]


def counting(versions: Sequence[Version], day: date) -> Version | None:
    """Of versions of one name, the one that counts on a day."""
    begun = [one for one in versions if one.state in COUNTED and one.from_day <= day_number(day)]
    newest = max(begun, key=lambda one: one.version, default=None)
    return None if newest is None or newest.state == RETIRED else newest


def counted_in(versions: Sequence[Version], first: date, last: date) -> list[Version]:
    """Of versions of one name, those that count on a day from ``first`` to ``last``, oldest first."""
    days = {first, *(date_of(one.from_day) for one in versions if one.from_day > day_number(first))}
    found = (counting(versions, day) for day in sorted(days) if day <= last)
    return list({one.version: one for one in found if one is not None}.values())


def planned(versions: Sequence[Version], day: date) -> Version | None:
    """Of versions of one name, the newest where it begins after a day: what will count."""
    newest = max((one for one in versions if one.state in COUNTED), key=lambda one: one.version, default=None)
    return newest if newest is not None and newest.from_day > day_number(day) else None


def offered(versions: Sequence[Version]) -> Version | None:
    """Of versions of one name, the newest where the product brought it beside the site's own."""
    newest = max((one for one in versions if one.state != DRAFT), key=lambda one: one.version, default=None)
    return newest if newest is not None and newest.state == OFFERED and newest.body is not None else None


def _sees(viewer: Viewer, one: Version) -> bool:
    """A plan of queues or teams that the viewer does not see is not his to read."""
    if not isinstance(one.body, Plan):
        return True
    teams = viewer.teams is None or viewer.teams.issuperset(one.body.teams)
    return teams and all(map(viewer.sees_queue, one.body.queues))


def _narrowed(viewer: Viewer, one: Version) -> Version:
    """A plan without the complaint queues that the viewer does not see."""
    if not isinstance(one.body, Plan):
        return one if one.body is not None or one.kind == "form" or viewer.whole else one._replace(text="")
    seen = tuple(filter(viewer.sees_queue, one.body.complaint_queues))
    if seen == one.body.complaint_queues:
        return one
    body = one.body.model_copy(update={"complaint_queues": seen})
    return one._replace(body=body, text=kept_text(body))


def _read(row: Stored) -> Version:
    loaded = _parsed(row.kind, row.name, row.body)
    told = row._asdict() | {"body": loaded.body, "text": row.body, "problems": tuple(loaded.problems)}
    return Version(**told)


@lru_cache(maxsize=512)
def _parsed(kind: str, name: str, text: str) -> Loaded[Any]:
    """A text is read once: what is published is the same for ever."""
    return load(kind, name, text)


# -- drafts --------------------------------------------------------------------------------------------


def save_draft(
    engine: Engine,
    viewer: Viewer,
    kind: Kind,
    name: str,
    text: str,
    who: str,
    why: str,
    now: float,
    *,
    seen: float | None = None,
) -> Version:
    """Keep a text (YAML) as the draft of a name, whole or not. ``seen``: when the draft that the editor
    started from was saved, 0.0 where there was none.

    Raises VersionError: ``no_who``, ``bad_id``, ``other_id``, ``too_long``, ``changed_meanwhile``.
    """
    viewer.needs(Right.QA_FORMS)
    viewer.needs_whole()
    by = _named(who)
    _nameable(kind, name, text)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        before = rows.draft(connection, viewer.site, kind, name)
        if seen is not None and seen != (before.at if before else 0.0):
            raise VersionError("changed_meanwhile", who=before.who if before else "–")
        values = {"body": text, "who": by, "why": why.strip()[:_WORDS_MAX], "at": now}
        if not rows.change_draft(connection, viewer.site, kind, name, values):
            fresh = {"state": DRAFT, "from_day": 0, "published_at": None}
            rows.add(connection, viewer.site, kind, name, values | fresh)
        kept = rows.draft(connection, viewer.site, kind, name)
        assert kept is not None
        about, made = f"qa_{kind}/{name}", _read(kept)
        record(
            connection, acting(who, viewer), Act.QA_FORM_DRAFTED, about, None, _told(made), why, now,
            site=viewer.site,
        )  # fmt: skip
    return made


def take_over(engine: Engine, viewer: Viewer, kind: Kind, name: str, who: str, now: float) -> Version:
    """Make what is offered the draft, to be published as any other.

    Raises VersionError: ``not_offered``, ``draft_there``, ``no_who``.
    """
    viewer.needs(Right.QA_FORMS)
    found = list_versions(engine, viewer, kind, name)
    new, draft = offered(found), next((one for one in found if one.state == DRAFT), None)
    if new is None:
        raise VersionError("not_offered", name=name)
    if draft is not None:
        raise VersionError("draft_there", who=draft.who)
    return save_draft(engine, viewer, kind, name, new.text, who, "", now, seen=0.0)


def drop_draft(engine: Engine, viewer: Viewer, kind: Kind, name: str, who: str, why: str, now: float) -> None:
    """Let go of a draft; what is published stays. Raises VersionError: no_draft, no_who, no_why."""
    viewer.needs(Right.QA_FORMS)
    viewer.needs_whole()
    _named(who)
    words = _said(why)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        before = rows.draft(connection, viewer.site, kind, name)
        if before is None or not rows.drop_draft(connection, viewer.site, kind, name):
            raise VersionError("no_draft", name=name)
        about = f"qa_{kind}/{name}"
        record(
            connection, acting(who, viewer), Act.QA_FORM_DROPPED, about, _told(_read(before)), None, words,
            now, site=viewer.site,
        )  # fmt: skip


# -- what counts ---------------------------------------------------------------------------------------


def publish(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    kind: Kind,
    name: str,
    from_day: date,
    who: str,
    why: str,
    now: float,
    *,
    seen: float | None = None,
) -> Version:
    """Let the draft count from a business day on; it takes the place of what was planned for later.

    Raises VersionError: ``no_draft``, ``no_who``, ``no_why``, ``not_whole`` (with its first problem),
    ``past``, ``same``, ``no_form`` (of a plan), ``changed_meanwhile``.
    """
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    by, words = _named(who), _said(why)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        kept = rows.all_rows(connection, viewer.site, kind, name)
        body = _whole(kept, name, seen)
        old = [_read(row) for row in kept]
        if any(one.state in COUNTED for one in old):
            _not_past(config, from_day, now)
        before = counting(old, from_day)
        if before is not None and before.body == body and planned(old, from_day) is None:
            raise VersionError("same", version=before.version)
        _has_form(connection, viewer.site, body, from_day)
        number = 1 + max((one.version for one in old if one.state != DRAFT), default=0)
        number = max(number, next(one.version for one in old if one.state == DRAFT))
        values = {"version": number, "state": PUBLISHED, "from_day": day_number(from_day)}
        values |= {"body": kept_text(body), "why": words, "published_at": now, "published_by": by}
        rows.change_draft(connection, viewer.site, kind, name, values)
        made = _kept(connection, viewer.site, kind, name, number)
        was = _told(before) if before else None
        about = f"qa_{kind}/{name}"
        record(
            connection, acting(who, viewer), Act.QA_FORM_PUBLISHED, about, was, _told(made), words, now,
            site=viewer.site,
        )  # fmt: skip
    return made


def retire(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    kind: Kind,
    name: str,
    from_day: date,
    who: str,
    why: str,
    now: float,
) -> Version:
    """From a business day on nothing of this name counts any more; scores that were given stay.

    Raises VersionError: ``not_in_force``, ``no_who``, ``no_why``, ``past``, ``form_used`` (by a plan).
    """
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    by, words = _named(who), _said(why)
    _not_past(config, from_day, now)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        old = [_read(row) for row in rows.all_rows(connection, viewer.site, kind, name)]
        before = counting(old, from_day) or planned(old, from_day)
        if before is None or before.state == RETIRED:
            raise VersionError("not_in_force", name=name, day=from_day.isoformat())
        if kind == "form":
            _not_used(connection, viewer.site, name, from_day)
        values = {
            "state": RETIRED, "from_day": day_number(from_day), "body": before.text, "who": by, "why": words,
            "at": now, "published_at": now, "published_by": by,
        }  # fmt: skip
        number = rows.add(connection, viewer.site, kind, name, values)
        made = _kept(connection, viewer.site, kind, name, number)
        about = f"qa_{kind}/{name}"
        record(
            connection, acting(who, viewer), Act.QA_FORM_RETIRED, about, _told(before), _told(made), words,
            now, site=viewer.site,
        )  # fmt: skip
    return made


def today(config: FloorConfig, now: float) -> date:
    """The first business day on which something published now may begin to count."""
    return business_date(config, now)


def _kept(connection: Connection, site: str, kind: str, name: str, number: int) -> Version:
    found = rows.one(connection, site, kind, name, number)
    assert found is not None
    return _read(found)


def _whole(kept: Sequence[Stored], name: str, seen: float | None) -> Form | Plan:
    """The draft's form or plan. Raises VersionError."""
    draft = next((row for row in kept if row.state == DRAFT), None)
    if draft is None:
        raise VersionError("no_draft", name=name)
    if seen is not None and seen != draft.at:
        raise VersionError("changed_meanwhile", who=draft.who)
    read = _read(draft)
    if read.body is None:
        raise VersionError("not_whole", problem=read.problems[0])
    if read.body.id != name:
        raise VersionError("other_id", name=name, id=read.body.id)
    return read.body


def _not_past(config: FloorConfig, from_day: date, now: float) -> None:
    if from_day < today(config, now):
        raise VersionError("past", day=today(config, now).isoformat())


def _has_form(connection: Connection, site: str, body: Form | Plan, day: date) -> None:
    """A plan needs a form that counts when it begins."""
    if isinstance(body, Plan):
        found = rows.counting(connection, site, "form", body.form, day_number(day))
        if found is None or found.state != PUBLISHED:
            raise VersionError("no_form", form=body.form)


def _not_used(connection: Connection, site: str, form: str, day: date) -> None:
    """A form by which a plan draws cannot go."""
    for name in rows.names(connection, site, "plan"):
        plans = [_read(row) for row in rows.all_rows(connection, site, "plan", name)]
        for one in (counting(plans, day), planned(plans, day)):
            if one is not None and one.state == PUBLISHED and one.body and one.plan.form == form:
                raise VersionError("form_used", plan=name)


def _nameable(kind: str, name: str, text: str) -> None:
    if kind not in KINDS or not _ID.fullmatch(name):
        raise VersionError("bad_id", id=name)
    if len(text) > _TEXT_MAX:
        raise VersionError("too_long", most=_TEXT_MAX)
    body = load(kind, name, text).body
    if body is not None and body.id != name:
        raise VersionError("other_id", name=name, id=body.id)


def _named(who: str) -> str:
    if not who.strip():
        raise VersionError("no_who")
    return who.strip()[:_NAME_MAX]


def _said(why: str) -> str:
    if not why.strip():
        raise VersionError("no_why")
    return why.strip()[:_WORDS_MAX]


def _told(one: Version) -> dict[str, Any]:
    """A version as the audit log tells it; the table of versions keeps all of it."""
    told: dict[str, Any] = {"version": one.version, "state": one.state, "from_day": one.from_day}
    if isinstance(one.body, Form):
        told |= {"items": len(one.body.items), "pass_mark": one.body.pass_mark}
    if isinstance(one.body, Plan):
        told |= {"form": one.body.form, "quotas": [quota.id for quota in one.body.quotas]}
    return told | ({"problems": len(one.problems)} if one.problems else {})
