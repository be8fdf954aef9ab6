"""E-mail through the site's server: STARTTLS, SSL, or neither where it asks for no password."""

import smtplib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import NamedTuple

from ccfloor.rules.message import Message, plain
from ccfloor.service.notify.outcome import SENT, Delivery, Outcome, later, never
from ccfloor.service.notify.reasons import because
from ccfloor.service.notify.secret import scrubbed


class MailServer(NamedTuple):
    """Where mail goes out. ``security``: starttls, ssl or none; ``timeout_s`` for each answer."""

    host: str
    port: int
    security: str
    timeout_s: float
    user: str = ""
    password: str = ""
    ca: str | None = None


class Mail:
    """One sender and its recipients. What belongs to one plan is one thread in the mail program."""

    def __init__(self, server: MailServer, sender: str, to: tuple[str, ...], name: str) -> None:
        self._server, self._sender, self._to, self._name = server, sender, to, name

    def send(self, message: Message, delivery: Delivery) -> Outcome:
        """Hand the mail over once."""
        return self.hand_over(self.mail(message, delivery), self._to)

    def hand_over(self, mail: EmailMessage, to: tuple[str, ...]) -> Outcome:
        """Hand any mail over once, to these addresses."""
        try:
            with self._session() as session:
                refused = session.send_message(mail, self._sender, list(to))
        except TimeoutError:
            return later(because("timeout", seconds=f"{self._server.timeout_s:g}"))
        except ssl.SSLCertVerificationError as error:
            return never(because("certificate", reason=error.verify_message))
        except smtplib.SMTPNotSupportedError:
            return never(because("no_starttls"))
        except smtplib.SMTPRecipientsRefused as error:
            return _refused(error)
        except smtplib.SMTPResponseException as error:
            return self._answered(error)
        except (OSError, smtplib.SMTPException) as error:
            return later(because("unreachable", reason=scrubbed(str(error), self._secrets())))
        some = because("some_refused", refused=len(refused), all=len(to)) if refused else ""
        return SENT._replace(error=some, refused=_codes(refused))

    def _session(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.ca) if server.security != "none" else None
        if server.security == "ssl":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_s, context=context
            )
        else:
            session = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        try:
            if server.security == "starttls":
                session.starttls(context=context)
            if server.user:
                session.login(server.user, server.password)
        except BaseException:
            session.close()
            raise
        return session

    def _answered(self, error: smtplib.SMTPResponseException) -> Outcome:
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        sentence = because("smtp", code=error.smtp_code, said=scrubbed(words, self._secrets()))
        return later(sentence) if 400 <= error.smtp_code < 500 or error.smtp_code < 0 else never(sentence)

    def _secrets(self) -> tuple[str, ...]:
        return self._server.user, self._server.password

    def mail(self, message: Message, delivery: Delivery) -> EmailMessage:
        """The mail itself."""
        domain = self._sender.rpartition("@")[2]
        mail = EmailMessage()
        mail["Subject"] = message.title
        mail["From"] = formataddr((self._name, self._sender))
        mail["To"] = ", ".join(self._to)
        mail["Date"] = format_datetime(datetime.fromtimestamp(delivery.at, UTC))
        mail["Message-ID"] = f"<{delivery.id}@{domain}>"
        if delivery.thread:
            mail["References"] = f"<{delivery.thread}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(plain(message))
        return mail


def _refused(error: smtplib.SMTPRecipientsRefused) -> Outcome:
    """Nobody was taken: for good if every one was refused with a 5xx."""
    refused = _codes(error.recipients)
    codes = {code for _, code in refused}
    sentence = because("refused", codes=", ".join(map(str, sorted(codes))))
    outcome = never(sentence) if min(codes) >= 500 else later(sentence)
    return outcome._replace(refused=refused)


def _codes(answers: Mapping[str, tuple[int, bytes]]) -> tuple[tuple[str, int], ...]:
    """Address and code of those who were refused."""
    return tuple((address, code) for address, (code, _said) in answers.items())
