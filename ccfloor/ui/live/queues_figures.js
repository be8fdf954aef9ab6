/* Every number of a queue, once: how it is read from a QueueView, written, and judged. */

const FLOW_OUTS = ["timed_out", "key_exit", "withdrawn", "left_empty", "refused_full", "refused_empty", "transferred_out",
  "lost"];
const WINDOWS = ["today", "last_30", "last_15", "interval"];
const NEAR = { service_level: 0.1, abandon_rate: 0.5 };

/* figure -> how it is read. q: QueueView, w: its window, now: seconds; a figure of "now" has no window. */
const FIGURES = {
  waiting: { now: true, value: (q) => q.waiting },
  longest_wait: { now: true, value: (q, w, now) => (q.oldest_at === null ? null : Math.max(0, now - q.oldest_at)), form: "clock" },
  max_wait_today: { window: "today", value: (q) => q.max_wait_today_s || null, form: "clock" },
  offered: { value: (q, w) => w.offered },
  answered: { value: (q, w) => w.answered },
  abandoned: { value: (q, w) => w.abandoned },
  short_abandoned: { value: (q, w) => w.short_abandoned },
  ...Object.fromEntries(FLOW_OUTS.map((name) => [name, { value: (q, w) => w[name] }])),
  flow_out: { value: (q, w) => FLOW_OUTS.reduce((sum, name) => sum + w[name], 0) },
  service_level: { value: (q, w) => w.service_level, form: "percent" },
  asa: { value: (q, w) => w.asa_s, form: "clock" },
  aht: { value: (q, w) => w.aht_s, form: "clock" },
  abandon_rate: { value: (q, w) => w.abandon_rate, form: "percent" },
  connect_rate: { value: (q, w) => w.connect_rate, form: "percent" },
  occupancy: { value: (q, w) => w.occupancy, form: "whole" },
  expected_wait: { now: true, value: (q) => q.expected_wait_s, form: "range" },
  free_seats: { now: true, value: (q) => q.seats.ready },
  staffed: { now: true, value: (q) => q.seats.staffed },
};
const RATES = new Set(["service_level", "abandon_rate", "connect_rate", "occupancy"]);

/** {value, text, zero} of a figure. `unit`: whether a rate carries its sign. */
function readFigure(name, queue, span, now, ctx, unit = false) {
  const figure = FIGURES[name];
  const value = figure.value(queue, queue[span], now);
  const text = figure.form === "range" ? rangeText(queue, ctx) : (ctx.fmt[figure.form] || ctx.fmt.count)(value);
  const sign = unit && RATES.has(name) && isNumber(value) ? " %" : "";
  return { value, text: text + sign, zero: !value };
}

/** "0:40–1:20"; one time where the range is narrow. */
function rangeText(queue, ctx) {
  const range = queue.expected_wait_range_s;
  if (!range) return ctx.fmt.clock(queue.expected_wait_s);
  const [low, high] = range.map(ctx.fmt.clock);
  return low === high ? low : `${low}–${high}`;
}

/** What the site promises for a queue; for the whole floor what the floor's own view says. */
function promiseOf(queue, state) {
  const known = (state.site.queues || {})[queue.queue] || {};
  const kiosk = state.site.kiosk || {};
  return {
    threshold_s: queue.threshold_s,
    target: queue.target,
    abandon_target: known.abandon_target ?? (queue.queue ? undefined : kiosk.abandon_rate),
    wait_limit_s: known.wait_limit_s ?? (queue.queue ? undefined : kiosk.longest_wait_s?.[1]),
  };
}

/** "" | "warn" | "over" of a figure against the promise. */
function judge(name, value, promise) {
  if (name === "service_level") return verdict(value, promise.target, NEAR.service_level);
  if (name === "abandon_rate") {
    return verdict(value, promise.abandon_target, promise.abandon_target * NEAR.abandon_rate, true);
  }
  if (name === "longest_wait") return verdict(value, promise.wait_limit_s / 2, promise.wait_limit_s / 2, true);
  return "";
}

/** The line of a figure's hover card that is this site's own: target, threshold, variant. */
function figureNote(name, queue, ctx) {
  const promise = promiseOf(queue, ctx.state);
  const { t, fmt } = ctx;
  if (name === "service_level") {
    return t("queues.note.service_level", { variant: t(`sl.${ctx.state.site.sl_variant || "sl_ignore_T"}`),
      target: fmt.whole(promise.target), threshold: promise.threshold_s });
  }
  if (name === "abandon_rate" && isNumber(promise.abandon_target)) {
    return t("queues.note.abandon_rate", { target: fmt.percent(promise.abandon_target) });
  }
  if (name === "longest_wait" && isNumber(promise.wait_limit_s)) {
    return t("queues.note.longest_wait", { limit: fmt.clock(promise.wait_limit_s) });
  }
  return null;
}

/** A number's node: mark and text; `paintFigure` brings it up to date. */
function figureNode(tag, className) {
  const node = box(tag, className);
  const mark = icon("triangle");
  const text = box("span");
  mark.hidden = true;
  mark.style.display = "none";
  node.append(mark, text);
  return { node, mark, text };
}

function paintFigure(part, base, shown, mark) {
  setText(part.text, shown.text);
  setClass(part.node, [base, mark, shown.zero ? "zero" : ""].filter(Boolean).join(" "));
  setStyle(part.mark, "display", mark ? "inline-block" : "none");
  if (mark) setIcon(part.mark, mark === "over" ? "triangle" : "triangle_open");
}
