"""What is sent to the server: no larger than it may be, and of a kind that is read; told on the page."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from ccfloor.access.rights import Role
from ccfloor.service.access import uploads
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.guard import Guard
from ccfloor.service.access.identity import Identity
from ccfloor.service.access.uploads import BODY_MAX, FILE_MAX, RECORDING_MAX, refusal, wrong
from ccfloor.service.settings import load
from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade

HOME = "http://127.0.0.1:8501"
PATH = "/_stcore/upload_file/session/file"
TABLE = "日期,通话\n2026-11-01,7\n".encode()


async def take(request: Request) -> JSONResponse:
    """What a handler of uploads gets to see."""
    form = await request.form()
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    held = [(one.filename, one.content_type, len(await one.read())) for one in files]
    return JSONResponse({"files": held})


async def told(request: Request) -> JSONResponse:
    return JSONResponse({"bytes": len(await request.body())})


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    doors = Doors(load(environ={}), engine, lambda: 1_795_000_000.0)
    routes = [Route("/_stcore/upload_file/{path:path}", take, methods=["PUT"]),
              Route("/{path:path}", told, methods=["POST", "PUT"])]  # fmt: skip
    guard = Middleware(Guard, doors=lambda: doors, origins=lambda: ())
    app = Starlette(routes=routes, middleware=[guard])
    yield TestClient(app, HOME, client=("127.0.0.1", 4000), headers={"origin": HOME})
    engine.dispose()


def sent(client: TestClient, name: str, content: bytes) -> tuple[str, str, int]:
    """Name, type and size of the file as it arrived."""
    answer = client.put(PATH, files={"file": (name, content, "text/csv")})
    assert answer.status_code == 200, answer.text
    (file,) = answer.json()["files"]
    return tuple(file)


def packed(size: int = 10) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as box:
        box.writestr("xl/workbook.xml", b"x" * size)
    return file.getvalue()


def test_a_table_arrives_as_it_was_sent(client: TestClient) -> None:
    assert sent(client, "七月.csv", TABLE) == ("七月.csv", "text/csv", len(TABLE))
    assert sent(client, "x.XLSX", packed())[2] == len(packed())
    assert sent(client, "x.txt", "日期".encode("utf-16"))[1] == "text/csv"
    assert sent(client, "long.csv", TABLE * 200_000)[2] == len(TABLE) * 200_000
    assert sent(client, "empty.csv", b"")[1:] == ("text/csv", 0)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.html", b"<script>alert(1)</script>", "wrong_kind"),
        ("program.exe", b"MZ\x90\x00", "wrong_kind"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "wrong_kind"),
        ("zeros.csv", b"a,b\n\x00\x01", "wrong_kind"),
        ("packed.csv", packed(), "wrong_kind"),
        ("old.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 5000, "old_excel"),
        ("none", TABLE, "wrong_kind"),
    ],
)
def test_a_file_of_another_kind_does_not_arrive_and_the_page_is_told(
    client: TestClient, name: str, content: bytes, why: str
) -> None:
    assert wrong(name, content) == why
    found = sent(client, name, content)
    assert (found[0], refusal(found[1]), found[2]) == (name, why, 0)


def test_a_file_that_says_it_is_too_large_does_not_arrive(client: TestClient) -> None:
    found = sent(client, "big.csv", b"1" * (FILE_MAX + 100_000))
    assert (refusal(found[1]), found[2]) == ("too_big", 0)


def in_pieces(piece: bytes, count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield piece


def endless(client: TestClient, name: str) -> tuple[int, int]:
    """The answer to a file in pieces of a megabyte that never ends, and how many of them were heard."""
    border = b"multipart/form-data; boundary=B"
    heads = {"host": b"127.0.0.1:8501", "origin": HOME.encode(), "content-type": border}
    scope = {
        "type": "http", "method": "PUT", "path": PATH, "raw_path": PATH.encode(), "query_string": b"",
        "headers": [(key.encode(), value) for key, value in heads.items()], "scheme": "http",
        "client": ("127.0.0.1", 4000), "server": ("127.0.0.1", 8501), "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    head = f'--B\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n'.encode()
    heard, said = [head], []

    async def receive() -> Message:
        assert len(heard) < 400, "it hears for ever"
        heard.append(b"1" * 1_000_000)
        return {"type": "http.request", "body": heard[-2], "more_body": True}

    async def send(message: Message) -> None:
        said.append(message)

    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    return said[0]["status"], len(heard)


def test_a_file_that_does_not_say_how_large_it_is_ends_at_the_limit(client: TestClient) -> None:
    status, heard = endless(client, "big.csv")
    assert status == 413 and heard < FILE_MAX / 1_000_000 + 5


def test_a_file_of_another_kind_is_not_heard_for_ever(client: TestClient) -> None:
    status, heard = endless(client, "big.exe")
    assert status == 413 and heard < uploads._HEARD / 1_000_000 + 5


def test_what_is_beyond_all_reason_is_not_even_heard(client: TestClient) -> None:
    head = {"content-type": "multipart/form-data; boundary=B", "content-length": "900000000"}
    answer = client.put(PATH, content=b"", headers=head)
    assert (answer.status_code, answer.json()) == (413, {"error": "too_big"})


@pytest.mark.parametrize("length", ["-1", "1e9", "x", "1" * 30])
def test_a_length_that_is_none_is_refused(client: TestClient, length: str) -> None:
    assert client.put(PATH, content=b"", headers={"content-length": length}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data; boundary=B", b"--C\r\n\r\n"),
        (
            "multipart/form-data; boundary=B",
            b"--B\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n--B--",
        ),
        ("multipart/form-data; boundary=B", b"--B\r\n" + b"X: y\r\n" * 9000),
        ("", b""),
    ],
)
def test_what_is_no_file_is_refused(client: TestClient, kind: str, body: bytes) -> None:
    assert client.put(PATH, content=body, headers={"content-type": kind}).status_code == 400


def test_other_bodies_have_a_limit_of_their_own(client: TestClient) -> None:
    assert client.post("/login", content=b"1" * 10_000).json() == {"bytes": 10_000}
    assert client.post("/login", content=b"1" * (BODY_MAX + 1)).status_code == 413
    assert client.post("/login", content=in_pieces(b"1" * 100_000, 11)).status_code == 413


def test_a_recording_may_be_longer_than_a_form(client: TestClient) -> None:
    client.headers["sec-fetch-site"] = "same-origin"
    recording, body = "/api/v1/qa/scores/7/recording", b"1" * (BODY_MAX + 1)
    assert client.put(recording, content=body).json() == {"bytes": BODY_MAX + 1}
    assert client.put(recording, headers={"content-length": f"{RECORDING_MAX + 1}"}).status_code == 413
    assert client.post(recording, content=body).status_code in (403, 413)
    assert client.put("/api/v1/qa/scores/7", content=body).status_code == 413


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_files_are_taken_from_who_has_a_page_for_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setattr(Doors, "who", lambda *_, **__: Identity(5, "x", role=role, session="s"))
    client.cookies.set("ccfloor", "one")
    answer = client.put(PATH, files={"file": ("x.csv", TABLE, "text/csv")})
    assert (answer.status_code == 200) == (role in (Role.QA, Role.MANAGER, Role.ADMIN))
