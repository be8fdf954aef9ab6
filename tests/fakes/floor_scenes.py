"""Scripted floors for the live boards: whole views in the hub's own types, the same at every run."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from ccfloor.acd.base import Health, LinkState
from ccfloor.floor.view import (
    AbandonView,
    CallerView,
    FloorView,
    Membership,
    QueueView,
    SeatCounts,
    SeatDay,
    SeatView,
    Window,
)
from ccfloor.service.said import told

QUEUES = {
    "hotline": ("热线咨询", "Hotline"),
    "repairs": ("报修", "Repairs"),
    "billing": ("账单", "Billing"),
    "booking": ("预约", "Booking"),
    "complaints": ("投诉", "Complaints"),
    "english": ("英语专线", "English"),
    "vip": ("VIP 专线", "VIP"),
}
NAMES = (
    "陈思远:S. Chen|王丽娜:L. Wang|李想:X. Li|赵敏:M. Zhao|刘子涵:Z. Liu|周岚:L. Zhou|吴晓东:X. Wu|"
    "Anna K.:Anna K.|"
    "孙浩:H. Sun|朱婷:T. Zhu|马骏:J. Ma|胡雨桐:Y. Hu|郭靖宇:J. Guo|何佳:J. He|高翔:X. Gao|林静怡:J. Lin|"
    "罗文博:W. Luo|郑凯:K. Zheng|梁爽:S. Liang|谢雨:Y. Xie|宋佳琪:J. Song|唐磊:L. Tang|许诺:N. Xu|"
    "David M.:David M.|"
    "韩雪:X. Han|冯博:B. Feng|邓子轩:Z. Deng|曹颖:Y. Cao|彭飞:F. Peng|曾琳:L. Zeng|萧然:R. Xiao|田甜:T. Tian|"
    "董洁:J. Dong|袁野:Y. Yuan|潘悦:Y. Pan|于洋:Y. Yu|蒋欣:X. Jiang|蔡明:M. Cai|余梦:M. Yu|Priya S.:Priya S.|"
    "杜鹃:J. Du|叶青:Q. Ye|程功:G. Cheng|苏瑶:Y. Su|魏然:R. Wei|吕航:H. Lü|丁宁:N. Ding|任杰:J. Ren"
)
CALM_SEATS = (
    "on_call@134 ready@68 on_call@351 on_call@37 wrap_up@22 ready@41 on_call@182 on_call@105 "
    "on_call@260 ringing@6 on_call@52 ready@197 on_call@153 break@400 on_call@79 on_call@368 "
    "wrap_up@40 on_call@15 on_call@224 ready@9 meal@1090 on_call@178 on_call@432 on_call@61 "
    "on_call@126 ready@145 on_hold@31 on_call@287 on_call@28 training@2040 training@2040 wrap_up@14 "
    "busy@230 on_call@93 on_call@161 other_call@72 ready@55 on_call@209 on_call@44 ready@96 "
    "on_call@316 ready@5 break@185 on_call@110 on_call@33 ready@18 offline@0 offline@0"
)
SURGE_SEATS = (
    "on_call@254 on_call@128 break@906 on_call@217 wrap_up@42 on_call@41 on_call@302 on_call@165 "
    "break@951 on_call@72 on_call@412 ringing@4 on_call@213 on_call@100 on_hold@99 on_call@248 "
    "wrap_up@38 on_call@135 on_call@464 on_call@39 on_call@190 on_call@178 on_call@312 on_call@61 "
    "on_call@186 ringing@9 on_call@151 on_call@287 callback@988 on_call@300 break@912 wrap_up@74 "
    "busy@830 on_call@93 on_call@161 on_call@72 on_call@55 on_call@209 auto_pause@104 on_call@96 "
    "on_call@316 on_call@139 on_call@185 wrap_up@30 on_call@33 on_call@138 on_call@87 offline@0"
)
PAUSES = frozenset(
    ["break", "meal", "meeting", "training", "coaching", "callback", "busy", "auto_pause", "other"]
)
BANDS = {
    "busy": [720, 900],
    "wrap_up": [45, 90],
    "on_hold": [60, 120],
    "ringing": [10, 15],
    "on_call": [600, 900],
    "other_call": [600, 900],
    "callback": [600, 900],
    "break": [600, 900],
    "meal": [2400, 3600],
    "training": [3000, 3600],
    "auto_pause": [0, 60],
}


@dataclass
class Scene:
    """A view at an instant, the sources' health, and how far the data lag behind the clock."""

    view: FloorView
    sources: list[dict[str, Any]] = field(default_factory=list)
    lag_s: float = 0.0
    frozen: bool = False
    site: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] | None = None
    steps: list[tuple[float, int]] = field(default_factory=list)  # waiting over the last hours


def names() -> list[tuple[str, str]]:
    """(Chinese, English) name of each of the 48 agents, teams in rows of eight."""
    pairs = (pair.partition(":") for pair in NAMES.split("|"))
    return [(zh, en) for zh, _, en in pairs]


def seats(script: str, now: float) -> tuple[SeatView, ...]:
    """One SeatView per word of the script: ``status@seconds`` or ``pause reason@seconds``."""
    people = names()
    return tuple(_seat(i, word, people[i % len(people)], now) for i, word in enumerate(script.split()))


def _seat(index: int, word: str, person: tuple[str, str], now: float) -> SeatView:
    state, _, age = word.partition("@")
    paused = state in PAUSES
    since = now - float(age)
    queue = list(QUEUES)[index % 5]
    busy = state in ("on_call", "on_hold", "ringing", "wrap_up")
    return SeatView(
        seat=f"PJSIP/{101 + index}",
        agent=person[0],
        agent_en=person[1],
        number=str(1001 + index),
        team="ABCDEFGHIJKLM"[index // 8],
        role="agent",
        status="paused" if paused else state,
        reason=state if paused else "",
        reason_text="",
        since=since,
        paused=paused,
        paused_since=since if paused else None,
        device="in_use" if busy else "idle",
        queue=queue if busy else "",
        call=f"call-{index}" if busy else "",
        caller=f"138****{2000 + index}" if busy else "",
        queues=(Membership(queue), Membership("vip", 1)),
        day=SeatDay(handled=14, login_at=now - 9000, login_s=9000.0, occupancy=0.81),
    )


def seat_counts(all_seats: tuple[SeatView, ...]) -> SeatCounts:
    """Seats by status."""
    count = {
        name: sum(seat.status == name for seat in all_seats) for name in SeatCounts.__struct_fields__[:9]
    }
    return SeatCounts(**count, staffed=len(all_seats) - count["offline"])


def _window(service: float | None, lost: float | None, **counts: Any) -> Window:
    return Window(service_level=service, abandon_rate=lost, **counts)


def queue(
    name: str, now: float, waiting: int, oldest: float, service: float | None, lost: float | None, free: int
) -> QueueView:
    """A queue's view with the numbers its row shows."""
    window = _window(service, lost, abandoned=3)
    return QueueView(
        queue=name,
        waiting=waiting,
        longest_wait_s=oldest,
        oldest_at=now - oldest if waiting else None,
        max_wait_today_s=98.0,
        threshold_s=20.0,
        target=0.8,
        seats=SeatCounts(ready=free, staffed=20),
        today=window,
        last_15=window,
        last_30=window,
        interval=window,
    )


def site() -> dict[str, Any]:
    """The static part of a full message."""
    return {
        "site": "main",
        "name_zh": "市民服务中心",
        "name_en": "Citizen Service Centre",
        "zone": "Asia/Shanghai",
        "queues": {
            name: {
                "zh": zh,
                "en": en,
                "threshold_s": 20,
                "target": 0.8,
                "abandon_target": 0.05,
                "wait_limit_s": 120,
            }
            for name, (zh, en) in QUEUES.items()
        },
        "bands": BANDS,
        "kiosk": {
            "slide_s": 12,
            "queues_per_slide": 8,
            "seats_per_slide": 48,
            "sound": True,
            "waiting": [8, 16],
            "longest_wait_s": [60, 120],
            "service_level": 0.8,
            "abandon_rate": 0.05,
            "free_seats": 4,
            "occupancy": [0.8, 0.9],
        },
        "teams": list("ABCDEF"),
        "commands": True,
    }


def curve(now: float, levels: list[int]) -> tuple[tuple[float, int], ...]:
    """Waiting over the last hour as steps of equal length, ending with the level of now."""
    step = 3600 / len(levels)
    return tuple((now - 3600 + step * i, level) for i, level in enumerate(levels))


def _scene(
    now: float,
    script: str,
    rows: list[QueueView],
    floor: QueueView,
    waits: list[tuple[float, str]],
    levels: list[int],
) -> Scene:
    all_seats = seats(script, now)
    numbers = (
        "138****2071",
        "159****8830",
        "021****6614",
        "186****0492",
        "135****0918",
        "177****1536",
        "133****4410",
    )
    callers = tuple(
        CallerView(f"w{i}", name, now - wait, i + 1, numbers[i % len(numbers)])
        for i, (wait, name) in enumerate(waits)
    )
    abandons = tuple(
        AbandonView(f"a{i}", name, now - 200 * (i + 1), 31.0 + 17 * i, numbers[-1 - i])
        for i, name in enumerate(("repairs", "hotline", "billing"))
    )
    view = FloorView(
        site="main",
        at=now,
        day_start=now - 20_000,
        floor=replace(floor, seats=seat_counts(all_seats)),
        queues=tuple(rows),
        seats=all_seats,
        callers=callers,
        abandons=abandons,
        waiting_curve=curve(now, levels),
        events=len(all_seats) + 1,
    )
    source = {
        "source": "simulator",
        "state": "up",
        "code": "",
        "details": {},
        "since": now - 900,
        "retry_at": 0.0,
        "retries": 0,
    }
    return Scene(view, [source], site=site())


def calm(now: float) -> Scene:
    """An ordinary morning: everything within its targets."""
    rows = [
        queue("hotline", now, 2, 42, 0.84, 0.031, 4),
        queue("repairs", now, 1, 18, 0.88, 0.024, 2),
        queue("billing", now, 0, 0, 0.91, 0.019, 2),
        queue("booking", now, 1, 7, 0.87, 0.033, 3),
        queue("complaints", now, 0, 0, 0.82, 0.04, 1),
        queue("english", now, 0, 0, 1.0, 0.0, 1),
        queue("vip", now, 0, 0, None, None, 2),
    ]
    today = Window(offered=412, answered=386, abandoned=11, short_abandoned=2, abandon_rate=0.029)
    last = Window(abandoned=3, service_level=0.86, occupancy=0.78)
    floor = replace(queue("", now, 4, 42, 0.86, 0.029, 9), today=today, last_30=last)
    waits = [(42, "hotline"), (18, "repairs"), (7, "booking"), (3, "hotline")]
    levels = [2, 3, 3, 2, 1, 2, 4, 5, 4, 3, 2, 2, 1, 2, 3, 4, 3, 2, 3, 4, 5, 6, 4, 3, 3, 2, 1, 2, 3, 4]
    return _scene(now, CALM_SEATS, rows, floor, waits, levels)


def surge(now: float) -> Scene:
    """Too many callers, nobody free, several seats over their limits."""
    rows = [
        queue("hotline", now, 7, 278, 0.33, 0.124, 0),
        queue("repairs", now, 3, 171, 0.46, 0.088, 0),
        queue("billing", now, 2, 50, 0.58, 0.061, 0),
        queue("booking", now, 1, 49, 0.71, 0.042, 0),
        queue("complaints", now, 0, 0, 0.80, 0.025, 0),
        queue("english", now, 0, 0, 1.0, 0.0, 0),
        queue("vip", now, 0, 0, 0.92, 0.0, 0),
    ]
    today = Window(offered=801, answered=690, abandoned=74, short_abandoned=9, abandon_rate=0.096)
    last = Window(abandoned=31, service_level=0.41, occupancy=0.96, over_t=11)
    floor = replace(
        queue("", now, 17, 278, 0.41, 0.096, 0), today=today, last_30=last, max_wait_today_s=312.0
    )
    waits = [
        (278, "hotline"),
        (243, "hotline"),
        (171, "repairs"),
        (166, "hotline"),
        (128, "repairs"),
        (97, "hotline"),
    ]
    waits += [(90 - 7 * i, "hotline") for i in range(11)]
    levels = [
        3,
        4,
        5,
        7,
        8,
        9,
        10,
        10,
        9,
        11,
        12,
        10,
        9,
        13,
        12,
        11,
        14,
        15,
        13,
        12,
        16,
        17,
        14,
        13,
        12,
        13,
        14,
        15,
        16,
        17,
    ]
    return _scene(now, SURGE_SEATS, rows, floor, waits, levels)


def aging(now: float) -> Scene:
    """The calm floor, told nine seconds late all the time."""
    scene = calm(now - 9)
    scene.lag_s = 9.0
    return scene


def stale(now: float) -> Scene:
    """The calm floor with its switch out of sight for 47 seconds."""
    scene = calm(now - 47)
    scene.frozen = True
    scene.view = replace(scene.view, blind_since=now - 47)
    scene.sources = [{**scene.sources[0], "state": "down", "code": "", "retries": 6, "retry_at": now + 8}]
    return scene


def refused(now: float) -> Scene:
    """As stale, with the switch's own reason: a wrong password."""
    scene = stale(now)
    details = {"user": "ccfloor", "reason": "Authentication failed"}
    scene.sources = [told(Health("ami", LinkState.DOWN, "ami_login", details, retries=6, retry_at=now + 8))]
    return scene


def large(now: float) -> Scene:
    """More queues and seats than one slide holds; one seat of the second slide over its limit."""
    scene = calm(now)
    rows = [replace(scene.view.queues[i % 7], queue=f"q{i:02d}") for i in range(12)]
    script = CALM_SEATS.split() + CALM_SEATS.split()
    script[60] = "busy@1200"
    all_seats = seats(" ".join(script), now)
    scene.site["queues"] = {f"q{i:02d}": {"zh": f"业务{i:02d}", "en": f"Line {i:02d}"} for i in range(12)}
    scene.view = replace(scene.view, queues=tuple(rows), seats=all_seats)
    return scene


def empty(now: float) -> Scene:
    """Before the first call of the day: nothing to divide by, nobody signed in."""
    rows = [queue(name, now, 0, 0, None, None, 0) for name in QUEUES]
    floor = replace(
        queue("", now, 0, 0, None, None, 0), max_wait_today_s=0.0, today=Window(), last_30=Window()
    )
    scene = _scene(now, " ".join(["offline@0"] * 48), rows, floor, [], [0])
    scene.view = replace(scene.view, abandons=(), waiting_curve=())
    return scene


def hostile(now: float) -> Scene:
    """Names and numbers as a switch may send them: markup, quotes, very long, right to left."""
    scene = calm(now)
    bad = '<img src=x onerror="window.hacked=1">'
    all_seats = list(scene.view.seats)
    all_seats[0] = replace(all_seats[0], agent=bad, agent_en=bad, team="<b>A</b>")
    all_seats[1] = replace(all_seats[1], agent="很长很长的名字" * 6, agent_en="Bartholomew " * 6)
    callers = (
        replace(scene.view.callers[0], number=bad, name="<script>window.hacked=1</script>"),
        *scene.view.callers[1:],
    )
    scene.site["queues"]["hotline"] = {"zh": bad, "en": bad}
    scene.site["name_zh"] = scene.site["name_en"] = bad
    scene.view = replace(scene.view, seats=tuple(all_seats), callers=callers)
    return scene


SCENES = {scene.__name__: scene for scene in (calm, surge, aging, stale, refused, large, empty, hostile)}


def plain(scene: Scene) -> dict[str, Any]:
    """The scene's view as plain values, ready to be encoded."""
    return dict(msgspec.to_builtins(scene.view))
