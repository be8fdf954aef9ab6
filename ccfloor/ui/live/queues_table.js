/* The table of queues: the whole floor first, then every queue, idle ones too. */

const MAIN_COLUMNS = ["waiting", "longest_wait", "max_wait_today", "offered", "answered", "abandoned", "flow_out",
  "service_level", "asa", "aht", "abandon_rate", "connect_rate", "occupancy", "expected_wait", "free_seats", "staffed"];
const ALL_COLUMNS = MAIN_COLUMNS.flatMap((name) => (name === "flow_out" ? ["short_abandoned", ...FLOW_OUTS] : [name]));
const PHONE_COLUMNS = new Set(["waiting", "longest_wait", "service_level", "abandon_rate"]);

class QueueTable {
  /** `onPick(queue)`: a row was chosen ("" is the whole floor). */
  constructor(ctx, onPick) {
    this.ctx = ctx;
    this.onPick = onPick;
    this.node = box("div", "scroll");
    this.head = box("tr");
    const top = box("thead");
    top.append(this.head);
    this.body = box("tbody");
    const table = box("table", "table");
    table.append(top, this.body);
    this.node.append(table);
    this.rows = new Map();
    this.listen();
  }

  listen() {
    const target = (event) => event.target.closest("[data-queue]");
    this.body.addEventListener("click", (event) => {
      const row = target(event);
      if (row) this.onPick(row.dataset.queue);
    });
    this.body.addEventListener("keydown", (event) => {
      const row = target(event);
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (event.key === "Enter" || event.key === " ") this.onPick(row.dataset.queue);
      else if (step) row[step]?.focus();
      else return;
      event.preventDefault();
    });
  }

  /** Columns stand or go together; the rows are made anew when they change. */
  lay(columns, span) {
    const key = columns.join() + span;
    if (this.key === key) return;
    this.key = key;
    this.columns = columns;
    this.rows.clear();
    const first = box("th", "l", this.ctx.t("queues.col.queue"));
    this.head.replaceChildren(first, ...columns.map((name) => this.headCell(name, span)));
    for (const cell of this.head.children) cell.scope = "col";
  }

  headCell(name, span) {
    const cell = box("th", this.reach(name), this.ctx.t(`queues.col.${name}`));
    const figure = FIGURES[name];
    this.ctx.tip(cell, name, figure.now ? "now" : figure.window || span, null);
    return cell;
  }

  /* Columns beyond the few that fit a narrow screen are left out there. */
  reach(name) {
    return PHONE_COLUMNS.has(name) ? "" : "wide-only";
  }

  draw(queues, span, all, picked, now) {
    this.lay(all ? ALL_COLUMNS : MAIN_COLUMNS, span);
    for (const queue of queues) this.paint(queue, span, picked, now);
    arrange(this.body, queues.map((queue) => this.rows.get(queue.queue).node));
    for (const id of [...this.rows.keys()]) if (!queues.some((queue) => queue.queue === id)) this.rows.delete(id);
  }

  newRow(queue, span) {
    const node = box("tr");
    node.dataset.queue = queue.queue;
    node.tabIndex = 0;
    const name = box("td", "l name");
    node.append(name);
    const cells = {};
    for (const column of this.columns) {
      cells[column] = figureNode("td", "");
      node.append(cells[column].node);
      const figure = FIGURES[column];
      this.ctx.tip(cells[column].node, column, figure.now ? "now" : figure.window || span, figureNote(column, queue, this.ctx));
    }
    const row = { node, name, cells };
    this.rows.set(queue.queue, row);
    return row;
  }

  paint(queue, span, picked, now) {
    const { ctx } = this;
    const lost = ctx.state.unseen.queues.has(queue.queue);
    now = seenUntil(ctx.state, "queues", queue.queue, now);
    const row = this.rows.get(queue.queue) || this.newRow(queue, span);
    const idle = queue.waiting === 0 && queue.today.offered === 0;
    setText(row.name, queue.queue ? queueName(ctx.state, queue.queue, ctx.lang) : ctx.t("queues.floor"));
    setClass(row.node, `row${queue.queue ? "" : " whole"}${idle ? " idle" : ""}${lost ? " unseen" : ""}`);
    setAttr(row.node, "aria-selected", queue.queue === picked);
    const promise = promiseOf(queue, ctx.state);
    for (const [name, part] of Object.entries(row.cells)) {
      const shown = readFigure(name, queue, span, now, ctx);
      paintFigure(part, this.reach(name), shown, judge(name, shown.value, promise));
    }
  }
}
