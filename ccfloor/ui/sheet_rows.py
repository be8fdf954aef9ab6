"""The after-action sheet in words: the same rows for the page, Excel and PDF. Times are the site's clock."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig
from ccfloor.service.after_action import Figures, Sheet, Step
from ccfloor.service.after_orders import Duty, Tally
from ccfloor.service.after_timeline import Moment
from ccfloor.ui.history_words import share
from ccfloor.ui.report_words import DASH, span
from ccfloor.ui.texts import Lang, text, texts


class Part(NamedTuple):
    """A table with its title; ``marks``: rows in which the cell ``marked`` is to be shown as bad."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: frozenset[int] = frozenset()
    note: str = ""
    marked: int = -1


class Words:
    """The sheet in one language. Texts are plain: whoever shows them escapes them."""

    def __init__(self, sheet: Sheet, config: FloorConfig, lang: Lang) -> None:
        self.sheet, self.config, self.lang = sheet, config, lang
        self._zone = ZoneInfo(config.zone)
        self._day = datetime.fromtimestamp(sheet.begun, self._zone).date()

    # -- single words ----------------------------------------------------------------------------

    def say(self, key: str, **details: object) -> str:
        """A text of the sheet."""
        return text(f"sheet.{key}", self.lang, **details)

    def clock(self, at: float) -> str:
        """An instant; with its day where that is not the sheet's."""
        if at <= 0:
            return DASH
        local = datetime.fromtimestamp(at, self._zone)
        return local.strftime("%H:%M:%S" if local.date() == self._day else "%m-%d %H:%M:%S")

    def moment(self, at: float) -> str:
        """An instant with its day."""
        return datetime.fromtimestamp(at, self._zone).strftime("%Y-%m-%d %H:%M:%S") if at > 0 else DASH

    @property
    def title(self) -> str:
        """What the sheet is of."""
        if self.sheet.step is not None:
            return self.step_name(self.sheet.step)
        incident = self.sheet.incident
        cause = text(f"people.cause.{incident.cause}", self.lang) if incident else ""
        return self.say("incident", cause=cause, text=incident.text if incident else "")

    def step_name(self, step: Step) -> str:
        """The rule's name and of what."""
        about = self.subject(step.subject)
        name = step.name.said(self.lang)
        return f"{name} · {about}" if about else name

    def subject(self, subject: str) -> str:
        """A rule's subject as people call it; empty for the whole floor."""
        kind, _, name = subject.partition(":")
        if kind == "queue":
            info = self.config.queues.get(name)
            return ((info.zh if self.lang == "zh" else info.en) if info else "") or name
        if kind == "seat":
            seat = self.config.seats.get(name)
            return ((seat.agent if self.lang == "zh" else seat.agent_en) if seat else "") or name
        return self.say("team", team=name) if kind == "team" else name

    # -- facts -----------------------------------------------------------------------------------

    def facts(self) -> list[tuple[str, str]]:
        """Label and value: what fired, by which version and reading, when, how long, how much was blind."""
        sheet, step = self.sheet, self.sheet.step
        found = [
            (self.say("begun"), self.moment(sheet.begun)),
            *([(self.say("fired"), self.moment(step.fired_at))] if step else []),
            (self.say("over"), self.moment(sheet.over) if sheet.over else self.say("still")),
            (
                self.say("lasted"),
                span((sheet.over or sheet.at) - (step.fired_at if step else sheet.begun)),
            ),
        ]
        if step is not None:
            ack = (
                self.say("acked.by", who=step.acked_by, at=self.clock(step.acked_at))
                if step.acked_at
                else DASH
            )
            found += [
                (self.say("acked"), ack),
                (self.say("worst"), f"{step.worst:g}" if step.worst and step.cleared_at else DASH),
                (
                    self.say("version"),
                    self.say("version.of", n=step.version, at=self.moment(step.valid_from)),
                ),
                (self.say("blind"), span(max(step.blind_s, sheet.blind_s))),
            ]
        elif sheet.incident is not None:
            found += [
                (self.say("declared"), f"{sheet.incident.who} {self.moment(sheet.incident.declared_at)}"),
                (self.say("outcome"), sheet.incident.outcome or DASH),
                (self.say("blind"), span(sheet.blind_s)),
            ]
        return found

    def readings(self) -> list[tuple[str, str]]:
        """The order, the sentence it comes from and how it is read, in both languages."""
        step = self.sheet.step
        if step is None:
            return []
        source = [(self.say("source"), step.source)] if step.source else []
        return [
            (self.say("order"), step.say.said(self.lang)),
            *source,
            (self.say("reading"), step.reading.zh),
            ("", step.reading.en),
        ]

    def headline(self) -> list[tuple[str, str, bool]]:
        """Label, number, whether it is bad: what the sheet comes to."""
        sheet = self.sheet
        during = next(part for part in sheet.figures if part.name == "during")
        found = [
            (self.say("lasted"), self.facts()[3 if sheet.step else 2][1], False),
            (self.say("worst.waiting"), DASH if sheet.worst is None else str(sheet.worst), False),
        ]
        if any(duty.item for duty in sheet.duties):
            t = sheet.tally
            found.append((self.say("complied"), self.complied(t), t.late + t.never > 0))
        level = share(during.service_level)
        missed = bool(during.lost)
        return [
            *found,
            (self.say("level"), f"{level} / {share(during.target)}", missed),
            (self.say("lost"), number(during.lost), missed),
            (self.say("abandoned"), str(during.abandoned), False),
        ]

    def complied(self, t: Tally) -> str:
        """In time of all, and the longest overdue."""
        everyone = t.in_time + t.late + t.never
        if not everyone:
            return DASH
        late = self.say("complied.late", worst=span(t.worst_s)) if t.late + t.never else ""
        return self.say("complied.of", n=t.in_time, all=everyone) + late

    # -- tables ----------------------------------------------------------------------------------

    def figures(self) -> Part:
        """Service level before, during and after, and what was lost."""
        names = ("part", "from", "to", "offered", "answered", "in_t", "abandoned", "waiting", "asa", "level",
                 "target", "lost")  # fmt: skip
        rows = tuple(self._figures(part) for part in self.sheet.figures)
        marks = frozenset(index for index, part in enumerate(self.sheet.figures) if part.lost)
        header = tuple(self.say(f"col.{name}") for name in names)
        return Part(self.say("title.figures"), header, rows, marks, self.say("formula"))

    def _figures(self, part: Figures) -> tuple[str, ...]:
        return (
            self.say(f"part.{part.name}" if self.sheet.step else f"part.incident.{part.name}"),
            self.clock(part.start),
            self.clock(part.end),
            str(part.offered),
            str(part.answered),
            str(part.answered_in_t),
            str(part.abandoned),
            str(part.waiting),
            DASH if part.asa_s is None else span(part.asa_s),
            share(part.service_level),
            share(part.target),
            number(part.lost),
        )

    def duties(self) -> Part:
        """When the order came and when each seat complied."""
        names = ("seat", "team", "item", "state", "since", "ordered", "due", "complied", "overdue")
        rows = tuple(self._duty(duty) for duty in self.sheet.duties)
        marks = frozenset(index for index, duty in enumerate(self.sheet.duties) if duty.overdue_s > 0)
        header = tuple(self.say(f"col.{name}") for name in names)
        note = self.say("duties.note") if rows else self.say("duties.none")
        return Part(self.say("title.duties"), header, rows, marks, note)

    def _duty(self, duty: Duty) -> tuple[str, ...]:
        item = self.sheet.items.get(duty.item)
        never = self.say("never" if self.sheet.over else "not_yet")
        return (
            duty.agent if self.lang == "zh" else duty.agent_en,
            duty.team,
            item.said(self.lang) if item else duty.item,
            self.state(duty.kind),
            self.clock(duty.since),
            self.clock(duty.ordered_at),
            self.clock(duty.due_at),
            self.clock(duty.complied_at) if duty.complied_at else never,
            span(duty.overdue_s) if duty.overdue_s else self.say("in_time"),
        )

    def person(self, who: str) -> str:
        """Who acted; a role's name where the page did not know who."""
        return texts(self.lang).get(f"role.{who}", who)

    def state(self, kind: str) -> str:
        """A pause reason, or that the seat was on no queue."""
        return texts(self.lang).get(f"reason.{kind}", self.say("not_on_queue"))

    def timeline(self) -> Part:
        """Everything in order, with who did it."""
        header = tuple(self.say(f"col.{name}") for name in ("at", "what", "who", "text"))
        rows = tuple((self.clock(m.at), self.what(m), self.person(m.who), m.text) for m in self.sheet.moments)
        marks = frozenset(index for index, m in enumerate(self.sheet.moments) if m.kind == "fired")
        return Part(self.say("title.timeline"), header, rows, marks, marked=1)

    def what(self, moment: Moment) -> str:
        """A line of the timeline in words."""
        about = moment.about.said(self.lang)
        first, _, second = moment.code.partition("/")
        if moment.kind == "command":
            command = texts(self.lang).get(f"cmd.kind.{first}", first)
            answer = texts(self.lang).get(f"cmd.state.{second}", second)
            return self.say("did.command", seat=about or DASH, command=command, answer=answer)
        if moment.kind == "notice":
            kind = texts(self.lang).get(f"sheet.notice.{first}", first)
            state = texts(self.lang).get(f"sheet.sent.{second}", second)
            return self.say("did.notice", channel=about, kind=kind, state=state)
        return self.say(f"did.{moment.kind}", about=about)

    def people(self) -> Part:
        """Who did what: the timeline's deeds by person, in order of their first."""
        deeds: dict[str, list[Moment]] = {}
        for moment in self.sheet.moments:
            if moment.who:
                deeds.setdefault(moment.who, []).append(moment)
        header = tuple(self.say(f"col.{name}") for name in ("who", "deeds", "first", "last", "what"))
        rows = tuple(
            (
                self.person(who),
                str(len(own)),
                self.clock(own[0].at),
                self.clock(own[-1].at),
                "; ".join(f"{self.clock(m.at)} {self.what(m)}" for m in own[:8])
                + (" …" if len(own) > 8 else ""),
            )
            for who, own in deeds.items()
        )
        return Part(self.say("title.people"), header, rows)

    def parts(self) -> list[Part]:
        """All tables that have something to say."""
        every = [
            self.figures(),
            *([self.duties()] if self.sheet.items else []),
            self.timeline(),
            self.people(),
        ]
        return [part for part in every if part.rows or part.note]


def number(value: float | None) -> str:
    """A count that need not be whole."""
    return DASH if value is None else f"{value:.1f}"


def columns(part: Part) -> Sequence[Sequence[str]]:
    """The table column by column."""
    return list(zip(*([part.header, *part.rows]), strict=True))
