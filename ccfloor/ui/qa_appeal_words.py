"""Appeals in words: how one stands, until when, what was done, and the questions it is about."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import date_of
from ccfloor.qa.appeals import AppealState
from ccfloor.qa.model import NO, Form, Item
from ccfloor.qa.score import Line, Result
from ccfloor.rules.model import Words
from ccfloor.service.qa.appeal_views import Shown
from ccfloor.service.qa.appeals import LAPSED
from ccfloor.store.qa_appeals import StepRow
from ccfloor.store.qa_scores import Revision, ScoreRow
from ccfloor.ui import people_kit as kit
from ccfloor.ui.qa_forms_words import answer_words
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, text

DASH = "–"
Told = tuple[float, str]  # an instant, and a line of HTML about it


def state_words(one: Shown, lang: Lang) -> str:
    """How an appeal stands."""
    if one.moot:
        return text("qa_appeal.moot", lang)
    return text(f"qa_appeal.state.{one.now.state}", lang)


def chip(one: Shown, lang: Lang) -> str:
    """How it stands, as a mark: filled where it is late, ringed where somebody has to do something."""
    kind = "bad" if one.late else "now" if one.open and one.left == 0 else ""
    return f'<span class="s {kind}">{escape(state_words(one, lang))}</span>'


def due_words(one: Shown, lang: Lang) -> str:
    """Until when what is next is to be done; "" without a clock."""
    if one.now.due is None or one.left is None:
        return ""
    key = "late" if one.late else "today" if one.left == 0 else "left"
    return text(f"qa_appeal.due.{key}", lang, day=one.now.due.isoformat(), n=abs(one.left))


def decision_words(decision: str, lang: Lang) -> str:
    """What was decided; a dash before."""
    return text(f"qa_appeal.decision.{decision}", lang) if decision else DASH


def score_words(before: float | None, after: float | None) -> str:
    """What a score was and is."""
    if before is None:
        return DASH
    return f"{before:g}" if after is None or after == before else f"{before:g} → {after:g}"


def last_day_words(last: date, left: int, lang: Lang) -> str:
    """Until when a score may be appealed against."""
    key = "over" if left < 0 else "today" if left == 0 else "left"
    return text(f"qa_mine.until.{key}", lang, day=last.isoformat(), n=left)


# -- questions -------------------------------------------------------------------------------------------


def item_name(form: Form | None, item: str, lang: Lang) -> str:
    """What a question is called; "": the form as a whole."""
    if not item:
        return text("qa_appeal.whole", lang)
    found: Words | None = next((one.name for one in form.items if one.id == item), None) if form else None
    return said(found, lang) if found else item


def items_words(form: Form | None, items: Sequence[str], lang: Lang) -> str:
    """The questions that an appeal is about."""
    names = [item_name(form, item, lang) for item in items or [""]]
    return ("、" if lang == "zh" else ", ").join(names)


def points_words(line: Line) -> str:
    """Points of a question: earned of possible."""
    if not line.applies or line.earned is None or not line.possible:
        return DASH
    return f"{line.earned:g} / {line.possible:g}"


def given(item: Item, row: ScoreRow, lang: Lang) -> str:
    """How a question was answered."""
    answer = row.answers.get(item.id, "") or ("" if item.scored else NO)
    return answer_words(item, answer, lang) if answer else DASH


def questions(form: Form, row: ScoreRow, told: Result, items: Sequence[str], lang: Lang) -> str:
    """The questions with what was answered, what it gave, and what the reviewer said of it; HTML."""
    header = [text(f"qa_appeal.col.{name}", lang) for name in ("item", "answer", "points", "comment")]
    wanted = [item for item in form.items if item.id in items]
    body = [
        [
            escape(said(item.name, lang)),
            escape(given(item, row, lang)),
            points_words(told.line(item.id)),
            "<br>".join(escape(_comment(at, words)) for at, words in row.comments.get(item.id, [])) or DASH,
        ]
        for item in wanted
    ]
    return kit.table(header, body)


def _comment(at: float | None, words: str) -> str:
    return words if at is None else f"{int(at) // 60}:{int(at) % 60:02d} {words}"


# -- what was done ---------------------------------------------------------------------------------------


def course(
    one: Shown, steps: Iterable[StepRow], config: FloorConfig, lang: Lang, corrected: Iterable[Told] = ()
) -> str:
    """The life of an appeal, one line a step, and when the score was ``corrected`` in between; HTML."""
    filed = text("qa_appeal.step.filed", lang)
    first = _line(kit.at_clock(one.row.at, config.zone), one.row.filed_by, filed, one.row.text)
    lines = [*((step.at, _step(step, config, lang)) for step in steps), *corrected]
    return "".join([first, *(line for _, line in sorted(lines, key=lambda told: told[0]))])


def _step(step: StepRow, config: FloorConfig, lang: Lang) -> str:
    if step.step == LAPSED:
        key = "lapsed" if step.text == AppealState.ESCALATED else "over"
        return _line(date_of(step.day).isoformat(), "", text(f"qa_appeal.step.{key}", lang), "")
    done = text(f"qa_appeal.step.{step.step}", lang)
    if step.decision:
        done += f"{text('qa_appeal.colon', lang)}{decision_words(step.decision, lang)}"
    return _line(kit.at_clock(step.at, config.zone), step.who, done, step.text)


def _line(at: str, who: str, done: str, words: str) -> str:
    name = f"<b>{escape(who)}</b> " if who else ""
    told = f"<br>{escape(words)}" if words else ""
    return f'<div class="cp-log"><span>{escape(at)}</span> {name}{escape(done)}{told}</div>'


def corrections(found: Sequence[Revision], row: ScoreRow, config: FloorConfig, lang: Lang) -> list[Told]:
    """What a score was before each correction, and why it was corrected."""
    after = [*(one.points for one in found[1:]), row.score][: len(found)]
    return [
        (
            one.at,
            _line(
                kit.at_clock(one.at, config.zone),
                one.who,
                text("qa_mine.corrected", lang, points=score_words(one.points, is_)),
                one.why,
            ),
        )
        for one, is_ in zip(found, after, strict=True)
    ]
