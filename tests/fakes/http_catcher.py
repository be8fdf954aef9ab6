"""An HTTP server on loopback that keeps what is posted to it, answers as told, or never answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """Its query, decoded."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


@dataclass
class Catcher:
    """``answers``: (status, headers, body) for the next requests, the last one for all after them."""

    url: str = ""
    posts: list[Posted] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(
        default_factory=lambda: [(200, {}, b'{"errcode":0,"errmsg":"ok","code":0}')]
    )
    silent: bool = False
    arrived: threading.Condition = field(default_factory=threading.Condition)
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, status: int = 200, body: object = None, **headers: str) -> None:
        """Answer everything from now on like this."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers = [(status, {name.replace("_", "-"): text for name, text in headers.items()}, raw)]

    def wait(self, count: int, seconds: float = 60.0) -> list[Posted]:
        """What was posted, once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.posts) >= count, seconds), len(self.posts)
            return list(self.posts)


@contextmanager
def catching(silent: bool = False) -> Iterator[Catcher]:
    """A server while the block runs. ``silent``: it takes requests and never answers."""
    catcher = Catcher(silent=silent)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with catcher.arrived:
                catcher.posts.append(Posted(self.path, dict(self.headers), body))
                catcher.arrived.notify_all()
            if catcher.silent:
                catcher.over.wait()
                return
            status, headers, raw = catcher.answers.pop(0) if len(catcher.answers) > 1 else catcher.answers[0]
            self.send_response(status)
            for name, text in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    catcher.url = f"http://127.0.0.1:{server.server_port}/robot/send?access_token=hush-token-4711"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield catcher
    finally:
        catcher.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
