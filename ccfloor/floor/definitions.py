"""What every number can say about itself: its name, unit, formula and source, in both languages."""

from typing import NamedTuple


class Definition(NamedTuple):
    """A metric's own words."""

    unit: str
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    source: str
    source_zh: str = ""  # where the source is more than a name

    def told_by(self, zh: bool) -> str:
        """Where the formula is from, in Chinese or English."""
        return (self.source_zh or _IN_CHINESE.get(self.source, self.source)) if zh else self.source


_APP_QUEUE = "Asterisk app_queue"
_HANDBOOK = "Anton, Call Center Management by the Numbers"
_IN_CHINESE = {_HANDBOOK: "Anton《呼叫中心数字化管理》"}

DEFINITIONS: dict[str, Definition] = {
    "waiting": Definition(
        "n",
        "等待人数",
        "Waiting",
        "已进入队列、尚未与坐席接通的来电者（含正在振铃的）",
        "callers in the queue and not yet bridged to a seat, the one being rung included",
        _APP_QUEUE,
    ),
    "longest_wait": Definition(
        "s",
        "最长等待",
        "Longest wait",
        "此刻减去仍在等待者中最早的进队时间",
        "now minus the earliest queue entry among those still waiting",
        _APP_QUEUE,
    ),
    "max_wait_today": Definition(
        "s",
        "今日最长",
        "Longest today",
        "今日所有来电者中最长的一次等待（含仍在等待的）",
        "the longest wait of any caller today, those still waiting included",
        _APP_QUEUE,
    ),
    "service_level": Definition(
        "%",
        "服务水平",
        "Service level",
        "T 秒内接起 ÷（接起 + 放弃 − T 秒内放弃 + 正等待已超 T 的）；T 含等号",
        "answered within T ÷ (answered + abandoned − abandoned within T + waiting beyond T); T inclusive",
        "Cisco Unified ICM, 'ignore abandoned'",
        "Cisco Unified ICM（ignore abandoned）",
    ),
    "sl_ignore_T": Definition(
        "%",
        "服务水平（忽略 T 内放弃）",
        "SL, abandons within T ignored",
        "T 秒内接起 ÷（接起 + 放弃 − T 秒内放弃）",
        "answered within T ÷ (answered + abandoned − abandoned within T)",
        "Cisco Unified ICM, 'ignore'",
        "Cisco Unified ICM（ignore）",
    ),
    "sl_positive": Definition(
        "%",
        "服务水平（T 内放弃算达标）",
        "SL, abandons within T count as met",
        "（T 秒内接起 + T 秒内放弃）÷（接起 + 放弃）",
        "(answered within T + abandoned within T) ÷ (answered + abandoned)",
        "Cisco 'positive'; Asterisk ServicelevelPerf2",
        "Cisco（positive）；Asterisk ServicelevelPerf2",
    ),
    "sl_negative": Definition(
        "%",
        "服务水平（放弃全算未达标）",
        "SL, every abandon counts as missed",
        "T 秒内接起 ÷（接起 + 放弃）",
        "answered within T ÷ (answered + abandoned)",
        "Cisco 'negative'; Genesys Cloud default",
        "Cisco（negative）；Genesys Cloud 默认口径",
    ),
    "sl_answered": Definition(
        "%",
        "服务水平（只看接起）",
        "SL of the answered alone",
        "T 秒内接起 ÷ 接起；来电者放弃时会虚高",
        "answered within T ÷ answered; rises when callers give up",
        "AT&T CMS; Asterisk ServicelevelPerf",
        "AT&T CMS；Asterisk ServicelevelPerf",
    ),
    "sl_short": Definition(
        "%",
        "服务水平（剔除速挂）",
        "SL without short abandons",
        "T 秒内接起 ÷（接起 + 放弃 − 速挂）",
        "answered within T ÷ (answered + abandoned − short abandons)",
        "Genesys Cloud, short abandons off",
        "Genesys Cloud，不计速挂",
    ),
    "sl_flow": Definition(
        "%",
        "服务水平（计入流出）",
        "SL with flow-outs",
        "T 秒内接起 ÷（接起 + 放弃 + 流出）",
        "answered within T ÷ (answered + abandoned + flow-outs)",
        "Genesys Cloud, flow-outs on",
        "Genesys Cloud，计入流出",
    ),
    "abandon_rate": Definition(
        "%",
        "放弃率",
        "Abandonment",
        "放弃 ÷（接起 + 放弃）；速挂计入两边，超时、按键等流出不算放弃",
        "abandoned ÷ (answered + abandoned); short abandons in both, exits by time-out or key in neither",
        _HANDBOOK,
    ),
    "asa": Definition(
        "s",
        "平均应答速度",
        "ASA",
        "已接来电的等待（含振铃）之和 ÷ 接起；零等待也计入，放弃者不计",
        "wait of the answered, ringing included, ÷ answered; zero waits count, abandons do not",
        _HANDBOOK,
    ),
    "aht": Definition(
        "s",
        "平均处理时间",
        "AHT",
        "（通话 + 保持 + 事后整理）÷ 处理量；不含振铃",
        "(talk + hold + after-call work) ÷ handled; ringing is not in it",
        _HANDBOOK,
    ),
    "connect_rate": Definition(
        "%",
        "人工接通率",
        "Connect rate",
        "接起 ÷ 已结束排队的来电（接起 + 放弃 + 流出）",
        "answered ÷ calls that have left the queue (answered + abandoned + flow-outs)",
        "GB/T call-centre practice: answered over agent requests",
        "国内呼叫中心通行口径：接起 ÷ 人工请求",
    ),
    "occupancy": Definition(
        "%",
        "占用率",
        "Occupancy",
        "（振铃 + 通话 + 保持 + 整理 + 回拨）÷（上述 + 空闲）；只计在线时间，每坐席只计一次",
        "(ringing + talk + hold + wrap-up + callback) ÷ (that + free); signed-in time, a seat counts once",
        _HANDBOOK,
    ),
    "expected_wait": Definition(
        "s",
        "预计等待",
        "Expected wait",
        "现在进队者的预计等待：Σ 1/(n·μ + j·θ)，n 为可接坐席，μ=1/平均处理，θ=1/耐心；有空闲坐席时为 0",
        "of a caller who came now: Σ 1/(n·μ + j·θ), n seats, μ = 1/AHT, θ = 1/patience; 0 with a free seat",
        "Erlang A, first come first served",
        "Erlang A 模型，先到先服务",
    ),
    "offered": Definition(
        "n",
        "呼入",
        "Offered",
        "进入队列的来电数（按进队时间）",
        "calls that entered the queue, by entry time",
        _HANDBOOK,
    ),
    "answered": Definition(
        "n", "接起", "Answered", "与坐席接通的来电数", "calls bridged to a seat", _HANDBOOK
    ),
    "abandoned": Definition(
        "n",
        "放弃",
        "Abandoned",
        "接通前自行挂断的来电数（含坐席振铃时挂断与速挂）",
        "callers who hung up before a seat answered, while it rang and short ones included",
        _APP_QUEUE,
    ),
    "short_abandoned": Definition(
        "n",
        "速挂",
        "Short abandons",
        "等待短于设定秒数（默认 5 秒）的放弃",
        "abandons with a wait below the set seconds (5 by default)",
        "Genesys Cloud short abandons",
        "Genesys Cloud 速挂口径",
    ),
    "timed_out": Definition(
        "n",
        "超时流出",
        "Timed out",
        "等到队列时限而离开",
        "left because the queue's time-out came",
        _APP_QUEUE,
    ),
    "key_exit": Definition(
        "n", "按键离开", "Key exit", "按键主动离开队列", "left by pressing a key", _APP_QUEUE
    ),
    "withdrawn": Definition(
        "n",
        "被移出",
        "Withdrawn",
        "被班长或系统移出队列",
        "taken out of the queue by a lead or the system",
        _APP_QUEUE,
    ),
    "left_empty": Definition(
        "n",
        "无席离开",
        "Queue empty",
        "队列中已无可用坐席而被送出",
        "sent out because no seat was left on the queue",
        _APP_QUEUE,
    ),
    "refused_full": Definition(
        "n",
        "满员拒入",
        "Refused, full",
        "队列已满，未能进入；不算呼入",
        "not let in: the queue was full; not offered",
        _APP_QUEUE,
    ),
    "refused_empty": Definition(
        "n",
        "无席拒入",
        "Refused, empty",
        "队列无坐席，未能进入；不算呼入",
        "not let in: nobody was on the queue; not offered",
        _APP_QUEUE,
    ),
    "transferred_out": Definition(
        "n",
        "转出",
        "Transferred out",
        "接起后由坐席转接出去",
        "answered, then transferred by the seat",
        _APP_QUEUE,
    ),
    "lost": Definition(
        "n",
        "去向不明",
        "Out of sight",
        "在数据中断期间结束、去向不明的来电；已标记为修复",
        "ended while the data were interrupted; flagged as repaired",
        "ccfloor",
    ),
    "handled": Definition(
        "n",
        "处理量",
        "Handled",
        "已结束通话的接起数",
        "answered calls whose conversation has ended",
        _HANDBOOK,
    ),
    "rona": Definition(
        "n",
        "漏接",
        "RONA",
        "振铃到时坐席未接的次数；0 秒即拒的不算",
        "ringings a seat let run out; refusals at once are not counted",
        _APP_QUEUE,
    ),
    "free_seats": Definition(
        "n",
        "空闲坐席",
        "Free seats",
        "此刻空闲、可接来电的坐席数",
        "seats ready for a call right now",
        "ccfloor",
    ),
    "login": Definition(
        "s",
        "登录",
        "Signed in",
        "今日首次在线的时间与累计在线时长",
        "first presence today and its total",
        "ccfloor",
    ),
    "talk": Definition(
        "s",
        "通话",
        "Talk",
        "队列来电的通话时长，不含保持",
        "conversation of queue calls, hold taken out",
        _HANDBOOK,
    ),
    "hold": Definition("s", "保持", "Hold", "来电者被保持的时长", "time callers were on hold", _HANDBOOK),
    "acw": Definition(
        "s",
        "事后整理",
        "ACW",
        "通话结束后的整理时长（交换机按队列设定的整理时间，或坐席提前结束）",
        "after-call work: the queue's wrap-up time, or less where the seat ended it",
        _HANDBOOK,
    ),
}
