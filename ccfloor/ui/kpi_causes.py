"""Suspicious causes in words, with the figures they rest on."""

from ccfloor.kpi.causes import Cause
from ccfloor.ui.texts import Lang, text


def cause_text(cause: Cause, lang: Lang) -> str:
    """One sentence of what to look into: "满员拒入 38 通，占来电的 2.4%"."""
    return text(f"kpi.cause.{cause.id}", lang, **{name: _shown(name, n) for name, n in cause.numbers.items()})


def _shown(name: str, value: float) -> str:
    if name == "share":
        return f"{value * 100:.1f}%"
    return f"{value:.0f}" if name.endswith("_s") else f"{value:,.0f}"
