// The seats page: filters kept in the URL, a status bar, every seat as a tile or a row, one in detail.


const REST_MS = 1500;
const MANY_TEAMS = 8;
const COLUMNS = ["number", "team", "status", "time", "queue", "queues", "handled", "aht", "talk", "hold", "acw",
  "rona", "break", "busy", "occupancy"];
const FILTERS = ["team", "queue", "status", "hand", "sort", "view", "seat"];

class SeatsBoard {
  constructor(root, ctx) {
    this.ctx = ctx;
    this.items = new Map();
    this.moved = 0;
    this.filter = Object.fromEntries(FILTERS.map((name) => [name, ctx.url.get(name) || ""]));
    this.node = box("div", "cc-seats");
    this.build();
    root.append(this.node);
  }

  build() {
    this.buildTools();
    this.bar = box("div", "cc-bar");
    this.key = box("div", "cc-key");
    this.counts = {};
    for (const group of GROUPS) this.addGroup(group);
    this.grid = box("div", "cc-grid");
    this.table = box("div", "cc-scroll");
    this.buildTable();
    for (const list of [this.grid, this.body]) this.listen(list);
    this.empty = box("div", "cc-empty");
    this.detail = new SeatDetail(this.ctx, () => this.select(""));
    this.node.append(this.tools, this.bar, this.key, this.grid, this.table, this.empty, this.detail.node);
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.filter.seat) this.select("");
    });
  }

  buildTools() {
    const {ctx} = this;
    this.tools = box("div", "cc-tools");
    this.tools.setAttribute("role", "toolbar");
    this.teams = box("span", "set teams");
    this.team = this.dropdown("team");
    this.queue = this.dropdown("queue");
    this.status = this.dropdown("status");
    this.hand = pushButton("cc-chip", "", () => this.set("hand", this.filter.hand ? "" : "1"));
    const mark = box("span", "alarm");
    mark.append(ctx.icon("oct"));
    this.handWords = box("span");
    this.hand.append(mark, this.handWords);
    this.sort = this.dropdown("sort");
    this.views = box("span", "set");
    for (const view of ["tiles", "table"]) {
      const chip = pushButton("cc-chip", ctx.t(`seats.view.${view}`), () => this.set("view", view === "tiles" ? "" : view));
      chip.dataset.value = view === "tiles" ? "" : view;
      this.views.append(chip);
    }
    this.tools.append(this.label("team"), this.teams, this.team, this.label("queue"), this.queue, this.label("status"),
      this.status, this.hand, box("span", "sp"), this.label("sort"), this.sort, this.views);
  }

  label(name) {
    return box("span", "g", this.ctx.t(`seats.filter.${name}`));
  }

  dropdown(name) {
    const select = box("select", "cc-chip");
    select.setAttribute("aria-label", this.ctx.t(`seats.filter.${name}`));
    select.addEventListener("change", () => this.set(name, select.value));
    return select;
  }

  addGroup(group) {
    const {ctx} = this;
    const part = box("i", `cc-fill-${group}`);
    this.bar.append(part);
    const entry = pushButton("", "", () => this.set("status", this.filter.status === group ? "" : group));
    const icon = box("span", `cc-ink-${group}`);
    icon.append(ctx.icon(GROUP_ICON[group]));
    const count = box("b");
    entry.append(icon, box("span", "", ctx.t(`group.${group}`)), count);
    this.key.append(entry);
    this.counts[group] = {part, entry, count};
  }

  buildTable() {
    const {ctx} = this;
    const table = box("table", "cc-table");
    const head = box("tr");
    const left = new Set(["name", "number", "team", "status", "queue", "queues"]);
    for (const name of ["name", ...COLUMNS]) {
      const cell = box("th", left.has(name) ? "l" : "", ctx.t(`seats.col.${name}`));
      cell.scope = "col";
      cell.title = ctx.t(`seats.col.${name}.tip`);
      head.append(cell);
    }
    const top = box("thead");
    top.append(head);
    this.body = box("tbody");
    table.append(top, this.body);
    this.table.append(table);
  }

  listen(list) {
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.ctx.t("seats.list"));
    const target = (event) => event.target.closest("[data-seat]");
    list.addEventListener("click", (event) => {
      const node = target(event);
      if (node) this.select(node.dataset.seat);
    });
    list.addEventListener("pointermove", () => { this.moved = Date.now(); });
    list.addEventListener("keydown", (event) => this.onKey(event, target(event)));
    list.addEventListener("focusin", (event) => this.rove(target(event)));
  }

  onKey(event, node) {
    if (!node) return;
    const list = node.parentElement;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.select(node.dataset.seat);
      return;
    }
    const columns = list === this.grid ? getComputedStyle(list).gridTemplateColumns.split(" ").length : 1;
    const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns}[event.key];
    const nodes = [...list.children];
    const goal = event.key === "Home" ? nodes[0] : event.key === "End" ? nodes[nodes.length - 1]
      : step && nodes[nodes.indexOf(node) + step];
    if (!goal) return;
    event.preventDefault();
    this.moved = Date.now();
    goal.focus();
  }

  // One tab stop for the whole list: the seat that had the focus last.
  rove(node) {
    if (!node || node === this.stop) return;
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = node;
    node.tabIndex = 0;
  }

  set(name, value) {
    this.filter[name] = name === "sort" && value === SORTS[0] ? "" : value;
    this.ctx.url.set(name, this.filter[name]);
    this.moved = 0;
    this.draw();
  }

  select(seat) {
    this.set("seat", this.filter.seat === seat ? "" : seat);
  }

  // -- data ---------------------------------------------------------------------------------------

  update(state) {
    this.state = state;
    const seen = new Set();
    for (const seat of state.view.seats) {
      seen.add(seat.seat);
      this.take(seat);
    }
    for (const id of [...this.items.keys()]) if (!seen.has(id)) this.items.delete(id);
    this.draw();
  }

  take(seat) {
    const known = this.items.get(seat.seat);
    if (known && known.seat === seat) return;
    const status = this.ctx.status(seat);
    const item = known || {dirty: true};
    Object.assign(item, {seat, status, group: status.group, name: this.ctx.seatName(seat), dirty: true});
    if (!known) this.items.set(seat.seat, item);
  }

  draw() {
    if (!this.state) return;
    const now = this.ctx.now();
    const bands = this.state.site.bands;
    for (const item of this.items.values()) item.band = band(bands, item.seat, now);
    const all = [...this.items.values()];
    this.drawTools(all);
    this.drawCounts(all);
    this.drawList(all, now);
    this.drawDetail(now);
    setClass(this.node, `cc-seats${this.ctx.stale() ? " is-stale" : ""}`);
  }

  drawTools(all) {
    const {ctx, filter} = this;
    const teams = [...new Set(all.map((i) => i.seat.team).filter(Boolean))].sort();
    const queues = this.state.view.queues.map((q) => [q.queue, ctx.queueName(q.queue)]);
    const any = (name, count) => ["", ctx.t(`seats.all.${name}`, {n: count})];
    this.drawTeams(teams);
    setChoices(this.team, [any("team", teams.length), ...teams.map((t) => [t, t])], filter.team);
    setChoices(this.queue, [any("queue", queues.length), ...queues], filter.queue);
    setChoices(this.status, [any("status", GROUPS.length), ...GROUPS.map((g) => [g, ctx.t(`group.${g}`)])], filter.status);
    setChoices(this.sort, SORTS.map((s) => [s, ctx.t(`seats.sort.${s}`)]), filter.sort || SORTS[0]);
    const hands = all.filter((item) => item.band !== "").length;
    setText(this.handWords, ctx.t("seats.hand", {n: hands}));
    setAttr(this.hand, "aria-pressed", filter.hand === "1");
    for (const chip of this.views.children) setAttr(chip, "aria-pressed", chip.dataset.value === filter.view);
    const signed = all.filter((item) => item.seat.status !== "offline").length;
    ctx.subtitle(ctx.t("seats.signed_in", {n: signed, all: all.length}));
  }

  drawTeams(teams) {
    const few = teams.length <= MANY_TEAMS;
    this.teams.hidden = !few;
    this.team.hidden = few;
    const key = teams.join("\n");
    if (few && this.teamsKey !== key) {
      this.teamsKey = key;
      this.teams.replaceChildren(...["", ...teams].map((team) => {
        const chip = pushButton("cc-chip", team || this.ctx.t("seats.all"), () => this.set("team", team));
        chip.dataset.value = team;
        return chip;
      }));
    }
    for (const chip of this.teams.children) setAttr(chip, "aria-pressed", chip.dataset.value === this.filter.team);
  }

  drawCounts(all) {
    const counts = tallyGroups(all.filter((item) => passesFilter(item.seat, {...this.filter, status: "", hand: ""}, item.group, item.band)));
    for (const group of GROUPS) {
      const {part, entry, count} = this.counts[group];
      part.style.flexGrow = counts[group];
      setText(count, this.ctx.fmt.int(counts[group]));
      setAttr(entry, "aria-pressed", this.filter.status === group);
    }
  }

  // Places hold still while a hand is on the list, so that nobody clicks on the wrong seat.
  drawList(all, now) {
    const table = this.filter.view === "table";
    const shown = all.filter((item) => passesFilter(item.seat, this.filter, item.group, item.band));
    const list = table ? this.body : this.grid;
    const resting = Date.now() - this.moved > REST_MS || shown.length !== list.childElementCount;
    this.grid.hidden = table;
    this.table.hidden = !table;
    for (const item of shown) this.paint(item, table, now);
    if (resting) arrange(list, sortSeats(shown, this.filter.sort || SORTS[0]).map((item) => (table ? item.row : item.tile).node));
    if (list.firstElementChild && !(this.stop && list.contains(this.stop))) this.rove(list.firstElementChild);
    this.empty.hidden = shown.length > 0;
    setText(this.empty, this.ctx.t(all.length ? "seats.none_match" : "seats.none"));
  }

  drawDetail(now) {
    const item = this.items.get(this.filter.seat);
    if (item) this.detail.show(item.seat, this.state.site, now);
    else if (this.detail.seat) this.detail.hide();
  }

  // -- one seat -----------------------------------------------------------------------------------

  paint(item, table, now) {
    const kind = table ? "row" : "tile";
    if (!item[kind]) item[kind] = table ? this.newRow(item) : this.newTile(item);
    const part = item[kind];
    const chosen = item.seat.seat === this.filter.seat;
    setClass(part.node, `${table ? "cc-row" : "cc-tile"} g-${item.group} ${item.band}`);
    setAttr(part.node, "aria-selected", chosen);
    if (part.seat !== item.seat) {
      part.seat = item.seat;
      if (table) this.fillRow(item); else this.fillTile(item);
    }
    setText(part.time, item.seat.status === "offline" ? "" : this.ctx.fmt.dur(now - item.seat.since));
    if (table) this.tickRow(item, now);
  }

  newTile(item) {
    const node = box("div");
    const head = box("div", "n");
    const icon = box("span");
    const name = box("span");
    head.append(icon, name);
    const line = box("div", "w");
    const word = box("span");
    const time = box("span", "tm");
    line.append(word, time);
    const queue = box("div", "q");
    node.append(head, line, queue);
    this.option(node, item);
    return {node, icon, name, word, time, queue};
  }

  option(node, item) {
    node.dataset.seat = item.seat.seat;
    node.setAttribute("role", "option");
    node.tabIndex = -1;
  }

  fillTile(item) {
    const {ctx} = this;
    const {tile, seat, status} = item;
    this.icon(tile, status.icon);
    setText(tile.name, item.name);
    setText(tile.word, status.word);
    setText(tile.queue, this.where(item));
    const facts = [item.name, seat.number, seat.team, status.name, this.where(item)].filter(Boolean);
    setAttr(tile.node, "title", facts.join(" · "));
    setAttr(tile.node, "aria-label", facts.slice(0, 4).join(", "));
  }

  icon(part, name) {
    if (part.iconName === name) return;
    part.iconName = name;
    part.icon.replaceChildren(this.ctx.icon(name));
  }

  // With a caller: which queue and who; otherwise the queues the seat serves.
  where({seat}) {
    const {ctx} = this;
    if (seat.status === "offline") return "";
    if (seat.caller || seat.call) return `${ctx.queueShort(seat.queue)} ${seat.caller}`.trim();
    return seat.queues.map((m) => ctx.queueShort(m.queue)).join(" · ");
  }

  newRow(item) {
    const node = box("tr");
    const who = box("td", "l");
    const box = box("span", "who");
    const icon = box("span", "icon");
    const name = box("span");
    box.append(icon, name);
    who.append(box);
    node.append(who);
    const cells = {};
    for (const column of COLUMNS) {
      const left = ["number", "team", "status", "queue", "queues"].includes(column);
      cells[column] = box("td", left ? "l" : "");
      node.append(cells[column]);
    }
    const word = box("span", "st");
    cells.status.append(word);
    cells.time.className = "tm";
    this.option(node, item);
    return {node, icon, name, word, cells, time: cells.time};
  }

  fillRow(item) {
    const {ctx} = this;
    const {row, seat, status} = item;
    this.icon(row, status.icon);
    setClass(row.icon, `icon cc-ink-${status.group}`);
    setText(row.name, item.name);
    setText(row.word, status.name);
    setText(row.cells.number, seat.number || "–");
    setText(row.cells.team, seat.team || "–");
    setText(row.cells.queue, seat.call || seat.caller ? `${ctx.queueName(seat.queue)} ${seat.caller}`.trim() : "–");
    setText(row.cells.queues, seat.queues.map((m) => `${ctx.queueShort(m.queue)} ${m.penalty}`).join(" · ") || "–");
  }

  tickRow(item, now) {
    const {fmt} = this.ctx;
    const figures = dayFigures(item.seat, now);
    const {cells} = item.row;
    for (const name of ["handled", "rona"]) this.number(cells[name], figures[name], fmt.int);
    for (const name of ["aht", "talk", "hold", "acw", "break", "busy"]) this.number(cells[name], figures[name], fmt.dur);
    this.number(cells.occupancy, figures.occupancy, (value) => fmt.pct(value, 0));
  }

  number(cell, value, format) {
    const none = value === null || value === undefined;
    setText(cell, none ? "–" : format(value));
    setClass(cell, none || value === 0 ? "zero" : "");
  }

  tick() {
    if (this.state && !this.ctx.stale()) this.draw();
    else setClass(this.node, "cc-seats is-stale");
  }

  unmount() {
    this.detail.close();
  }
}
