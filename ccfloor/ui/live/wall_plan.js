/*
 * The plan slot: always there, so that nothing ever moves. Calm: the curve of waiting against its two
 * lines. Watch: the same with an amber rule and the reason. Stale: how old the picture is, and why.
 */
const CURVE_S = 3600;
const CURVE_REDRAW_S = 5;

function buildPlan(ctx) {
  const plan = { node: el("div", { class: "plan" }) };
  ctx.own.plan = plan;
  plan.calm = buildCalm(ctx, plan);
  plan.stale = buildStale(ctx, plan);
  plan.node.append(plan.calm, plan.stale);
  return plan.node;
}

/** A small label over a value. */
function stack(extra, label, value) {
  return el("div", { class: "st " + extra }, el("div", { class: "k" }, label), el("div", { class: "v" }, value));
}

function buildCalm(ctx, plan) {
  const t = ctx.t;
  for (const name of ["word", "why", "held", "heldLabel", "day"]) plan[name] = el("span");
  plan.mark = ctx.icon("triangle_open");
  plan.labels = { over: el("span"), near: el("span"), span: el("span", { class: "base" }) };
  plan.curve = buildCurve(plan);
  plan.heldBox = stack("held", plan.heldLabel, plan.held);
  const word = el("span", { class: "pw" }, plan.mark, plan.word);
  const day = ctx.tip(stack("today", t("wall.offered"), plan.day), "offered", "today");
  return el("div", { class: "calm" }, stack("state", plan.why, word),
    el("div", { class: "lb" }, plan.labels.over, plan.labels.near, plan.labels.span), plan.curve, plan.heldBox, day);
}

function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function buildCurve(plan) {
  const whole = { viewBox: "0 0 1000 100", preserveAspectRatio: "none" };
  const chart = svg("svg", { ...whole, class: "cv", "aria-hidden": "true" });
  const thin = { x1: 0, x2: 1000, "vector-effect": "non-scaling-stroke" };
  plan.lines = { near: svg("line", { ...thin, class: "near" }), over: svg("line", { ...thin, class: "over" }) };
  plan.area = svg("path", { class: "area" });
  plan.path = svg("path", { class: "path", "vector-effect": "non-scaling-stroke" });
  chart.append(plan.area, plan.lines.over, plan.lines.near, plan.path);
  return chart;
}

function buildStale(ctx, plan) {
  Object.assign(plan, { gone: el("span"), picture: el("div", { class: "o1" }), cause: el("div", { class: "o2" }) });
  const auto = stack("auto", ctx.t("wall.stale.hands_off"), ctx.t("wall.stale.auto"));
  return el("div", { class: "cut", role: "alert", hidden: "" },
    el("div", { class: "lv" }, ctx.icon("pulse"), plan.gone),
    el("div", { class: "ord" }, plan.picture, plan.cause), auto);
}

/** The reason for an alarm right now: null, or {key, details} of its sentence. */
function alarmReason(ctx, at) {
  const { floor } = ctx.state;
  const { waiting, longest_wait_s: longest } = ctx.own.limits;
  if (floor.waiting >= waiting[0]) return { key: "waiting", details: { n: floor.waiting, limit: waiting[0] } };
  if (longestWait(floor, at) > longest[1]) return { key: "longest_wait", details: { limit: fmt.clock(longest[1]) } };
  return null;
}

/** Settles the alarm; returns true when it has just begun. */
function judgeAlarm(ctx, at) {
  const { own, state } = ctx;
  if (!state.ready || state.freshness === "stale") return false;
  const reason = alarmReason(ctx, at);
  const before = own.alarm.on;
  own.reason = reason || own.reason;
  return own.alarm.set(reason !== null, at) && !before;
}

function patchPlan(ctx, now, at) {
  const { own, state } = ctx;
  const late = state.freshness === "stale" || (state.freshness === "none" && now - own.mountedAt >= 5);
  own.plan.calm.hidden = late;
  own.plan.stale.hidden = !late;
  setClass(own.plan.node, late ? "plan stale-strip" : own.alarm.on ? "plan watch" : "plan");
  if (late) patchStale(ctx, now);
  else patchCalm(ctx, at);
}

function patchCalm(ctx, at) {
  const { own, state, t } = ctx;
  const { plan } = own;
  const alarm = own.alarm.on && own.reason;
  setText(plan.word, t(!state.ready ? "wall.connecting" : alarm ? "wall.plan.watch" : "wall.plan.off"));
  setText(plan.why, alarm ? t("wall.plan.alarm." + own.reason.key, own.reason.details) : t("wall.plan"));
  const [near, over] = own.limits.waiting;
  setText(plan.heldLabel, t("wall.held", { n: near }));
  setAttr(plan.heldBox, "data-note", t("wall.held.note", { n: near }));
  setText(plan.labels.near, t("wall.curve.near", { n: near }));
  setText(plan.labels.over, t("wall.curve.over", { n: over }));
  if (!state.ready) return setText(plan.held, fmt.DASH), setText(plan.day, fmt.DASH);
  setText(plan.held, fmt.clock(heldSince(state.curve, near, at)));
  setText(plan.day, `${state.floor.today.offered} / ${state.floor.today.answered}`);
  if (own.curveDirty || at - own.curveAt >= CURVE_REDRAW_S) drawCurve(ctx, at);
}

/** Seconds for which waiting has now been at or above a level; 0 below it. */
function heldSince(curve, level, at) {
  let since = null;
  for (const [instant, waiting] of curve) since = waiting >= level ? (since ?? instant) : null;
  return since === null ? 0 : Math.max(0, at - since);
}

function drawCurve(ctx, at) {
  const { own, state } = ctx;
  const [near, over] = own.limits.waiting;
  Object.assign(own, { curveDirty: false, curveAt: at });
  const start = at - CURVE_S;
  const points = curvePoints(state.curve, start, at);
  const top = Math.max(over * 1.15, 1.1 * Math.max(0, ...points.map((point) => point[1])));
  const x = (instant) => (((instant - start) / CURVE_S) * 1000).toFixed(1);
  const y = (waiting) => (97 - (waiting / top) * 94).toFixed(1);
  const steps = points.map(([instant, waiting], i) => `${i ? "H" : "M"}${x(instant)}${i ? "V" : " "}${y(waiting)}`);
  setAttr(own.plan.path, "d", steps.join("") + (points.length ? "H1000" : ""));
  for (const [name, level] of [["near", near], ["over", over]]) {
    setAttr(own.plan.lines[name], "y1", y(level));
    setAttr(own.plan.lines[name], "y2", y(level));
    setStyle(own.plan.labels[name], "top", `${y(level)}%`);
  }
  setText(own.plan.labels.span, ctx.t("wall.curve.span", { n: CURVE_S / 60 }));
  setAttr(own.plan.area, "d", heldArea(points, near, x, y));
}

/** The steps inside the window, beginning with the value that held at its start. */
function curvePoints(curve, start, at) {
  const inside = curve.filter(([instant]) => instant > start && instant <= at);
  const before = curve.filter(([instant]) => instant <= start).pop();
  return before ? [[start, before[1]], ...inside] : inside;
}

/** The area between the curve and a level it is at or above. */
function heldArea(points, level, x, y) {
  return points.map(([instant, waiting], i) => {
    if (waiting < level) return "";
    const end = i + 1 < points.length ? x(points[i + 1][0]) : "1000";
    return `M${x(instant)} ${y(level)}V${y(waiting)}H${end}V${y(level)}Z`;
  }).join("");
}

function spanText(seconds, t) {
  if (seconds < 100) return t("span.seconds", { n: Math.floor(seconds) });
  if (seconds < 6000) return t("span.minutes", { n: Math.floor(seconds / 60) });
  return t("span.hours", { n: Math.floor(seconds / 3600) });
}

function patchStale(ctx, now) {
  const { own, state, t } = ctx;
  const seconds = dataAge(state, now) ?? now - own.mountedAt;
  setText(own.plan.gone, t(state.ready ? "wall.stale" : "wall.stale.never", { time: spanText(seconds, t) }));
  const picture = fmt.time(ctx.measured(), state.site.zone);
  setText(own.plan.picture, state.ready ? t("wall.stale.picture", { time: picture }) : t("wall.stale.none"));
  const cause = causeOf(state, t, ctx.lang).replace(/[。.]$/, "");
  setText(own.plan.cause, [cause, retryText(ctx, now), t("wall.stale.walk")].filter(Boolean).join(" · "));
}

function retryText(ctx, now) {
  const { at, count } = retryOf(ctx.state, ctx.link ? ctx.link.offset || 0 : 0);
  if (!count) return "";
  const wait = Math.ceil(at - now);
  return wait > 0 ? ctx.t("wall.stale.retry", { n: count, s: wait }) : ctx.t("wall.stale.retrying", { n: count });
}
