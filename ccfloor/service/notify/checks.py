"""What ``doctor`` says of the channels: the file, the secrets, whether somebody is there. Sends nothing."""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from ccfloor.service.findings import Finding
from ccfloor.service.notify.channels import host, make_sender, secured
from ccfloor.service.notify.file import Entry, NotifyFile, load_notify, notify_path
from ccfloor.service.notify.overview import rules_of, unknown
from ccfloor.service.notify.reasons import in_language
from ccfloor.service.notify.secret import SecretError
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import Settings

_REACH_S = 3.0
Environ = Mapping[str, str]


def channels(settings: Settings, engine: Engine, environ: Environ = os.environ) -> Iterator[Finding]:
    """One finding for the file, and one for every channel that is on."""
    try:
        file = load_notify(notify_path(settings.site.data))
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("channels", "fail", problem.said("zh"), problem.said("en"))
        return
    used = {name: entry for name, entry in file.channels.items() if entry.enabled}
    if not used:
        zh, en = "没有启用通知渠道，告警只在屏幕上提示", "no channel is on; alarms are told on screen alone"
        yield Finding("channels", "ok", zh, en)
        return
    yield Finding("channels", "ok", f"{len(used)} 个通知渠道启用", f"{len(used)} channels are on")
    with ThreadPoolExecutor(8) as together:
        yield from together.map(lambda name: _channel(name, used[name], environ), used)
    yield from _named(settings, engine, file)


def _channel(name: str, entry: Entry, environ: Environ) -> Finding:
    check = f"channel {name}"
    try:
        make_sender(name, entry, "", "", environ)
        target, port = host(entry, environ)
    except SecretError as error:
        return Finding(check, "fail", in_language(str(error), "zh"), str(error))
    place = f"{target}:{port}"
    try:
        socket.create_connection((target, port), _REACH_S).close()
    except OSError as error:
        why = error.strerror or str(error) or type(error).__name__
        zh = f"无法连接 {place}（{why}）；请检查地址、网络与代理"
        return Finding(check, "warn", zh, f"{place} cannot be reached ({why}); check address and network")
    if not secured(entry, environ):
        zh = f"{place} 可以连接，但没有加密，内容会明文传输"
        return Finding(check, "warn", zh, f"{place} is there, but all can be read on the way: no encryption")
    zh, en = f"{place} 可以连接；可在设置页发送测试消息", f"{place} is there; the settings page sends a test"
    return Finding(check, "ok", zh, en)


def _named(settings: Settings, engine: Engine, file: NotifyFile) -> Iterator[Finding]:
    for rule, name in unknown(file, rules_of(engine, settings.site.id, time.time())):
        zh = f"规则 {rule.id} 要通知 {name}，但 notify.yaml 中没有这个渠道或名单"
        yield Finding("channels", "warn", zh, f"rule {rule.id} tells {name}, which notify.yaml does not know")
