"""Advice in words: the sentence of a reason, shares and signed errors."""

from ccfloor.floor.config import FloorConfig
from ccfloor.staffing.reason import Reason
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text


def sentence(reason: Reason, config: FloorConfig, lang: Lang) -> str:
    """Why a proposal was made."""
    donor = ""
    if reason.donor:
        name = queue_label(config, reason.donor, lang)
        level = share_text(reason.donor_level)
        donor = text("advice.donor", lang, donor=name, costs=f"{reason.costs:.1f}", level=level)
    return text(
        f"advice.because.{reason.because}",
        lang,
        queue=queue_label(config, reason.queue, lang),
        n=reason.seats,
        waiting=reason.waiting,
        gains=f"{reason.gains:.1f}",
        level=share_text(reason.level),
        after=share_text(reason.level_after),
        donor=donor,
    )


def share_text(share: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return "–" if share is None else f"{share * 100:.0f}%"


def points(value: float | None, scale: float = 100.0) -> str:
    """An error of a share in points, or of seconds (scale 1), with its sign."""
    return "–" if value is None else f"{value * scale:+.1f}".replace("-", "\N{MINUS SIGN}")
