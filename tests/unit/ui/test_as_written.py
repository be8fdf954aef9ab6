"""People's own words where Streamlit reads Markdown: shown as written, whatever signs they hold."""

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from ccfloor.ui.texts import as_written

NASTY = [
    "**x** [a](b) <img src=x onerror=alert(1)>",
    "![p](http://x.example/p.png) ~~gone~~ `code` $x^2$ :red[warm] :material/home:",
    "# great",
    "- one",
    "1. first",
    "2) second",
    "+ plus",
    "a_b_c __d__ *e*",
    "1 | 2",
    "back\\slash \\* &lt;b&gt; &amp;",
    "陈思远：7 月 **培训**",
]


@pytest.mark.parametrize("words", NASTY)
def test_markdown_shows_what_was_written(words: str) -> None:
    shown = MarkdownIt("commonmark").enable(["strikethrough", "table"]).render(as_written(words))
    assert re.fullmatch(r"<p>[^<>]*</p>\n", shown), shown
    assert unescape(shown[3:-5]) == words


def test_streamlits_own_signs_are_escaped() -> None:
    assert as_written(":red[x] $y$") == r"\:red\[x\] \$y\$"


def test_lines_become_one() -> None:
    assert as_written("a\n\n- b\t c") == "a - b c"


def script() -> None:
    from ccfloor.ui import people_kit

    people_kit.acting("zh", lambda: "**x** [a](b) <img>")


def test_a_toast_shows_a_name_as_it_is() -> None:
    page = AppTest.from_function(script, default_timeout=30).run()
    assert not page.exception
    assert [toast.value for toast in page.toast] == [r"\*\*x\*\* \[a\](b) \<img\>"]
