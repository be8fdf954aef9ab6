/* The moves under way and those of the last hours: where each seat stands, its way back, and taking it back. */

const MOVE_BAD = new Set(["refused", "unconfirmed", "back_refused", "back_unconfirmed"]);

class RunningMoves {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board });
    this.node = box("section", "running");
    this.list = box("div", "rows");
    this.list.setAttribute("aria-live", "polite");
    this.none = box("p", "m", ctx.t("moves.none"));
    this.error = box("div", "err");
    this.error.setAttribute("role", "alert");
    this.node.append(box("h2", "", ctx.t("moves.running")), this.error, this.none, this.list);
  }

  draw(moves, now) {
    const { t } = this.ctx;
    this.none.hidden = moves.length > 0;
    if (this.board.failed) setText(this.error, t("moves.error.list"));
    else if (this.error.textContent === t("moves.error.list")) setText(this.error, "");
    keyed(this.list, moves, (move) => move.id, (move) => this.make(move), (node, move) => this.paint(node.move, move, now));
  }

  make(move) {
    const row = { node: box("article", "move"), what: box("b"), back: box("span", "back"), why: box("span", "m why"), seats: box("div", "stands") };
    row.undo = gated(this.ctx, "seats", pushButton("btn", this.ctx.t("moves.undo"), () => this.undo(row, [])));
    const head = box("div", "head1");
    head.append(row.what, row.back, row.why, box("span", "sp"), row.undo);
    row.node.append(head, row.seats);
    row.node.move = row;
    row.id = move.id;
    return row.node;
  }

  paint(row, move, now) {
    const { ctx, board } = this;
    const { t, fmt, state } = ctx;
    setClass(row.node, move.open ? "move" : "move over1");
    const queues = board.names(Object.entries(move.queues).map(([queue, penalty]) => `${board.queue(queue)} ${t("moves.penalty.short", { n: penalty })}`));
    const crew = move.crew ? `${move.crew} · ` : "";
    const what = !Object.keys(move.queues).length ? "moves.what.recall" : move.beside ? "moves.what.beside" : "moves.what";
    setText(row.what, `${crew}${t(what, { n: move.seats.length, queues })}`);
    setText(row.back, this.wayBack(move, now));
    const zone = state.site.zone;
    setText(row.why, [fmt.time(move.at, zone, false), this.by(move.by), move.why, move.insisted ? t("moves.insisted") : ""].filter(Boolean).join(" · "));
    row.undo.hidden = !move.seats.some((seat) => seat.undoable);
    keyed(row.seats, move.seats, (seat) => seat.seat, () => this.newSeat(row), (node, seat) => this.paintSeat(node.seat, seat));
  }

  /** Until when, or how long still. */
  wayBack(move, now) {
    const { t, fmt, state } = this.ctx;
    if (move.until === null) return Object.keys(move.queues).length ? t("moves.for.good") : "";
    const at = fmt.time(move.until, state.site.zone, false);
    if (!move.open) return t("moves.back.at", { at });
    return move.until > now ? t("moves.back.in", { at, left: fmt.clock(move.until - now) }) : t("moves.back.due", { at });
  }

  newSeat(row) {
    const seat = { node: box("div", "stand"), name: box("span", "nm"), state: box("span", "state"), said: box("span", "m") };
    seat.undo = gated(this.ctx, "seats", pushButton("btn", this.ctx.t("moves.undo.one"), () => this.undo(row, [seat.id])));
    seat.node.append(seat.name, seat.state, seat.said, seat.undo);
    seat.node.seat = seat;
    return seat.node;
  }

  paintSeat(seat, stands) {
    const { board, ctx } = this;
    const { t, fmt } = ctx;
    seat.id = stands.seat;
    const bad = MOVE_BAD.has(stands.state);
    setClass(seat.node, bad ? "stand bad" : "stand");
    setText(seat.name, board.seat(stands.seat));
    const unasked = stands.state === "refused" && !stands.requests.length; // ours, not the switch's
    setText(seat.state, t(`moves.state.${unasked ? "not_moved" : stands.state}`));
    const said = stands.said && t(`moves.said.${stands.said}`) !== `moves.said.${stands.said}` ? t(`moves.said.${stands.said}`) : stands.said;
    const late = stands.late_s > 0 ? t("moves.late", { wait: fmt.clock(stands.late_s) }) : "";
    const undone = stands.undone_by ? t("moves.undone.by", { who: this.by(stands.undone_by), why: stands.undone_why }) : "";
    setText(seat.said, [said, late, undone].filter(Boolean).join(" · "));
    const switchSaid = stands.requests.map((one) => `${t(`cmd.kind.${one.kind}`)} ${one.queue && board.queue(one.queue)}: ${t(`moves.reply.${one.reply}`)} ${one.message}`.trim());
    setAttr(seat.node, "title", switchSaid.join("\n") || null);
    seat.undo.hidden = !stands.undoable;
    setAttr(seat.undo, "aria-label", t("moves.undo.of", { name: board.seat(stands.seat) }));
  }

  /** Somebody's name; without one, the role's. */
  by(who) {
    const words = this.ctx.t(`role.${who}`);
    return words === `role.${who}` ? who : words;
  }

  async undo(row, seats) {
    const { ctx, board } = this;
    setText(this.error, "");
    try {
      await askServer(ctx, `moves/${row.id}/undo`, {}, { seats, why: ctx.t("moves.undo.why"), who: board.who.name });
    } catch (error) {
      setText(this.error, board.problem(error));
    }
    await board.load();
  }
}
