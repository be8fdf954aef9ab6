/*
 * The plan slot: always there, so that nothing ever moves. Its faces: calm (with watch and "just cleared"),
 * fire (level 1 and 2, an incident), stale. Where the hub tells no plan, the wall's own limits give the watch.
 */
const FRESH_S = 3; // a new alarm inverts three times

function buildPlan(ctx) {
  const plan = { node: el("div", { class: "slot" }), key: null, freshUntil: 0 };
  ctx.own.plan = plan;
  plan.calm = buildCalm(ctx, plan);
  plan.fire = buildFire(ctx, plan);
  plan.stale = buildStale(ctx, plan);
  plan.ahead = el("div", { class: "ahead" });
  plan.node.append(plan.calm, plan.fire, plan.stale, plan.ahead);
  return plan.node;
}

/** A small label over a value. */
function stack(extra, label, value) {
  return el("div", { class: "st " + extra }, el("div", { class: "k" }, label), el("div", { class: "v" }, value));
}

/** The reason for an alarm right now: null, or {key, details} of its sentence. */
function alarmReason(ctx, at) {
  const { floor } = ctx.state;
  const { waiting, longest_wait_s: longest } = ctx.own.limits;
  if (floor.waiting >= waiting[0]) return { key: "waiting", details: { n: floor.waiting, limit: waiting[0] } };
  if (longestWait(floor, at) > longest[1]) return { key: "longest_wait", details: { limit: fmt.clock(longest[1]) } };
  return null;
}

/** Settles the wall's own alarm, for a floor without a plan; returns true when it has just begun. */
function judgeAlarm(ctx, at) {
  const { own, state } = ctx;
  if (!state.ready || state.freshness === "stale" || state.plan) return false;
  const reason = alarmReason(ctx, at);
  const before = own.alarm.on;
  own.reason = reason || own.reason;
  return own.alarm.set(reason !== null, at) && !before;
}

/** What the slot shows: {face, kind, entry} with kind calm, watch, cleared, level, incident or stale. */
function slotFace(state, alarm, late, now) {
  if (late) return { face: "stale", kind: "stale", entry: null };
  const top = topLevel(state.plan);
  if (top && top.level >= 1) return { face: "fire", kind: "level", entry: top };
  const [incident] = state.plan?.incidents || [];
  if (incident) return { face: "fire", kind: "incident", entry: incident };
  if (top) return { face: "calm", kind: "watch", entry: top };
  const cleared = justCleared(state.plan, now);
  if (cleared) return { face: "calm", kind: "cleared", entry: cleared };
  return { face: "calm", kind: !state.plan && alarm ? "own" : "calm", entry: null };
}

const SLOT_CLASSES = { stale: "stale-strip", level: "filled", incident: "filled", watch: "watch", own: "watch" };

function patchPlan(ctx, now, at) {
  const { own, state } = ctx;
  const late = state.freshness === "stale" || (state.freshness === "none" && now - own.mountedAt >= 5);
  const shown = slotFace(state, own.alarm.on && own.reason, late, now);
  for (const face of ["calm", "fire", "stale"]) own.plan[face].hidden = face !== shown.face;
  const names = ["slot", SLOT_CLASSES[shown.kind], isNew(ctx, shown, now) && "new"];
  setClass(own.plan.node, names.filter(Boolean).join(" "));
  setAttr(own.sheet, "data-level", shown.kind === "level" ? Math.min(2, shown.entry.level) : null);
  if (late) patchStale(ctx, now);
  else if (shown.face === "fire") patchFire(ctx, shown, at);
  else patchCalm(ctx, shown, at);
  patchAhead(ctx, shown, at);
}

/** Whether an alarm has begun under our eyes: what fired before the wall came up does not flash. */
function isNew(ctx, { kind, entry }, now) {
  const { plan } = ctx.own;
  const key = kind === "level" ? entry.key : kind === "incident" ? `incident/${entry.id}` : "";
  if (ctx.state.ready && kind !== "stale") {
    if (plan.key !== null && key && key !== plan.key) plan.freshUntil = now + FRESH_S;
    plan.key = key;
  }
  return key !== "" && now < plan.freshUntil;
}

/** Sets a text and the largest size in which it fits its box; the last sizes may break the line (wall.css). */
function fitText(node, text, ctx) {
  const sign = `${text}\n${ctx.root.className}`;
  if (node.fitted === sign || !node.clientWidth) return setText(node, text);
  node.fitted = sign;
  setText(node, text);
  for (const size of ["0", "1", "2", "3", "4"]) {
    node.dataset.size = size;
    if (node.scrollWidth <= node.clientWidth && !cutBelow(node)) return;
  }
}

/** Whether half a line or more lies below a box; less is the air above and below the letters. */
function cutBelow(node) {
  return node.scrollHeight - node.clientHeight > parseFloat(getComputedStyle(node).lineHeight) / 2;
}

/** "自 10:05:12", and how long: the two things everybody asks of an alarm. */
function sinceParts(ctx, since, at) {
  const { t, state } = ctx;
  return [t("plan.from", { time: fmt.time(since, state.site.zone) }), t("plan.lasts", { time: fmt.clock(at - since) })];
}

function ackPart(ctx, entry) {
  const { t, state } = ctx;
  if (!entry.acked_by) return t("plan.unacked");
  return t("plan.acked", { who: entry.acked_by, time: fmt.time(entry.acked_at, state.site.zone, false) });
}
