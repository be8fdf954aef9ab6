/*
 * The quiet face of the plan slot: the curve of waiting against its lines, how far the next level is, the next
 * planned peak. Watch and "just cleared" say their word in the same places.
 */
const CURVE_S = 3600;
const CURVE_REDRAW_S = 5;
const LABEL_HIGH = 34; // of a line of words, in per cent of the curve's height
const LABEL_FOOT = 88; // the middle of the lowest words

function buildCalm(ctx, plan) {
  for (const name of ["why", "held", "heldOf", "heldLabel", "day", "dayLabel"]) plan[name] = el("span");
  plan.word = el("span", { class: "fit" });
  plan.mark = ctx.icon("triangle_open");
  plan.labels = { over: el("span"), near: el("span"), span: el("span", { class: "base" }) };
  plan.curve = buildCurve(plan);
  plan.heldBox = stack("held", plan.heldLabel, plan.held);
  plan.heldOf.className = "of";
  plan.held.after(plan.heldOf);
  plan.dayBox = stack("today", plan.dayLabel, plan.day);
  const word = el("span", { class: "pw" }, plan.mark, plan.word);
  return el("div", { class: "calm" }, stack("state", plan.why, word),
    el("div", { class: "lb" }, plan.labels.over, plan.labels.near, plan.labels.span), plan.curve, plan.heldBox,
    plan.dayBox);
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

/** The two lines of the curve as {level, words}: of the plan's levels, else of the wall's own limits. */
function curveLines(ctx) {
  const { t, state, own } = ctx;
  const rungs = (state.plan?.ladder || []).filter((rung) => rung.level >= 1 && (rung.metric ?? "waiting") === "waiting");
  const words = (rung) => t("plan.line", { level: levelWord(rung.level, t), n: rung.threshold });
  const lines = rungs.slice(0, 2).map((rung) => ({ level: rung.threshold, words: words(rung) }));
  if (lines.length) return { near: lines[0], over: lines[1] || null };
  const [near, over] = own.limits.waiting;
  return {
    near: { level: near, words: t("wall.curve.near", { n: near }) },
    over: { level: over, words: t("wall.curve.over", { n: over }) },
  };
}

/** The words of the first box: [icon or null, small line, large line]. */
function calmWords(ctx, { kind, entry }, at) {
  const { t, own, state, lang } = ctx;
  if (!state.ready) return [null, t("wall.plan"), t("wall.connecting")];
  if (kind === "own") return ["triangle_open", t("wall.plan.alarm." + own.reason.key, own.reason.details), t("wall.plan.watch")];
  const word = entry && levelWord(entry.level, t);
  if (kind === "watch") {
    const parts = [word, ...sinceParts(ctx, entry.fired_at, at), entry.acked_by ? ackPart(ctx, entry) : ""];
    return ["triangle_open", parts.filter(Boolean).join(" · "), entry.say[lang]];
  }
  if (kind !== "cleared") return [null, t("wall.plan"), t("wall.plan.off")];
  const time = (instant) => fmt.time(instant, state.site.zone, false);
  const span = { from: time(entry.fired_at), to: time(entry.cleared_at), time: fmt.clock(entry.cleared_at - entry.fired_at) };
  return ["tick", t("plan.cleared.span", span), t("plan.cleared", { level: word })];
}

function patchCalm(ctx, shown, at) {
  const { own, state } = ctx;
  const { plan } = own;
  const [mark, small, large] = calmWords(ctx, shown, at);
  plan.mark.style.display = mark ? "block" : "none";
  if (mark) setIcon(plan.mark, mark);
  setText(plan.why, small);
  fitText(plan.word, large, ctx);
  const lines = curveLines(ctx);
  setText(plan.labels.near, lines.near.words);
  setText(plan.labels.over, lines.over ? lines.over.words : "");
  patchHeld(ctx, lines, at);
  patchDay(ctx);
  if (state.ready && (own.curveDirty || at - own.curveAt >= CURVE_REDRAW_S)) drawCurve(ctx, lines, at);
}

/** How far the next level is; without a plan how long waiting has been at the first line. */
function patchHeld(ctx, lines, at) {
  const { own, state, t } = ctx;
  const { plan } = own;
  const next = (state.plan?.ladder || []).find((rung) => rung.level >= 1 && !isFiring(rung));
  const n = lines.near.level;
  setText(plan.heldLabel, next ? t("plan.held", { level: levelWord(next.level, t) }) : t("wall.held", { n }));
  setAttr(plan.heldBox, "data-note", next ? next.reading[ctx.lang] : t("wall.held.note", { n }));
  setClass(plan.heldBox, next ? "st held far" : "st held");
  const words = !state.ready ? fmt.DASH : next ? heldText(next, state.plan.at, at, t) : fmt.clock(heldSince(state.curve, n, at));
  const [held, all] = words.split(" / ");
  setText(plan.held, held);
  setText(plan.heldOf, all ? ` / ${all}` : "");
}

/** The last box: a planned peak that runs or comes next, else today's calls. */
function patchDay(ctx) {
  const { own, state, t } = ctx;
  const { plan } = own;
  const peak = (state.plan?.planned || [])[0];
  if (!peak) {
    ctx.tip(plan.dayBox, "offered", "today");
    setText(plan.dayLabel, t("wall.offered"));
    setClass(plan.dayBox, "st today");
    const today = state.floor?.today;
    return setText(plan.day, today ? `${today.offered} / ${today.answered}` : fmt.DASH);
  }
  const time = (instant) => fmt.time(instant, state.site.zone, false);
  const over = state.plan.planned_over;
  const tooMany = peak.running && over && over.now > over.limit;
  ctx.tip(plan.dayBox, null, null, `${peak.name} ${time(peak.start)}–${time(peak.end)}`);
  setText(plan.dayLabel, peakLabel(ctx, peak, over, time));
  setClass(plan.dayBox, tooMany ? "st today broken" : "st today");
  setText(plan.day, peak.running ? peak.name : `${time(peak.start)} ${peak.name}`);
}

function peakLabel(ctx, peak, over, time) {
  const { t } = ctx;
  if (!peak.running) return t("plan.peak.next");
  const callbacks = over ? t("plan.peak.callbacks", { n: over.now, limit: over.limit }) : "";
  return [t("plan.peak.until", { time: time(peak.end) }), callbacks].filter(Boolean).join(" · ");
}

/** Seconds for which waiting has now been at or above a level; 0 below it. */
function heldSince(curve, level, at) {
  let since = null;
  for (const [instant, waiting] of curve) since = waiting >= level ? (since ?? instant) : null;
  return since === null ? 0 : Math.max(0, at - since);
}

function drawCurve(ctx, lines, at) {
  const { own, state } = ctx;
  Object.assign(own, { curveDirty: false, curveAt: at });
  const start = at - CURVE_S;
  const points = curvePoints(state.curve, start, at);
  const ceiling = (lines.over || lines.near).level * 1.15;
  const top = Math.max(ceiling, 1.1 * Math.max(0, ...points.map((point) => point[1])));
  const x = (instant) => (((instant - start) / CURVE_S) * 1000).toFixed(1);
  const y = (waiting) => (97 - (waiting / top) * 94).toFixed(1);
  const steps = points.map(([instant, waiting], i) => `${i ? "H" : "M"}${x(instant)}${i ? "V" : " "}${y(waiting)}`);
  setAttr(own.plan.path, "d", steps.join("") + (points.length ? "H1000" : ""));
  for (const name of ["near", "over"]) {
    own.plan.lines[name].style.display = lines[name] ? "" : "none";
    if (!lines[name]) continue;
    setAttr(own.plan.lines[name], "y1", y(lines[name].level));
    setAttr(own.plan.lines[name], "y2", y(lines[name].level));
  }
  placeLabels(own.plan.labels, lines, y);
  setText(own.plan.labels.span, ctx.t("wall.curve.span", { n: CURVE_S / 60 }));
  setAttr(own.plan.area, "d", heldArea(points, lines.near.level, x, y));
}

/** The words of the lines beside them, kept apart from each other and from the words at the foot. */
function placeLabels(labels, lines, y) {
  let below = LABEL_FOOT;
  for (const name of ["near", "over"].filter((line) => lines[line])) {
    below = Math.min(Number(y(lines[name].level)), below - LABEL_HIGH);
    setStyle(labels[name], "top", `${below}%`);
  }
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
