"""How far reviewers agree: who scores what another scores, item by item and as a whole.

Weighted kappa after Cohen (1968): 1 - sum(w o) / sum(w e) over pairs of ratings, weights by distance of
ranks, linear or quadratic. Of more than two raters each is compared with the reference, or pairs are pooled.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import fsum
from typing import Literal, NamedTuple

Weights = Literal["none", "linear", "quadratic"]
Pair = tuple[str, str]


class Drift(NamedTuple):
    """A reviewer against the reference. ``absolute``: mean distance in points; ``leniency``: mean of own
    minus reference: above 0 is lenient. ``n``: forms.
    """

    reviewer: str
    absolute: float
    leniency: float
    n: int


def kappa(pairs: Sequence[Pair], ranks: Sequence[str], weights: Weights = "quadratic") -> float | None:
    """Weighted kappa of pairs of ratings; ``ranks``: all answers that there are, in order.

    None where there is nothing to tell: no pairs, or both always said one and the same.
    """
    place = {rank: number for number, rank in enumerate(ranks)}
    if not pairs:
        return None
    first, second = Counter(place[one] for one, _ in pairs), Counter(place[two] for _, two in pairs)
    far = fsum(_weight(place[one], place[two], weights) for one, two in pairs) / len(pairs)
    by_chance = (
        fsum(
            _weight(one, two, weights) * times * others
            for one, times in first.items()
            for two, others in second.items()
        )
        / len(pairs) ** 2
    )
    return 1 - far / by_chance if by_chance else None


def same_share(pairs: Sequence[Pair]) -> float | None:
    """Share of pairs that say the same; None without pairs."""
    return sum(one == two for one, two in pairs) / len(pairs) if pairs else None


def pooled(ratings: Iterable[Sequence[str]]) -> list[Pair]:
    """All pairs of raters over several things, each both ways round, so that no rater is first."""
    return [
        pair
        for one in ratings
        for left, right in combinations(one, 2)
        for pair in ((left, right), (right, left))
    ]


def drift(reviewer: str, scores: Sequence[tuple[float, float]]) -> Drift | None:
    """A reviewer's drift from (own, reference); None without any."""
    if not scores:
        return None
    gaps = [own - reference for own, reference in scores]
    return Drift(reviewer, fsum(map(abs, gaps)) / len(gaps), fsum(gaps) / len(gaps), len(gaps))


def must_recalibrate(
    found: Drift, agree: float | None, most_points: float = 5, least_kappa: float = 0.7
) -> bool:
    """Whether a reviewer is too far from the reference, in points or by kappa."""
    return found.absolute > most_points or (agree is not None and agree < least_kappa)


def _weight(one: int, two: int, weights: Weights) -> float:
    if weights == "none":
        return float(one != two)
    return float(abs(one - two)) if weights == "linear" else float((one - two) ** 2)
