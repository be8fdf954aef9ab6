"""The data that come in by files, because no switch tells them: which columns, which sums they give.

A row is the sum of a day (or a month) for the site, a queue, a team or an agent; or it is one thing of
its own with a number (a complaint, a rating, a work order); or a piece of the roster. Rows are added up
to fields by ``sums``; how fields of several rows become those of team and site is ``ccfloor.kpi.rollup``.

A field counts where its day is in a period. Sums of a month have no day: they are kept under day 0 of it
(20261100), and count in periods that hold the whole month alone.
"""

from ccfloor.kpi.dataset import AGENT, QUEUE, TEAM, Choice, Column, Dataset, Sum
from ccfloor.kpi.dataset_parts import (
    AGENT_COLUMN,
    DAY_COLUMN,
    PERSON,
    QUEUE_COLUMN,
    TEAM_COLUMN,
    daily,
    monthly,
    needed,
    pair,
    person_test,
    yes,
)

__all__ = [
    "AGENT",
    "COMPLETE",
    "DATASETS",
    "FIELDS",
    "MONTHLY",
    "QUEUE",
    "TEAM",
    "Column",
    "Dataset",
    "dataset_of",
]

# -- the datasets --------------------------------------------------------------------------------------

_IVR = daily(
    "ivr",
    "IVR 自助",
    "IVR self-service",
    (
        needed("entries", "进入IVR", "IVR entries", "1200", "IVR进线量", "进线量"),
        needed("self_finished", "自助完成", "Self-finished", "430", "自助完成量", "IVR自助量"),
    ),
    scopes=("site", "queue"),
    at_most=(("self_finished", "entries"),),
)
_TRUNK = daily(
    "trunk",
    "中继忙音",
    "Trunk and busy tone",
    (
        needed("attempts", "呼叫尝试", "Attempts", "1350", "呼叫次数", "试呼次数"),
        needed("busy", "忙音次数", "Busy tone", "17", "忙音", "遇忙次数"),
    ),
    scopes=("site",),
    at_most=(("busy", "attempts"),),
)
_SURVEY = daily(
    "survey",
    "满意度调查（按日汇总）",
    "Satisfaction survey (sums of a day)",
    (
        needed("invited", "邀评数", "Invited", "320", "邀请数", "邀评"),
        needed("rated", "参评数", "Rated", "180", "评价数", "参评"),
        needed("satisfied", "满意数", "Satisfied", "169", "满意及以上", "满意和非常满意"),
        Column("score_sum", "评分合计", "Score sum", "amount", "", "812", ("总分", "评分总和")),
    ),
    at_most=(("rated", "invited"), ("satisfied", "rated")),
)
_RATED = ("5", "4", "3", "2", "1")
_RATINGS = Dataset(
    "ratings",
    "满意度评价（逐条）",
    "Satisfaction ratings (one a row)",
    "record",
    (
        Column(
            "key",
            "评价编号",
            "Rating number",
            "key",
            "needed",
            "PJ20261122-0017",
            ("编号", "流水号", "通话标识"),
        ),
        DAY_COLUMN,
        QUEUE_COLUMN,
        TEAM_COLUMN,
        AGENT_COLUMN,
        Column(
            "rating",
            "评价",
            "Rating",
            "choice",
            "needed",
            "满意",
            ("满意度", "评价结果"),
            (
                Choice("5", "非常满意", "Very satisfied", ("很满意",)),
                Choice("4", "满意", "Satisfied"),
                Choice("3", "一般", "Neutral", ("基本满意",)),
                Choice("2", "不满意", "Dissatisfied"),
                Choice("1", "非常不满意", "Very dissatisfied", ("很不满意",)),
                Choice("none", "未评价", "Not rated", ("未参评", "无")),
            ),
        ),
    ),
    (
        Sum("survey.invited"),
        Sum("survey.rated", when=(("rating", _RATED),)),
        Sum("survey.satisfied", when=(("rating", ("5", "4")),)),
        Sum("survey.score_sum", of="rating", when=(("rating", _RATED),)),
    ),
    note_zh="一行是一次邀评。同一天既有按日汇总又有逐条评价时，以汇总为准，不重复计算。",
    note_en="A row is one invitation. Where a day has both sums and single ratings, the sums count, once.",
)
_TRUE = ("state", ("verified",))
_SOLVED = ("solved", ("yes",))
_COMPLAINTS = Dataset(
    "complaints",
    "投诉",
    "Complaints",
    "record",
    (
        Column("key", "投诉编号", "Complaint number", "key", "needed", "TS20261122-003", ("编号", "工单号")),
        Column("day", "受理日期", "Received on", "day", "needed", "2026-11-22", ("日期", "投诉日期", "date")),
        QUEUE_COLUMN,
        TEAM_COLUMN,
        Column(
            AGENT,
            "被投诉坐席",
            "Agent complained of",
            "text",
            "",
            "陈思远",
            ("坐席", "工号", "姓名", "agent"),
        ),
        Column(
            "state",
            "核实状态",
            "Verification",
            "choice",
            "needed",
            "属实",
            ("核实结果", "是否属实", "状态"),
            (
                Choice("pending", "待核实", "Pending", ("核实中", "未核实")),
                Choice("verified", "属实", "Verified", ("有效", "是", "yes")),
                Choice("unfounded", "不属实", "Unfounded", ("无效", "否", "no")),
            ),
        ),
        yes("solved", "已解决", "Solved", "", "是", ("是否解决", "解决")),
        Column(
            "handling_h", "处理时长（小时）", "Handling hours", "amount", "", "6.5", ("处理时长", "解决时长")
        ),
        yes("satisfied", "投诉人满意", "Complainant satisfied", "", "是", ("是否满意", "解决满意")),
        Column("call", "通话编号", "Call id", "text", "", "1763771523.418", ("话单号", "呼叫编号", "call")),
    ),
    (
        Sum("complaints.count"),
        Sum("complaints.pending", when=(("state", ("pending",)),)),
        Sum("complaints.unfounded", when=(("state", ("unfounded",)),)),
        Sum("complaints.verified", when=(_TRUE,)),
        Sum("complaints.solved", when=(_TRUE, _SOLVED)),
        Sum("complaints.handling_h", "handling_h", (_TRUE, _SOLVED)),
        Sum("complaints.satisfied", when=(_TRUE, ("satisfied", ("yes",)))),
    ),
    needs=(("handling_h", _SOLVED),),
    complete=True,
    note_zh="只有核实属实的投诉计入投诉率、解决速度和解决满意率；待核实的以后再导入一次，按编号更新。",
    note_en="Only verified complaints count in the rate, the time to solve and the satisfaction; import a "
    "pending one again when it is decided: its number tells that it is the same.",
)
_WORKORDERS = Dataset(
    "workorders",
    "工单",
    "Work orders",
    "record",
    (
        Column("key", "工单编号", "Work order number", "key", "needed", "GD20261122-118", ("编号", "工单号")),
        DAY_COLUMN,
        QUEUE_COLUMN,
        TEAM_COLUMN,
        AGENT_COLUMN,
        yes("done", "已办结", "Done", "needed", "是", ("是否办结", "办结", "完成")),
        yes("in_time", "按时", "In time", "", "是", ("是否按时", "及时")),
        yes("wrong", "有差错", "With errors", "", "否", ("是否有误", "错单", "差错")),
    ),
    (
        Sum("workorders.count"),
        Sum("workorders.done", when=(("done", ("yes",)),)),
        Sum("workorders.in_time", when=(("done", ("yes",)), ("in_time", ("yes",)))),
        Sum("workorders.late", when=(("in_time", ("no",)),)),
        Sum("workorders.wrong", when=(("wrong", ("yes",)),)),
    ),
    complete=True,
)
_CALLBACKS = daily(
    "callbacks",
    "回拨",
    "Call-backs",
    (
        needed("promised", "应回拨", "Promised", "26", "承诺回拨", "待回拨"),
        needed("done", "已回拨", "Done", "24", "回拨完成"),
        needed("overdue", "超时未回拨", "Overdue", "1", "逾期"),
    ),
    at_most=(("done", "promised"), ("overdue", "promised")),
)


_PAIRS = (
    pair("promise", "承诺履约", "Kept promises", ("due", "应履约", "Due"), ("kept", "按时履约", "Kept")),
    pair("feedback", "意见反馈", "Feedback", ("due", "应反馈", "Due"), ("in_time", "及时反馈", "In time")),
    pair("handover", "信息传递", "Handover", ("due", "应传递", "Due"), ("in_time", "及时传递", "In time")),
    pair(
        "followup", "客户回访", "Follow-up", ("planned", "计划回访", "Planned"), ("done", "实际回访", "Done")
    ),
    pair(
        "recover",
        "客户挽回",
        "Recovered customers",
        ("warned", "预警客户", "Warned"),
        ("recovered", "挽回客户", "Recovered"),
    ),
    pair(
        "checks",
        "信息录入检查",
        "Entry checks",
        ("entries", "抽查条数", "Checked"),
        ("correct", "正确条数", "Correct"),
    ),
    pair(
        "consult",
        "重复咨询",
        "Repeat consultation",
        ("customers", "咨询客户数", "Customers"),
        ("again", "未解决再次咨询", "Asked again"),
    ),
    pair(
        "fcr",
        "一次解决（坐席标记）",
        "First contact resolution (as marked)",
        ("first", "首次来电", "First contacts"),
        ("resolved", "一次解决", "Resolved"),
    ),
    pair("training", "培训", "Training", ("invited", "应到", "Invited"), ("attended", "实到", "Attended")),
)
_OUTBOUND = daily(
    "outbound",
    "外呼",
    "Outbound",
    (
        needed("dialled", "外呼量", "Dialled", "220", "呼出量", "拨打量", "日呼出量"),
        needed("connected", "接通数", "Connected", "150", "接通量", "呼出接通"),
        Column("work_h", "外呼工时（小时）", "Outbound work hours", "amount", "", "5.6", ("外呼工作时长",)),
        Column(
            "login_h", "外呼登录时长（小时）", "Outbound login hours", "amount", "", "7.5", ("外呼登录时长",)
        ),
    ),
    at_most=(("connected", "dialled"), ("work_h", "login_h")),
)
_RESPONSE = daily(
    "response",
    "首次响应",
    "First response",
    (
        needed("contacts", "咨询数", "Contacts", "140", "会话数"),
        needed(
            "wait_s", "首次响应秒数合计", "First reply seconds, sum", "2100", "响应时长合计", type="amount"
        ),
    ),
)
_QA = daily(
    "qa",
    "质检结果",
    "QA results",
    (
        needed("forms", "质检份数", "Forms", "6", "抽检数", "录音数"),
        needed("points", "总分", "Points, sum", "552", "得分合计", "分数合计", type="amount"),
        Column("passed", "合格份数", "Passed", "count", "", "6", ("合格数",)),
        Column("fatal", "致命错误份数", "With fatal error", "count", "", "0", ("致命错误",)),
        Column("polite", "礼貌用语合格份数", "With required phrases", "count", "", "5", ("礼貌用语",)),
        Column("polite_asked", "礼貌用语考核份数", "Asked for phrases", "count", "", "6", ("礼貌用语份数",)),
    ),
    at_most=(
        *(("passed", "forms"), ("fatal", "forms"), ("polite", "forms")),
        *(("polite", "polite_asked"), ("polite_asked", "forms")),
    ),
    note=(
        "礼貌用语考核份数不填时，按质检份数计。",
        "Where it is not told how many forms asked for the phrases, all of them did.",
    ),
)
_QA = _QA._replace(
    sums=tuple(
        one._replace(instead=("forms", "polite")) if one.of == "polite_asked" else one for one in _QA.sums
    )
)
_SAMPLING = daily(
    "sampling",
    "质检抽样与校准",
    "QA sampling and calibration",
    (
        Column("agents_due", "应抽检坐席数", "Agents due", "count", "", "46", ("在岗坐席数",)),
        Column("agents_sampled", "抽检达标坐席数", "Agents sampled", "count", "", "44", ("抽满坐席数",)),
        Column("calibrated", "校准份数", "Forms calibrated", "count", "", "5", ("校准数",)),
        Column(
            "drift_points", "与基准分差之和", "Difference, points, sum", "amount", "", "14", ("分差合计",)
        ),
    ),
    scopes=("site", "team"),
    at_most=(("agents_sampled", "agents_due"),),
    fields="qa",
    note=("一行是一周或一次校准，记在其最后一天。", "A row is one week or one calibration, on its last day."),
)
_FORECAST = Dataset(
    "forecast",
    "话务预测",
    "Forecast",
    "day",
    (
        DAY_COLUMN,
        QUEUE_COLUMN,
        needed("forecast", "预测量", "Forecast", "1180", "预测来电量", type="amount"),
        needed("actual", "实际量", "Actual", "1200", "实际来电量", type="amount"),
    ),
    (Sum("forecast.abs_error", "forecast", against="actual"), Sum("forecast.actual", "actual")),
    ("site", "queue"),
)


_EXAM = person_test(
    "exam",
    "考试成绩",
    "Exam",
    needed("points", "成绩", "Points", "92", "分数", "得分", type="points"),
    "exam",
)
_TYPING = person_test(
    "typing",
    "打字速度",
    "Typing speed",
    needed("wpm", "字数/分", "Words per minute", "82", "速度", "打字速度", type="amount"),
    "typing",
)
_ATTENDANCE = daily(
    "attendance",
    "出勤",
    "Attendance",
    (
        needed("rostered", "应出勤人次", "Rostered", "46", "应到人数", "应出勤"),
        needed("present", "实出勤人次", "Present", "45", "实到人数", "实出勤"),
        Column("paid_h", "计薪工时（小时）", "Paid hours", "amount", "", "360", ("计薪工时",)),
    ),
    scopes=("site", "team", "agent"),
    at_most=(("present", "rostered"),),
    fields="hr",
)
_HR = monthly(
    "hr",
    "人员流动",
    "Staff",
    (
        needed("headcount", "平均在岗人数", "Mean headcount", "52", "在岗人数", "坐席人数", type="amount"),
        needed("leavers", "离职人数", "Leavers", "1", "离职"),
    ),
    ("site", "team"),
)
_COST = monthly(
    "cost",
    "成本",
    "Cost",
    (needed("total", "总成本（元）", "Total cost (yuan)", "186,400.00", "总成本", "成本", type="amount"),),
    ("site", "queue", "team"),
)
_PLAN = monthly(
    "plan",
    "工作计划",
    "Plan",
    (
        needed("planned", "计划数", "Planned", "40", "计划", type="amount"),
        needed("done", "完成数", "Done", "38", "实际完成", "完成", type="amount"),
    ),
    ("site", "team", "agent"),
)
_BUDGET = monthly(
    "budget",
    "预算",
    "Budget",
    (
        needed("spend", "实际支出（元）", "Spend (yuan)", "96,000", "实际支出", "支出", type="amount"),
        needed("budget", "预算（元）", "Budget (yuan)", "100,000", "预算金额", type="amount"),
    ),
    ("site", "team"),
)
_ROSTER = Dataset(
    "roster",
    "排班",
    "Roster",
    "roster",
    (
        AGENT_COLUMN._replace(wanted="needed"),
        DAY_COLUMN,
        Column("start", "开始", "Start", "clock", "needed", "08:00", ("上班", "开始时间", "from")),
        Column("end", "结束", "End", "clock", "needed", "12:00", ("下班", "结束时间", "to")),
        Column(
            "activity",
            "活动",
            "Activity",
            "choice",
            "",
            "接听",
            ("班次活动", "类型"),
            (
                Choice("queue", "接听", "Queue", ("上线", "工作", "班", "work")),
                Choice("break", "小休", "Break", ("休息",)),
                Choice("meal", "用餐", "Meal", ("午餐", "吃饭", "lunch")),
                Choice("training", "培训", "Training"),
                Choice("meeting", "会议", "Meeting", ("例会",)),
                Choice("leave", "请假", "Leave", ("休假",)),
                Choice("other", "其他", "Other"),
            ),
        ),
    ),
    (),
    PERSON,
    note_zh="一行是一段：接听 08:00–12:00、用餐 12:00–13:00……结束不晚于开始时视为次日。"
    "一个坐席一天的排班重新导入时整天替换。",
    note_en="A row is one piece: queue 08:00–12:00, meal 12:00–13:00. An end that is not after its start is "
    "on the next day. Importing an agent's day again replaces the whole of that day.",
)

DATASETS: dict[str, Dataset] = {
    item.id: item
    for item in (
        _IVR, _TRUNK, _SURVEY, _RATINGS, _COMPLAINTS, _WORKORDERS, _CALLBACKS, *_PAIRS, _OUTBOUND, _RESPONSE,
        _QA, _SAMPLING, _FORECAST, _EXAM, _TYPING, _ATTENDANCE, _HR, _COST, _PLAN, _BUDGET, _ROSTER,
    )
}  # fmt: skip
# Every field that an import can give → the datasets it can come from, the usual one first.
FIELDS: dict[str, tuple[Dataset, ...]] = {}
for _one in DATASETS.values():
    for _field in _one.fields:
        FIELDS[_field] = (*FIELDS.get(_field, ()), _one)
MONTHLY = frozenset(name for name, given in FIELDS.items() if all(one.grain == "month" for one in given))
# Fields of which a scope without any has 0 wherever the site has some: nobody complained of this agent.
COMPLETE = frozenset(name for name, given in FIELDS.items() if all(one.complete for one in given))


def dataset_of(field: str) -> Dataset | None:
    """The dataset that a field usually comes from; None for fields of the floor's own."""
    return FIELDS[field][0] if field in FIELDS else None
