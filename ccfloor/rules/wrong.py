"""What can be wrong with a value of a rule: one sentence in English and in Chinese, and the field meant."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple


class Why(NamedTuple):
    """Why a value cannot be used. ``within``: the field below the one that was checked as a whole."""

    en: str
    zh: str
    within: tuple[str, ...] = ()


# pydantic's kinds of error → our sentences; the places are filled from the error's own details.
_KINDS: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "缺少这一项"),
    "extra_forbidden": ("there is no such field", "没有这个字段"),
    "greater_than_equal": ("must be at least {ge:g}", "不能小于 {ge:g}"),
    "greater_than": ("must be above {gt:g}", "必须大于 {gt:g}"),
    "less_than_equal": ("must be at most {le:g}", "不能大于 {le:g}"),
    "less_than": ("must be below {lt:g}", "必须小于 {lt:g}"),
    "literal_error": ("must be {expected}", "只能是 {expected}"),
    "string_pattern_mismatch": (
        "must be at most 60 small letters, digits, - and _, a letter or digit first",
        "只能用小写字母、数字、- 和 _，以字母或数字开头，最多 60 个",
    ),
    "string_too_short": ("must not be empty", "不能为空"),
    "string_type": (
        "must be a text; numbers and words like yes need quotes",
        "必须是文字；数字、yes 之类要加引号",
    ),
    "finite_number": ("must be a finite number", "必须是有限的数"),
}
_FAMILIES: dict[str, tuple[str, str]] = {
    "float": ("must be a number", "必须是数字"),
    "int": ("must be a whole number", "必须是整数"),
    "bool": ("must be true or false", "只能是 true 或 false"),
    "tuple": ("must be a list", "必须是列表"),
    "list": ("must be a list", "必须是列表"),
    "model": ("must be fields with values", "必须是若干“字段: 值”"),
    "dict": ("must be fields with values", "必须是若干“字段: 值”"),
}

# What a check says itself: a pattern of its English, the Chinese, and the field that is meant.
Own = tuple[tuple[str, str, tuple[str, ...]], ...]

# Those of the rules (ccfloor/rules/model.py).
_OWN: Own = (
    (r"must be a number", "必须是数字", ()),
    (r"a group needs its queues and a name", "队列组要写明队列和名称", ()),
    (r"exactly one of (.+) is needed", r"\1 必须且只能写一个", ()),
    (r"hold (\w+) needs for_s above 0", r"持续方式 \1 的 for_s 必须大于 0", ("for_s",)),
    (
        r"hold forgive needs dip_s above 0 and below for_s",
        "持续方式 forgive 的 dip_s 必须大于 0 且小于 for_s",
        ("dip_s",),
    ),
    (
        r"hold within needs reached_s above 0 and at most for_s",
        "持续方式 within 的 reached_s 必须大于 0 且不超过 for_s",
        ("reached_s",),
    ),
    (
        r"an order forbids reasons or asks for seats on queues, one of both",
        "一项命令要么禁止某些示忙原因，要么要求坐席上线，只能二选一",
        (),
    ),
    (r"the clear level (\S+) lies above the level (\S+)", r"解除线 \1 高于触发线 \2", ("clear", "level")),
    (r"the clear level (\S+) lies below the level (\S+)", r"解除线 \1 低于触发线 \2", ("clear", "level")),
    (r"the clear level (\S+) still meets the condition", r"解除线 \1 仍然满足触发条件", ("clear", "level")),
)


def why(error: Mapping[str, Any], more: Own = ()) -> Why:
    """The sentence of one of pydantic's errors. ``more``: what other checks than the rules' say."""
    kind, details = str(error["type"]), error.get("ctx") or {}
    if kind == "value_error":
        return own(str(error["msg"]).removeprefix("Value error, "), more)
    if kind == "greater_than_equal" and details["ge"] == 0:
        return Why("must not be negative", "不能为负")
    words = _KINDS.get(kind) or _FAMILIES.get(kind.partition("_")[0])
    if words is None:
        return Why(str(error["msg"]), "取值不合法")
    return Why(words[0].format(**details), words[1].format(**details))


def own(sentence: str, more: Own = ()) -> Why:
    """A sentence of a check of our own, with its Chinese."""
    for pattern, zh, within in (*_OWN, *more):
        if re.fullmatch(pattern, sentence):
            return Why(sentence, re.sub(pattern, zh, sentence), within)
    return Why(sentence, "取值不合法")
