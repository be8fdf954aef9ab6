"""What a page says where its address asks for results that are not within the viewer's rights."""

from collections.abc import Mapping
from html import escape

from ccfloor.kpi.scope import Scope
from ccfloor.store.viewer import Viewer
from ccfloor.ui import people_kit
from ccfloor.ui.links import address
from ccfloor.ui.texts import Lang, text


def tell(viewer: Viewer, asked: Scope, lang: Lang, back: Mapping[str, str]) -> None:
    """Say it in a sentence, the same for what there is and what there is not, with a way to what is.

    ``back``: the parameters with which this page shows what is within the rights.
    """
    if viewer.only is not None and not viewer.only:  # an account of an agent that names nobody
        people_kit.piece(escape(text("scope.nobody", lang)), "cp-warn")
        return
    words = escape(text("scope.beyond", lang, what=_called(asked, lang)))
    link = f'<a href="{address(back)}" target="_self">{escape(text("scope.beyond.back", lang))}</a>'
    people_kit.piece(f"{words} {link}", "cp-warn")


def _called(asked: Scope, lang: Lang) -> str:
    """By the name that was asked with: what it is called in the files is not told."""
    return text(f"report.scope.{asked.kind}", lang, name=asked.name)
