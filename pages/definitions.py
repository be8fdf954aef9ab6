"""What every number on the screens means: formula, unit and source, from the one place that defines them."""

import streamlit as st

from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.ui.shell import look
from ccfloor.ui.texts import text

seen = look()
zh = seen.lang == "zh"
names = {
    "name": text("definitions.name", seen.lang),
    "formula": text("definitions.formula", seen.lang),
    "unit": text("definitions.unit", seen.lang),
    "source": text("definitions.source", seen.lang),
}
st.header(text("page.definitions", seen.lang), anchor=False)
st.caption(text("definitions.lead", seen.lang))
st.container(key="definitions").table(
    [
        {
            names["name"]: item.zh if zh else item.en,
            names["formula"]: item.formula_zh if zh else item.formula_en,
            names["unit"]: text(f"unit.{item.unit}", seen.lang),
            names["source"]: item.told_by(zh),
        }
        for item in DEFINITIONS.values()
    ],
    hide_index=True,
)
