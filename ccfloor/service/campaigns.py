"""Planned peaks (可预见的规律性电话高峰): the calendar that people keep, and how the floor stands in one.

What has passed is never rewritten: a campaign counts from the moment it was entered at the earliest, of a
running one only the end can be moved, and cancelling ends it then. So the rules give the same alarms when
a day is computed again. Instants are UTC epoch seconds.
"""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.rules.book import RuleBook
from ccfloor.rules.calendar import Campaign
from ccfloor.rules.compliance import breaches
from ccfloor.rules.model import Order
from ccfloor.service.people_log import PeopleError, Told, meant, named, said, write
from ccfloor.store.engine import writing
from ccfloor.store.tables import campaigns
from ccfloor.store.viewer import Viewer

# 安排普通坐席回拨不得超过2人: what counts where no rule says otherwise.
CALLBACKS = Order(forbid_reasons=("callback",), roles=("agent", "senior"), limit=2)
_LONGEST_S = 62 * 86_400.0
_COMING = 3


class Draft(NamedTuple):
    """A campaign as people enter it; no queues: the whole floor."""

    name: str
    start: float
    end: float
    queues: tuple[str, ...] = ()
    note: str = ""


class CampaignRow(msgspec.Struct, frozen=True):
    """A stored campaign. ``at``, ``who``: when and by whom it was entered or last planned anew."""

    id: int
    name: str
    start: float
    end: float
    queues: tuple[str, ...]
    note: str
    who: str
    at: float
    cancelled_at: float | None
    cancelled_by: str

    @property
    def counts(self) -> Campaign:
        """The campaign as the rules know it: from when it was known until it ended or was cancelled."""
        end = self.end if self.cancelled_at is None else min(self.end, self.cancelled_at)
        return Campaign(max(self.start, self.at), end, self.queues, self.name)

    def state(self, now: float) -> str:
        """planned, running, over or cancelled."""
        if self.cancelled_at is not None:
            return "cancelled"
        if now < self.counts.start:
            return "planned"
        return "running" if now < self.end else "over"


class PlannedStatus(NamedTuple):
    """Callbacks of normal seats now against the limit of a planned peak; ``seats``: who, longest first."""

    limit: int
    now: int
    seats: tuple[str, ...]

    @property
    def over(self) -> bool:
        """Whether too many call back."""
        return self.now > self.limit


# -- reading -----------------------------------------------------------------------------------------


def list_campaigns(
    engine: Engine, site: str, start: float = 0.0, end: float = float("inf")
) -> list[CampaignRow]:
    """The campaigns with a part in [start, end), cancelled ones too, in order of their start."""
    table = campaigns.c
    within = [table.site == site, table.end > start]
    if end != float("inf"):
        within.append(table.start < end)
    query = select(campaigns).where(*within).order_by(table.start, table.id)
    with engine.connect() as connection:
        return [_row(found) for found in connection.execute(query).mappings()]


def seen_campaigns(engine: Engine, viewer: Viewer, start: float = 0.0) -> list[CampaignRow]:
    """The campaigns with a part after ``start`` that concern the viewer, naming his queues alone."""
    viewer.needs(Right.FLOOR)
    rows = [_masked(viewer, row) for row in list_campaigns(engine, viewer.site, start)]
    mine = viewer.queues
    if mine is None:
        return rows
    found = (msgspec.structs.replace(row, queues=tuple(mine.intersection(row.queues))) for row in rows)
    return [one for one, row in zip(found, rows, strict=True) if one.queues or not row.queues]


def _masked(viewer: Viewer, row: CampaignRow) -> CampaignRow:
    return msgspec.structs.replace(row, name=viewer.words(row.name), note=viewer.words(row.note))


def running(engine: Engine, site: str, at: float) -> list[CampaignRow]:
    """The campaigns that count at an instant."""
    return [row for row in list_campaigns(engine, site, at) if row.counts.start <= at < row.counts.end]


def coming(engine: Engine, site: str, now: float, most: int = _COMING) -> list[CampaignRow]:
    """The running campaigns and the next few."""
    ahead = [row for row in list_campaigns(engine, site, now) if row.cancelled_at is None]
    planned = [row for row in ahead if row.state(now) == "planned"]
    return [row for row in ahead if row.state(now) == "running"] + planned[:most]


def calendar_campaigns(engine: Engine, site: str) -> tuple[Campaign, ...]:
    """Every campaign that ever counted, for the rules' calendar."""
    known = (row.counts for row in list_campaigns(engine, site))
    return tuple(item for item in known if item.start < item.end)


def overlapping(rows: list[CampaignRow], draft: Draft, but: int = 0) -> list[CampaignRow]:
    """The campaigns in force that share time and queues with a draft; not itself (``but``)."""
    return [
        row
        for row in rows
        if row.id != but
        and row.cancelled_at is None
        and row.start < draft.end
        and row.end > draft.start
        and (not row.queues or not draft.queues or set(row.queues) & set(draft.queues))
    ]


def callback_order(rules: RuleBook, at: float) -> Order:
    """What the rules in force at ``at`` say of callbacks while a planned peak runs."""
    inforce = (version.rule for version in rules.at(at).values() if version.rule)
    orders = (item.order for rule in inforce if rule.only.planned_peak for item in rule.todo)
    return next((order for order in orders if order and "callback" in order.forbid_reasons), CALLBACKS)


def planned_status(view: FloorView | None, order: Order = CALLBACKS) -> PlannedStatus:
    """How many of the seats that the order binds call back now."""
    found = breaches(order.model_copy(update={"limit": 0}), view.seats if view else (), 0.0)
    return PlannedStatus(order.limit, len(found), tuple(breach.seat for breach in found))


# -- changing ----------------------------------------------------------------------------------------


def add_campaign(
    engine: Engine, viewer: Viewer, config: FloorConfig, draft: Draft, who: str, why: str, now: float
) -> int:
    """Enter a campaign; returns its id. Raises PeopleError, see ``_checked``."""
    viewer.needs(Right.DESK)
    values = _checked(viewer, config, draft, now) | {"site": viewer.site, "who": named(who), "at": now}
    words = said(why)
    with writing(engine) as connection:
        row = insert(campaigns).values(values | {"cancelled_by": ""}).returning(campaigns.c.id)
        made = int(connection.execute(row).scalar_one())
        told = Told(Act.CAMPAIGN_ADDED, None, _told(draft))
        _log(connection, viewer, made, "added", who, words, now, told)
    return made


def change_campaign(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    campaign: int,
    draft: Draft,
    who: str,
    why: str,
    now: float,
) -> None:
    """Plan a campaign anew. Of a running one start and queues stay (``begun``); a past one stays as it is."""
    viewer.needs(Right.DESK)
    words, by = said(why), named(who)
    with writing(engine) as connection:
        row = _find(connection, viewer, campaign)
        state = row.state(now)
        if state not in ("planned", "running"):
            raise PeopleError("campaign_over")
        name, note = meant(viewer, row.name, draft.name), meant(viewer, row.note, draft.note)
        draft = draft._replace(name=name, note=note)
        values = _checked(viewer, config, draft, now)
        if state == "running":
            if draft.start != row.start or set(draft.queues) != set(row.queues):
                raise PeopleError("begun")
        else:
            values |= {"who": by, "at": now}
        connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(values))
        told = Told(Act.CAMPAIGN_CHANGED, _told(row), _told(draft))
        _log(connection, viewer, campaign, "changed", by, words, now, told)


def cancel_campaign(engine: Engine, viewer: Viewer, campaign: int, who: str, why: str, now: float) -> None:
    """Cancel a campaign that is planned or running."""
    viewer.needs(Right.DESK)
    words, by = said(why), named(who)
    with writing(engine) as connection:
        row = _find(connection, viewer, campaign)
        if row.state(now) not in ("planned", "running"):
            raise PeopleError("campaign_over")
        values = {"cancelled_at": now, "cancelled_by": by}
        connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(values))
        told = Told(Act.CAMPAIGN_CANCELLED, _told(row))
        _log(connection, viewer, campaign, "cancelled", by, words, now, told)


def restore_campaign(
    engine: Engine, viewer: Viewer, config: FloorConfig, campaign: int, who: str, why: str, now: float
) -> int:
    """Take a cancelling back; returns the campaign's id.

    One that had begun goes on as a new campaign from now on: the time without it stays without it.
    """
    viewer.needs(Right.DESK)
    words, by = said(why), named(who)
    with writing(engine) as connection:
        row = _find(connection, viewer, campaign)
        if row.cancelled_at is None:
            raise PeopleError("not_cancelled")
        if row.end <= now:
            raise PeopleError("campaign_over")
        if now < row.start:
            back = {"cancelled_at": None, "cancelled_by": ""}
            connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(back))
            told = Told(Act.CAMPAIGN_RESTORED, None, _told(row))
            _log(connection, viewer, campaign, "restored", by, words, now, told)
            return campaign
    draft = Draft(row.name, max(row.start, now), row.end, row.queues, row.note)
    return add_campaign(engine, viewer, config, draft, by, words, now)


def _checked(viewer: Viewer, config: FloorConfig, draft: Draft, now: float) -> dict[str, Any]:
    """The columns of a draft. Raises PeopleError: no_name, ends_first, too_long, over_already,
    unknown_queue.
    """
    if draft.end <= draft.start:
        raise PeopleError("ends_first")
    if draft.end - draft.start > _LONGEST_S:
        raise PeopleError("too_long")
    if draft.end <= now:
        raise PeopleError("over_already")
    if not _covers(viewer, draft.queues) or any(queue not in config.queues for queue in draft.queues):
        raise PeopleError("unknown_queue")
    return {
        "name": said(draft.name, "no_name")[:80],
        "start": draft.start,
        "end": draft.end,
        "queues": msgspec.json.encode(sorted(draft.queues)).decode(),
        "note": draft.note.strip()[:1000],
    }


def _covers(viewer: Viewer, queues: tuple[str, ...]) -> bool:
    """Whether a campaign's queues are all the viewer's; without any it is the whole floor's."""
    return viewer.queues is None or (bool(queues) and viewer.queues.issuperset(queues))


def _find(connection: Connection, viewer: Viewer, campaign: int) -> CampaignRow:
    mine = (campaigns.c.id == campaign, campaigns.c.site == viewer.site)
    found = connection.execute(select(campaigns).where(*mine)).mappings().first()
    row = _row(found) if found is not None else None
    if row is None or not _covers(viewer, row.queues):
        raise PeopleError("unknown_campaign")
    return row


def _row(found: RowMapping) -> CampaignRow:
    values = {name: found[name] for name in CampaignRow.__struct_fields__}
    return CampaignRow(**values | {"queues": msgspec.json.decode(found["queues"], type=tuple[str, ...])})


def _told(one: Draft | CampaignRow) -> dict[str, object]:
    """A campaign as the audit log tells it."""
    shown: dict[str, object] = {name: getattr(one, name) for name in ("name", "start", "end", "note")}
    return shown | {"queues": sorted(one.queues)}


def _log(
    connection: Connection,
    viewer: Viewer,
    campaign: int,
    item: str,
    who: str,
    why: str,
    now: float,
    told: Told,
) -> None:
    about = f"campaign/{campaign}"
    write(connection, viewer.site, about, item, named(who), why, now, told=told, viewer=viewer)
