/* One seat as a tile or as a row of the table: nodes made once, patched in place. */

const SEAT_COLUMNS = ["number", "team", "status", "time", "caller", "queues", "handled", "aht", "talk", "hold", "acw",
  "rona", "break", "busy", "occupancy"];
const TEXT_COLUMNS = new Set(["name", "number", "team", "status", "caller", "queues"]);

function seatOption(node, seat) {
  node.dataset.seat = seat.seat;
  node.setAttribute("role", "option");
  node.tabIndex = -1;
  return node;
}

/** With a caller: which queue and who; otherwise the queues the seat serves. */
function seatPlace(seat, ctx) {
  if (seat.status === "offline") return "";
  const name = (queue) => queueName(ctx.state, queue, ctx.lang);
  if (seat.caller || seat.call) return `${seat.queue ? name(seat.queue) : ""} ${ctx.fmt.caller(seat.caller, ctx.t)}`.trim();
  return seat.queues.map((member) => name(member.queue)).join(" · ");
}

function newTile(seat) {
  const tile = { node: seatOption(box("div"), seat), icon: icon("unknown"), name: box("span"), word: box("span"),
    time: box("span", "tm"), place: box("span"), caller: box("span") };
  const head = box("div", "n");
  const line = box("div", "w");
  head.append(tile.icon, tile.name);
  const last = box("div", "q");
  line.append(tile.word, tile.time);
  last.append(tile.place, tile.caller);
  tile.node.append(head, line, last);
  return tile;
}

/** Brings a seat's tile up to date; makes it at first. */
function paintTile(item, now, ctx) {
  const { seat, look } = item;
  const tile = item.tile || newTile(seat);
  const lost = ctx.state.unseen.seats.has(seat.seat);
  now = seenUntil(ctx.state, "seats", seat.seat, now);
  setClass(tile.node, `s g-${look.group} ${look.band}${lost ? " unseen" : ""}`.trim());
  setText(tile.time, seat.status === "offline" ? "" : ctx.fmt.clock(now - seat.since));
  const rules = seatRules(ctx.state, seat.seat, ctx.t, ctx.lang).join(" · ");
  if (tile.seat === seat && tile.rules === rules) return tile;
  Object.assign(tile, { seat, rules });
  setIcon(tile.icon, look.icon);
  setText(tile.name, item.name);
  setText(tile.word, look.word);
  const onCall = seat.status !== "offline" && seat.caller;
  setText(tile.place, onCall && seat.queue ? queueName(ctx.state, seat.queue, ctx.lang) : onCall ? "" : seatPlace(seat, ctx));
  setText(tile.caller, onCall && seat.caller !== "~" ? `*${seat.caller.slice(-4)}` : "");
  const facts = [item.name, seat.number, seat.team, ctx.t(`status.long.${look.key}`)].filter(Boolean);
  setAttr(tile.node, "aria-label", facts.join(", "));
  setAttr(tile.node, "title", [...facts, seatPlace(seat, ctx), rules].filter(Boolean).join(" · "));
  return tile;
}

class SeatTable {
  constructor(ctx) {
    this.ctx = ctx;
    this.node = box("div", "scroll");
    const head = box("tr");
    for (const name of ["name", ...SEAT_COLUMNS]) {
      const cell = box("th", TEXT_COLUMNS.has(name) ? "l" : "", ctx.t(`seats.col.${name}`));
      cell.scope = "col";
      if (!TEXT_COLUMNS.has(name) && name !== "time") tipSeatFigure(cell, name, ctx);
      head.append(cell);
    }
    const top = box("thead");
    top.append(head);
    this.body = box("tbody");
    const table = box("table", "table");
    table.append(top, this.body);
    this.node.append(table);
  }

  newRow(seat) {
    const row = { node: seatOption(box("tr"), seat), icon: icon("unknown"), name: box("span"), cells: {} };
    const who = box("span", "who");
    who.append(row.icon, row.name);
    const first = box("td", "l");
    first.append(who);
    row.node.append(first);
    for (const column of SEAT_COLUMNS) {
      row.cells[column] = box("td", TEXT_COLUMNS.has(column) ? "l" : "");
      row.node.append(row.cells[column]);
    }
    return row;
  }

  paint(item, now) {
    const { seat, look } = item;
    const row = item.row || this.newRow(seat);
    const lost = this.ctx.state.unseen.seats.has(seat.seat);
    now = seenUntil(this.ctx.state, "seats", seat.seat, now);
    setClass(row.node, `row k-${look.group} ${look.band}${lost ? " unseen" : ""}`.trim());
    setText(row.cells.time, seat.status === "offline" ? "" : this.ctx.fmt.clock(now - seat.since));
    if (row.seat !== seat) this.fill(row, item);
    this.count(row, dayFigures(seat, now));
    return row;
  }

  fill(row, { seat, look, name }) {
    const { ctx } = this;
    const queue = (id) => queueName(ctx.state, id, ctx.lang);
    row.seat = seat;
    setIcon(row.icon, look.icon);
    setText(row.name, name);
    setText(row.cells.status, ctx.t(`status.long.${look.key}`));
    setText(row.cells.number, seat.number || ctx.fmt.DASH);
    setText(row.cells.team, seat.team || ctx.fmt.DASH);
    setText(row.cells.caller, seat.caller || seat.call ? seatPlace(seat, ctx) : ctx.fmt.DASH);
    setText(row.cells.queues, seat.queues.map((m) => `${queue(m.queue)} ${m.penalty}`).join(" · ") || ctx.fmt.DASH);
  }

  count(row, figures) {
    const { fmt } = this.ctx;
    const forms = { handled: fmt.count, rona: fmt.count, occupancy: fmt.whole };
    for (const column of ["handled", "aht", "talk", "hold", "acw", "rona", "break", "busy", "occupancy"]) {
      const value = figures[column];
      setText(row.cells[column], (forms[column] || fmt.clock)(value));
      setClass(row.cells[column], value ? "" : "zero");
    }
  }
}
