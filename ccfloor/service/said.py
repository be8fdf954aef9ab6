"""What the service says about its sources, one sentence a code, in both languages."""

from typing import Any

import msgspec

from ccfloor.acd.base import Health
from ccfloor.acd.sentences import SENTENCES, say

__all__ = ["say", "sentence", "told"]
OURS: dict[str, dict[str, str]] = {
    "database_away": {
        "zh": "数据库暂时不可用（{why}）；事件保存在内存中：{kept} 条，另有 {dropped} 条待恢复后重读。",
        "en": "The database is away ({why}); {kept} events wait in memory, {dropped} are to be read again.",
    },
    "database_locked": {
        "zh": "数据库被另一个程序长时间锁住，暂时写不进去；事件保存在内存中。请找出并结束占用它的程序。",
        "en": "Another program has locked the database; events wait in memory. Find and end that program.",
    },
    "database_gone": {
        "zh": "数据库文件不见了（被删除或移走）；事件保存在内存中。请把文件放回原处。",
        "en": "The database file is gone (deleted or moved); events wait in memory. Put it back there.",
    },
    "database_exchanged": {
        "zh": "数据库文件被换成了另一个；已接着往里写，此前的历史以新文件中的为准。",
        "en": "The database file was exchanged; the new one is written on, its history is what counts now.",
    },
    "database_read_only": {
        "zh": "数据库文件没有写权限；事件保存在内存中。请恢复文件及其目录的写权限。",
        "en": "The database file cannot be written; events wait in memory. Restore the right to write it.",
    },
    "database_full": {
        "zh": "磁盘已满，数据库写不进去；事件保存在内存中。请清理磁盘。",
        "en": "The disk is full and the database takes nothing; events wait in memory. Clear the disk.",
    },
    "database_damaged": {
        "zh": "数据库文件已损坏；事件保存在内存中。请用备份替换它。",
        "en": "The database file is damaged; events wait in memory. Replace it by a backup.",
    },
    "store_failed": {
        "zh": "写入数据时出错（{why}）；事件保存在内存中：{kept} 条。请查看日志。",
        "en": "Storing failed ({why}); {kept} events are kept in memory. See the log.",
    },
    "rules_failed": {
        "zh": "规则引擎出错（{why}），现场数据照常显示，但应急预案不再判断。请查看日志并重新启动采集。",
        "en": "The rules failed ({why}); the floor goes on without them. See the log, restart the collector.",
    },
    "outlook_failed": {
        "zh": "预案走势推算出错（{why}），预案判断照常进行。请查看日志。",
        "en": "How likely the levels are cannot be foreseen ({why}); the plan itself goes on. See the log.",
    },
    "advice_failed": {
        "zh": "调配建议出错（{why}），调配和预案照常进行。请查看日志。",
        "en": "No advice on moves can be given ({why}); moves and the plan go on. See the log.",
    },
    "database_back": {
        "zh": "数据库已恢复，期间的事件均已写入。",
        "en": "The database is back; everything kept meanwhile is stored.",
    },
    "connector_failed": {
        "zh": "数据源 {source} 因内部错误停止（{why}），正在重新打开。请查看日志。",
        "en": "Source {source} stopped by a fault of ours ({why}) and is opened again. See the log.",
    },
    "clock_skew": {
        "zh": "本机时钟与交换机相差 {seconds} 秒；请在两台机器上启用 NTP 校时。",
        "en": "Our clock and the switch's differ by {seconds} s; let NTP set both.",
    },
    "queue_log_played": {
        "zh": "queue_log 已放完。",
        "en": "The queue_log is played to its end.",
    },
    "command_expired": {
        "zh": "请求等待过久，未执行。",
        "en": "The request waited too long and was not carried out.",
    },
    "command_unanswered": {
        "zh": "交换机没有及时答复，结果以坐席状态为准。",
        "en": "The switch did not answer in time; the seat's status will show what happened.",
    },
    "command_nowhere": {
        "zh": "没有连接可以执行指令的交换机。",
        "en": "No switch that takes commands is connected.",
    },
    "database_unreadable": {
        "zh": "网页读不到数据库 {db}（{why}）；请检查数据库文件或服务，恢复后自动更新。",
        "en": "The pages cannot read the database {db} ({why}); check its file or server.",
    },
    "collector_silent": {
        "zh": "采集器没有写入新画面；请确认 python -m ccfloor collect 正在运行，并查看它的日志。",
        "en": "No collector writes the picture; see that python -m ccfloor collect is up, and its log.",
    },
    "collector_never": {
        "zh": "数据库里还没有画面；请启动采集器：python -m ccfloor collect。",
        "en": "The database holds no picture yet; start the collector: python -m ccfloor collect.",
    },
    "history_filling": {
        "zh": "正在补写 {days} 天模拟历史：{percent}%。",
        "en": "Filling {days} days of simulated history: {percent} %.",
    },
}

SENTENCES.update(OURS)  # so that what was stored in English can be said in Chinese


class _Details(dict[str, str]):
    """Details of a report that another version may have written: what is missing is shown as a gap."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(report: Health, lang: str) -> str:
    """The sentence of a report in ``zh`` or ``en``; its code where there is none."""
    details = _Details({"source": report.source, **report.details})
    words = SENTENCES.get(report.code)
    return words[lang].format_map(details) if words else report.code


def told(report: Health) -> dict[str, Any]:
    """A report as readers get it: its fields, and its sentence in both languages."""
    fields: dict[str, Any] = msgspec.to_builtins(report)
    return fields | {lang: sentence(report, lang) for lang in ("zh", "en")}
