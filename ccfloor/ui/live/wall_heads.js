/* The six headline numbers: label, number, bar with a tick at the target, the target in words. */

/*
 * One entry a headline: `read(floor, limits, ctx, at)` gives its value (null: nothing to divide by), text, the
 * bar's and the tick's share of the full width, the raw verdict, and the details of its target line.
 */
const HEADS = [
  { key: "waiting", window: "now", read: readWaiting },
  { key: "longest_wait", window: "now", read: readLongest },
  { key: "service_level", window: "last_30", unit: "%", read: readService },
  { key: "abandon_rate", window: "today", unit: "%", read: readAbandon },
  { key: "free_seats", window: "now", read: readFree },
  { key: "occupancy", window: "last_30", unit: "%", read: readOccupancy },
];

/** Against the lines of the plan where there is one: while a level fires its own line is the limit. */
function readWaiting(floor, limits, ctx) {
  const lines = curveLines(ctx);
  const near = lines.near.level;
  const over = lines.over?.level ?? near;
  const limit = ctx.state.plan && ctx.state.plan.level >= 1 ? near : over;
  const words = [lines.near.words, lines.over?.words].filter(Boolean).join(" · ");
  return {
    value: floor.waiting, text: fmt.count(floor.waiting), bar: floor.waiting / over, tick: near / over,
    raw: upTo(floor.waiting, near, limit), goal: { near, over, words },
  };
}

function longestWait(queue, at) {
  return queue.oldest_at === null || queue.oldest_at === undefined ? 0 : Math.max(0, at - queue.oldest_at);
}

function readLongest(floor, limits, ctx, at) {
  const [near, over] = limits.longest_wait_s;
  const wait = longestWait(floor, at);
  const text = floor.waiting === 0 ? fmt.DASH : wait < 3600 ? fmt.clock(wait) : fmt.short(wait, ctx.lang);
  const max = fmt.short(Math.max(floor.max_wait_today_s, wait), ctx.lang);
  return {
    value: wait, text, bar: wait / (2 * over), tick: 0.5, raw: upTo(wait, near, over),
    goal: { limit: fmt.clock(over), near: fmt.clock(near), max },
  };
}

function readService(floor, limits) {
  const share = floor.last_30.service_level;
  const target = limits.service_level;
  return {
    value: share, text: fmt.whole(share), bar: share, tick: target, raw: serviceVerdict(share, target),
    goal: { target: fmt.whole(target), threshold: floor.threshold_s, over: floor.last_30.over_t },
  };
}

function readAbandon(floor, limits) {
  const share = floor.today.abandon_rate;
  const limit = limits.abandon_rate;
  return {
    value: share, text: fmt.percent(share), bar: share / (2 * limit), tick: 0.5, raw: abandonVerdict(share, limit),
    goal: {
      target: fmt.percent(limit, 1).replace(/\.0$/, ""), n: floor.today.abandoned, short: floor.today.short_abandoned,
    },
  };
}

function readFree(floor, limits) {
  const need = limits.free_seats;
  const { ready, staffed } = floor.seats;
  const scale = Math.max(4 * need, 12);
  const missing = staffed > 0 && ready < need;
  return {
    value: ready, text: fmt.count(ready), bar: ready / scale, tick: need / scale,
    raw: missing ? (ready === 0 ? "over" : "warn") : "", goal: { n: need, staffed },
  };
}

function readOccupancy(floor, limits) {
  const share = floor.last_30.occupancy;
  const [near, limit] = limits.occupancy;
  return {
    value: share, text: fmt.whole(share), bar: share, tick: limit, raw: isNumber(share) && share >= limit ? "warn" : "",
    goal: { near: fmt.whole(near), limit: fmt.whole(limit) },
  };
}

function buildHead(head, ctx) {
  const mark = ctx.icon("octagon");
  const label = el("span", {}, mark, ctx.t("wall." + head.key));
  const number = el("span", { class: "num" });
  const unit = el("small", {}, head.unit ? head.unit : "");
  const bar = el("i");
  const tick = el("u");
  const goal = el("div", { class: "goal" });
  const node = el("div", { class: "h", "data-head": head.key, tabindex: "0" },
    el("div", { class: "l" }, label), el("div", { class: "d" }, number, unit),
    el("div", { class: "bul" }, bar, tick), goal);
  ctx.tip(node, head.key, head.window);
  return { node, mark, number, unit, bar, tick, goal, verdict: new Verdict() };
}

function buildHeads(ctx) {
  ctx.own.heads = HEADS.map((head) => buildHead(head, ctx));
  return el("div", { class: "heads" }, ...ctx.own.heads.map((head) => head.node));
}

const inBar = (share) => `${(100 * Math.min(1, Math.max(0, share || 0))).toFixed(1)}%`;

/** Brings the headlines up to date; `at` is the instant durations are counted to. */
function patchHeads(ctx, at) {
  const { state, own } = ctx;
  HEADS.forEach((head, index) => patchHead(ctx, head, own.heads[index], state.ready ? state.floor : null, at));
}

function patchHead(ctx, head, nodes, floor, at) {
  if (!floor) return setText(nodes.number, fmt.DASH), setText(nodes.unit, "");
  const read = head.read(floor, ctx.own.limits, ctx, at);
  const shown = ctx.state.freshness === "stale" ? nodes.verdict.freeze(read.raw) : nodes.verdict.set(read.raw, at);
  const long = isNumber(read.value) && /^\d{3,}$/.test(read.text);
  setText(nodes.number, read.text);
  setText(nodes.unit, isNumber(read.value) && !long ? head.unit || "" : "");
  const classes = ["h", shown, long && "long", read.text === fmt.DASH && "quiet"];
  setClass(nodes.node, classes.filter(Boolean).join(" "));
  setIcon(nodes.mark, shown === "over" ? "octagon" : "triangle_open");
  setStyle(nodes.bar, "width", inBar(read.bar));
  setStyle(nodes.tick, "left", inBar(read.tick));
  setText(nodes.goal, ctx.t("wall.goal." + head.key, read.goal));
  setAttr(nodes.node, "data-note", ctx.t("wall.note." + head.key, read.goal));
}

