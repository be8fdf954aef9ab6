"""The report of an incident to the supervisor, word for word in both languages."""

from ccfloor.service.incident_report import compose
from ccfloor.service.incidents import IncidentRow
from ccfloor.service.plan_notes import Note

T0 = 1_795_284_000.0  # 2026-11-22 02:00 in Shanghai
OPEN = IncidentRow(4, "network", "专线中断", T0, T0 + 60, "周岚", None, "", "")
NOTES = [
    Note(1, "incident/4", T0 + 60, "周岚", "note", "declared", "专线中断"),
    Note(2, "incident/4", T0 + 120, "施海", "note", "done", "切到备线"),
    Note(3, "incident/4", T0 + 130, "周岚", "report", "", "先前的报告"),
]
ZH = """\
【突发事件报告】客服中心
原因：网络故障
情况：专线中断
开始：2026-11-22 02:00，已持续 10 分钟
已采取措施：
  02:02 施海：切到备线
报告：周岚 2026-11-22 02:10"""
EN = """\
Incident report: Contact centre
Cause: Network
What happened: 专线中断
Began: 2026-11-22 02:00, lasting 10 min
Done so far:
  02:02 施海: 切到备线
Reported by: 周岚 2026-11-22 02:10"""


def test_an_open_incident() -> None:
    report = compose(OPEN, NOTES, None, ("客服中心", "Contact centre"), "Asia/Shanghai", "周岚", T0 + 600)
    assert report.zh == ZH and report.en == EN


def test_a_closed_one_tells_how_it_ended() -> None:
    closed = IncidentRow(4, "power", "停电", T0, T0, "周岚", T0 + 300, "陈思远", "已恢复")
    report = compose(closed, [], None, ("客服中心", "Contact centre"), "Asia/Shanghai", "周岚", T0 + 900)
    assert "持续 5 分钟" in report.zh and "结果：已恢复（2026-11-22 02:05 陈思远）" in report.zh
    assert "lasted 5 min" in report.said("en") and "已采取措施" not in report.zh
