"""Everything that can be set, once: name, default, limits and help in both languages.

Values come from the defaults below, then ``ccfloor.toml``, then the environment: setting ``web.port``
is ``CCFLOOR_WEB_PORT``. Secrets come from the environment or a file of their own, never from
``ccfloor.toml``, and never appear in any output.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from sqlalchemy.exc import ArgumentError

from ccfloor.access.claims import Rule, read_rule
from ccfloor.access.local import loopback
from ccfloor.service.call_file import check_template
from ccfloor.service.places import Problem, SettingsError, problems_of, toml_line
from ccfloor.store.engine import database_url

PREFIX = "CCFLOOR_"
FILE = "ccfloor.toml"
NUMBERS_DAYS_MIN = 8  # repeated calls and calls back are looked for within seven days
Pair = tuple[float, float]


def setting(default: Any, zh: str, en: str, **limits: Any) -> Any:
    """A field of the settings table: its default, its help in both languages, its limits."""
    return Field(default, description=en, json_schema_extra={"zh": zh}, **limits)


def band(near_s: float, over_s: float, zh: str, en: str, **limits: Any) -> Any:
    """A field that holds a pair of limits of the time in a status."""
    help_zh, help_en = f"{zh}：接近与超限的秒数", f"{en}: seconds until near and until over the limit"
    return setting((float(near_s), float(over_s)), help_zh, help_en, **limits)


class Section(BaseModel):
    """A section of the file. An unknown name is an error: it is most often a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class SiteSettings(Section):
    """Who and where this floor is."""

    id: str = setting(
        "main",
        "站点代号，写在每一行数据里",
        "Site id, kept in every row of data",
        pattern=r"^[A-Za-z0-9_-]{1,40}$",
    )
    name_zh: str = setting("客服中心", "站点中文名", "The site's Chinese name")
    name_en: str = setting("Contact centre", "站点英文名", "The site's English name")
    zone: str = setting("Asia/Shanghai", "站点时区", "The site's time zone")
    day_start: str = setting(
        "00:00",
        "营业日开始时刻（时:分）",
        "Start of the business day (hh:mm)",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
    )
    data: str = setting(
        "data",
        "站点文件（队列、坐席、示忙原因）所在目录",
        "Directory of the site's files (queues, seats, pause reasons)",
    )
    mask_numbers: bool = setting(True, "屏幕上隐去电话号码中段", "Mask the middle of phone numbers on screen")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai")
        return value

    @property
    def day_start_s(self) -> int:
        """The business day's start in seconds after local midnight."""
        hours, minutes = self.day_start.split(":")
        return int(hours) * 3600 + int(minutes) * 60


class AmiSettings(Section):
    """The door to a real Asterisk."""

    host: str = setting("127.0.0.1", "Asterisk 主机", "Asterisk's host")
    port: int = setting(5038, "AMI 端口", "AMI port", ge=1, le=65535)
    user: str = setting("ccfloor", "AMI 用户（manager.conf）", "AMI user (manager.conf)")
    secret: SecretStr = setting(
        SecretStr(""),
        "AMI 口令，只从环境变量读取",
        "AMI secret, from the environment only",
    )
    secret_file: str = setting(
        "",
        "存放 AMI 口令的文件，须在程序目录之外",
        "File that holds the AMI secret, outside the program's directory",
    )
    tls: bool = setting(False, "用 TLS 连接 AMI", "Connect to AMI with TLS")
    ca: str = setting("", "验证 AMI 证书的 CA 文件", "CA file that AMI's certificate must chain to")
    queue_log: str = setting(
        "",
        "queue_log 文件路径，空则不读",
        "Path of queue_log, empty where it cannot be read",
    )


class WebSettings(Section):
    """The web server."""

    host: str = setting("127.0.0.1", "网页监听地址", "Address the web server listens on")
    port: int = setting(8501, "网页端口", "Port the web server listens on", ge=1, le=65535)
    embedded: bool = setting(
        True,
        "采集器随网页服务器运行",
        "Run the collector inside the web server",
    )
    origins: tuple[str, ...] = setting(
        (),
        "允许连接实时数据的其他网页来源",
        "Other web origins that may open the live stream",
    )
    public_url: str = setting(
        "",
        "大家打开网页所用的地址，写进通知里的链接，空则不写",
        "Address at which people reach the pages, for links in messages; empty: no links",
        pattern=r"^(https?://[^\s?#]+)?$",
    )


class AccessSettings(Section):
    """Who may come in. A simulated floor on this machine alone stands open; no other does."""

    login: Literal["auto", "always"] = setting(
        "auto",
        "登录：auto 为仅本机且模拟时免登录，always 为始终要求",
        "Login: auto leaves a simulated floor on this machine open, always never does",
    )
    idle_hours: float = setting(
        12.0, "多少小时不用后须重新登录", "Hours without use after which one signs in again", gt=0, le=720
    )
    key: SecretStr = setting(
        SecretStr(""),
        "会话与号码摘要的密钥，只从环境变量读取；空则自动生成并存入数据库",
        "Key of sessions and of numbers' hashes, from the environment only; empty: made in the database",
    )


class OidcSettings(Section):
    """Single sign-on by OpenID Connect, beside the accounts of this floor."""

    issuer: str = setting(
        "",
        "身份提供方的 issuer 地址，空则不用单点登录",
        "The identity provider's issuer address; empty: no single sign-on",
    )
    client_id: str = setting("", "在提供方登记的客户端 ID", "Client id registered at the provider")
    client_secret: SecretStr = setting(
        SecretStr(""),
        "客户端密钥，只从环境变量读取",
        "Client secret, from the environment only",
    )
    scopes: str = setting("openid profile", "向提供方请求的 scope", "Scopes asked of the provider")
    name_claim: str = setting(
        "preferred_username", "用作账号的 claim", "Claim that names a new account", min_length=1
    )
    agent_claim: str = setting(
        "", "写有坐席姓名的 claim，坐席角色需要", "Claim with the agent's name, for the role agent"
    )
    roles: tuple[str, ...] = setting(
        (),
        "角色规则，取第一条符合的，如 groups=Floor Leads -> lead queues=hotline|vip teams=A",
        "Rules for roles, the first that fits: groups=Floor Leads -> lead queues=hotline|vip teams=A",
    )
    unknown: Literal["refuse", "agent", "lead", "qa", "manager"] = setting(
        "refuse",
        "没有账号也不符合任何规则的人：refuse 为拒绝，或给予所写角色的新账号",
        "Who has no account and fits no rule: refuse, or the role of a new account",
    )
    button_zh: str = setting(
        "统一身份登录", "登录页按钮的中文文字", "The button's Chinese words", min_length=1
    )
    button_en: str = setting(
        "Single sign-on", "登录页按钮的英文文字", "The button's English words", min_length=1
    )

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        here = parts.scheme == "http" and loopback(parts.hostname or "")
        if value and not (parts.netloc and (parts.scheme == "https" or here)):
            raise ValueError("must be an https address")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_who(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("must name openid")
        return value

    @field_validator("roles")
    @classmethod
    def _readable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            read_rule(line)
        return value

    @property
    def on(self) -> bool:
        """Whether there is a provider to sign in at."""
        return bool(self.issuer and self.client_id)

    @property
    def rules(self) -> list[Rule]:
        """The rules for roles, in their order."""
        return [read_rule(line) for line in self.roles]


class CollectorSettings(Section):
    """How often the collector writes."""

    tick_s: float = setting(
        0.25, "实时画面写入间隔（秒）", "Seconds between live views written", ge=0.05, le=10
    )
    batch_s: float = setting(
        0.08, "一批事件最多等待（秒）", "Longest wait of a batch of events in seconds", ge=0.0, le=1
    )
    memory_events: int = setting(
        200_000,
        "数据库不可用时内存最多保留的事件数",
        "Events kept in memory while the database is away",
        ge=1000,
    )
    command_s: float = setting(
        10.0, "坐席指令等待回复（秒）", "Seconds a seat command waits for its answer", gt=0, le=120
    )


class SimulatorSettings(Section):
    """The simulated floor."""

    seed: int = setting(20260, "模拟随机种子", "Seed of the simulated floor")
    speed: float = setting(1.0, "模拟速度倍数", "Speed factor of the simulated floor", gt=0, le=100)
    scenario: str = setting(
        "",
        "模拟情景文件，空则为普通一天",
        "Scenario file of the simulated floor, empty for an ordinary day",
    )
    language: Literal["zh", "en"] = setting(
        "zh",
        "模拟人员所写文字（评语、申诉等）的语言：zh 或 en",
        "Language of what simulated people write (remarks, appeals …): zh or en",
    )
    history_days: int = setting(
        60,
        "首次启动时补多少天模拟历史，0 为不补",
        "Days of simulated history filled at the first start, 0 for none",
        ge=0,
        le=800,
    )


class BandSettings(Section):
    """Seconds in a status after which a seat is near its limit and over it."""

    busy: Pair = band(720, 900, "示忙", "Busy")
    wrap_up: Pair = band(45, 90, "话后整理", "Wrap-up")
    on_hold: Pair = band(60, 120, "保持", "On hold")
    ringing: Pair = band(10, 15, "振铃", "Ringing")
    on_call: Pair = band(600, 900, "通话", "On a queue call")
    other_call: Pair = band(600, 900, "外呼或内部通话", "Outbound or internal call")
    callback: Pair = band(600, 900, "回拨", "Call-back")
    break_: Pair = band(600, 900, "工间休息", "Break", alias="break")
    meal: Pair = band(2400, 3600, "用餐", "Meal")
    meeting: Pair = band(3000, 3600, "会议", "Meeting")
    training: Pair = band(3000, 3600, "培训", "Training")
    coaching: Pair = band(1200, 1800, "辅导", "Coaching")
    auto_pause: Pair = band(0, 60, "漏接自动示忙", "Paused by missed rings")

    @field_validator("*")
    @classmethod
    def _in_order(cls, value: Pair) -> Pair:
        if not 0 <= value[0] <= value[1]:
            raise ValueError("needs two numbers of seconds, the nearer limit first")
        return value


class WallSettings(Section):
    """The wall display: its slides and the targets of its headline numbers."""

    slide_s: float = setting(12.0, "大屏轮播间隔（秒）", "Seconds a slide of the wall stays", ge=3, le=600)
    queues_per_slide: int = setting(8, "每屏队列数", "Queues on one slide", ge=1, le=40)
    seats_per_slide: int = setting(48, "每屏坐席数", "Seats on one slide", ge=1, le=400)
    sound: bool = setting(True, "告警声音", "Sound on alarm")
    waiting: Pair = setting((8.0, 16.0), "排队人数：关注与告警", "Waiting callers: watch and alarm")
    longest_wait_s: Pair = setting(
        (60.0, 120.0), "最长等待（秒）：接近与超限", "Longest wait in seconds: near and over"
    )
    service_level: float = setting(0.8, "服务水平目标", "Target of the service level", gt=0, le=1)
    abandon_rate: float = setting(0.05, "放弃率上限", "Limit of the abandon rate", gt=0, le=1)
    free_seats: int = setting(2, "空闲坐席下限", "Least free seats", ge=0)
    occupancy: Pair = setting((0.8, 0.88), "利用率区间", "Band of the occupancy")


class OutlookSettings(Section):
    """What the plan's levels are likely to come to."""

    every_s: float = setting(
        15.0,
        "每隔多少秒推算一次预案各级触发的可能性，0 为不推算",
        "Seconds between looks at how likely the plan's levels are to fire; 0: never",
        ge=0,
        le=600,
    )
    warn: float = setting(
        0.5,
        "30 分钟内触发的可能性达到多少时，大屏上提示",
        "Probability within 30 minutes from which on the wall tells of a level",
        gt=0,
        le=1,
    )


class AdviceSettings(Section):
    """Which seats to move where."""

    every_s: float = setting(
        60.0,
        "每隔多少秒给出一次调配建议，0 为不给出",
        "Seconds between pieces of advice on moving seats; 0: never",
        ge=0,
        le=3600,
    )
    days: int = setting(
        400,
        "建议及其复盘保留多少天；0 为一直保留",
        "Days for which advice and what came of it are kept; 0 keeps them for good",
        ge=0,
        le=3650,
    )


class ReportSettings(Section):
    """Reports made by the calendar."""

    folder: str = setting(
        "var/reports",
        "定时报表存放目录，每份计划可用其中的子目录",
        "Directory of scheduled reports; a plan may name a folder within it",
        min_length=1,
    )
    scheduler: bool = setting(
        True,
        "网页服务器按计划生成报表；多台服务器时只有一台执行",
        "Web servers make scheduled reports; of several servers one does",
    )


class PrivacySettings(Section):
    """How long callers' numbers are kept."""

    numbers_days: int = setting(
        0,
        "来电号码保留多少天，之后换成不可还原的摘要；0 为一直保留，否则至少 8",
        "Days after which callers' numbers are replaced by hashes; 0 keeps them, else at least 8",
        ge=0,
        le=3650,
    )

    @field_validator("numbers_days")
    @classmethod
    def _beyond_a_week(cls, value: int) -> int:
        if 0 < value < NUMBERS_DAYS_MIN:
            raise ValueError(f"must be 0 or at least {NUMBERS_DAYS_MIN}: repeats are known within a week")
        return value


RECORDING_MAX_MB = 500


class QaSettings(Section):
    """Quality assurance."""

    recording: str = setting(
        "",
        "录音的位置：文件路径或 http(s) 地址，可写 {date}、{time}、{call}、{agent} 等，* 代表任意字符；"
        "空则没有",
        "Where recordings are: a file's path or an http(s) address with {date}, {time}, {call}, {agent} …, "
        "* stands for anything; empty: nowhere",
    )
    upload_mb: int = setting(
        40,
        "上传录音的最大兆字节数",
        "Largest recording that may be uploaded, in megabytes",
        ge=1,
        le=RECORDING_MAX_MB,
    )
    recordings_days: int = setting(
        0,
        "上传的录音保留多少天，之后删除；0 为一直保留",
        "Days after which uploaded recordings are deleted; 0 keeps them",
        ge=0,
        le=3650,
    )
    agents_hear: bool = setting(
        True, "坐席可以听自己被评分通话的录音", "Agents may hear the recordings of their own scored calls"
    )

    @field_validator("recording")
    @classmethod
    def _readable_template(cls, value: str) -> str:
        if value:
            check_template(value)
        return value


class Settings(Section):
    """All settings of one process."""

    db: str = setting(
        "sqlite:///var/ccfloor.db",
        "数据库地址（SQLite 或 PostgreSQL）",
        "Database URL (SQLite or PostgreSQL)",
        repr=False,  # it may hold a password
    )
    source: Literal["simulator", "asterisk", "none"] = setting(
        "simulator",
        "数据来源：simulator、asterisk 或 none（只看库）",
        "Where events come from: simulator, asterisk or none (read the database only)",
    )
    site: SiteSettings = SiteSettings()
    ami: AmiSettings = AmiSettings()
    web: WebSettings = WebSettings()
    access: AccessSettings = AccessSettings()
    oidc: OidcSettings = OidcSettings()
    collector: CollectorSettings = CollectorSettings()
    simulator: SimulatorSettings = SimulatorSettings()
    bands: BandSettings = BandSettings.model_validate({})
    wall: WallSettings = WallSettings()
    outlook: OutlookSettings = OutlookSettings()
    advice: AdviceSettings = AdviceSettings()
    reports: ReportSettings = ReportSettings()
    privacy: PrivacySettings = PrivacySettings()
    qa: QaSettings = QaSettings()

    @field_validator("db")
    @classmethod
    def _known_url(cls, value: str) -> str:
        try:
            backend = database_url(value).get_backend_name()
        except ArgumentError:
            raise ValueError("is not a database URL such as sqlite:///var/ccfloor.db") from None
        if backend not in ("sqlite", "postgresql"):
            raise ValueError("must start with sqlite or postgresql")
        return value

    @property
    def db_shown(self) -> str:
        """The database URL without its password."""
        return database_url(self.db).render_as_string(hide_password=True)


def load(
    path: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    **given: Any,
) -> Settings:
    """The settings of this process; ``given`` (from a command line) outranks file and environment.

    Raises SettingsError: one sentence a problem, with file, line and field.
    """
    environ = os.environ if environ is None else environ
    file = Path(path or environ.get(PREFIX + "CONFIG", FILE))
    text = _text(file, required=path is not None or PREFIX + "CONFIG" in environ)
    tree = _parsed(file, text)
    _refuse_secret(file, text, tree)
    origin = _overlay(tree, environ)
    _merge(tree, given)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(problems_of(error, str(file), lambda loc: toml_line(text, loc), origin)) from None
    return _with_secret(settings, file)


def _text(file: Path, required: bool) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if required:
            raise SettingsError([Problem(str(file), 0, "", "the file does not exist")]) from None
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([Problem(str(file), 0, "", f"cannot be read: {error}")]) from None


def _parsed(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", 0) or _line_in(str(error))
        raise SettingsError([Problem(str(file), line, "", f"is not TOML: {error}")]) from None


def _line_in(message: str) -> int:
    words = message.replace(",", " ").split()
    return int(words[words.index("line") + 1]) if "line" in words else 0


def _refuse_secret(file: Path, text: str, tree: Mapping[str, Any]) -> None:
    problems = []
    for name in secrets():
        section, _, leaf = name.partition(".")
        if isinstance(tree.get(section), dict) and leaf in tree[section]:
            elsewhere = ", or name a file in ami.secret_file" if name == "ami.secret" else ""
            why = f"a secret does not belong here: set {variable(name)}{elsewhere}"
            problems.append(Problem(str(file), toml_line(text, (section, leaf)), name, why))
    if problems:
        raise SettingsError(problems)


def secrets() -> list[str]:
    """Dotted names of the settings that are secrets."""
    return [name for name, field in fields().items() if field.annotation is SecretStr]


def variable(name: str) -> str:
    """The environment variable of a setting: ``web.port`` is ``CCFLOOR_WEB_PORT``."""
    return PREFIX + name.replace(".", "_").upper()


def fields() -> dict[str, Any]:
    """Dotted name of every setting → its pydantic field, in the order of the table."""
    found: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            for inner, leaf in field.annotation.model_fields.items():
                found[f"{name}.{leaf.alias or inner}"] = leaf
        else:
            found[name] = field
    return found


def _overlay(tree: dict[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Lay the environment over the file's values. Returns setting name → variable it came from."""
    origin = {}
    for name, field in fields().items():
        value = environ.get(variable(name))
        if value is None:
            continue
        origin[name] = variable(name)
        listed = str(field.annotation).startswith("tuple")
        _put(tree, name, [part.strip() for part in value.split(",") if part.strip()] if listed else value)
    return origin


def _put(tree: dict[str, Any], name: str, value: Any) -> None:
    *sections, leaf = name.split(".")
    for section in sections:
        inner = tree.setdefault(section, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    tree[leaf] = value


def _merge(tree: dict[str, Any], given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if value is not None:
            _put(tree, name.replace("__", "."), value)


def _with_secret(settings: Settings, file: Path) -> Settings:
    named = settings.ami.secret_file
    if not named or settings.ami.secret.get_secret_value():
        return settings
    place = Path(named).expanduser().resolve()
    home = file.resolve().parent
    if place.is_relative_to(home):
        why = f"must lie outside {home}, so that it is never published with the program"
        raise SettingsError([Problem(str(file), 0, "ami.secret_file", why)])
    try:
        secret = place.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError([Problem(str(file), 0, "ami.secret_file", f"{place} cannot be read")]) from None
    return settings.model_copy(update={"ami": settings.ami.model_copy(update={"secret": SecretStr(secret)})})
