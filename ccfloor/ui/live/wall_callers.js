/* The six longest waiting callers; places they leave free show who gave up last. */
const CALLER_CELLS = 6;

function buildCallers(ctx) {
  const parts = { count: el("b"), lost: el("b"), more: el("span", { class: "more" }) };
  parts.cells = Array.from({ length: CALLER_CELLS }, () => buildCaller(ctx));
  ctx.own.callers = parts;
  const waiting = ctx.tip(el("span", {}, ctx.t("wall.callers"), " ", parts.count), "waiting", "now");
  const lost = ctx.tip(el("span", {}, ctx.t("wall.abandoned"), " ", parts.lost), "abandoned", "last_30");
  const head = el("div", { class: "ch" }, waiting, lost, parts.more);
  return el("div", { class: "wait" }, head, el("div", { class: "wl" }, ...parts.cells.map((cell) => cell.node)));
}

function buildCaller(ctx) {
  const mark = ctx.icon("auto");
  const time = el("b");
  const number = el("span", { class: "no" });
  const queue = el("span", { class: "qu" });
  return { node: el("div", { class: "blank" }, mark, time, number, queue), mark, time, number, queue };
}

/** Waiting callers first, longest wait first; then the latest abandons. */
function callerItems(state) {
  const waiting = [...state.callers].sort((a, b) => a.entered_at - b.entered_at).slice(0, CALLER_CELLS);
  const lost = [...state.abandons].sort((a, b) => b.at - a.at).slice(0, CALLER_CELLS - waiting.length);
  return [...waiting, ...lost];
}

function patchCallers(ctx, at) {
  const { state, own } = ctx;
  const { count, lost, more, cells } = own.callers;
  const items = callerItems(state);
  setText(count, state.floor.waiting);
  setText(lost, state.floor.last_30.abandoned);
  const hidden = state.callers.length - CALLER_CELLS;
  setText(more, hidden > 0 ? ctx.t("wall.more", { n: hidden }) : "");
  cells.forEach((cell, index) => patchCaller(ctx, cell, items[index], at));
}

function patchCaller(ctx, cell, item, at) {
  if (!item) return setClass(cell.node, "blank");
  const gone = item.entered_at === undefined;
  const wait = gone ? item.wait_s : at - item.entered_at;
  const [near, over] = ctx.own.limits.longest_wait_s;
  const name = queueName(ctx.state, item.queue, ctx.lang);
  setClass(cell.node, gone ? "lost" : `${upTo(wait, near, over)} ${item.ringing ? "rings" : ""}`.trim());
  setIcon(cell.mark, gone ? "auto" : "ring");
  setText(cell.time, fmt.short(wait, ctx.lang));
  setText(cell.number, fmt.caller(item.number, ctx.t) || item.name || fmt.DASH);
  setText(cell.queue, shortName(name));
  setAttr(cell.node, "data-note", callerNote(ctx, item, gone, name));
}

/** A queue's name where there is little room: two characters of Chinese, else the first word. */
function shortName(name) {
  return /^[\u3400-\u9fff]/.test(name) ? name.slice(0, 2) : name.split(" ")[0].slice(0, 10);
}

function callerNote(ctx, item, gone, name) {
  if (gone) {
    const time = fmt.time(item.at, ctx.state.site.zone);
    return `${name} · ${ctx.t("wall.gave_up_at", { time, wait: fmt.clock(item.wait_s) })}`;
  }
  const seat = ctx.state.seatBy.get(item.ringing);
  return seat ? `${name} · ${ctx.t("wall.ringing_at", { seat: seatName(seat, ctx.lang) })}` : name;
}
