/* The moves page: seats by queue, what is picked and where it shall go, the effect, what is under way. */

const MOVES_POLL_MS = 1500;
const MOVE_OVER = new Set(["returned", "undone", "back_refused"]);

class MovesBoard {
  constructor(root, ctx) {
    this.ctx = ctx;
    this.root = root;
    this.picked = new Set();
    this.targets = new Map(); // queue -> penalty
    this.moves = [];
    this.held = new Map(); // seat -> the move that holds it
    this.who = new Who(ctx, () => {});
    this.head = new PageHead(ctx, "page.moves");
    this.online = ctx.url.get("online") === "1"; // who is signed off keeps his place, or is left out
    this.only = pushButton("chip", ctx.t("moves.online"), () => this.showOnline(!this.online));
    this.head.node.insertBefore(this.only, this.head.fresh);
    this.columns = new QueueColumns(ctx, this);
    this.order = new MoveOrder(ctx, this);
    this.crews = new CrewList(ctx, this);
    this.running = new RunningMoves(ctx, this);
    this.advice = new AdviceCards(ctx, this);
    const main = box("div", "main");
    const side = box("aside", "side");
    side.append(this.order.node, this.advice.node, this.crews.node); // the board keeps its place whatever is advised
    const floor = box("div", "floor");
    floor.append(this.columns.strip, this.columns.node, this.running.node);
    main.append(floor, side);
    root.append(this.head.node, this.head.strip, main);
    root.addEventListener("keydown", (event) => {
      const writes = event.target.closest("input, textarea, select"); // what is being written stays
      if (event.key === "Escape" && !writes && (this.picked.size || this.targets.size)) this.clear();
    });
    this.load();
  }

  // -- what is picked -----------------------------------------------------------------------------

  /** Whether a seat may be picked: signed on, and moved by nobody. */
  free(seat) {
    const known = this.ctx.state.seatBy.get(seat);
    return Boolean(known) && known.status !== "offline" && !this.held.has(seat);
  }

  pick(seat, on = !this.picked.has(seat)) {
    if (on && !this.free(seat)) return;
    this.order.crew = "";
    if (on) this.picked.add(seat);
    else this.picked.delete(seat);
    this.changed();
  }

  /** A queue becomes the goal, or no longer. */
  aim(queue, on = !this.targets.has(queue)) {
    if (on) this.targets.set(queue, this.targets.get(queue) ?? this.usual(queue));
    else this.targets.delete(queue);
    this.changed();
  }

  /** The penalty that most seats of a queue have. */
  usual(queue) {
    const seen = new Map();
    for (const seat of this.ctx.state.seats) {
      for (const one of seat.queues) if (one.queue === queue) seen.set(one.penalty, (seen.get(one.penalty) || 0) + 1);
    }
    return [...seen].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
  }

  showOnline(on) {
    this.online = on;
    this.ctx.url.set({ online: on ? "1" : "" });
    this.draw();
  }

  clear() {
    this.picked.clear();
    this.targets.clear();
    this.order.reset();
    this.changed();
  }

  /** A saved group takes the place of what was picked; who is not there or on a move is left out and told. */
  apply(crew) {
    this.picked = new Set(crew.seats.filter((seat) => this.free(seat)));
    this.targets = new Map(Object.entries(crew.queues));
    this.order.take(crew);
    this.changed();
    return crew.seats.filter((seat) => !this.picked.has(seat));
  }

  changed() {
    this.order.changed();
    this.draw();
  }

  // -- data ---------------------------------------------------------------------------------------

  async load() {
    clearTimeout(this.timer);
    try {
      const told = await askServer(this.ctx, "moves");
      this.take(told.moves);
      this.failed = false;
      this.crews.show(told.crews);
      this.advice.show(told.advice);
    } catch (error) {
      this.failed = true;
    }
    if (this.ended) return;
    this.timer = setTimeout(() => this.load(), MOVES_POLL_MS);
    if (this.ctx.state.ready) this.draw();
  }

  take(moves) {
    this.moves = moves;
    this.held.clear();
    for (const move of moves) {
      for (const stands of move.seats) if (holdsSeat(move, stands)) this.held.set(stands.seat, stands);
    }
  }

  /** What a queue, or a seat, is called. */
  queue(name) {
    return queueName(this.ctx.state, name, this.ctx.lang);
  }

  seat(name) {
    const seat = this.ctx.state.seatBy.get(name);
    return seat ? seatName(seat, this.ctx.lang) : name;
  }

  /** Names in one line. */
  names(list) {
    return list.join(this.ctx.lang === "zh" ? "、" : ", ");
  }

  /** A refusal of the server's as a sentence, with the queues or seats that it is about. */
  problem(error, otherwise = "moves.error.failed") {
    const { t } = this.ctx;
    const code = (error.code || "failed").replace(/^database_.*/, "database");
    const about = error.about || {};
    const names = [...(about.queues || []).map((one) => this.queue(one)), ...(about.seats || []).map((one) => this.seat(one))];
    const key = `moves.error.${code}`;
    const words = t(key, { names: this.names(names) });
    return words === key || code === "failed" ? t(otherwise) : words;
  }

  update(state, changed) {
    for (const seat of this.picked) if (!state.seatBy.has(seat)) this.picked.delete(seat);
    if (changed.full) for (const queue of this.targets.keys()) if (!state.queueBy.has(queue)) this.targets.delete(queue);
    this.draw();
  }

  draw() {
    const { state, t } = this.ctx;
    const now = this.ctx.measured();
    const open = this.moves.filter((move) => move.open).length;
    setText(this.head.sub, state.ready ? t("moves.open", { n: open }) : "");
    setAttr(this.only, "aria-pressed", this.online);
    this.advice.draw(now);
    this.columns.draw(state, now);
    this.order.draw();
    this.running.draw(this.moves, now);
  }

  tick(state, now) {
    this.head.tick(state, now);
    if (state.ready) this.draw();
  }

  close() {
    this.ended = true;
    clearTimeout(this.timer);
    this.order.close();
  }
}

/** Whether nobody else may move the seat meanwhile. */
function holdsSeat(move, stands) {
  if (stands.state === "refused" || stands.state === "confirmed") return move.until !== null && stands.undoable;
  return !MOVE_OVER.has(stands.state);
}

registerBoard("moves", {
  mount(root, ctx) {
    ctx.own = new MovesBoard(root, ctx);
  },
  update(root, state, changed, ctx) {
    ctx.own.update(state, changed);
  },
  tick(root, state, now, ctx) {
    ctx.own.tick(state, now);
  },
  unmount(root, ctx) {
    ctx.own.close();
  },
  narrow: 900,
});
