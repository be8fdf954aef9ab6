"""The boards' own arithmetic, run in a browser without any page: formats, state, settling, slides, clocks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from ccfloor.ui.texts import texts

pytestmark = pytest.mark.browser

LIVE = Path(__file__).resolve().parents[2] / "ccfloor" / "ui" / "live"
CORE = ("words", "format", "icons", "dom", "alarms", "status", "store", "link", "tips", "kit", "core")
PLAN = ("plan_calm", "plan_fire", "plan_stale", "plan")
WALL = ("limits", "heads", "table", "callers", "seats", "slides", *PLAN, "sound")


@pytest.fixture
def run(open_page: Callable[..., Page]) -> Callable[..., Any]:
    """Evaluates an expression where all functions of core and wall are at hand; ``t`` speaks Chinese."""
    page = open_page("about:blank")
    names = [f"{name}.js" for name in CORE] + [f"wall_{name}.js" for name in WALL]
    source = "\n".join((LIVE / name).read_text(encoding="utf-8") for name in names)
    page.add_script_tag(content=source)
    page.evaluate("(texts) => { window.t = translator(texts); }", texts("zh"))
    return page.evaluate


FULL = """const full = (over) => ({t: "full", seq: 5, now: 100, sources: [], site: {}, view: {
  at: 100, day_start: 0, floor: {waiting: 1}, queues: [{queue: "a", waiting: 1}],
  seats: [{seat: "s1", status: "ready"}], callers: [], abandons: [], waiting_curve: [], blind_since: null,
  ...over}});
const state = emptyState();
"""


def test_one_is_said_as_one(run: Callable[..., Any]) -> None:
    english = run(
        "(texts) => { const say = translator(texts);"
        " return [1, '1', 2, 0].map((n) => say('moves.go.again.recall', {n})); }",
        texts("en"),
    )
    assert english == [
        "Click again: 1 seat ends its pause",
        "Click again: 1 seat ends its pause",
        "Click again: 2 seats end their pause",
        "Click again: 0 seats end their pause",
    ]
    assert run("t('moves.go.again.recall')").count("{n}") == 1


def test_a_number_that_was_cleared_is_said_in_words(run: Callable[..., Any]) -> None:
    told = run("['~', '138****2071', ''].map((number) => fmt.caller(number, t))")
    assert told == ["号码已清除", "138****2071", ""]


def test_a_button_that_would_be_refused_is_grey_and_says_why(run: Callable[..., Any]) -> None:
    asked = "['plan', 'seats'].map((right) => gated({data: %s}, right, document.createElement('button')))"
    told = f"({asked}).map((button) => [button.disabled, button.title])"
    assert run(told % "{refused: {plan: 'not you'}}") == [[True, "not you"], [False, ""]]
    assert run(told % "{}") == [[False, ""], [False, ""]]


def test_durations(run: Callable[..., Any]) -> None:
    asked = "[0, 59, 60, 599, 600, 3599, 3600, -3, null, NaN]"
    assert run(f"{asked}.map((s) => fmt.short(s, 'zh'))") == [
        "0:00",
        "0:59",
        "1:00",
        "9:59",
        "10分",
        "59分",
        "1h00",
        "0:00",
        "–",
        "–",
    ]
    assert run("[3599, 3600, 3725].map(fmt.clock)") == ["59:59", "1:00:00", "1:02:05"]
    assert run("fmt.short(700, 'en')") == "11m"


def test_rates(run: Callable[..., Any]) -> None:
    shares = "[0, 0.029, 0.0994, 0.0995, 0.41, 1, null, undefined]"
    assert run(f"{shares}.map((x) => fmt.percent(x))") == ["0", "2.9", "9.9", "10", "41", "100", "–", "–"]
    assert run("[0.855, null].map(fmt.whole)") == ["86", "–"]


def test_age_and_site_time(run: Callable[..., Any]) -> None:
    assert run("[0.42, 9.7, 130, 7300].map((s) => fmt.age(s, t))") == [
        "0.4 秒前",
        "9 秒前",
        "2 分前",
        "2 小时前",
    ]
    assert run("fmt.time(1764000000, 'Asia/Shanghai')") == "00:00:00"
    assert run("fmt.day(1764000000, 'Asia/Shanghai', 'zh')") == "11 月 25 日 周二"
    assert run("fmt.day(1764000000, 'America/New_York', 'en')") == "Mon 24 Nov"


def test_messages_continue_the_state_or_are_refused(run: Callable[..., Any]) -> None:
    assert run(f"""() => {{ {FULL}
      const tick = applyMessage(state, {{t: "tick", seq: 6}});
      const early = [applyMessage(state, {{t: "diff", seq: 6}}), tick !== null];
      applyMessage(state, full());
      const gap = applyMessage(state, {{t: "diff", seq: 7, at: 102}});
      applyMessage(state, {{t: "diff", seq: 6, at: 101, floor: {{waiting: 3}}, seats: [{{seat: "s2"}}]}});
      const again = applyMessage(state, {{t: "diff", seq: 6, at: 90, floor: {{waiting: 9}}}});
      return [early, gap, again.floor, state.floor.waiting, state.seats.length, state.at]; }}""") == [
        [None, True],
        None,
        False,
        3,
        2,
        101,
    ]


def test_a_seat_that_is_gone_leaves_the_state(run: Callable[..., Any]) -> None:
    assert run(f"""() => {{ {FULL} applyMessage(state, full());
      const changed = applyMessage(state, {{t: "diff", seq: 6, at: 101, gone: ["s1"]}});
      return [state.seats.length, state.seatBy.size, [...changed.gone]]; }}""") == [0, 0, ["s1"]]


@pytest.mark.parametrize(
    ("now", "blind", "fresh", "measured"),
    [
        (104.9, None, "live", 104.9),
        (105, None, "aging", 105),
        (115, None, "stale", 100),
        (101, 80, "stale", 80),
    ],
)
def test_freshness(
    run: Callable[..., Any], now: float, blind: float | None, fresh: str, measured: float
) -> None:
    script = f"""([now, blind]) => {{ {FULL} applyMessage(state, full({{blind_since: blind}}));
      state.freshness = freshnessOf(state, now); return [state.freshness, measuredAt(state, now)]; }}"""
    assert run(script, [now, blind]) == [fresh, measured]


def test_no_data_is_not_fresh(run: Callable[..., Any]) -> None:
    assert run("freshnessOf(emptyState(), 5)") == "none"


def test_a_floor_nobody_has_reported_is_not_shown_as_empty(run: Callable[..., Any]) -> None:
    assert run(f"""() => {{ {FULL} applyMessage(state, full({{events: 0}}));
      const unheard = [state.ready, freshnessOf(state, 100)];
      const quiet = applyMessage(state, {{t: "diff", seq: 6, at: 101}}) !== null;
      applyMessage(state, full({{events: 1}}));
      return [...unheard, quiet, state.ready, freshnessOf(state, 100)]; }}""") == [
        False,
        "none",
        True,
        True,
        "live",
    ]


def test_the_cause_is_the_sources_own_sentence_and_the_servers_word_comes_last(
    run: Callable[..., Any],
) -> None:
    assert run("""() => {
      const state = { ...emptyState(), ready: true, link: { up: true } };
      const cause = (...sources) => causeOf(Object.assign(state, { sources }), t, "zh");
      const secret = { state: "down", zh: "口令不对", en: "wrong secret" };
      const silent = { state: "down", zh: "采集器停了", en: "collector stopped" };
      const trying = { state: "connecting", zh: "正在连接" };
      const alone = [cause(secret), causeOf(state, t, "en"), cause(trying)];
      return [...alone, cause(secret, silent), cause(secret, trying)];
    }""") == ["口令不对", "wrong secret", "正在连接", "采集器停了", "口令不对"]


def test_a_verdict_settles_before_it_is_shown(run: Callable[..., Any]) -> None:
    steps = [
        ("", 0),
        ("over", 1),
        ("over", 3),
        ("over", 4),
        ("", 5),
        ("", 14),
        ("", 15),
        ("warn", 16),
        ("over", 19),
    ]
    script = "(steps) => { const v = new Verdict(); return steps.map(([raw, at]) => v.set(raw, at)); }"
    assert run(script, steps) == ["", "", "", "over", "over", "over", "", "", "warn"]


def test_bands_and_states_of_seats(run: Callable[..., Any]) -> None:
    bands = {"busy": [720, 900], "auto_pause": [0, 60]}
    seats = [
        {"status": "paused", "reason": "busy", "since": 0},
        {"status": "paused", "reason": "auto-pause", "since": 995},
        {"status": "paused", "reason": "no such", "since": 990},
        {"status": "on_call", "reason": "", "since": 0},
        {"status": "strange", "reason": "", "since": 0},
    ]
    look = """([seats, bands]) => seats.map((s) => seatLook(s, 1000, bands, t)).map((l) => [l.key, l.band])"""
    assert run(look, [seats, bands]) == [
        ["busy", "over"],
        ["auto_pause", "warn"],
        ["busy", ""],
        ["on_call", ""],
        ["unknown", ""],
    ]


def test_held_time_and_curve(run: Callable[..., Any]) -> None:
    curve = [[0, 3], [100, 9], [160, 8], [200, 2], [300, 8]]
    assert run("(c) => [heldSince(c, 8, 350), heldSince(c, 8, 300), heldSince([], 8, 9)]", curve) == [
        50,
        0,
        0,
    ]
    assert run("(c) => curvePoints(c, 150, 350)", curve) == [[150, 9], [160, 8], [200, 2], [300, 8]]
    assert run("heldArea([[0, 2], [5, 9]], 8, (v) => v, (v) => -v)") == "M5 -8V-9H1000V-8Z"


def test_teams_have_rows_of_their_own_while_there_is_room(run: Callable[..., Any]) -> None:
    rows = """(sizes) => {
      const team = (n, i) => Array.from({length: n}, () => ({team: 'ABCDEFGH'[i]}));
      const seats = sizes.flatMap(team);
      return seatRows(seats, 6).map((row) => row.map((seat) => seat.team).join('')); }"""
    assert run(rows, [9, 3]) == ["AAAAAAAA", "A", "BBB"]
    assert run(rows, [6, 6, 6, 6, 6, 6, 6])[0] == "AAAAAABB"


def test_the_clock_follows_the_server(run: Callable[..., Any]) -> None:
    script = """() => { const link = Object.create(Link.prototype, {});
      Object.assign(link, {offset: null, bestTrip: Infinity});
      const sent = Date.now() - 100;
      link.measure({c: sent, now: Date.now() / 1000 - 0.05 + 3600});
      return Math.abs(link.offset - 3600) < 0.02; }"""
    assert run(script)


def test_a_floor_that_runs_fast_takes_the_clock_along(run: Callable[..., Any]) -> None:
    script = """(ahead) => { const link = Object.create(Link.prototype, {});
      Object.assign(link, {offset: 0, state: {up: true}, onMessage: () => {}});
      link.hear(JSON.stringify({t: 'tick', now: Date.now() / 1000 + ahead}));
      return Math.round(link.offset); }"""
    assert run(script, 15) == 15
    assert run(script, 1) == 0 and run(script, -600) == 0  # a message late on its way moves nothing


def test_slides_prefer_what_fires(run: Callable[..., Any]) -> None:
    script = """() => {
      const slides = new Slides({own: {limits: {slide_s: 12}}});
      Object.assign(slides, {queueSlides: [[], [], []], firing: []});
      slides.fires = function (index) { return this.firing.includes(index); };
      const seen = [];
      for (let now = 1; now < 60; now += 1) {
        if (now === 20) slides.firing = [0];
        if (slides.turn(now, now)) seen.push([now, slides.index]);
      }
      return seen; }"""
    assert run(script) == [[13, 1], [20, 0], [32, 1], [44, 0], [56, 1]]


PLAN_STATE = """
const rung = (over) => ({rule: "r", level: 1, state: "pending", key: "k", acked_by: "", fired_at: 0,
  cleared_at: 0, held_s: 10, needed_s: 60, holding: true, value: 9, sound: "repeat", ...over});
const plan = (over) => ({at: 100, ladder: [], alarms: [], open: [], todo: [], incidents: [], planned: [],
  ...over});
"""


def test_a_bar_fills_up_to_what_is_needed_and_no_further(run: Callable[..., Any]) -> None:
    assert run(f"""() => {{ {PLAN_STATE}
      const at = (entry) => [100, 105, 500].map((now) => heldNow(entry, 100, now));
      const mean = rung({{hold: {{kind: "mean"}}, needed_s: 540}});
      return [at(rung()), at(rung({{holding: false}})), heldText(mean, 100, 120, t),
        heldText(rung(), 100, 105, t), heldText(rung({{needed_s: 1800}}), 100, 105, t)]; }}""") == [
        [10, 15, 60],
        [10, 10, 10],
        "35 %",
        "15 / 60 秒",
        "0:15 / 30:00",
    ]


def test_a_seat_is_near_within_the_grace_and_over_after_it(run: Callable[..., Any]) -> None:
    assert run(f"""() => {{ {PLAN_STATE}
      const alarm = (over) => ({{subject: "seat:b", kind: "seat", state: "firing", severity: "warn",
        ...over}});
      const marks = marksOf(plan({{
        open: [{{seat: "a", due_at: 200}}, {{seat: "a", due_at: 300}}],
        alarms: [alarm(), alarm({{subject: "seat:c", severity: "info"}}),
          alarm({{subject: "seat:d", state: "cleared"}}),
          alarm({{subject: "seat:e", state: "pending", near: true}}), alarm({{subject: "", kind: "floor"}}),
          alarm({{subject: "group:g", kind: "group", queues: ["q1", "q2"]}})],
      }}));
      const at = (seat) => [200, 201].map((now) => seatMark(marks, seat, now));
      return [...["a", "b", "c", "d", "e"].map(at), [...marks.queue.keys()]]; }}""") == [
        ["warn", "over"],
        ["over", "over"],
        ["warn", "warn"],
        ["", ""],
        ["warn", "warn"],
        ["q1", "q2"],
    ]


def test_a_level_that_is_over_is_shown_for_five_minutes(run: Callable[..., Any]) -> None:
    assert run(f"""() => {{ {PLAN_STATE}
      const done = rung({{state: "cleared", cleared_at: 1000, level: 2}});
      const over = plan({{ladder: [done, rung({{state: "inactive"}})]}});
      const face = (now) => slotFace({{plan: over}}, false, false, now).kind;
      const both = plan({{ladder: [rung({{state: "firing", level: 0}})], incidents: [{{id: 1}}]}});
      return [face(1001), face(1299), face(1300), slotFace({{plan: both}}, false, false, 0).kind,
        slotFace({{plan: both}}, false, true, 0).kind]; }}""") == [
        "cleared",
        "cleared",
        "calm",
        "incident",
        "stale",
    ]


def test_the_chime_repeats_once_a_minute_until_it_is_taken_on(run: Callable[..., Any]) -> None:
    times = """(sound, takenAt) => {
      const rungs = [];
      const state = {ready: true, freshness: "live", plan: null};
      const ctx = {state, own: {alarm: {on: false}}, now: () => 0};
      const chime = Object.assign(Object.create(Chime.prototype), {ctx, lastAt: -Infinity, rung: new Set()});
      chime.ring = (now) => { chime.lastAt = now; rungs.push(now); };
      for (let now = 0; now <= 200; now += 1) {
        const fires = rung({state: "firing", fired_at: 5, sound, acked_by: now >= takenAt ? "x" : ""});
        state.plan = plan({ladder: now < 5 ? [] : [fires]});
        chime.judge(now);
      }
      return rungs;
    }"""
    assert run(f"""() => {{ {PLAN_STATE} const times = {times};
      return [times("repeat", 130), times("repeat", 999), times("once", 999), times("none", 999)]; }}""") == [
        [5, 65, 125],
        [5, 65, 125, 185],
        [5],
        [],
    ]


def test_a_lost_source_takes_its_own_queues_and_seats_out_of_sight(run: Callable[..., Any]) -> None:
    script = (
        FULL
        + """
    applyMessage(state, full());
    const told = (seq, source) => applyMessage(state, {t: "tick", seq, now: 101, at: 101, sources: [source]});
    const until = (part, id) => seenUntil(state, part, id, 100);
    const lost = {source: "ami", state: "down", queues: ["a"], seats: ["s1"], seen_at: 90};
    const changed = told(6, lost);
    const during = [until("queues", "a"), until("seats", "s2"), lostWords(state, t)];
    const back = told(7, {...lost, state: "up", queues: [], seats: []});
    const after = [until("queues", "a"), lostWords(state, t)];
    return [[...changed.queues], [...changed.seats], during, [...back.seats], after];"""
    )
    found = run(f"() => {{ {script} }}")
    assert found == [["a"], ["s1"], [90, 100, "交换机 断开"], ["s1"], [100, ""]]
