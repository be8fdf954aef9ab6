"""The sheets and columns in which a form or plan stands in a workbook: each value has its cell."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Type = Literal["text", "number", "yes", "list", "numbers"]
Path = tuple[str, ...]


class Column(NamedTuple):
    """A column. ``path``: where its value stands in the tree of its row. ``words``: value → (zh, en)."""

    path: Path
    zh: str
    en: str
    type: Type = "text"
    words: Mapping[str, tuple[str, str]] = {}

    def named(self, lang: str) -> str:
        """The header."""
        return self.zh if lang == "zh" else self.en


class Sheet(NamedTuple):
    """A sheet. ``field``: the list of the tree that it holds, "" for what stands alone, one value a line.
    ``within``: the column that says to which part of another sheet a row belongs.
    """

    field: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    within: Column | None = None

    def named(self, lang: str) -> str:
        """The sheet's title."""
        return self.zh if lang == "zh" else self.en


KINDS = {
    "points": ("打分", "points"),
    "scale": ("分级", "scale"),
    "yes_no": ("是否", "yes or no"),
    "choice": ("选择", "choice"),
    "fatal": ("致命", "fatal"),
}
CHANNELS = {
    "call": ("电话", "call"),
    "mail": ("邮件", "mail"),
    "chat": ("在线", "chat"),
    "dial_test": ("拨测", "dial test"),
}
TAGS = {"polite": ("礼貌用语", "polite phrases"), "record": ("记录", "record")}
ANSWERS = {"yes": ("是", "yes"), "no": ("否", "no"), "na": ("不适用", "n/a")}
EVERY = {"week": ("每周", "week"), "month": ("每月", "month")}
BY = {"qa": ("质检", "QA"), "lead": ("班长", "lead")}
LOOKS = {
    "complaint": ("投诉", "complaint"),
    "repeat": ("重复来电", "repeat"),
    "transfer": ("转接", "transfer"),
    "long": ("长通话", "long"),
}
STRATA = {
    "shift": ("班次", "shift"),
    "queue": ("队列", "queue"),
    "hour": ("时段", "hour"),
    "length": ("时长", "length"),
    **{name: LOOKS[name] for name in ("transfer", "complaint", "repeat")},
}

_ID = Column(("id",), "编号", "Id")
_NAME = (Column(("name", "zh"), "中文名", "Chinese name"), Column(("name", "en"), "英文名", "English name"))
_NOTE = (
    Column(("note", "zh"), "中文说明", "Chinese note"),
    Column(("note", "en"), "英文说明", "English note"),
)

FORM: tuple[Sheet, ...] = (
    Sheet(
        "",
        "质检表",
        "Form",
        (
            _ID,
            *_NAME,
            Column(("channel",), "渠道", "Channel", words=CHANNELS),
            Column(("pass_mark",), "合格线", "Pass mark", "number"),
            Column(("decimals",), "小数位", "Decimals", "number"),
            *_NOTE,
        ),
    ),
    Sheet("sections", "板块", "Sections", (_ID, *_NAME, Column(("weight",), "权重", "Weight", "number"))),
    Sheet(
        "items",
        "项目",
        "Items",
        (
            _ID,
            *_NAME,
            Column(("kind",), "题型", "Kind", words=KINDS),
            Column(("points",), "分值", "Points", "number"),
            Column(("step",), "步长", "Step", "number"),
            Column(("low",), "最低档", "Low", "number"),
            Column(("high",), "最高档", "High", "number"),
            Column(("na",), "可不适用", "N/A allowed", "yes"),
            Column(("fatal_if",), "答此即致命", "Fatal if", "list", ANSWERS),
            Column(("when", "item"), "条件项目", "Asked if item"),
            Column(("when", "is"), "条件为", "Is", "list", ANSWERS),
            Column(("when", "is_not"), "条件不为", "Is not", "list", ANSWERS),
            Column(("tags",), "标记", "Tags", "list", TAGS),
            Column(("guide", "zh"), "中文指引", "Chinese guide"),
            Column(("guide", "en"), "英文指引", "English guide"),
        ),
        within=Column(("section",), "板块编号", "Section"),
    ),
    Sheet(
        "options",
        "选项",
        "Options",
        (
            _ID,
            *_NAME,
            Column(("points",), "分值", "Points", "number"),
            Column(("fatal",), "致命", "Fatal", "yes"),
        ),
        within=Column(("item",), "项目编号", "Item"),
    ),
)
PLAN: tuple[Sheet, ...] = (
    Sheet(
        "",
        "抽样方案",
        "Plan",
        (
            _ID,
            *_NAME,
            Column(("form",), "质检表", "Form"),
            Column(("queues",), "队列", "Queues", "list"),
            Column(("teams",), "班组", "Teams", "list"),
            Column(("complaint_queues",), "投诉队列", "Complaint queues", "list"),
            Column(("strata",), "分层", "Strata", "list", STRATA),
            Column(("least_s",), "最短通话（秒）", "Shortest talk (s)", "number"),
            Column(("length_s",), "时长分段（秒）", "Bands of talk (s)", "numbers"),
            Column(("same_reviewer",), "同一质检员上限", "Most by one reviewer", "number"),
            Column(("rechecks",), "复核比例", "Scored again", "number"),
            Column(("due_days",), "期限（工作日）", "Due (working days)", "number"),
        ),
    ),
    Sheet(
        "quotas",
        "定额",
        "Quotas",
        (
            _ID,
            *_NAME,
            Column(("every",), "周期", "Every", words=EVERY),
            Column(("at_least",), "至少", "At least", "number"),
            Column(("at_most",), "至多", "At most", "number"),
            Column(("by",), "由谁", "By", words=BY),
        ),
    ),
    Sheet(
        "wanted",
        "定向",
        "Looked for",
        (
            Column(("of",), "哪类来电", "Calls", words=LOOKS),
            Column(("share",), "占比", "Share", "number"),
        ),
    ),
)
SHEETS: Mapping[str, tuple[Sheet, ...]] = {"form": FORM, "plan": PLAN}
