/* One queue, or the whole floor: every number, its seats, who waits now, who gave up, today's curve. */

const FIGURE_GROUPS = {
  now: ["waiting", "longest_wait", "max_wait_today", "expected_wait"],
  window: ["service_level", "offered", "answered", "abandoned", "short_abandoned", "abandon_rate", "connect_rate", "asa",
    "aht", "occupancy"],
  flow: FLOW_OUTS,
};
/* group -> [icon, how many seats of a SeatCounts] */
const SEAT_BAR = {
  ready: ["ready", (s) => s.ready], ring: ["ring", (s) => s.ringing],
  contact: ["talk", (s) => s.on_call + s.on_hold + s.other_call + (s.by_reason.callback || 0)], after: ["wrap", (s) => s.wrap_up],
  away: ["break", (s) => s.paused - (s.by_reason.busy || 0) - (s.by_reason.auto_pause || 0) - (s.by_reason.callback || 0)],
  busy: ["busy", (s) => s.by_reason.busy || 0], fault: ["auto", (s) => s.by_reason.auto_pause || 0],
  off: ["offline", (s) => s.offline + s.unknown],
};
const MANY = 60;

class QueueDetail {
  constructor(ctx) {
    this.ctx = ctx;
    this.node = box("section", "det");
    this.name = box("h2", "nm");
    this.promise = box("span", "m");
    const head = box("div", "dh");
    head.append(this.name, this.promise);
    this.figures = {};
    this.node.append(head, ...Object.keys(FIGURE_GROUPS).map((group) => this.addGroup(group)));
    this.addSeats();
    this.callers = new CallerList(ctx);
    this.gone = new GoneList(ctx);
    this.curve = new QueueCurve(ctx);
    const halves = box("div", "halves");
    const left = box("div");
    left.append(this.callers.node, this.gone.node);
    halves.append(left, this.curve.node);
    this.node.append(halves);
  }

  addGroup(group) {
    const row = box("div", `figs ${group}`);
    const label = box("span", "g");
    row.append(label);
    if (group === "window") this.windowLabel = label;
    else setText(label, this.ctx.t(`queues.group.${group}`));
    for (const name of FIGURE_GROUPS[group]) {
      const cell = box("div");
      const part = figureNode("b", "");
      const note = box("small");
      cell.append(part.node, box("span", "", this.ctx.t(`queues.fig.${name}`)), note);
      row.append(cell);
      this.figures[name] = { cell, part, note };
    }
    return row;
  }

  addSeats() {
    this.bar = box("div", "bar");
    this.key = box("div", "key");
    this.seats = {};
    for (const [group, [shape]] of Object.entries(SEAT_BAR)) {
      const part = box("i", `fill-${group}`);
      const entry = box("span");
      const mark = icon(shape);
      mark.classList.add(`ink-${group}`);
      const count = box("b");
      entry.append(mark, box("span", "", this.ctx.t(`group.${group}`)), count);
      this.ctx.tip(entry, "seats_in_status", "now", null);
      this.bar.append(part);
      this.key.append(entry);
      this.seats[group] = { part, count };
    }
    this.node.append(this.bar, this.key);
  }

  draw(queue, span, now) {
    const { ctx } = this;
    const { t } = ctx;
    setText(this.name, queue.queue ? queueName(ctx.state, queue.queue, ctx.lang) : t("queues.floor"));
    setText(this.promise, t("queues.promise", { target: ctx.fmt.whole(queue.target), threshold: queue.threshold_s }));
    setText(this.windowLabel, t(`queues.window.${span}`));
    this.drawFigures(queue, span, now);
    for (const [group, { part, count }] of Object.entries(this.seats)) {
      const seats = Math.max(0, SEAT_BAR[group][1](queue.seats));
      setStyle(part, "flex-grow", String(seats));
      part.hidden = seats === 0;
      setText(count, seats);
    }
    this.callers.draw(queue.queue, now);
    this.gone.draw(queue.queue, now);
    this.curve.show(queue.queue, now);
  }

  drawFigures(queue, span, now) {
    const { ctx } = this;
    const promise = promiseOf(queue, ctx.state);
    for (const [name, { cell, part, note }] of Object.entries(this.figures)) {
      const figure = FIGURES[name];
      const shown = readFigure(name, queue, span, now, ctx, true);
      paintFigure(part, "", shown, judge(name, shown.value, promise));
      ctx.tip(cell, name, figure.now ? "now" : figure.window || span, figureNote(name, queue, ctx));
      setText(note, this.note(name, queue, promise));
    }
  }

  /** The small line under a number: the service level names its variant, rates their target. */
  note(name, queue, promise) {
    const { t, fmt, state } = this.ctx;
    if (name === "service_level") return t(`sl.${state.site.sl_variant || "sl_ignore_T"}`);
    if (name === "abandon_rate" && isNumber(promise.abandon_target)) return `≤ ${fmt.percent(promise.abandon_target)} %`;
    if (name === "longest_wait" && isNumber(promise.wait_limit_s)) return `≤ ${fmt.clock(promise.wait_limit_s)}`;
    return "";
  }
}

/** Rows of a small table with a title; its sentence when there is none. */
class SmallTable {
  constructor(ctx, title, columns, empty) {
    Object.assign(this, { ctx, columns });
    this.node = box("div", "part");
    this.title = box("h3", "", ctx.t(title));
    this.count = box("small");
    this.title.append(this.count);
    const head = box("tr");
    head.append(...columns.map(([name, side]) => box("th", side, ctx.t(name))));
    const top = box("thead");
    top.append(head);
    this.body = box("tbody");
    this.table = box("table", "table");
    this.table.append(top, this.body);
    this.empty = box("p", "empty", ctx.t(empty));
    this.node.append(this.title, this.table, this.empty);
  }

  fill(rows, keyOf, cells) {
    this.table.hidden = rows.length === 0;
    this.empty.hidden = rows.length > 0;
    setText(this.count, rows.length || "");
    const create = () => {
      const node = box("tr");
      node.append(...this.columns.map(([, side]) => box("td", side)));
      return node;
    };
    keyed(this.body, rows.slice(0, MANY), keyOf, create, (node, row) => {
      cells(row).forEach((text, index) => setText(node.children[index], text));
    });
  }
}

class CallerList extends SmallTable {
  constructor(ctx) {
    super(ctx, "queues.callers", [["queues.caller.position", "l"], ["queues.caller.number", "l"],
      ["queues.col.queue", "l"], ["queues.caller.rings", "l"], ["queues.caller.wait", ""]], "queues.callers.none");
  }

  draw(queue, now) {
    const { ctx } = this;
    const rows = ctx.state.callers.filter((caller) => !queue || caller.queue === queue);
    rows.sort((a, b) => a.entered_at - b.entered_at);
    this.fill(rows, (row) => row.call + row.queue, (row) => [
      row.position || ctx.fmt.DASH, [ctx.fmt.caller(row.number, ctx.t), row.name].filter(Boolean).join(" ") || ctx.t("queues.caller.unknown"),
      queueName(ctx.state, row.queue, ctx.lang), this.rings(row), ctx.fmt.clock(now - row.entered_at)]);
    this.judge(rows, now);
  }

  rings({ ringing }) {
    const seat = ringing && this.ctx.state.seatBy.get(ringing);
    return seat ? seatName(seat, this.ctx.lang) : ringing || this.ctx.fmt.DASH;
  }

  judge(rows, now) {
    const { state } = this.ctx;
    rows.slice(0, MANY).forEach((row, index) => {
      const queue = state.queueBy.get(row.queue);
      const limit = queue && promiseOf(queue, state).wait_limit_s;
      setClass(this.body.children[index].lastElementChild, verdict(now - row.entered_at, limit / 2, limit / 2, true));
    });
  }
}

class GoneList extends SmallTable {
  constructor(ctx) {
    super(ctx, "queues.gone", [["queues.gone.at", "l"], ["queues.caller.number", "l"], ["queues.col.queue", "l"],
      ["queues.caller.wait", ""]], "queues.gone.none");
  }

  draw(queue) {
    const { ctx } = this;
    const rows = ctx.state.abandons.filter((gone) => !queue || gone.queue === queue).sort((a, b) => b.at - a.at);
    this.fill(rows, (row) => row.call + row.queue, (row) => [
      ctx.fmt.time(row.at, ctx.state.site.zone), ctx.fmt.caller(row.number, ctx.t) || ctx.t("queues.caller.unknown"),
      queueName(ctx.state, row.queue, ctx.lang), ctx.fmt.clock(row.wait_s)]);
  }
}
