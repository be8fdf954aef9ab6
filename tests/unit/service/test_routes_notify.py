"""The routes of the channels, and what ``doctor`` says of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.service import routes_notify, runtime
from ccfloor.service.notify.checks import channels
from ccfloor.service.notify.outbox import Outbox
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata
from tests.fakes.alarm_book import AlarmBook
from tests.fakes.http_catcher import catching
from tests.fakes.tell_stage import rule

NOW = 1_800_000_000.0
FILE = (
    "channels:\n"
    "  lead: {kind: dingtalk, enabled: true, url: {env: CCFLOOR_TEST_URL}, secret: {env: CCFLOOR_TEST_KEY}}\n"
    "  quiet: {kind: wecom, url: {env: CCFLOOR_TEST_URL}}\n"
)
TEST = "/api/v1/notify/lead/test"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[runtime.Service]:
    monkeypatch.setenv("CCFLOOR_TEST_URL", "https://oapi.example/robot/send?access_token=hush-4711")
    monkeypatch.setenv("CCFLOOR_TEST_KEY", "SEChush")
    (tmp_path / "notify.yaml").write_text(FILE)
    given = {"db": f"sqlite:///{tmp_path / 'floor.db'}", "site__data": str(tmp_path), "source": "none"}
    service = runtime.Service(load(environ={}, **given))
    service.clock = lambda: NOW
    metadata.create_all(service.engine)
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


@pytest.fixture
def client(service: runtime.Service) -> TestClient:
    return TestClient(Starlette(routes=routes_notify.routes))


def test_channels_are_told_without_their_secrets(client: TestClient) -> None:
    answer = client.get("/api/v1/notify")
    lead, quiet = answer.json()["channels"]
    assert (lead["name"], lead["enabled"], lead["target"]) == ("lead", True, "oapi.example")
    assert (quiet["enabled"], quiet["trouble"], quiet["last"]) == (False, "", None)
    assert "hush" not in answer.text


def test_a_test_is_asked_for_and_its_result_can_be_seen(client: TestClient, service: runtime.Service) -> None:
    number = client.post(TEST, json={"who": "李"}).json()["id"]
    assert client.get(TEST, params={"id": number}).json() == {"state": "waiting", "error": ""}
    Outbox(service.engine, "main").give_up([number], NOW, "It answered HTTP 503.")
    assert client.get(TEST, params={"id": number}).json()["state"] == "failed"
    assert client.get("/api/v1/notify").json()["channels"][0]["last"]["error"] == "It answered HTTP 503."


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        (TEST, {"who": " "}, 409, "no_who"),
        ("/api/v1/notify/quiet/test", {"who": "a"}, 409, "channel_off"),
        ("/api/v1/notify/nobody/test", {"who": "a"}, 404, "unknown_channel"),
        (TEST, [1], 400, "bad_request"),
    ],
)
def test_what_is_not_sent_says_why(
    client: TestClient, path: str, body: object, status: int, error: str
) -> None:
    answer = client.post(path, json=body)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_page_of_another_site_cannot_ask(client: TestClient, service: runtime.Service) -> None:
    answer = client.post(TEST, json={"who": "a"}, headers={"Origin": "https://elsewhere.example"})
    assert (answer.status_code, answer.json()) == (403, {"error": "not_ours"})
    assert AlarmBook(service.engine).told() == []
    ours = client.post(TEST, json={"who": "a"}, headers={"Origin": "http://testserver"})
    assert ours.status_code == 200


def test_a_wrong_file_is_told(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "notify.yaml").write_text("channels: {a: {kind: fax}}")
    found = client.get("/api/v1/notify").json()
    assert found["channels"] == [] and "notify.yaml:1: channels.a.kind" in found["problems"][0]
    assert client.post(TEST, json={"who": "a"}).json() == {"error": "bad_file"}


def test_doctor_looks_at_each_channel(
    service: runtime.Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def states() -> dict[str, str]:
        found = channels(service.settings, service.engine)
        return {finding.check: finding.state for finding in found}

    with catching() as server:
        monkeypatch.setenv("CCFLOOR_TEST_URL", server.url)
        assert states() == {"channels": "ok", "channel lead": "warn"}  # there, but by http
        assert server.posts == []
    assert states()["channel lead"] == "warn"
    monkeypatch.delenv("CCFLOOR_TEST_KEY")
    assert states()["channel lead"] == "fail"
    (tmp_path / "notify.yaml").write_text("channels: 3")
    assert states() == {"channels": "fail"}
    (tmp_path / "notify.yaml").unlink()
    assert states() == {"channels": "ok"}


def test_doctor_names_channels_that_rules_want_and_nobody_has(service: runtime.Service) -> None:
    AlarmBook(service.engine).fire(rule(channels=("lead", "nobody")), 0.0)
    said = [finding.en for finding in channels(service.settings, service.engine)]
    assert "rule long-wait tells nobody, which notify.yaml does not know" in said
    assert not any("tells lead" in sentence for sentence in said)
