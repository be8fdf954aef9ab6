"""What is wrong in a data file: one sentence with file, line and column, in both languages."""

from collections.abc import Mapping
from typing import NamedTuple

from ccfloor.kpi.dataset import Choice, Column

# code → (Chinese, English)
_SENTENCES: dict[str, tuple[str, str]] = {
    "not_text": (
        "不是可以读的文本文件；请存为 UTF-8 或 GB18030 编码的 CSV，或 Excel（.xlsx）。",
        "is no text that can be read; save it as CSV in UTF-8 or GB18030, or as Excel (.xlsx).",
    ),
    "not_excel": (
        "不是可以读的 Excel 文件（.xlsx）；请在表格软件里另存为 .xlsx 或 CSV。",
        "is no Excel file (.xlsx) that can be read; save it anew as .xlsx or CSV.",
    ),
    "old_excel": (
        "是旧格式（.xls）或加了密码的 Excel；请另存为不加密的 .xlsx 或 CSV。",
        "is an Excel file of the old kind (.xls) or has a password; save it as plain .xlsx or CSV.",
    ),
    "wrong_kind": (
        "不是表格文件；请选择 CSV 或 Excel（.xlsx）。",
        "is no table; choose a CSV or Excel file (.xlsx).",
    ),
    "bad_csv": (
        "引号没有成对，从这里起读不下去。",
        "has an open quotation mark and cannot be read from here on.",
    ),
    "too_big": (
        "文件超过 {most} MB；请分成几个文件。",
        "is larger than {most} MB; divide it into several files.",
    ),
    "too_many": (
        "超过 {most} 行；请分成几个文件。",
        "has more than {most} lines; divide it into several files.",
    ),
    "blank": ("文件是空的。", "is empty."),
    "empty": ("表头下面没有数据行。", "has no line of data under its header."),
    "no_header": (
        "没有找到表头：缺少列 {missing}。",
        "has no header that is understood: missing {missing}.",
    ),
    "twice_header": ("表头里这一列出现了两次。", "stands twice in the header."),
    "missing": ("不能为空。", "must not be empty."),
    "missing_when": (
        "不能为空，因为“{other}”是“{value}”。",
        "must not be empty, because {other} is {value}.",
    ),
    "too_long": ("超过 {most} 个字符。", "has more than {most} characters."),
    "not_number": ("“{value}”不是数字。", "{value!r} is not a number."),
    "not_whole": ("“{value}”不是整数。", "{value!r} is not a whole number."),
    "negative": ("“{value}”小于 0。", "{value!r} is below 0."),
    "too_much": ("“{value}”大得不合理。", "{value!r} is larger than can be."),
    "above_100": ("“{value}”超过 100。", "{value!r} is above 100."),
    "not_day": (
        "“{value}”不是日期；请写成 2026-11-22。",
        "{value!r} is not a date; write it as 2026-11-22.",
    ),
    "not_month": ("“{value}”不是月份；请写成 2026-11。", "{value!r} is not a month; write it as 2026-11."),
    "not_clock": ("“{value}”不是时刻；请写成 08:30。", "{value!r} is not a time of day; write it as 08:30."),
    "not_choice": ("“{value}”不在可选值里：{choices}。", "{value!r} is none of {choices}."),
    "future": ("{value} 还没有到。", "{value} has not come yet."),
    "long_ago": ("{value} 早于 2000 年。", "{value} is before the year 2000."),
    "unknown_queue": ("没有队列“{value}”。", "there is no queue {value!r}."),
    "unknown_team": ("没有班组“{value}”。", "there is no team {value!r}."),
    "unknown_agent": (
        "没有坐席“{value}”；可填姓名或工号。",
        "there is no agent {value!r}; give the name or the staff number.",
    ),
    "ambiguous": (
        "“{value}”可以指 {names}；请改填工号。",
        "{value!r} may be {names}; give the staff number instead.",
    ),
    "above": ("{value} 大于“{other}”的 {most}。", "{value} is above the {most} of {other}."),
    "no_values": ("这一行没有任何数值。", "and every other number of this line are empty."),
    "same_row": ("与第 {line} 行说的是同一项（{key}）。", "is about the same as line {line} ({key})."),
    "overlaps": ("与第 {line} 行的时间重叠。", "overlaps with line {line}."),
    "more": ("还有 {count} 处错误没有列出。", "has {count} more errors that are not listed."),
}


class Fault(NamedTuple):
    """One thing wrong. ``line`` 0: the file as a whole; ``column``: its header as it stands in the file."""

    line: int
    column: str
    code: str
    details: Mapping[str, object] = {}

    def why(self, lang: str) -> str:
        """What is wrong, without the place."""
        zh, en = _SENTENCES[self.code]
        words = {name: _word(value, lang) for name, value in self.details.items()}
        if isinstance(column := self.details.get("column"), Column):
            words["choices"] = _choices(column, lang)
        return (zh if lang == "zh" else en).format(**words)

    def said(self, file: str, lang: str) -> str:
        """The sentence with its place."""
        zh = lang == "zh"
        line = (f"，第 {self.line} 行" if zh else f", line {self.line}") if self.line else ""
        column = (f"，“{self.column}”列" if zh else f", column {self.column}") if self.column else ""
        place = f"{file}{line}{column}"
        return f"{place}：{self.why('zh')}" if zh else f"{place}: {self.why('en')}"


def _word(value: object, lang: str) -> object:
    if isinstance(value, Column | Choice):
        return value.zh if lang == "zh" else value.en
    if isinstance(value, tuple):
        return ("、" if lang == "zh" else ", ").join(str(_word(item, lang)) for item in value)
    return f"{value:g}" if isinstance(value, float) else value


def _choices(column: Column, lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(
        item.zh if lang == "zh" else item.en for item in column.choices
    )
