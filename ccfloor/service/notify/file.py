"""``data/notify.yaml``: the channels, checked line by line. Channels are off until somebody turns one on."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from ccfloor.rules.quiet import EVERY_DAY, Quiet
from ccfloor.rules.telling import Channel
from ccfloor.rules.wrong import Why, why
from ccfloor.rules.yaml_text import YamlText
from ccfloor.service.notify.secret import Secret
from ccfloor.service.places import Problem, SettingsError
from ccfloor.service.site import site_folder

NAME = "notify.yaml"
KINDS = ("email", "webhook", "dingtalk", "wecom", "feishu")
_KIND_WHY = {
    name: Why(f"must be one of {', '.join(KINDS)}", f"只能是 {'、'.join(KINDS)} 之一", ("kind",))
    for name in ("union_tag_invalid", "union_tag_not_found")
}
_ZH = {
    "needs a time of day": '要写成带引号的时刻，如 "21:00"',
    "user and password": "user 与 password 必须同时填写",
    "a password is not sent": "不加密时不发送口令：请用 starttls 或 ssl",
    "a channel has that name": "已有渠道使用这个名字",
    "there is no channel": "没有这个渠道",
    "a secret does not stand here": "密钥不写在这里：请写明它在何处，{env: 变量名} 或 {file: /路径}",
    "name one place": "只写一处：env（环境变量）或 file（程序目录之外的文件）",
    "must lie outside": "须在程序目录之外，以免随程序一起公开",
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Mobile = Annotated[str, Field(pattern=r"^\+?[0-9-]{5,20}$")]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietEntry(_Checked):
    """Quiet hours: ``{from: "21:00", to: "08:00", days: [mon, …]}``; the days on which they begin."""

    begin: str = Field("21:00", alias="from")
    end: str = Field("08:00", alias="to")
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()

    @field_validator("begin", "end", mode="before")
    @classmethod
    def _clock(cls, value: Any) -> Any:
        if not isinstance(value, str) or not _CLOCK.match(value):
            raise ValueError('needs a time of day in quotes such as "21:00"')
        return value

    @property
    def window(self) -> Quiet:
        """The window as rules know it."""
        days = tuple(_DAYS.index(day) for day in self.days) or EVERY_DAY
        return Quiet(_seconds(self.begin), _seconds(self.end), days)


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class ChannelEntry(_Checked):
    """What every channel has. ``timeout_s``: seconds an answer may take."""

    enabled: bool = False
    lang: Literal["zh", "en"] = "zh"
    quiet: tuple[QuietEntry, ...] = ()
    group_s: Annotated[float, Field(ge=0, le=600)] = 30.0
    per_hour: Annotated[int, Field(ge=0, le=1000)] = 20
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10.0
    ca: str | None = None  # a file of certificates to trust instead of the system's

    def secrets(self) -> dict[str, Secret]:
        """Field → place of every secret the channel needs."""
        found = {name: getattr(self, name, None) for name in ("url", "secret", "user", "password")}
        return {name: place for name, place in found.items() if isinstance(place, Secret)}


class EmailEntry(ChannelEntry):
    """E-mail through a server of the site. ``user`` and ``password`` where it asks for them."""

    kind: Literal["email"]
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "ssl", "none"] = "starttls"
    user: Secret | None = None
    password: Secret | None = None
    sender: Annotated[str, Field(alias="from", pattern=r"^[^@\s]+@[^@\s]+$")]
    to: Annotated[tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _login(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.user and self.security == "none":
            raise ValueError("a password is not sent without security: starttls or security: ssl")
        return self


class WebhookEntry(ChannelEntry):
    """JSON to any address; ``secret`` signs it."""

    kind: Literal["webhook"]
    url: Secret
    secret: Secret | None = None


class DingTalkEntry(ChannelEntry):
    """A group robot of DingTalk 钉钉. ``secret``: its 加签 key; ``mobiles``: staff to mention."""

    kind: Literal["dingtalk"]
    url: Secret
    secret: Secret | None = None
    mobiles: tuple[Mobile, ...] = ()
    all: bool = False


class WeComEntry(ChannelEntry):
    """A group robot of WeCom 企业微信. ``users``: ids of members to mention; ``mobiles``: by number."""

    kind: Literal["wecom"]
    url: Secret
    users: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    mobiles: tuple[Mobile, ...] = ()


class FeishuEntry(ChannelEntry):
    """A group robot of Feishu 飞书. ``secret``: its 签名校验 key; ``users``: open ids to mention."""

    kind: Literal["feishu"]
    url: Secret
    secret: Secret | None = None
    users: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    all: bool = False


Entry = Annotated[
    EmailEntry | WebhookEntry | DingTalkEntry | WeComEntry | FeishuEntry, Field(discriminator="kind")
]


class NotifyFile(_Checked):
    """The whole file. ``lists``: names that rules may use for several channels at once."""

    channels: dict[Name, Entry] = {}
    lists: dict[Name, tuple[str, ...]] = {}
    report_to: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for name, members in self.lists.items():
            if name in self.channels:
                raise ValueError(f"lists.{name}: a channel has that name already")
            self._known(f"lists.{name}", members, self.channels)
        self._known("report_to", self.report_to, {*self.channels, *self.lists})
        return self

    def _known(self, field: str, names: tuple[str, ...], among: Any) -> None:
        for name in names:
            if name not in among:
                raise ValueError(f"{field}: there is no channel {name!r}")

    @property
    def names(self) -> set[str]:
        """Every name that a rule may use."""
        return {*self.channels, *self.lists}

    def resolve(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The channels behind names of channels and lists, in use, each once; unknown names give none."""
        found: dict[str, None] = {}
        for name in names:
            found |= dict.fromkeys(self.lists.get(name, (name,)))
        return tuple(name for name in found if name in self.channels and self.channels[name].enabled)

    def telling(self, zone: str) -> dict[str, Channel]:
        """The channels in use, as rules know them."""
        return {
            name: Channel(
                name, tuple(entry.window for entry in given.quiet), given.group_s, given.per_hour, zone
            )
            for name, given in self.channels.items()
            if given.enabled
        }


def notify_path(data: str) -> Path:
    """Where the file lies: in the site's directory."""
    return site_folder(data) / NAME


def load_notify(path: Path) -> NotifyFile:
    """The file, checked; a missing one has no channels.

    Raises SettingsError: one sentence a problem, with file, line and field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return NotifyFile()
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(str(path), 0, "", f"cannot be read: {error}", f"读不了：{error}")
        raise SettingsError([problem]) from None
    return parse_notify(text, str(path))


def told_on(data: str, names: tuple[str, ...]) -> NotifyFile | None:
    """The file of a site's directory, where it has any of these channels or lists in use; else None.

    Raises SettingsError: as ``load_notify``.
    """
    file = load_notify(notify_path(data)) if names else None
    return file if file is not None and file.resolve(names) else None


def parse_notify(text: str, file: str) -> NotifyFile:
    """The same of a text; ``file`` is named in problems."""
    source = YamlText(file, text)
    if source.problems:
        raise SettingsError(source.problems)
    try:
        return TypeAdapter(NotifyFile).validate_python({} if source.tree is None else source.tree)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            said = _why(item)
            source.note((*_place(item["loc"]), *said.within), said.en, said.zh)
        raise SettingsError(source.problems) from None


def _place(loc: Sequence[int | str]) -> list[int | str]:
    """Without the kind that a channel was checked as, which is no part of the file."""
    inside = len(loc) > 2 and loc[0] == "channels" and loc[2] in KINDS
    return [part for at, part in enumerate(loc) if not (inside and at == 2)]


def _why(error: ErrorDetails) -> Why:
    kind = error["type"]
    if kind in _KIND_WHY:
        return _KIND_WHY[kind]
    if kind == "value_error":
        sentence = str(error["msg"]).removeprefix("Value error, ")
        field, colon, rest = sentence.partition(": ")
        within = tuple(field.split(".")) if colon and " " not in field else ()
        rest = rest if within else sentence
        zh = next((words for start, words in _ZH.items() if rest.startswith(start)), "取值不合法")
        return Why(rest, zh, within)
    if kind == "string_pattern_mismatch":
        return Why("has a form that cannot be used", "格式不合法")
    return why(error)
