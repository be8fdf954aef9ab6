"""What the doors into the switch say to people: one sentence a code, Chinese and English.

``{name}`` is filled from the details of a report. A detail called ``field`` names a part of a line and
is itself said in the reader's language.
"""

import re
from collections.abc import Mapping
from functools import cache

SENTENCES: dict[str, dict[str, str]] = {}
FIELDS: dict[str, dict[str, str]] = {}

# -- queue_log: unreadable lines -------------------------------------------------------------------

SENTENCES.update(
    {
        "line_short": {
            "zh": "此行不完整：只有 {count} 个字段，至少应有 5 个。",
            "en": "The line is incomplete: it has {count} fields and needs at least 5.",
        },
        "line_cut": {
            "zh": "此行在动词“{verb}”处中断，不完整。",
            "en": "The line breaks off inside its verb: '{verb}'.",
        },
        "line_cut_data": {
            "zh": "此行不完整：{verb} 之后只有 {count} 个数据字段，应有 {needed} 个。",
            "en": "The line is incomplete: {verb} has {count} data fields and needs {needed}.",
        },
        "line_unfinished": {
            "zh": "文件最后一行没有换行符，只写了一半：{text}",
            "en": "The last line of the file has no end and is only half written: {text}",
        },
        "line_bad_time": {
            "zh": "第 1 个字段（时间）不是以秒计的时刻：{value}",
            "en": "Field 1 (time) is not an instant in epoch seconds: {value}",
        },
        "line_bad_verb": {
            "zh": "第 5 个字段（动词）为空或无法辨认：{value}",
            "en": "Field 5 (verb) is empty or unreadable: {value}",
        },
        "line_no_value": {
            "zh": "{verb} 的第 {index} 个字段（{field}）为空。",
            "en": "Field {index} ({field}) of {verb} is empty.",
        },
        "line_bad_number": {
            "zh": "{verb} 的字段“{field}”不是数字：{value}",
            "en": "The field '{field}' of {verb} is not a number: {value}",
        },
        "line_negative": {
            "zh": "{verb} 的字段“{field}”是负数：{value}；此行保留，但不采用这个数。",
            "en": "The field '{field}' of {verb} is negative: {value}; the line is kept without it.",
        },
        "line_torn": {
            "zh": "一个残缺的开头与下一行连在了一起，后一行已保留：{text}",
            "en": "A broken beginning runs into the next line, which is kept: {text}",
        },
        "line_binary": {
            "zh": "此行含有二进制零字节。",
            "en": "The line contains binary zero bytes.",
        },
        "line_endless": {
            "zh": "{size} 字节内没有换行符，这一段已跳过。",
            "en": "There is no end of line within {size} bytes; this piece was skipped.",
        },
        "archive_broken": {
            "zh": "压缩文件在此处损坏或被截断：{reason}",
            "en": "The compressed file is damaged or cut short here: {reason}",
        },
    }
)
FIELDS.update(
    {
        "call": {"zh": "通话标识", "en": "call"},
        "queue": {"zh": "队列", "en": "queue"},
        "agent": {"zh": "坐席", "en": "agent"},
        "hold": {"zh": "等待时间", "en": "hold time"},
        "talk": {"zh": "通话时间", "en": "talk time"},
        "wait": {"zh": "等待时间", "en": "wait time"},
        "ring": {"zh": "振铃时间", "en": "ring time"},
        "position": {"zh": "排队位置", "en": "position"},
        "first_position": {"zh": "初始排队位置", "en": "original position"},
        "penalty": {"zh": "优先级", "en": "penalty"},
    }
)

# -- queue_log: the state of the link --------------------------------------------------------------

SENTENCES.update(
    {
        "queue_log_following": {
            "zh": "正在跟随 {path}。",
            "en": "Following {path}.",
        },
        "queue_log_missing": {
            "zh": "找不到 {path}；请检查路径，以及 Asterisk 是否写 queue_log。每隔片刻会重试。",
            "en": "{path} does not exist; check the path and that Asterisk writes a queue_log. Trying again.",
        },
        "queue_log_denied": {
            "zh": "没有读取 {path} 的权限；请让运行本程序的用户可以读取该文件及其目录。",
            "en": "No permission to read {path}; let the user that runs this program read it and its folder.",
        },
        "queue_log_unreadable": {
            "zh": "无法读取 {path}：{reason}",
            "en": "{path} cannot be read: {reason}",
        },
        "queue_log_read_only": {
            "zh": "queue_log 是只读的日志，不能用来操作坐席；请接入 AMI。",
            "en": "A queue_log can only be read; to change seats, connect the AMI as well.",
        },
    }
)


# -- AMI: the live link ----------------------------------------------------------------------------

SENTENCES.update(
    {
        "ami_connecting": {
            "zh": "正在连接 Asterisk（{host}:{port}）。",
            "en": "Connecting to Asterisk at {host}:{port}.",
        },
        "ami_up": {
            "zh": "已连接 Asterisk（{host}:{port}，AMI {version}）。",
            "en": "Connected to Asterisk at {host}:{port} (AMI {version}).",
        },
        "ami_login": {
            "zh": "Asterisk 拒绝了 AMI 用户 {user}（{reason}）；请核对 manager.conf 中的用户、口令与 "
            "permit。",
            "en": "Asterisk refused the AMI user {user} ({reason}); check the user, its secret and "
            "permit in manager.conf.",
        },
        "ami_refused": {
            "zh": "{host} 的 {port} 端口没有程序在监听；请在 manager.conf 设 enabled=yes，并核对端口和 "
            "bindaddr。",
            "en": "Nothing listens on port {port} of {host}; set enabled=yes in manager.conf and check "
            "its port and bindaddr.",
        },
        "ami_unknown_host": {
            "zh": "找不到主机 {host}；请核对设置 ami.host 与域名解析。",
            "en": "The host {host} is unknown; check the setting ami.host and the name service.",
        },
        "ami_timeout": {
            "zh": "{host}:{port} 在 {seconds} 秒内没有应答；请检查网络、防火墙，以及端口是否需要 TLS。",
            "en": "{host}:{port} did not answer within {seconds} s; check the network, the firewall, "
            "and whether the port expects TLS.",
        },
        "ami_unreachable": {
            "zh": "无法连到 {host}:{port}（{reason}）；请检查网络。",
            "en": "{host}:{port} cannot be reached ({reason}); check the network.",
        },
        "ami_tls": {
            "zh": "与 {host}:{port} 的 TLS 连接失败（{reason}）；请核对端口（通常为 5039）、证书与设置 "
            "ami.ca。",
            "en": "TLS with {host}:{port} failed ({reason}); check the port (usually 5039), the "
            "certificate and the setting ami.ca.",
        },
        "ami_ca": {
            "zh": "无法使用 CA 文件 {path}（{reason}）；请核对设置 ami.ca。",
            "en": "The CA file {path} cannot be used ({reason}); check the setting ami.ca.",
        },
        "ami_not_ami": {
            "zh": "{host}:{port} 不是 Asterisk 的 AMI 端口，它的应答是“{text}”；请核对设置 ami.port（通"
            "常为 5038）。",
            "en": "{host}:{port} is not an AMI port, it greets with '{text}'; check the setting "
            "ami.port (usually 5038).",
        },
        "ami_denied": {
            "zh": "AMI 用户 {user} 不可执行 {action}（{reason}）；请在 manager.conf 给它 write = "
            "agent,system,reporting。",
            "en": "The AMI user {user} may not use {action} ({reason}); give it write = "
            "agent,system,reporting in manager.conf.",
        },
        "ami_no_agent_events": {
            "zh": "AMI 用户 {user} 收不到队列事件，画面只能隔一会儿更新；请在 manager.conf 的 read 中加"
            "上 agent。",
            "en": "The AMI user {user} is not sent queue events, so the picture only moves now and "
            "then; add agent to its read= in manager.conf.",
        },
        "ami_not_ready": {
            "zh": "Asterisk 还不能回答 {action}（{reason}），可能正在启动或未加载 app_queue；稍后重试。",
            "en": "Asterisk cannot answer {action} yet ({reason}); it may be starting, or app_queue is "
            "not loaded.",
        },
        "ami_silent_queues": {
            "zh": "Asterisk 没有说谁接了电话；请在 queues.conf 的每个队列设置 {options}，然后重新加载。",
            "en": "Asterisk does not tell who answers; set {options} for every queue in queues.conf "
            "and reload.",
        },
        "ami_rights": {
            "zh": "已连接，但 AMI 用户 {user} 缺少权限：{rights}；请在 manager.conf 补上，否则部分功能"
            "不可用。",
            "en": "Connected, but the AMI user {user} lacks {rights}; add that in manager.conf, or "
            "parts will not work.",
        },
        "ami_silent": {
            "zh": "{host} 已有 {seconds} 秒没有任何应答，连接视为中断；正在重新连接。",
            "en": "{host} has been silent for {seconds} s, so the link counts as lost; connecting again.",
        },
        "ami_lost": {
            "zh": "与 {host} 的连接中断；正在重新连接。",
            "en": "The link to {host} is lost; connecting again.",
        },
        "ami_command_down": {
            "zh": "此刻没有连上 Asterisk，指令未发出。",
            "en": "Asterisk is not connected at this moment, so the command was not sent.",
        },
        "ami_command_unanswered": {
            "zh": "Asterisk 没有答复这条指令，是否生效请看坐席状态。",
            "en": "Asterisk did not answer the command; the seat's status will show whether it took effect.",
        },
    }
)

# -- AMI: recordings -------------------------------------------------------------------------------

SENTENCES.update(
    {
        "recording_playing": {
            "zh": "正在重放录制 {path}。",
            "en": "Playing the recording {path}.",
        },
        "recording_done": {
            "zh": "录制已放完：{messages} 条消息，{events} 个事件。",
            "en": "The recording is over: {messages} messages, {events} events.",
        },
        "recording_read_only": {
            "zh": "这是录制的重放，不能操作坐席。",
            "en": "This is a recording, so seats cannot be changed.",
        },
        "arrival_unreadable": {
            "zh": "此行不是“时刻、会话、偏移、长度、名称”：{text}",
            "en": "The line is not epoch, session, offset, length and name: {text}",
        },
        "arrival_misplaced": {
            "zh": "此行所指的字节不是一条完整的消息。",
            "en": "The bytes that the line points to are not one whole message.",
        },
        "arrival_outside": {
            "zh": "此行指向第 {session} 个会话录制之外的字节。",
            "en": "The line points outside the recorded bytes of session {session}.",
        },
    }
)

# -- simulator: the state of the link --------------------------------------------------------------

SENTENCES.update(
    {
        "sim_catching_up": {
            "zh": "模拟现场正在补齐今天到此刻的数据。",
            "en": "The simulated floor is catching up with the day so far.",
        },
        "sim_running": {
            "zh": "模拟现场运行中。",
            "en": "The simulated floor is running.",
        },
        "sim_link_lost": {
            "zh": "与模拟交换机的连接已中断（情景演练），稍后会恢复。",
            "en": "The link to the simulated switch is lost (part of the scenario) and will come back.",
        },
    }
)


def say(code: str, details: Mapping[str, str], language: str) -> str:
    """The sentence of a code in ``zh`` or ``en``. Raises KeyError on an unknown code or detail."""
    filled = dict(details)
    if filled.get("field") in FIELDS:
        filled["field"] = FIELDS[filled["field"]][language]
    return SENTENCES[code][language].format(**filled)


def in_language(sentence: str, language: str) -> str:
    """A sentence that was stored in English, said in ``language``; as it is if it is none of ours."""
    if language == "en":
        return sentence
    for code, pattern in _patterns(len(SENTENCES)):
        if found := pattern.fullmatch(sentence):
            return say(code, _field_codes(found.groupdict()), language)
    return sentence


@cache
def _patterns(_known: int) -> list[tuple[str, re.Pattern[str]]]:
    """The patterns of all sentences; made anew when a module has brought more of them."""
    return [(code, _pattern(texts["en"])) for code, texts in SENTENCES.items()]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template)
    pieces[0::2] = [re.escape(text) for text in pieces[0::2]]
    pieces[1::2] = [f"(?P<{name}>.*?)" for name in pieces[1::2]]
    return re.compile("".join(pieces), re.DOTALL)


def _field_codes(details: dict[str, str]) -> dict[str, str]:
    if "field" in details:
        codes = {texts["en"]: code for code, texts in FIELDS.items()}
        details["field"] = codes.get(details["field"], details["field"])
    return details
