/* The moves under way and those of the last hours: where each seat stands, its way back, and taking it back. */

const MOVE_BAD = new Set(["refused", "unconfirmed", "back_refused", "back_unconfirmed"]);

class RunningMoves {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board });
    this.node = box("section", "running");
    this.list = box("div", "rows");
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
    const row = { node: el("article", { class: "move", tabindex: -1 }), what: box("b", "what"), back: box("span", "back"), why: box("span", "m why"), seats: box("div", "stands") };
    row.undo = gated(this.ctx, "seats", pushButton("btn", this.ctx.t("moves.undo"), () => row.ask.open(row.id, [], row.all)));
    row.ask = new UndoAsk(this.ctx, this.board);
    const head = box("div", "head1");
    head.append(row.what, row.back, row.why, box("span", "sp"), row.undo);
    row.seats.setAttribute("aria-live", "polite"); // not the clocks in the line above
    row.node.append(head, row.ask.node, row.seats);
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
    setText(row.why, [fmt.time(move.at, zone, false), personName(t, move.by), move.why, move.insisted ? t("moves.insisted") : ""].filter(Boolean).join(" · "));
    row.all = move.seats.filter((seat) => seat.undoable).map((seat) => seat.seat);
    row.undo.hidden = !row.all.length;
    row.undo.disabled = Boolean(ctx.data.refused?.seats || ctx.replay);
    keyed(row.seats, move.seats, (seat) => seat.seat, () => this.newSeat(row), (node, seat) => this.paintSeat(node.seat, seat));
  }

  /** Until when, or how long still. */
  wayBack(move, now) {
    const { t, fmt, state } = this.ctx;
    if (move.until === null) return Object.keys(move.queues).length ? t("moves.for.good") : "";
    const at = fmt.time(move.until, state.site.zone, false);
    if (move.seats.every((seat) => seat.state === "undone")) return "";
    if (!move.open) return t("moves.back.at", { at });
    return move.until > now ? t("moves.back.in", { at, left: fmt.clock(move.until - now) }) : t("moves.back.due", { at });
  }

  newSeat(row) {
    const seat = { node: box("div", "stand"), name: box("span", "nm"), state: box("span", "state"), said: box("span", "m said") };
    seat.undo = gated(this.ctx, "seats", pushButton("btn", this.ctx.t("moves.undo.one"), () => row.ask.open(row.id, [seat.id])));
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
    const undone = stands.undone_by ? t("moves.undone.by", { who: personName(t, stands.undone_by), why: stands.undone_why }) : "";
    setText(seat.said, [said, late, undone].filter(Boolean).join(" · "));
    const switchSaid = stands.requests.map((one) => `${t(`cmd.kind.${one.kind}`)} ${one.queue && board.queue(one.queue)}: ${t(`moves.reply.${one.reply}`)} ${one.message}`.trim());
    setAttr(seat.node, "title", switchSaid.join("\n") || null);
    seat.undo.hidden = !stands.undoable;
    seat.undo.disabled = Boolean(ctx.data.refused?.seats || ctx.replay);
    setAttr(seat.undo, "aria-label", t("moves.undo.of", { name: board.seat(stands.seat) }));
  }
}

/** Taking a move back, the second step: why, and the button that does it. */
class UndoAsk {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board });
    const { t } = ctx;
    this.node = el("form", { class: "undo" });
    this.what = box("span", "nm");
    this.why = el("input", { maxlength: 200, "aria-label": t("moves.undo.reason"), "aria-required": "true" });
    this.name = el("input", { maxlength: 60, placeholder: t("moves.who.hint"), "aria-label": t("moves.undo.who") });
    this.name.hidden = Boolean(ctx.data.me);
    this.go = box("button", "btn pri", t("moves.undo.do"));
    this.go.type = "submit";
    this.error = box("div", "err");
    this.error.setAttribute("role", "alert");
    this.node.append(this.what, this.why, this.name, this.go, pushButton("chip", t("moves.undo.not"), () => this.leave()), this.error);
    this.node.addEventListener("submit", (event) => (event.preventDefault(), this.send()));
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), this.leave()));
    onlyOnce(this.node);
    this.node.hidden = true;
  }

  /** Ask about a move; no seats: all of them, which are ``named``. */
  open(move, seats, named = seats) {
    Object.assign(this, { move, seats, from: this.node.getRootNode().activeElement });
    const name = this.board.names(named.map((one) => this.board.seat(one)));
    setText(this.what, name);
    setAttr(this.node, "aria-label", this.ctx.t("moves.undo.of", { name }));
    this.why.value = this.ctx.t("moves.undo.why");
    this.name.value = this.board.who.name;
    setText(this.error, "");
    this.node.hidden = false;
    setAttr(this.go, "aria-disabled", "true");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => setAttr(this.go, "aria-disabled", null), AGAIN_MS);
    this.why.focus();
    this.why.select();
  }

  close() {
    clearTimeout(this.timer);
    this.node.hidden = true;
  }

  /** Closed; the keyboard goes on where it was, or at the move where that is gone. */
  leave() {
    this.close();
    const { from } = this;
    const there = from?.isConnected && from.offsetParent && !from.disabled;
    (there ? from : this.node.parentElement).focus({ preventScroll: true });
  }

  async send() {
    const { board, ctx } = this;
    const [why, who] = [this.why.value.trim(), this.name.value.trim()];
    if (this.go.disabled || this.go.getAttribute("aria-disabled")) return;
    if (!why) return setText(this.error, ctx.t("moves.error.no_why")), this.why.focus();
    if (!ctx.data.me && !who) return setText(this.error, ctx.t("moves.error.no_who")), this.name.focus();
    board.who.take(who);
    setText(this.error, "");
    this.go.disabled = true;
    try {
      await askServer(ctx, `moves/${this.move}/undo`, {}, { seats: this.seats, why, who });
    } catch (error) {
      setText(this.error, board.problem(error));
    }
    this.go.disabled = false;
    await board.load();
    if (!this.error.textContent) this.leave();
  }
}
