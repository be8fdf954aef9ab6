"""A mail server on loopback that keeps what it is given: STARTTLS or SSL, login, and answers as told."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

TLS = Path(__file__).resolve().parents[1] / "fixtures" / "loopback_tls.pem"


@dataclass
class MailCatcher:
    """``says``: an answer for a verb instead of the usual one, e.g. ``{"RCPT": "550 no such user"}``;
    ``refuses``: an answer for one recipient alone.
    """

    port: int = 0
    starttls: bool = False
    login: tuple[str, str] | None = None
    says: dict[str, str] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    secured: bool = False
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, count: int, seconds: float = 10.0) -> list[EmailMessage]:
        """The mails, once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.mails) >= count, seconds), len(self.mails)
            return list(self.mails)


class _Session(socketserver.StreamRequestHandler):
    catcher: MailCatcher
    context: ssl.SSLContext

    def handle(self) -> None:
        self._say("220 catcher ready")
        self._to: list[str] = []
        while line := self.rfile.readline():
            text = line.decode().strip()
            verb = text.split(" ")[0].split(":")[0].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            said = self.catcher.says.get(verb)
            if said and verb != "DATA":
                self._say(said)
                continue
            getattr(self, f"_{verb.lower()}", self._unknown)(text)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _unknown(self, _text: str) -> None:
        self._say("502 not known here")

    def _ehlo(self, _text: str) -> None:
        more = ["STARTTLS"] if self.catcher.starttls and not self.catcher.secured else []
        more += ["AUTH PLAIN"] if self.catcher.login else []
        lines = ["catcher", *more]
        for index, line in enumerate(lines):
            self._say(f"250{' ' if index == len(lines) - 1 else '-'}{line}")

    def _starttls(self, _text: str) -> None:
        self._say("220 go on")
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
        self.catcher.secured = True

    def _auth(self, text: str) -> None:
        given = base64.b64decode(text.split(" ")[2]).decode().split("\0")[1:]
        right = self.catcher.login and list(self.catcher.login) == given
        self._say("235 welcome" if right else f"535 not so: {given[1]}")

    def _mail(self, _text: str) -> None:
        self._to = []
        self._say("250 ok")

    def _rcpt(self, text: str) -> None:
        address = text.partition("<")[2].rstrip(">")
        if said := self.catcher.refuses.get(address):
            self._say(said)
            return
        self._to.append(address)
        self._say("250 ok")

    def _rset(self, _text: str) -> None:
        self._say("250 ok")

    def _data(self, _text: str) -> None:
        self._say("354 go on")
        body = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            body += line.removeprefix(b".") if line.startswith(b"..") else line
        said = self.catcher.says.get("DATA")
        if said:
            self._say(said)
            return
        with self.catcher.arrived:
            self.catcher.mails.append(message_from_bytes(body, policy=policy.default))
            self.catcher.recipients.append(self._to)
            self.catcher.arrived.notify_all()
        self._say("250 taken")


@contextmanager
def mail_catching(security: str = "none", login: tuple[str, str] | None = None) -> Iterator[MailCatcher]:
    """A server while the block runs. ``security``: none, starttls or ssl."""
    catcher = MailCatcher(starttls=security == "starttls", login=login)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS)
    session = type("Session", (_Session,), {"catcher": catcher, "context": context})

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def get_request(self):  # type: ignore[no-untyped-def]
            connection, address = super().get_request()
            if security == "ssl":
                connection = context.wrap_socket(connection, server_side=True)
                catcher.secured = True
            return connection, address

    server = Server(("127.0.0.1", 0), session)
    catcher.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield catcher
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
