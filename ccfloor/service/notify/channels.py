"""From an entry of the file to something that sends; its secrets are read here and nowhere else."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ccfloor.service.notify.dingtalk import DingTalk
from ccfloor.service.notify.feishu import Feishu
from ccfloor.service.notify.file import (
    DingTalkEntry,
    EmailEntry,
    Entry,
    FeishuEntry,
    WebhookEntry,
    WeComEntry,
)
from ccfloor.service.notify.mail import Mail, MailServer
from ccfloor.service.notify.outcome import Sender
from ccfloor.service.notify.post import Poster
from ccfloor.service.notify.reasons import because
from ccfloor.service.notify.secret import SecretError, host_of
from ccfloor.service.notify.webhook import Webhook
from ccfloor.service.notify.wecom import WeCom


def make_sender(name: str, entry: Entry, site: str, site_name: str, environ: Mapping[str, str]) -> Sender:
    """A channel ready to send. Raises SecretError where a secret is not where the file says."""
    if isinstance(entry, EmailEntry):
        return _mail(entry, site_name, environ)
    return _posting(name, entry, site, environ)


def _secrets(entry: Entry, environ: Mapping[str, str]) -> dict[str, str]:
    return {name: place.read(environ) for name, place in entry.secrets().items()}


def _mail(entry: EmailEntry, site_name: str, environ: Mapping[str, str]) -> Mail:
    known = _secrets(entry, environ)
    user, password = known.get("user", ""), known.get("password", "")
    _check_ca(entry)
    server = MailServer(entry.host, entry.port, entry.security, entry.timeout_s, user, password, entry.ca)
    return Mail(server, entry.sender, entry.to, site_name)


def _posting(
    name: str,
    entry: WebhookEntry | DingTalkEntry | WeComEntry | FeishuEntry,
    site: str,
    environ: Mapping[str, str],
) -> Sender:
    known = _secrets(entry, environ)
    url, secret = known["url"], known.get("secret", "")
    if not url.startswith(("https://", "http://")) or not host_of(url):
        raise SecretError(because("address"))
    _check_ca(entry)
    poster = Poster(url, entry.timeout_s, entry.ca, (secret,))
    if isinstance(entry, DingTalkEntry):
        return DingTalk(poster, secret, entry.mobiles, entry.all)
    if isinstance(entry, FeishuEntry):
        return Feishu(poster, secret, entry.users, entry.all)
    if isinstance(entry, WeComEntry):
        return WeCom(poster, entry.users, entry.mobiles)
    return Webhook(poster, site, name, secret)


def _check_ca(entry: Entry) -> None:
    if entry.ca and not Path(entry.ca).is_file():
        raise SecretError(because("ca", path=entry.ca))


def host(entry: Entry, environ: Mapping[str, str]) -> tuple[str, int]:
    """Host and port of a channel, all of its address that is shown. Raises SecretError."""
    if isinstance(entry, EmailEntry):
        return entry.host, entry.port
    url = entry.url.read(environ)
    return host_of(url), _port(url)


def secured(entry: Entry, environ: Mapping[str, str]) -> bool:
    """Whether nobody can read on the way. Raises SecretError."""
    if isinstance(entry, EmailEntry):
        return entry.security != "none"
    return entry.url.read(environ).startswith("https://")


def _port(url: str) -> int:
    try:
        return urlsplit(url).port or (443 if url.startswith("https://") else 80)
    except ValueError:
        return 0
