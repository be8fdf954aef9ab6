"""What doctor finds in the files of QA: forms, sampling plans, working days, clocks of appeals."""

from collections.abc import Iterator

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.service.findings import Finding
from ccfloor.service.notify.file import load_notify, notify_path
from ccfloor.service.places import SettingsError
from ccfloor.service.qa.appeal_rules import FILE as APPEALS
from ccfloor.service.qa.appeal_rules import AppealFile
from ccfloor.service.qa.calendar import FILE as WORKDAYS
from ccfloor.service.qa.calendar import Workdays
from ccfloor.service.qa.fatal_news import FILE as FATAL
from ccfloor.service.qa.fatal_news import FatalFile
from ccfloor.service.qa.files import read_files
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file
from ccfloor.store import qa_versions


def qa_files(config: FloorConfig, site: SiteSettings) -> Iterator[Finding]:
    """A sentence for every wrong or doubtful value, or that all is well."""
    read = read_files(site, config)
    for problem in read.problems:
        yield Finding("qa", "fail", problem.said("zh"), problem.said("en"))
    for doubt in read.warnings:
        yield Finding("qa", "warn", doubt.said("zh"), doubt.said("en"))
    if not read.problems and not read.warnings:
        forms = sum(one.kind == "form" for one in read.found)
        plans = len(read.found) - forms
        zh, en = (
            f"{forms} 份质检表、{plans} 个抽样方案可用",
            f"QA forms: {forms}, sampling plans: {plans}, all good",
        )
        yield Finding("qa", "ok", zh, en)


def qa_offers(config: FloorConfig, engine: Engine) -> Iterator[Finding]:
    """What is new in the product, beside versions of the site's own."""
    with engine.connect() as connection:
        names = qa_versions.offered(connection, config.site)
    if names:
        zh = f"产品更新了{'、'.join(names)}，本中心自己发布的版本继续有效；可在质检表页面比较、采用"
        en = f"new in the product: {', '.join(names)}; the site's own versions go on to count, compare them"
        yield Finding("qa", "warn", zh, f"{en} on the page of QA forms and take over what fits")


def qa_clocks(site: SiteSettings) -> Iterator[Finding]:
    """Working days and the clocks of appeals; channels that are named and not there."""
    try:
        days, file = site_file(Workdays, site, WORKDAYS), site_file(AppealFile, site, APPEALS)
        fatal = site_file(FatalFile, site, FATAL)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("qa", "fail", problem.said("zh"), problem.said("en"))
        return
    for name in sorted(set(file.tell) - _channels(site)):
        zh, en = f"申诉提醒：没有通知渠道 {name}", f"appeals are told on {name!r}, which is no channel"
        yield Finding("qa", "warn", f"{APPEALS}：{zh}", f"{APPEALS}: {en}")
    for name in sorted(set(fatal.tell) - _channels(site)):
        zh, en = f"致命项提醒：没有通知渠道 {name}", f"fatal forms are told on {name!r}, which is no channel"
        yield Finding("qa", "warn", f"{FATAL}：{zh}", f"{FATAL}: {en}")
    clocks = "/".join(str(n) for n in (file.file, file.answer, file.again, file.review, file.reasons))
    own = len(days.free) + len(days.worked)
    yield Finding(
        "qa",
        "ok",
        f"工作日按 {days.country or '周一至周五'}，本单位例外 {own} 天；申诉时限 {clocks} 个工作日",
        f"working days of {days.country or 'any week'}, own exceptions: {own}; appeals {clocks} working days",
    )


def _channels(site: SiteSettings) -> set[str]:
    try:
        return load_notify(notify_path(site.data)).names
    except SettingsError:
        return set()  # told where channels are looked at
