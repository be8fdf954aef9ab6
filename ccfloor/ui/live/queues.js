/* The queues page: a table of all queues, and one of them (or the whole floor) in detail. */

const QUEUE_PARAMS = ["queue", "window", "columns"];

class QueuesBoard {
  constructor(root, ctx) {
    this.ctx = ctx;
    this.chosen = Object.fromEntries(QUEUE_PARAMS.map((name) => [name, ctx.url.get(name) || ""]));
    this.head = new PageHead(ctx, "page.queues");
    this.buildTools();
    this.table = new QueueTable(ctx, (queue) => this.set("queue", queue));
    this.empty = box("div", "empty", ctx.t("queues.none"));
    this.detail = new QueueDetail(ctx);
    for (const part of [this.table.node, this.detail.node, this.empty]) part.hidden = true;
    root.append(this.head.node, this.head.strip, this.tools, this.table.node, this.empty, this.detail.node);
  }

  buildTools() {
    const { ctx } = this;
    this.tools = box("div", "tools");
    this.windows = box("span", "set");
    for (const span of WINDOWS) {
      const chip = pushButton("chip", ctx.t(`queues.window.${span}`), () => this.set("window", span));
      chip.dataset.value = span;
      this.windows.append(chip);
    }
    this.columns = pushButton("chip wide-only", ctx.t("queues.all_columns"),
      () => this.set("columns", this.chosen.columns ? "" : "all"));
    this.tools.append(box("span", "g", ctx.t("queues.window")), this.windows, box("span", "sp"), this.columns);
  }

  get span() {
    return WINDOWS.includes(this.chosen.window) ? this.chosen.window : WINDOWS[0];
  }

  set(name, value) {
    this.chosen[name] = value;
    this.ctx.url.set({ [name]: name === "window" && value === WINDOWS[0] ? "" : value });
    this.draw();
  }

  draw() {
    const { state, t } = this.ctx;
    if (!state.ready) return;
    const now = this.ctx.measured();
    const picked = state.queueBy.get(this.chosen.queue) || state.floor;
    for (const chip of this.windows.children) setAttr(chip, "aria-pressed", chip.dataset.value === this.span);
    setAttr(this.columns, "aria-pressed", this.chosen.columns === "all");
    setText(this.head.sub, t("queues.summary", { queues: state.queues.length, n: state.floor.waiting }));
    const some = state.queues.length > 0;
    this.empty.hidden = some;
    this.table.node.hidden = this.detail.node.hidden = !some;
    if (!some) return;
    this.table.draw([state.floor, ...state.queues], this.span, this.chosen.columns === "all", picked.queue, now);
    this.detail.node.classList.toggle("unseen", state.unseen.queues.has(picked.queue));
    this.detail.draw(picked, this.span, seenUntil(state, "queues", picked.queue, now));
  }

  tick(state, now) {
    this.head.tick(state, now);
    this.draw();
  }
}

registerBoard("queues", {
  mount(root, ctx) {
    ctx.own = new QueuesBoard(root, ctx);
  },
  update(root, state, changed, ctx) {
    ctx.own.draw();
  },
  tick(root, state, now, ctx) {
    ctx.own.tick(state, now);
  },
  unmount(root, ctx) {
    ctx.own.detail.curve.close();
  },
});
