/* The seat grid: 8 x 6 fixed places, a row a team where the teams allow it, and the legend with counts. */
const SEAT_COLUMNS = 8;
const SEAT_ROWS = 6;
const LEGEND = ["ready", "contact", "after", "away", "off", "over"];
const LEGEND_ICONS = { ready: "ready", contact: "talk", after: "wrap", away: "break", over: "octagon", off: "offline" };
const LEGEND_GROUP = { ring: "contact", busy: "away", fault: "over" };

function buildSeats(ctx) {
  const nodes = [buildLegend(ctx)];
  ctx.own.tiles = [];
  ctx.own.teams = [];
  for (let row = 0; row < SEAT_ROWS; row += 1) {
    const team = { name: el("span"), free: el("small") };
    team.node = el("div", { class: "tm" }, team.name, team.free);
    ctx.own.teams.push(team);
    nodes.push(team.node);
    for (let column = 0; column < SEAT_COLUMNS; column += 1) {
      const tile = buildTile(ctx);
      ctx.own.tiles.push(tile);
      nodes.push(tile.node);
    }
  }
  return el("div", { class: "tiles" }, ...nodes);
}

function buildTile(ctx) {
  const mark = ctx.icon("unknown");
  const name = el("span", { class: "nm" });
  const word = el("span");
  const time = el("span");
  const lines = [el("div", { class: "n" }, mark, name), el("div", { class: "w" }, word, time)];
  const node = el("div", { class: "s blank" }, ...lines);
  return { node, mark, name, word, time };
}

function buildLegend(ctx) {
  ctx.own.legend = Object.fromEntries(LEGEND.map((group) => [group, buildLegendItem(ctx, group)]));
  return el("div", { class: "lgd" }, ...LEGEND.map((group) => ctx.own.legend[group].node));
}

function buildLegendItem(ctx, group) {
  const count = el("b");
  const node = el("span", { class: "k-" + group }, ctx.icon(LEGEND_ICONS[group]), ctx.t("group." + group), " ", count);
  if (group === "ready") ctx.tip(node, "free_seats", "now");
  else ctx.tip(node, null, "now", ctx.t("group.note." + group));
  return { node, count };
}

/** Rows of at most eight seats; a team starts a row of its own unless that would need more slides. */
function seatRows(seats, rowsPerSlide) {
  const teams = new Map();
  for (const seat of seats) {
    if (!teams.has(seat.team)) teams.set(seat.team, []);
    teams.get(seat.team).push(seat);
  }
  const names = [...teams.keys()].sort();
  const chunks = (list) => list.flatMap((seat, i) => (i % SEAT_COLUMNS ? [] : [list.slice(i, i + SEAT_COLUMNS)]));
  const apart = names.flatMap((name) => chunks(teams.get(name)));
  const flowing = chunks(names.flatMap((name) => teams.get(name)));
  const slides = (rows) => Math.ceil(rows.length / rowsPerSlide);
  return slides(flowing) < slides(apart) ? flowing : apart;
}

function seatFires(ctx, seat, at) {
  if (ctx.state.unseen.seats.has(seat.seat)) return false;
  return seatLook(seat, at, ctx.state.site.bands, ctx.t, ctx.state.marks).band === "over";
}

function patchSeats(ctx, at) {
  const rows = ctx.own.slides.seats();
  for (let row = 0; row < SEAT_ROWS; row += 1) {
    const seats = rows[row] || [];
    const free = seats.filter((seat) => seat.status === "ready").length;
    const team = seats.length ? seats[0].team : "";
    setText(ctx.own.teams[row].name, team);
    setClass(ctx.own.teams[row].node, `${team.length > 2 ? "tm long" : "tm"} ${ctx.state.marks.team.get(team) || ""}`.trim());
    setText(ctx.own.teams[row].free, free || "");
    setAttr(ctx.own.teams[row].node, "data-note", team ? ctx.t("wall.team", { team, free }) : null);
    for (let column = 0; column < SEAT_COLUMNS; column += 1) {
      patchTile(ctx, ctx.own.tiles[row * SEAT_COLUMNS + column], seats[column], at);
    }
  }
  patchLegend(ctx, at);
}

function patchTile(ctx, tile, seat, at) {
  setAttr(tile.node, "data-seat", seat ? seat.seat : null);
  if (!seat) return setClass(tile.node, "s blank");
  const lost = ctx.state.unseen.seats.has(seat.seat);
  at = seenUntil(ctx.state, "seats", seat.seat, at);
  const look = seatLook(seat, at, ctx.state.site.bands, ctx.t, ctx.state.marks);
  const name = seatName(seat, ctx.lang);
  setClass(tile.node, `s g-${look.group} ${look.band}${lost ? " unseen" : ""}`.trim());
  setIcon(tile.mark, look.icon);
  setText(tile.name, name);
  setClass(tile.name, name.length > 6 ? "nm tight" : "nm");
  setText(tile.word, look.word);
  setText(tile.time, look.group === "off" ? "" : fmt.short(at - seat.since, ctx.lang));
  setAttr(tile.node, "data-note", seatNote(ctx, seat, look, name));
}

function seatNote(ctx, seat, look, name) {
  const queues = seat.queues.map((member) => queueName(ctx.state, member.queue, ctx.lang));
  const parts = [name, ctx.t("status.long." + look.key), queues.join(ctx.lang === "zh" ? "、" : ", ")];
  const rules = seatRules(ctx.state, seat.seat, ctx.t, ctx.lang);
  return [...parts, ...rules].filter(Boolean).join(" · ");
}

function patchLegend(ctx, at) {
  const counts = Object.fromEntries(LEGEND.map((group) => [group, 0]));
  for (const seat of ctx.state.seats) {
    const look = seatLook(seat, at, ctx.state.site.bands, ctx.t, ctx.state.marks);
    const group = look.band === "over" ? "over" : LEGEND_GROUP[look.group] || look.group;
    counts[group] += 1;
  }
  for (const group of LEGEND) setText(ctx.own.legend[group].count, counts[group]);
  setClass(ctx.own.legend.over.node, counts.over ? "k-over" : "k-over none-over");
}
