"""Every channel against a server on loopback: form, signature, what each answer means, and no secret told."""

import logging
from pathlib import Path
from typing import Any

import pytest

from ccfloor.rules.message import Around, Message, Part, compose
from ccfloor.rules.telling import FIRST, Case
from ccfloor.service.notify import dingtalk, feishu, webhook
from ccfloor.service.notify.channels import host, make_sender
from ccfloor.service.notify.file import NotifyFile, parse_notify
from ccfloor.service.notify.outcome import Delivery, Outcome
from ccfloor.service.notify.reasons import in_language
from ccfloor.service.notify.secret import SecretError
from ccfloor.service.places import SettingsError
from tests.fakes.http_catcher import catching
from tests.fakes.smtp_catcher import TLS, mail_catching
from tests.fakes.tell_stage import NOON, alarm, rule

TITLE = "【应急预案 · 一级】规则peak"
TOKEN = "hush-token-4711"
DELIVERY = Delivery("ccfloor.main.1", "ccfloor.main.t", NOON)
ROBOTS = ("dingtalk", "wecom", "feishu")


def message(severity: str = "alarm", name: str = "peak") -> Message:
    """A message about one alarm."""
    of = rule(name, severity, 1)
    made = alarm(of, NOON - 60)
    around = Around(NOON, "zh", "Asia/Shanghai", "https://wall.example/plan?lang=zh")
    return compose([Part(FIRST, made.key, Case(made, of), "全场")], around)


def channel(kind: str, more: str = "") -> NotifyFile:
    """A file with one channel ``c`` whose address is in URL."""
    return parse_notify(f"channels: {{c: {{kind: {kind}, url: {{env: URL}}, timeout_s: 5{more}}}}}", "n.yaml")


def send(kind: str, url: str, more: str = "", **environ: str) -> Outcome:
    """Send the message on a channel of that kind."""
    entry = channel(kind, more).channels["c"]
    return make_sender("c", entry, "main", "客服中心", {"URL": url, **environ}).send(message(), DELIVERY)


# -- forms and signatures ----------------------------------------------------------------------------

# The three signatures below were computed with the openssl program.


def test_dingtalk_signature() -> None:
    found = dingtalk.signature("SECthis-is-a-secret", 1_780_056_000.0)
    assert found == "timestamp=1780056000000&sign=w07LJ2uYV%2BQDlqynEWq2OUgg8CWAUmKFnoVtLGTR8lQ%3D"


def test_feishu_signature() -> None:
    found = feishu.signature("feishu-secret", 1_780_056_000.9)
    assert found == {"timestamp": "1780056000", "sign": "Bq5J5CHEZnBu2jXKaJRiwf3tLxlraltolCpiH36e2IY="}


def test_webhook_signature() -> None:
    found = webhook.signature("hook-secret", "1780056000", b'{"a":1}')
    assert found == "sha256=2ed5daa2eba52b3c2cec77af79006b5b7bc2526ce33e483968a77eae14907b93"


def test_dingtalk_gets_signed_markdown_that_names_whom_it_calls() -> None:
    with catching() as server:
        more = ', secret: {env: KEY}, mobiles: ["13800001111"], all: false'
        assert send("dingtalk", server.url, more, KEY="SECx").sent
    (post,) = server.posts
    assert post.query["access_token"] == TOKEN and post.query["timestamp"] == str(int(NOON * 1000))
    assert dingtalk.signature("SECx", NOON).endswith(post.path.partition("sign=")[2])
    body = post.json
    assert body["msgtype"] == "markdown" and body["markdown"]["title"] == TITLE
    text = body["markdown"]["text"]
    head = "**应急预案 · 一级 · 规则peak · 全场**"
    assert text.startswith(f"### {TITLE}\n\n{head}\n\n> 19:59:00 触发")
    assert "> 要做：立即调度人员上线" in text and text.endswith("@13800001111")
    assert "[打开应急页面](https://wall.example/plan?lang=zh)" in text
    assert body["at"] == {"atMobiles": ["13800001111"], "isAtAll": False}


def test_wecom_gets_markdown_and_text_where_it_calls_somebody() -> None:
    with catching() as server:
        assert send("wecom", server.url).sent
        assert send("wecom", server.url, ', users: ["@all"], mobiles: ["13800001111"]').sent
    plain, calling = (post.json for post in server.posts)
    assert plain["msgtype"] == "markdown"
    assert plain["markdown"]["content"].startswith(f'### <font color="warning">{TITLE}</font>')
    assert calling["msgtype"] == "text" and "要做：立即调度人员上线" in calling["text"]["content"]
    assert calling["text"]["mentioned_list"] == ["@all"]
    assert calling["text"]["mentioned_mobile_list"] == ["13800001111"]


def test_feishu_gets_a_signed_card() -> None:
    with catching() as server:
        assert send("feishu", server.url, ", secret: {env: KEY}, users: [ou_1]", KEY="s").sent
    body = server.posts[0].json
    assert {name: body[name] for name in ("timestamp", "sign")} == feishu.signature("s", NOON)
    assert body["msg_type"] == "interactive"
    header, elements = body["card"]["header"], body["card"]["elements"]
    assert header == {"title": {"tag": "plain_text", "content": TITLE}, "template": "red"}
    assert "要做：立即调度人员上线" in elements[0]["text"]["content"]
    assert elements[1]["text"]["content"] == "<at id=ou_1></at>"
    assert elements[-1]["actions"][0]["url"] == "https://wall.example/plan?lang=zh"


def test_a_webhook_gets_facts_and_can_check_who_sent_them() -> None:
    with catching() as server:
        server.answer(204, b"")
        assert send("webhook", server.url, ", secret: {env: KEY}", KEY="hook").sent
    (post,) = server.posts
    stamp = post.headers["X-Ccfloor-Timestamp"]
    assert post.headers["X-Ccfloor-Signature"] == webhook.signature("hook", stamp, post.body)
    assert post.headers["X-Ccfloor-Delivery"] == DELIVERY.id
    body = post.json
    assert (body["version"], body["site"], body["channel"], body["kind"]) == (1, "main", "c", "first")
    (fact,) = body["alarms"]
    assert (fact["rule"], fact["level"], fact["fired_at"], fact["cleared_at"]) == ("peak", 1, NOON - 60, 0)
    assert fact["say"] == {"zh": "立即调度人员上线", "en": "Move people on line now"}


@pytest.mark.parametrize(("kind", "most"), [("wecom", 4096), ("dingtalk", 20_000)])
def test_a_long_message_is_cut_to_what_the_robot_takes(kind: str, most: int) -> None:
    of = rule("x" * 60).model_copy(update={"say": rule().say.model_copy(update={"zh": "调" * 2000})})
    parts = []
    for number in range(8):
        made = alarm(of, NOON - number)
        parts.append(Part(FIRST, made.key, Case(made, of), "全场"))
    long = compose(parts, Around(NOON, "zh", "Asia/Shanghai"))
    with catching() as server:
        entry = channel(kind).channels["c"]
        make_sender("c", entry, "main", "", {"URL": server.url}).send(long, DELIVERY)
    markdown = server.posts[0].json["markdown"]
    text = markdown.get("content") or markdown["text"]
    assert len(text.encode()) <= most and text.endswith("…")


def test_marks_in_names_stay_letters() -> None:
    odd = rule("odd").model_copy(update={"name": rule().name.model_copy(update={"zh": "<b>*x*</b>[a](b)"})})
    made = alarm(odd, NOON)
    told = compose([Part(FIRST, made.key, Case(made, odd), "")], Around(NOON, "zh", "Asia/Shanghai"))
    with catching() as server:
        entry = channel("wecom").channels["c"]
        make_sender("c", entry, "main", "", {"URL": server.url}).send(told, DELIVERY)
    content = server.posts[0].json["markdown"]["content"]
    assert "<b>" not in content and "*x*" not in content and "](b)" not in content


# -- answers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "again"),
    [
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, False),
        ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}, False),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, True),
        ("dingtalk", {"errcode": -1, "errmsg": "system busy"}, True),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, False),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, True),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, False),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, False),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, True),
        ("feishu", {"code": 9499, "msg": "Too Many Requests"}, True),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, False),
    ],
)
def test_a_code_in_the_body_is_a_failure_though_http_says_200(kind: str, body: Any, again: bool) -> None:
    with catching() as server:
        server.answer(200, body)
        outcome = send(kind, server.url)
    code = str(body.get("errcode", body.get("code")))
    assert (outcome.sent, outcome.again) == (False, again)
    assert code in outcome.error and (outcome.wait_s >= 60) is again


def test_an_older_feishu_robot_says_status_code() -> None:
    with catching() as server:
        server.answer(200, {"StatusCode": 0, "StatusMessage": "success"})
        assert send("feishu", server.url).sent


@pytest.mark.parametrize("kind", [*ROBOTS, "webhook"])
@pytest.mark.parametrize(
    ("status", "again"), [(500, True), (503, True), (429, True), (404, False), (401, False), (302, False)]
)
def test_http_says_whether_to_try_again(kind: str, status: int, again: bool) -> None:
    with catching() as server:
        server.answer(status, b"<html>", Location=server.url)
        outcome = send(kind, server.url)
    assert (outcome.sent, outcome.again) == (False, again) and str(status) in outcome.error
    assert len(server.posts) == 1  # a redirect is not followed


def test_retry_after_is_kept() -> None:
    with catching() as server:
        server.answer(429, {}, Retry_After="120")
        assert send("webhook", server.url).wait_s == 120


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_page_in_place_of_the_robot_is_no_success(kind: str) -> None:
    with catching() as server:
        server.answer(200, b"<html>login here</html>")
        outcome = send(kind, server.url)
    assert not outcome.sent and outcome.again and "JSON" in outcome.error


def test_one_that_never_answers_gives_up_after_its_time() -> None:
    with catching(silent=True) as server:
        entry = channel("webhook").channels["c"].model_copy(update={"timeout_s": 0.3})
        outcome = make_sender("c", entry, "main", "", {"URL": server.url}).send(message(), DELIVERY)
    assert outcome.again and "0.3 s" in outcome.error


def test_nobody_there_is_tried_again_and_tells_no_address() -> None:
    with catching() as server:
        gone = server.url
    for kind in (*ROBOTS, "webhook"):
        outcome = send(kind, gone)
        assert outcome.again and TOKEN not in outcome.error and "127.0.0.1" not in outcome.error


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_secret_that_the_other_side_repeats_is_not_kept(kind: str) -> None:
    with catching() as server:
        said = f"bad token {server.url} key SECRETKEY"
        server.answer(200, {"errcode": 1, "errmsg": said, "code": 1, "msg": said})
        more = "" if kind == "wecom" else ", secret: {env: KEY}"
        outcome = send(kind, server.url, more, KEY="SECRETKEY")
    assert TOKEN not in outcome.error and "127.0.0.1" not in outcome.error
    assert kind == "wecom" or "SECRETKEY" not in outcome.error


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with catching() as server:
        server.answer(404, {})
        send("dingtalk", server.url, ", secret: {env: KEY}", KEY="SECRETKEY")
    assert TOKEN not in caplog.text and "SECRETKEY" not in caplog.text


def test_secrets_come_from_where_the_file_says(tmp_path: Path) -> None:
    place = tmp_path / "url"
    file = parse_notify(f"channels: {{c: {{kind: wecom, url: {{file: {place}}}}}}}", "n.yaml")
    with pytest.raises(SecretError, match="is missing, empty"):
        make_sender("c", file.channels["c"], "main", "", {})
    with pytest.raises(SecretError, match="The variable URL is not set"):
        make_sender("c", channel("wecom").channels["c"], "main", "", {})
    with pytest.raises(SecretError, match="not one of http"):
        make_sender("c", channel("wecom").channels["c"], "main", "", {"URL": "file:///etc/passwd"})
    place.write_text("https://qyapi.example/x?key=1\n")
    assert host(file.channels["c"], {}) == ("qyapi.example", 443)


def test_reasons_can_be_read_in_chinese() -> None:
    with catching() as server:
        server.answer(200, {"errcode": 310000, "errmsg": "sign not match"})
        outcome = send("dingtalk", server.url)
    assert in_language(outcome.error, "zh") == "对方返回代码 310000：sign not match"


# -- mail --------------------------------------------------------------------------------------------


def mail(server: Any, more: str = "", **environ: str) -> Outcome:
    """Send the message by mail."""
    text = (
        f"channels: {{c: {{kind: email, host: 127.0.0.1, port: {server.port}, from: floor@ccfloor.example,"
        f" to: [boss@site.example, lead@site.example], timeout_s: 5{more}}}}}"
    )
    entry = parse_notify(text, "n.yaml").channels["c"]
    return make_sender("c", entry, "main", "客服中心", environ).send(message(), DELIVERY)


def test_mail_goes_to_all_as_one_thread() -> None:
    with mail_catching() as server:
        assert mail(server, ", security: none") == Outcome(True)
    (got,) = server.mails
    assert server.recipients == [["boss@site.example", "lead@site.example"]]
    assert got["Subject"] == TITLE and "客服中心" in str(got["From"])
    assert got["Message-ID"] == "<ccfloor.main.1@ccfloor.example>"
    assert got["References"] == "<ccfloor.main.t@ccfloor.example>"
    assert "要做：立即调度人员上线" in got.get_content()


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_mail_logs_in_over_tls(security: str) -> None:
    with mail_catching(security, login=("ccfloor", "hush")) as server:
        more = f", security: {security}, ca: {TLS}, user: {{env: U}}, password: {{env: P}}"
        assert mail(server, more, U="ccfloor", P="hush").sent
    assert server.secured and len(server.mails) == 1


def test_a_wrong_password_is_told_without_it() -> None:
    with mail_catching("starttls", login=("ccfloor", "right")) as server:
        more = f", security: starttls, ca: {TLS}, user: {{env: U}}, password: {{env: P}}"
        outcome = mail(server, more, U="ccfloor", P="wrong-4711")
    assert (outcome.sent, outcome.again) == (False, False)
    assert "535" in outcome.error and "wrong-4711" not in outcome.error


def test_a_certificate_of_nobody_is_not_trusted() -> None:
    with mail_catching("starttls") as server:
        outcome = mail(server, ", security: starttls")
    assert not outcome.sent and "certificate is not trusted" in outcome.error and server.mails == []


def test_a_server_without_starttls_gets_no_mail() -> None:
    with mail_catching() as server:
        outcome = mail(server)
    assert (outcome.sent, outcome.again) == (False, False) and server.mails == []


@pytest.mark.parametrize(
    ("verb", "said", "again"),
    [
        ("RCPT", "550 no such user", False),
        ("RCPT", "451 try later", True),
        ("DATA", "452 full", True),
        ("DATA", "554 no spam", False),
        ("MAIL", "421 busy", True),
    ],
)
def test_a_mail_server_says_whether_to_try_again(verb: str, said: str, again: bool) -> None:
    with mail_catching() as server:
        server.says[verb] = said
        outcome = mail(server, ", security: none")
    assert (outcome.sent, outcome.again) == (False, again) and said[:3] in outcome.error


def test_mail_to_nobody_there_is_tried_again() -> None:
    with mail_catching() as server:
        pass
    assert mail(server, ", security: none").again


def test_a_password_needs_tls() -> None:
    with mail_catching() as server, pytest.raises(SettingsError, match="a password is not sent without"):
        mail(server, ", security: none, user: {env: U}, password: {env: P}", U="a", P="b")
