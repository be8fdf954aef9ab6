"""Why a message did not go out, one sentence a code; kept in English, shown in the reader's language."""

from ccfloor.acd.sentences import SENTENCES, in_language, say

__all__ = ["because", "in_language"]
REASONS: dict[str, dict[str, str]] = {
    "notify_timeout": {
        "zh": "{seconds} 秒内没有应答。",
        "en": "No answer within {seconds} s.",
    },
    "notify_unreachable": {
        "zh": "无法连接：{reason}",
        "en": "It cannot be reached: {reason}",
    },
    "notify_certificate": {
        "zh": "对方证书不可信（{reason}）；如用内部 CA，请在 notify.yaml 中设置 ca。",
        "en": "The certificate is not trusted ({reason}); name an internal CA under ca in notify.yaml.",
    },
    "notify_ca": {
        "zh": "无法使用 CA 文件 {path}。",
        "en": "The CA file {path} cannot be used.",
    },
    "notify_address": {
        "zh": "地址不是 http 或 https 地址。",
        "en": "The address is not one of http or https.",
    },
    "notify_http": {
        "zh": "对方返回 HTTP {status}。",
        "en": "It answered HTTP {status}.",
    },
    "notify_not_http": {
        "zh": "应答不是 HTTP（{reason}）。",
        "en": "The answer is not HTTP ({reason}).",
    },
    "notify_not_json": {
        "zh": "应答不是预期的 JSON，请核对地址。",
        "en": "The answer is not the JSON that was expected; check the address.",
    },
    "notify_code": {
        "zh": "对方返回代码 {code}：{said}",
        "en": "It answered with code {code}: {said}",
    },
    "notify_smtp": {
        "zh": "邮件服务器返回 {code}：{said}",
        "en": "The mail server answered {code}: {said}",
    },
    "notify_no_starttls": {
        "zh": "邮件服务器不支持 STARTTLS 或登录。",
        "en": "The mail server offers no STARTTLS or no login.",
    },
    "notify_refused": {
        "zh": "收件人全部被拒（{codes}）。",
        "en": "All recipients were refused ({codes}).",
    },
    "notify_some_refused": {
        "zh": "已发出，但 {all} 个收件人中有 {refused} 个被拒。",
        "en": "Sent, but {refused} of {all} recipients were refused.",
    },
    "notify_no_variable": {
        "zh": "环境变量 {name} 没有设置。",
        "en": "The variable {name} is not set.",
    },
    "notify_no_file": {
        "zh": "文件 {name} 不存在、为空或读不出。",
        "en": "The file {name} is missing, empty or cannot be read.",
    },
    "notify_fault": {
        "zh": "本程序出错（{reason}），请查看日志。",
        "en": "A fault of ours ({reason}); see the log.",
    },
    "notify_channel_gone": {
        "zh": "渠道已停用或已从 notify.yaml 中删去。",
        "en": "The channel is off or no longer in notify.yaml.",
    },
    "notify_cleared": {
        "zh": "发出之前已解除。",
        "en": "It was over before it was told.",
    },
    "notify_cleared_quiet": {
        "zh": "在静默时段内来过并已解除。",
        "en": "It came and went in the quiet hours.",
    },
    "notify_acked": {
        "zh": "发出之前已有人确认。",
        "en": "Somebody took it on before it was told.",
    },
    "notify_gone": {
        "zh": "告警已不存在。",
        "en": "The alarm is no longer there.",
    },
    "notify_quiet": {
        "zh": "静默时段，结束后发出。",
        "en": "Quiet hours; it leaves when they are over.",
    },
}
SENTENCES.update(REASONS)


def because(code: str, /, **details: object) -> str:
    """The sentence of a code as it is kept."""
    return say(f"notify_{code}", {name: str(value) for name, value in details.items()}, "en")
