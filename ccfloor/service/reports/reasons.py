"""Why a report was not made or did not reach everybody, one sentence a code; kept in English, shown in the
reader's language.
"""

from ccfloor.acd.sentences import SENTENCES, in_language, say

__all__ = ["because", "in_language"]
REASONS: dict[str, dict[str, str]] = {
    "report_interrupted": {
        "zh": "生成途中服务器停止，将由下一台接着生成。",
        "en": "The server stopped while it was being made; the next one makes it.",
    },
    "report_scope_gone": {
        "zh": "本站已没有这个范围：{scope}。",
        "en": "The site has no such scope any more: {scope}.",
    },
    "report_folder_denied": {
        "zh": "没有写入目录 {folder} 的权限。",
        "en": "There is no permission to write into the folder {folder}.",
    },
    "report_folder_full": {
        "zh": "磁盘已满，无法写入目录 {folder}。",
        "en": "The disk is full, nothing can be written into the folder {folder}.",
    },
    "report_folder_none": {
        "zh": "{folder} 不是可用的目录：其中一级是文件。",
        "en": "{folder} cannot be a folder: a file stands in its place or above it.",
    },
    "report_folder": {
        "zh": "无法写入目录 {folder}（系统错误 {code}）。",
        "en": "The folder {folder} cannot be written (error {code} of the system).",
    },
    "report_too_large": {
        "zh": "附件共 {mb} MB，超过邮件可带的大小；文件已存入报表目录。",
        "en": "The files are too large for a mail ({mb} MB); they lie in the folder of reports.",
    },
    "report_channels": {
        "zh": "notify.yaml 无法使用，邮件没有发出；doctor 命令会指出错在哪里。",
        "en": "notify.yaml cannot be used, so no mail went out; the command doctor says what is wrong.",
    },
    "report_channel_gone": {
        "zh": "notify.yaml 中没有名为 {channel} 的邮件渠道。",
        "en": "There is no mail channel {channel} in notify.yaml.",
    },
    "report_channel_off": {
        "zh": "notify.yaml 中的邮件渠道 {channel} 已停用。",
        "en": "The mail channel {channel} is turned off in notify.yaml.",
    },
    "report_refused": {
        "zh": "已发给 {all} 个收件人中的 {told} 个；被邮件服务器拒收：{refused}",
        "en": "Sent to {told} of {all} recipients; refused by the mail server: {refused}",
    },
    "report_fault": {
        "zh": "本程序出错（{reason}），请查看日志。",
        "en": "A fault of ours while making the report ({reason}); see the log.",
    },
}
SENTENCES.update(REASONS)


def because(code: str, /, **details: object) -> str:
    """The sentence of a code as it is kept."""
    return say(f"report_{code}", {name: str(value) for name, value in details.items()}, "en")
