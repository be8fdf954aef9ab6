"""Where a recording is: a template of the site filled with a call, never out of its folder."""

from pathlib import Path

import pytest

from ccfloor.floor.records import CallRow
from ccfloor.service.call_file import address, check_template, folder_of, found_file, places

ZONE = "Asia/Shanghai"
AT = 1_795_320_000.0  # 2026-11-22 12:00:00 in Shanghai


def call(**more: str) -> CallRow:
    told = {
        "call": "1763780400.17",
        "queue": "sales",
        "agent": "陈思远",
        "seat": "SIP/1001",
        "number": "13812342071",
    }
    return CallRow(1, 1, entered_at=AT - 9, answered_at=AT, **{**told, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "template",
    [
        "/rec/{year}/{month}/{day}/*{call}*.wav",
        "https://recorder.local:8443/play/{date}/{call}.mp3?agent={agent}",
        "/rec/{agent}-{date}-{time}.wav",
    ],
)
def test_a_template_that_tells_calls_apart_is_taken(template: str) -> None:
    check_template(template)


@pytest.mark.parametrize(
    ("template", "word"),
    [
        ("/rec/{who}-{call}.wav", "{who}"),
        ("/rec/{call.__class__}.wav", "no place"),
        ("/rec/{call!r}.wav", "no place"),
        ("/rec/{date}.wav", "one call from another"),
        ("rec/{call}.wav", "whole path"),
        ("https://{queue}/{call}.wav", "same for all calls"),
        ("/rec/{call.wav", "braces"),
    ],
)
def test_one_that_cannot_be_used_is_refused_in_a_sentence(template: str, word: str) -> None:
    with pytest.raises(ValueError, match=word.replace("{", r"\{")):
        check_template(template)


def test_a_calls_data_fill_the_places_by_the_sites_clock() -> None:
    told = places(call(), ZONE)
    assert (told["date"], told["time"], told["epoch"]) == ("20261122", "120000", str(int(AT)))
    assert address("http://r/{date}/{call}?a={agent}&s={seat}", told) == (
        "http://r/20261122/1763780400.17?a=%E9%99%88%E6%80%9D%E8%BF%9C&s=SIP%2F1001"
    )


def test_a_file_is_found_by_its_call_whatever_stands_around_it(tmp_path: Path) -> None:
    file = tmp_path / "20261122" / "in-1763780400.17-sales.wav"
    file.parent.mkdir()
    file.write_bytes(b"RIFF")
    template = f"{tmp_path}/{{date}}/*{{call}}*.wav"
    assert folder_of(template) == str(tmp_path)
    assert found_file(template, places(call(), ZONE)) == file.resolve()
    for other in ("1763780400.1", "63780400.17", "9"):
        assert found_file(template, places(call(call=other), ZONE)) is None, "another call's"


@pytest.mark.parametrize(
    "name", ["../../secret", "..", "/etc/passwd", "*", "[a-z]*", "secret\0", "a/../../secret"]
)
def test_no_name_of_a_call_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.wav").write_bytes(b"RIFF")
    (tmp_path / "rec").mkdir()
    (tmp_path / "rec" / "other.wav").write_bytes(b"RIFF")
    assert found_file(f"{tmp_path}/rec/{{call}}.wav", places(call(call=name), ZONE)) is None
    assert "/../" not in address("http://r/{call}/x", places(call(call=name), ZONE))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"RIFF")
    (tmp_path / "rec").mkdir()
    (tmp_path / "rec" / "c1.wav").symlink_to(tmp_path / "secret.wav")
    assert found_file(f"{tmp_path}/rec/{{call}}.wav", places(call(call="c1"), ZONE)) is None
