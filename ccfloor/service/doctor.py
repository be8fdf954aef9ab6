"""Checks before and after an installation: each says ok, warn or fail, and what to do."""

import asyncio
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.acd.ami_link import AmiLink, AmiTimes, LinkError
from ccfloor.service.contacts import load_contacts
from ccfloor.service.doctor_access import proxy, single_sign_on
from ccfloor.service.doctor_kpi import kpi_file
from ccfloor.service.doctor_qa import qa_clocks, qa_files, qa_offers
from ccfloor.service.doctor_rules import rule_files
from ccfloor.service.doctor_staffing import staffing_file
from ccfloor.service.findings import Finding
from ccfloor.service.keeper import live_source
from ccfloor.service.lease import is_collecting
from ccfloor.service.notify.checks import channels
from ccfloor.service.places import SettingsError
from ccfloor.service.said import say
from ccfloor.service.settings import Settings
from ccfloor.service.site import load_site
from ccfloor.service.switch import access
from ccfloor.store.engine import SERVICE_BUSY_S, open_engine, writing
from ccfloor.store.faults import fault
from ccfloor.store.file_guard import file_of
from ccfloor.store.migrate import HEAD, revision

_SKEW_WARN_S, _SKEW_FAIL_S = 2.0, 30.0
_DISK_WARN, _DISK_FAIL = 2_000_000_000, 200_000_000
_STALE_S = 10.0
_NEEDED = {
    "QueueStatus": "reporting",
    "CoreShowChannels": "reporting",
    "QueuePause": "agent",
    "QueueAdd": "agent",
}


def line(finding: Finding, lang: str) -> str:
    """The finding as a line for a terminal."""
    mark = {"ok": "✓", "warn": "!", "fail": "✗"}[finding.state]
    return f"{mark} {finding.state:4} {finding.check}: {finding.zh if lang == 'zh' else finding.en}"


def examine(read: Callable[[], Settings]) -> list[Finding]:
    """All checks, in the order in which one would mend things."""
    try:
        settings = read()
        config = load_site(settings.site)
        load_contacts(settings.site)
    except SettingsError as error:
        return [Finding("configuration", "fail", str(problem), str(problem)) for problem in error.problems]
    queues, seats = len(config.queues), len(config.seats)
    found = [
        Finding(
            "configuration",
            "ok",
            f"设置与站点文件可用：{queues} 个队列，{seats} 个坐席",
            f"settings and site files are usable: {queues} queues, {seats} seats",
        )
    ]
    engine = open_engine(settings.db, SERVICE_BUSY_S)
    try:
        found += [*database(settings, engine), *disk(engine), *switch(settings), *queue_log(settings)]
        if found[1].state != "fail":
            found += collector(settings, engine)
        found += channels(settings, engine)
        found += rule_files(config, settings.site)
        found += kpi_file(settings.site)
        found += staffing_file(config, settings.site)
        found += qa_files(config, settings.site)
        found += qa_clocks(settings.site)
        if found[1].state == "ok":
            found += qa_offers(config, engine)
        found += [*single_sign_on(settings, config), *proxy(settings, os.environ)]
    finally:
        engine.dispose()
    return [*found, port(settings)]


# -- database and disk -------------------------------------------------------------------------------


def database(settings: Settings, engine: Engine) -> Iterator[Finding]:
    """Whether it can be reached, is at the current schema and takes a write."""
    shown, path = settings.db_shown, file_of(engine)
    if path and not Path(path).exists():  # looking would make an empty one
        yield _missing(settings, engine, shown)
        return
    try:
        found = revision(engine)
        if found == HEAD:
            _write_nothing(engine)
    except (SQLAlchemyError, OSError) as error:
        if code := fault(error):
            yield _unusable(shown, code)
            return
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield Finding(
            "database",
            "fail",
            f"无法使用 {shown}（{why}）；请核对设置 db 与写权限",
            f"{shown} cannot be used ({why}); check the setting db and the right to write there",
        )
        return
    if found == HEAD:
        words = f"{shown} 可读写，结构为最新版 {HEAD}", f"{shown} can be written, schema {HEAD}"
        yield Finding("database", "ok", *words)
    elif found is None:
        words = f"{shown} 是空库，首次启动时建表", f"{shown} is empty; the first start creates it"
        yield Finding("database", "warn", *words)
    else:
        yield Finding(
            "database",
            "warn",
            f"{shown} 的结构是 {found}，下次启动时升级到 {HEAD}；请先备份",
            f"{shown} has schema {found}; the next start upgrades it to {HEAD}, so make a backup first",
        )


def _missing(settings: Settings, engine: Engine, shown: str) -> Finding:
    """No file: not there yet, or taken away under a collector at work."""
    if is_collecting(engine, settings.site.id):
        return _unusable(shown, "database_gone")
    words = f"{shown} 还不存在，首次启动时建库", f"{shown} does not exist yet; the first start creates it"
    return Finding("database", "warn", *words)


def _unusable(shown: str, code: str) -> Finding:
    zh, en = (say(code, {}, lang) for lang in ("zh", "en"))
    return Finding("database", "fail", f"{shown}：{zh}", f"{shown}: {en}")


def _write_nothing(engine: Engine) -> None:
    """A write that is taken back."""
    with writing(engine) as connection:
        point = connection.begin_nested()
        connection.execute(text("UPDATE feeds SET at = at"))
        point.rollback()


def disk(engine: Engine) -> Iterator[Finding]:
    """Free space where a SQLite file lies."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return
    folder = Path(name).resolve().parent
    free = shutil.disk_usage(folder if folder.exists() else Path.cwd()).free
    state: Literal["ok", "warn", "fail"] = (
        "fail" if free < _DISK_FAIL else "warn" if free < _DISK_WARN else "ok"
    )
    size = f"{free / 1e9:.1f} GB"
    more = (
        ("", "") if state == "ok" else ("；请清理磁盘或移动数据库", "; clear the disk or move the database")
    )
    yield Finding("disk", state, f"{folder} 剩余 {size}{more[0]}", f"{size} free in {folder}{more[1]}")


# -- the switch --------------------------------------------------------------------------------------


def switch(settings: Settings) -> list[Finding]:
    """A real login, the rights it has, and the switch's clock."""
    if settings.source == "simulator":
        words = (
            '使用内置模拟器；接入真实交换机请设 source = "asterisk"',
            'the built-in simulator; set source = "asterisk" for a real switch',
        )
        return [Finding("switch", "ok", *words)]
    if settings.source == "none" or not settings.ami.host:
        return [Finding("switch", "ok", "未配置 AMI", "no AMI is configured")]
    try:
        return asyncio.run(_login(settings))
    except LinkError as error:
        zh, en = (say(error.code, error.details, lang) for lang in ("zh", "en"))
        return [Finding("switch", "fail", zh, en)]


async def _login(settings: Settings) -> list[Finding]:
    link = AmiLink(access(settings.ami), AmiTimes(), lambda message: None, lambda: None)
    await link.connect()
    listening = asyncio.create_task(link.listen())
    try:
        await link.login()
        place = {"host": settings.ami.host, "port": str(settings.ami.port), "version": link.version}
        found = [Finding("switch", "ok", say("ami_up", place, "zh"), say("ami_up", place, "en"))]
        commands = await link.ask("ListCommands")
        found.append(_rights(settings.ami.user, [name for name in _NEEDED if name not in commands]))
        asked = time.time()
        stamp = (await link.ask("Ping")).get("Timestamp", "")
        return [*found, *_skew(stamp, (asked + time.time()) / 2)]
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        link.close()


def _rights(user: str, missing: list[str]) -> Finding:
    if not missing:
        words = f"AMI 用户 {user} 的权限足够", f"the AMI user {user} has the rights it needs"
        return Finding("rights", "ok", *words)
    rights = ",".join(sorted({_NEEDED[name] for name in missing}))
    details = {"user": user, "rights": f"write = {rights}"}
    return Finding("rights", "warn", say("ami_rights", details, "zh"), say("ami_rights", details, "en"))


def _skew(stamp: str, now: float) -> Iterator[Finding]:
    try:
        skew = now - float(stamp)
    except ValueError:
        yield Finding("clock", "warn", "交换机没有说出它的时刻", "the switch did not tell its time")
        return
    state: Literal["ok", "warn", "fail"] = (
        "fail" if abs(skew) > _SKEW_FAIL_S else "warn" if abs(skew) > _SKEW_WARN_S else "ok"
    )
    more = ("", "") if state == "ok" else ("；请在两台机器上启用 NTP", "; let NTP set both clocks")
    yield Finding(
        "clock",
        state,
        f"本机与交换机相差 {skew:+.1f} 秒{more[0]}",
        f"our clock and the switch's differ by {skew:+.1f} s{more[1]}",
    )


def queue_log(settings: Settings) -> Iterator[Finding]:
    """Whether the configured queue_log can be read."""
    if settings.source != "asterisk" or not settings.ami.queue_log:
        return
    path = Path(settings.ami.queue_log)
    details = {"path": str(path), "reason": ""}
    code = "queue_log_following"
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        code = "queue_log_missing"
    except PermissionError:
        code = "queue_log_denied"
    except OSError as error:
        code, details["reason"] = "queue_log_unreadable", error.strerror or str(error)
    state: Literal["ok", "fail"] = "ok" if code == "queue_log_following" else "fail"
    yield Finding("queue_log", state, say(code, details, "zh"), say(code, details, "en"))


# -- our own processes -------------------------------------------------------------------------------


def collector(settings: Settings, engine: Engine) -> Iterator[Finding]:
    """Whether somebody collects, and how old the live view is."""
    running = is_collecting(engine, settings.site.id)
    try:
        row = live_source(engine, settings.site.id)(-1)
    except SQLAlchemyError:
        row = None
    age = time.time() - row.written_at if row else None
    if running and age is not None and age > _STALE_S:
        words = (
            f"采集器在运行，但 {age:.0f} 秒没有写入画面；请看它的日志",
            f"a collector runs but has written no view for {age:.0f} s; see its log",
        )
        yield Finding("collector", "warn", *words)
    elif running:
        yield Finding("collector", "ok", "采集器正在运行", "a collector is at work")
    else:
        words = "当前没有采集器；run 或 collect 会启动", "no collector now; run or collect starts one"
        yield Finding("collector", "ok", *words)


def port(settings: Settings) -> Finding:
    """Whether the web port is free, ours, or somebody else's."""
    host, number = settings.web.host, settings.web.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
            return Finding("port", "ok", f"{host}:{number} 可用", f"{host}:{number} is free")
        except OSError as error:
            why = error.strerror or str(error)
    if _is_ours(host, number):
        words = f"本程序正在 {host}:{number} 上运行", f"ccfloor already serves {host}:{number}"
        return Finding("port", "ok", *words)
    return Finding(
        "port",
        "fail",
        f"无法监听 {host}:{number}（{why}）；请改设置 web.port 或停掉占用它的程序",
        f"{host}:{number} cannot be used ({why}); change web.port or stop what uses it",
    )


def _is_ours(host: str, number: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{number}/healthz", timeout=2) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    except (OSError, HTTPException):
        return False
    return b'"collector"' in body
