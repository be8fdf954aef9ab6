"""All words of the screens: complete in both languages, and none missing that the code asks for."""

import ast
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from ccfloor.floor.seats import PauseReason, SeatStatus
from ccfloor.service.staffing.seats_now import Pin
from ccfloor.service.staffing.standing import MOVING
from ccfloor.staffing.limits import Why
from ccfloor.ui.texts import LANGS, Lang, language, places, text, text_files, texts

ROOT = Path(__file__).resolve().parents[3]
UI = ROOT / "ccfloor" / "ui"


def test_both_languages_have_the_same_keys_and_places() -> None:
    zh, en = texts("zh"), texts("en")
    assert zh.keys() == en.keys()
    assert {key for key in zh if places(zh[key]) != places(en[key])} == set()


@pytest.mark.parametrize("lang", LANGS)
def test_a_key_stands_in_one_file_only(lang: Lang) -> None:
    files = [json.loads(path.read_text(encoding="utf-8")) for path in text_files(lang)]
    assert [key for key, times in Counter(key for keys in files for key in keys).items() if times > 1] == []


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_empty(lang: Lang) -> None:
    assert [key for key, value in texts(lang).items() if not value.strip()] == []


def test_no_english_sentence_on_the_chinese_page() -> None:
    allowed = {"lang.en", "app.name"}
    english = re.compile(r"[A-Za-z]{3,}(\s+[A-Za-z]{2,})+")
    assert [key for key, value in texts("zh").items() if english.search(value) and key not in allowed] == []


def literal_keys() -> set[str]:
    """Keys that stand as a whole in the sources."""
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (UI / "live").glob("*.js"))
    pages = [*UI.glob("*.py"), *(ROOT / "pages").glob("*.py")]
    python = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    found = re.findall(r'\bt\(\s*"([a-z_]+\.[\w.]+)"', scripts)
    return {*found, *re.findall(r'\btext\(\s*"([a-z_]+\.[\w.]+)"', python)} - set(_prefixes(scripts))


def _prefixes(scripts: str) -> list[str]:
    return re.findall(r'\bt\(\s*"([a-z_]+\.[\w.]+)"\s*\+', scripts)


def test_every_key_in_the_sources_has_a_text() -> None:
    keys = literal_keys()
    assert len(keys) > 30
    assert {key for key in keys if key not in texts("zh")} == set()


def test_every_status_and_reason_has_words() -> None:
    states = {status.value for status in SeatStatus} - {"paused"} | {reason.value for reason in PauseReason}
    missing = {f"{kind}.{state}" for kind in ("status", "status.long") for state in states}
    assert missing - texts("zh").keys() == set()


def test_every_cause_why_a_seat_is_not_to_be_moved_has_words() -> None:
    causes = {*Pin, MOVING, *Why} - {Pin.COMING, Why.NO_SKILL, Why.SERVES, Why.LAST, Why.MINIMUM}
    assert {f"advice.blocked.{cause}" for cause in causes} - texts("zh").keys() == set()


def test_places_are_filled_and_forgotten_ones_stay_visible() -> None:
    assert text("age.seconds", "zh", n=7) == "7 秒前"
    assert text("wall.slide.hint", "en", n=1) == "Slide 1 of {total}"
    with pytest.raises(KeyError):
        text("no.such", "en")


@pytest.mark.parametrize(
    ("wanted", "locale", "expected"),
    [
        ("en", "zh-CN", "en"),
        ("xx", "en-GB", "en"),
        (None, "zh-TW", "zh"),
        (None, "fr", "zh"),
        (None, None, "zh"),
    ],
)
def test_language_of_a_viewer(wanted: str | None, locale: str | None, expected: str) -> None:
    assert language(wanted, locale) == expected


def test_one_is_said_as_one() -> None:
    assert text("imports.done", "en", n=1, number=7) == "1 line was taken in (import 7)."
    assert text("imports.done", "en", n=12, number=7) == "12 lines were taken in (import 7)."
    assert text("imports.done", "en", number=7).startswith("{n} {n|line|lines}")


def calls_of_text() -> list[tuple[str, set[str]]]:
    """Every ``text("key", lang, place=…)`` in the pages with the places it fills."""
    found = []
    for path in [*UI.glob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "text" and node.args:
                key, given = node.args[0], {word.arg or "*" for word in node.keywords}
                if isinstance(key, ast.Constant) and "*" not in given:
                    found.append((str(key.value), given))
    return found


def test_every_place_of_a_text_is_filled_where_it_is_used() -> None:
    later = {"replay.page.bar", "quality.repair.bar"}  # their {x} and {y} are filled by the chart
    told = [(key, given) for key, given in calls_of_text() if key not in later]
    assert len(told) > 300
    assert [(key, given) for key, given in told if places(texts("zh")[key]) != given] == []
