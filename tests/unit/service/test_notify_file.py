"""data/notify.yaml: what is wrong is told with file, line and field, in both languages; nothing secret."""

from pathlib import Path

import pytest

from ccfloor.rules.quiet import Quiet
from ccfloor.service.notify.file import load_notify, parse_notify
from ccfloor.service.notify.secret import host_of, scrubbed
from ccfloor.service.places import SettingsError

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "notify.yaml"


def wrong(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parse_notify(text, "notify.yaml")
    return caught.value


def test_the_sample_is_sound_and_everything_is_off() -> None:
    file = load_notify(SAMPLE)
    assert {entry.kind for entry in file.channels.values()} == {
        "email",
        "webhook",
        "dingtalk",
        "wecom",
        "feishu",
    }
    assert not any(entry.enabled for entry in file.channels.values())
    assert file.telling("Asia/Shanghai") == {} and file.resolve(("leads", "supervisors")) == ()
    assert {"leads", "supervisors"} <= file.names and file.report_to == ("supervisors",)


def test_a_missing_file_has_no_channels(tmp_path: Path) -> None:
    assert load_notify(tmp_path / "notify.yaml").channels == {}


def test_a_channel_as_rules_know_it() -> None:
    text = (
        "channels:\n  a: {kind: wecom, enabled: true, url: {env: U}, group_s: 10, per_hour: 5,\n"
        "      quiet: [{from: '21:30', to: '07:00', days: [mon, sun]}]}\n"
        "  b: {kind: wecom, url: {env: U}}\nlists: {both: [b, a]}\n"
    )
    file = parse_notify(text, "notify.yaml")
    (known,) = file.telling("Asia/Shanghai").values()
    assert known.quiet == (Quiet(77_400, 25_200, (0, 6)),)
    assert (known.group_s, known.per_hour, known.zone) == (10, 5, "Asia/Shanghai")
    assert file.resolve(("both", "a", "nobody")) == ("a",)


@pytest.mark.parametrize(
    ("text", "place", "zh"),
    [
        (
            "channels:\n  a:\n    kind: fax\n",
            "notify.yaml:3: channels.a.kind: must be one of email",
            "只能是",
        ),
        ("channels:\n  a:\n    enabled: true\n", "notify.yaml:2: channels.a.kind: ", "只能是"),
        ("channels:\n  a:\n    kind: wecom\n", "notify.yaml:2: channels.a.url: is missing", "缺少"),
        (
            "channels:\n  a: {kind: wecom, url: {env: U}}\n  b: {kind: wecom, url: {env: U},\n   muted: 1}\n",
            "notify.yaml:4: channels.b.muted: there is no such field",
            "没有这个字段",
        ),
        (
            "channels:\n  a: {kind: wecom, url: {env: U}}\n  a: {kind: wecom, url: {env: U}}\n",
            "notify.yaml:2: channels.a: is given again in line 3",
            "又写了一次",
        ),
        (
            "channels:\n  a: {kind: wecom, url: {env: U}, quiet: [{from: 21:00, to: '08:00'}]}\n",
            "notify.yaml:2: channels.a.quiet[0].from: needs a time of day in quotes",
            "带引号",
        ),
        (
            "channels:\n  a: {kind: wecom, url: {env: U}, timeout_s: -1}\n",
            "notify.yaml:2: channels.a.timeout_s: must be above 0",
            "必须大于 0",
        ),
        (
            "channels:\n  a: {kind: wecom, url: {env: U, file: /x}}\n",
            "notify.yaml:2: channels.a.url: name one place",
            "只写一处",
        ),
        (
            "channels: {}\nlists:\n  x: [q]\n",
            "notify.yaml:3: lists.x: there is no channel 'q'",
            "没有这个渠道",
        ),
        ("report_to: [z]\n", "notify.yaml:1: report_to: there is no channel 'z'", "没有这个渠道"),
        ("a: [\n", "notify.yaml:2: is not YAML", "YAML"),
        ("3", "notify.yaml:1: must be fields with values", "字段"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, place: str, zh: str) -> None:
    (problem,) = wrong(text).problems
    assert str(problem).startswith(place) and zh in problem.said("zh")


def test_a_secret_in_the_file_is_refused_and_not_repeated() -> None:
    text = "channels:\n  a:\n    kind: wecom\n    url: https://qyapi.weixin.qq.com/x?key=hush-4711\n"
    problem = wrong(text)
    assert str(problem).startswith("notify.yaml:4: channels.a.url: a secret does not stand here")
    assert "hush" not in str(problem) and "密钥不写在这里" in problem.problems[0].said("zh")


def test_a_secret_s_file_lies_outside_the_program() -> None:
    inside = SAMPLE.parent / "secret"
    assert "must lie outside" in str(wrong(f"channels: {{a: {{kind: wecom, url: {{file: '{inside}'}}}}}}"))


def test_addresses_and_secrets_are_hidden_in_errors() -> None:
    said = "cannot open https://oapi.dingtalk.com/robot/send?access_token=abc with\nkey SECx and SECxy"
    assert scrubbed(said, ("SECx", "SECxy", "")) == "cannot open *** with key *** and ***"
    assert len(scrubbed("x" * 1000, ())) == 300
    assert host_of("https://u:p@host.example:8443/x?y") == "host.example" and host_of("http://[") == ""
