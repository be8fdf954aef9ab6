"""Rules and random step functions for the tests of holds and machines."""

from typing import Any

from hypothesis import strategies as st

from ccfloor.rules.model import Clear, Hold, Rule, When, Words

START = 1_700_000_000.0
WORDS = Words(zh="排队", en="Queue")

Steps = list[tuple[float, float | None]]  # seconds, value


def rule(when: When | None = None, hold: Hold | None = None, clear: Clear | None = None, **more: Any) -> Rule:
    return Rule(
        id="peak",
        name=WORDS,
        say=WORDS,
        when=when or When(metric="waiting", at_least=8),
        hold=hold or Hold(),
        clear=clear or Clear(),
        **more,
    )


def seconds(steps: Steps) -> list[float | None]:
    return [value for length, value in steps for _ in range(int(length))]


def changes(steps: Steps, start: float = START) -> list[tuple[float, float | None]]:
    """The instants at which the value changes."""
    found, at = [], start
    for length, value in steps:
        found.append((at, value))
        at += length
    return found


def end_of(steps: Steps, start: float = START) -> float:
    return start + sum(length for length, _ in steps)


values = st.one_of(st.none(), st.integers(0, 12).map(float), st.sampled_from([7.0, 8.0, 9.0]))
steps = st.lists(st.tuples(st.integers(1, 25), values), min_size=1, max_size=24)
# Instants off the second, and values that have no length.
flickers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.0, 0.137, 1.0, 7.77, 20.0]), values), min_size=1, max_size=40
)
levels = st.sampled_from([5.0, 8.0])
whens = st.one_of(
    levels.map(lambda level: When(metric="waiting", at_least=level)),
    levels.map(lambda level: When(metric="waiting", above=level)),
    levels.map(lambda level: When(metric="waiting", at_most=level)),
    levels.map(lambda level: When(metric="waiting", below=level)),
)
spans = st.integers(1, 6).map(lambda n: 10.0 * n)
strict = st.integers(0, 40).map(lambda span: Hold(for_s=span))
forgive = st.tuples(st.integers(2, 40), st.integers(1, 39)).map(
    lambda pair: Hold(kind="forgive", for_s=pair[0], dip_s=min(pair[1], pair[0] - 1))
)
share = st.tuples(spans, st.integers(1, 10)).map(
    lambda pair: Hold(kind="share", for_s=pair[0], share=pair[1] / 10)
)
within = st.tuples(spans, st.integers(1, 60)).map(
    lambda pair: Hold(kind="within", for_s=pair[0], reached_s=min(pair[1], pair[0]))
)
mean = spans.map(lambda span: Hold(kind="mean", for_s=span))
exact_holds = st.one_of(strict, forgive, share, within)
holds = st.one_of(exact_holds, mean)


@st.composite
def rules(draw: st.DrawFn, holds: st.SearchStrategy[Hold] = holds) -> Rule:
    when = draw(whens)
    good = [None, when.level] if when.strictly else [None]
    good += [when.level - 2, when.level - 4] if when.upward else [when.level + 2, when.level + 4]
    clear = Clear(
        level=draw(st.sampled_from(good)), for_s=draw(st.integers(0, 20)), min_on_s=draw(st.integers(0, 60))
    )
    return rule(when, draw(holds), clear, near_s=draw(st.integers(0, 20)))
