/* The seats page: filters kept in the URL, a status bar, every seat as a tile or a row, one in detail. */

const REST_MS = 1500;
const MANY_TEAMS = 8;
const ROOMY = 60; // up to so many tiles are shown larger
const SEAT_FILTERS = ["team", "queue", "status", "hand", "sort", "view", "seat"];

class SeatsBoard {
  constructor(root, ctx) {
    this.ctx = ctx;
    this.root = root;
    this.items = new Map();
    this.movedAt = 0;
    this.filter = Object.fromEntries(SEAT_FILTERS.map((name) => [name, ctx.url.get(name) || ""]));
    this.head = new PageHead(ctx, "page.seats");
    this.tools = new SeatTools(ctx, this.filter, (name, value) => this.set(name, value));
    this.grid = box("div", "grid");
    this.table = new SeatTable(ctx);
    for (const list of [this.grid, this.table.body]) this.listen(list);
    this.empty = box("div", "empty", ctx.t("seats.none"));
    this.table.node.hidden = this.empty.hidden = true;
    this.detail = new SeatDetail(ctx, () => this.select(""));
    root.append(this.head.node, this.head.strip, this.tools.node, this.tools.bar, this.tools.key, this.grid,
      this.table.node, this.empty, this.detail.node);
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.filter.seat) this.select("");
    });
  }

  // -- choosing and moving ------------------------------------------------------------------------

  listen(list) {
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.ctx.t("seats.list"));
    const target = (event) => event.target.closest("[data-seat]");
    list.addEventListener("click", (event) => {
      const node = target(event);
      if (node) this.select(node.dataset.seat);
    });
    list.addEventListener("pointermove", () => (this.movedAt = Date.now()));
    list.addEventListener("keydown", (event) => this.onKey(event, target(event)));
    list.addEventListener("focusin", (event) => this.rove(target(event)));
  }

  onKey(event, node) {
    if (!node) return;
    const goal = this.goalOf(event.key, node);
    if (event.key === "Enter" || event.key === " ") this.select(node.dataset.seat);
    else if (goal) goal.focus();
    else return;
    event.preventDefault();
    this.movedAt = Date.now();
  }

  goalOf(key, node) {
    const list = node.parentElement;
    const nodes = [...list.children];
    const columns = list === this.grid ? getComputedStyle(list).gridTemplateColumns.split(" ").length : 1;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[key];
    if (key === "Home") return nodes[0];
    if (key === "End") return nodes[nodes.length - 1];
    return step ? nodes[nodes.indexOf(node) + step] : undefined;
  }

  /** One tab stop for the whole list: the seat that had the focus last. */
  rove(node) {
    if (!node || node === this.stop) return;
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = node;
    node.tabIndex = 0;
  }

  set(name, value) {
    this.filter[name] = value;
    this.ctx.url.set({ [name]: value });
    this.movedAt = 0;
    this.draw();
  }

  /** A wall is looked at: it opens no seat, whose day it may not ask for. */
  select(seat) {
    if (this.ctx.data.glance) return;
    this.set("seat", this.filter.seat === seat ? "" : seat);
    if (this.filter.seat) this.detail.node.scrollIntoView({ block: "nearest" });
  }

  // -- data ---------------------------------------------------------------------------------------

  update(state, changed) {
    for (const id of changed.full ? [...this.items.keys()] : changed.gone) {
      if (!state.seatBy.has(id)) this.items.delete(id);
    }
    for (const seat of state.seats) this.take(seat);
    this.draw();
  }

  take(seat) {
    const known = this.items.get(seat.seat);
    if (known?.seat === seat) return;
    this.items.set(seat.seat, Object.assign(known || {}, { seat, name: seatName(seat, this.ctx.lang) }));
  }

  draw() {
    const { state, t } = this.ctx;
    const now = this.ctx.measured();
    for (const item of this.items.values()) {
      const at = seenUntil(state, "seats", item.seat.seat, now);
      item.look = seatLook(item.seat, at, state.site.bands, t, state.marks);
    }
    const all = [...this.items.values()];
    const signed = all.filter((item) => item.seat.status !== "offline").length;
    setText(this.head.sub, state.ready ? t("seats.signed_in", { n: signed, all: all.length }) : "");
    this.tools.draw(all, state);
    this.drawList(all, now);
    this.drawDetail(now);
  }

  /** Places hold still while a hand is on the list, so that nobody clicks on the wrong seat. */
  drawList(all, now) {
    const table = this.filter.view === "table";
    const shown = all.filter((item) => passesFilter(item, this.filter));
    const list = table ? this.table.body : this.grid;
    this.grid.hidden = table;
    setClass(this.grid, shown.length <= ROOMY && this.root.classList.contains("wide") ? "grid roomy" : "grid");
    this.table.node.hidden = !table;
    for (const item of shown) this.paint(item, table, now);
    const resting = Date.now() - this.movedAt > REST_MS || shown.length !== list.childElementCount;
    const order = SEAT_ORDERS[this.filter.sort] || SEAT_ORDERS.hand;
    if (resting) arrange(list, shown.sort(order).map((item) => (table ? item.row : item.tile).node));
    if (list.firstElementChild && !list.contains(this.stop ?? null)) this.rove(list.firstElementChild);
    this.empty.hidden = shown.length > 0 || !this.ctx.state.ready;
    setText(this.empty, this.ctx.t(all.length ? "seats.none_match" : "seats.none"));
  }

  paint(item, table, now) {
    if (table) item.row = this.table.paint(item, now);
    else item.tile = paintTile(item, now, this.ctx);
    setAttr((table ? item.row : item.tile).node, "aria-selected", item.seat.seat === this.filter.seat);
  }

  drawDetail(now) {
    const item = this.items.get(this.filter.seat);
    setAttr(this.root, "data-detail", item ? "open" : null);
    if (item) this.detail.show(item, now);
    else if (this.detail.seat) this.detail.hide();
  }

  tick(state, now) {
    this.head.tick(state, now);
    if (state.ready) this.draw();
  }
}

registerBoard("seats", {
  mount(root, ctx) {
    ctx.own = new SeatsBoard(root, ctx);
  },
  update(root, state, changed, ctx) {
    ctx.own.update(state, changed);
  },
  tick(root, state, now, ctx) {
    ctx.own.tick(state, now);
  },
  unmount(root, ctx) {
    ctx.own.detail.close();
  },
});
