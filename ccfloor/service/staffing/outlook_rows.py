"""The outlook as rows of a table: doing nothing and each action, by rule."""

from collections.abc import Iterable
from typing import NamedTuple

from ccfloor.service.staffing.outlook_view import TOLD_WITHIN_S, Chance, Outlook, RuleAhead

SPANS_S = (900.0, 1800.0, 3600.0)
_SURE = 1.96  # standard errors to either side that hold 95 %
NOTHING = "nothing"


class Row(NamedTuple):
    """One action and one rule. ``do``: nothing, or the action's name; ``seats`` 0: not told.

    ``shares``: probabilities within 15, 30 and 60 minutes that it fires, or, where it is ``on``, that it is
    over; ``median_at``: epoch seconds, None: in less than half of the courses. ``gain``: difference to doing
    nothing within 30 minutes, ``error``: 95 % of it lies within so much; None where nothing is compared.
    """

    do: str
    seats: int
    source: str
    target: str
    rule: str
    subject: str
    level: int
    on: bool
    shares: tuple[float | None, ...]
    median_at: float | None
    gain: float | None
    error: float | None

    @property
    def clear(self) -> bool:
        """Whether the difference is more than its error."""
        return self.gain is not None and self.error is not None and abs(self.gain) > self.error


def rows(outlook: Outlook) -> list[Row]:
    """Every action beside doing nothing, which comes first; of each the rules in their order."""
    found = [_row(outlook, (NOTHING, 0, "", ""), rule, None) for rule in outlook.rules]
    for deed in outlook.deeds:
        about = deed.name, deed.seats, deed.source, deed.target
        pairs = zip(deed.rules, deed.gain, strict=True)
        found += [_row(outlook, about, rule, _within(_chances(gain), TOLD_WITHIN_S)) for rule, gain in pairs]
    return found


def _row(outlook: Outlook, about: tuple[str, int, str, str], rule: RuleAhead, change: Chance | None) -> Row:
    chances = _chances(rule)
    told = [_within(chances, span) for span in SPANS_S]
    median_s = rule.clear_median_s if rule.on else rule.median_s
    return Row(
        *about,
        rule.rule,
        rule.subject,
        rule.level,
        rule.on,
        tuple(one.share if one else None for one in told),
        None if median_s is None else outlook.at + median_s,
        change.share if change else None,
        _SURE * change.error if change else None,
    )


def _chances(rule: RuleAhead) -> tuple[Chance, ...]:
    return rule.clears if rule.on else rule.fires


def _within(chances: Iterable[Chance], span_s: float) -> Chance | None:
    return next((one for one in chances if one.within_s == span_s), None)
