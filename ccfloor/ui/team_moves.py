"""Who changed teams within a time, in one quiet line: figures of a team count each for the days in it."""

from datetime import date

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import date_of
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.teams import Move, Terms
from ccfloor.service import runtime
from ccfloor.store.team_terms import terms_of
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.texts import Lang, as_written, text

_MOST = 6


def show(scope: Scope, days: tuple[int, int], lang: Lang) -> None:
    """Draw the line where anybody of the scope changed teams after the first of these days (20261122)."""
    service = runtime.service()
    said = words(service.config, terms_of(service.engine, service.config), scope, days, lang)
    if said:
        st.caption(as_written(said))


def words(config: FloorConfig, terms: Terms, scope: Scope, days: tuple[int, int], lang: Lang) -> str:
    """The line; empty where nobody did, and for queues. Of many the first, with how many there are more."""
    if scope.kind == "queue":
        return ""
    moves = [move for move in terms.moves(*days) if _concerns(scope, move) and _is_person(config, move.agent)]
    parts = [_one(config, move, days, lang) for move in moves[:_MOST]]
    if len(moves) > _MOST:
        parts.append(text("teams.more", lang, n=len(moves) - _MOST))
    return text("teams.line", lang, moves=text("teams.between", lang).join(parts)) if parts else ""


def _concerns(scope: Scope, move: Move) -> bool:
    if scope.kind == "team":
        return scope.name in (move.before, move.after)
    return scope.kind == "site" or scope.name == move.agent


def _is_person(config: FloorConfig, name: str) -> bool:
    """Not a seat, nor another name of one, at which an agent of that site's files sits."""
    seats = (seat for seat in config.seats.values() if name in (seat.seat, *seat.aliases))
    return not any(seat.agent and seat.agent != name for seat in seats)


def _one(config: FloorConfig, move: Move, days: tuple[int, int], lang: Lang) -> str:
    kind = "moved" if move.before and move.after else "joined" if move.after else "left"
    return text(
        f"teams.{kind}",
        lang,
        day=_day(date_of(move.day), days[0] // 10_000 == days[1] // 10_000, lang),
        who=agent_label(config, move.agent, lang),
        before=_team(move.before, lang),
        after=_team(move.after, lang),
    )


def _team(team: str, lang: Lang) -> str:
    """A team as people call it; one whose name says already what it is, as it is."""
    if lang == "zh" and team.endswith(("组", "班", "队")):
        return team
    return text("trend.team", lang, team=team)


def _day(day: date, one_year: bool, lang: Lang) -> str:
    said = text("teams.day", lang, month=text(f"report.month.{day.month}", lang), day=day.day)
    return said if one_year else text("teams.year", lang, year=day.year, day=said)
