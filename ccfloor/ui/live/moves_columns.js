/* One column a queue with its seats as cards in fixed places: ticked or dragged to where they shall go. */

const QUEUE_LIMITS = { waiting: [8, 16], longest_wait_s: [60, 120] }; // the wall's, unless the site has its own

class QueueColumns {
  /** `board`: what is picked, aimed at and held. */
  constructor(ctx, board) {
    Object.assign(this, { ctx, board });
    this.node = box("div", "cols");
    this.node.setAttribute("aria-label", ctx.t("moves.columns"));
    this.strip = box("div", "targets"); // every queue in sight as a goal, also while a seat is dragged
    this.node.addEventListener("pointerenter", () => (this.still = true));
    this.node.addEventListener("pointerleave", () => (this.still = false));
  }

  draw(state, now) {
    this.limits = { ...QUEUE_LIMITS, ...(state.site.wall || state.site.kiosk || {}) };
    keyed(this.strip, state.queues, (queue) => queue.queue, (queue) => this.newGoal(queue.queue), (node, { queue }) => {
      setText(node, `→ ${this.board.queue(queue)}`);
      setAttr(node, "aria-pressed", this.board.targets.has(queue));
    });
    keyed(this.node, state.queues, (queue) => queue.queue, (queue) => this.make(queue.queue),
      (node, queue) => this.paint(node.column, queue, now));
  }

  make(queue) {
    const { t } = this.ctx;
    const column = { queue, node: box("section", "col"), name: box("h2"), facts: box("div", "facts"), list: box("div", "cards") };
    column.aim = pushButton("chip aim", t("moves.aim"), () => this.board.aim(queue));
    column.waiting = this.fact(column, "waiting");
    column.wait = this.fact(column, "longest_wait");
    column.seats = this.fact(column, "");
    const top = box("div", "top");
    top.append(column.name, column.aim);
    column.node.append(top, column.facts, column.list);
    this.listen(column, queue);
    column.node.column = column;
    return column.node;
  }

  newGoal(queue) {
    const goal = pushButton("chip goalchip", "", () => this.board.aim(queue));
    goal.addEventListener("dragover", (event) => (event.preventDefault(), goal.classList.add("drop")));
    goal.addEventListener("dragleave", () => goal.classList.remove("drop"));
    goal.addEventListener("drop", (event) => {
      event.preventDefault();
      goal.classList.remove("drop");
      if (this.board.picked.size) this.board.aim(queue, true);
    });
    return goal;
  }

  fact(column, metric) {
    const node = box("span");
    if (metric) this.ctx.tip(node, metric, "now");
    else this.ctx.tip(node, null, null, this.ctx.t("moves.working.note"));
    column.facts.append(node);
    return node;
  }

  listen(column, queue) {
    const { board } = this;
    const { list, node } = column;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-multiselectable", "true");
    const seatOf = (event) => event.target.closest("[data-seat]");
    list.addEventListener("click", (event) => seatOf(event) && board.pick(seatOf(event).dataset.seat));
    list.addEventListener("keydown", (event) => this.onKey(event, seatOf(event)));
    list.addEventListener("dragstart", (event) => {
      const seat = seatOf(event)?.dataset.seat;
      if (!seat || !board.free(seat)) return event.preventDefault();
      event.dataTransfer.setData("text/plain", seat);
      event.dataTransfer.effectAllowed = "move";
      board.pick(seat, true);
    });
    const over = (on) => (column.over = on, node.classList.toggle("drop", on));
    node.addEventListener("dragover", (event) => (event.preventDefault(), over(true)));
    node.addEventListener("dragleave", (event) => node.contains(event.relatedTarget) || over(false));
    node.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (board.picked.size) board.aim(queue, true);
    });
  }

  onKey(event, node) {
    if (!node) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const cards = [...node.parentElement.children];
    const goal = { Home: cards[0], End: cards.at(-1) }[event.key] || (step && cards[cards.indexOf(node) + step]);
    if (event.key === "Enter" || event.key === " ") this.board.pick(node.dataset.seat);
    else if (goal) goal.focus();
    else return;
    event.preventDefault();
  }

  paint(column, queue, now) {
    const { ctx, board } = this;
    const { state, fmt, t } = ctx;
    const aimed = board.targets.has(queue.queue);
    const unseen = state.unseen.queues.has(queue.queue);
    setClass(column.node, ["col", aimed && "aimed", column.over && "drop", unseen && "unseen"].filter(Boolean).join(" "));
    setText(column.name, board.queue(queue.queue));
    setAttr(column.aim, "aria-pressed", aimed);
    setAttr(column.aim, "aria-label", t("moves.aim.long", { queue: board.queue(queue.queue) }));
    const mine = state.seats.filter((seat) => seat.queues.some((one) => one.queue === queue.queue));
    const works = mine.filter((seat) => worksFor(seat, queue.queue)).length;
    setText(column.waiting, t("moves.waiting", { n: queue.waiting }));
    const band = (value, [near, over]) => (value >= over ? "over" : value >= near ? "warn" : "");
    setClass(column.waiting, queue.waiting ? band(queue.waiting, this.limits.waiting) : "zero");
    const oldest = queue.oldest_at === null ? null : seenUntil(state, "queues", queue.queue, now) - queue.oldest_at;
    setClass(column.wait, oldest === null ? "" : band(oldest, this.limits.longest_wait_s));
    setText(column.wait, t("moves.longest", { wait: oldest === null ? fmt.DASH : fmt.clock(oldest) }));
    const there = mine.filter((seat) => !["offline", "unknown"].includes(seat.status));
    setText(column.seats, t("moves.working", { n: works, all: there.length }));
    setAttr(column.list, "aria-label", board.queue(queue.queue));
    const shown = board.online ? mine.filter((seat) => seat.status !== "offline") : mine;
    keyed(column.list, this.inOrder(column, shown), (seat) => seat.seat, (seat) => newCard(seat),
      (node, seat) => this.paintCard(node.card, seat, queue.queue, now));
    const stop = column.list.querySelector('[tabindex="0"]');
    if (!stop && column.list.firstElementChild) column.list.firstElementChild.tabIndex = 0;
  }

  /** Who is free first, then who is busy, then who is away; nothing changes its place under the pointer. */
  inOrder(column, seats) {
    const fresh = (one) => (one.status === "ready" && worksFor(one, column.queue) ? 0 : worksFor(one, column.queue) ? 1 : 2);
    if (!this.still || !column.places) column.places = new Map(seats.map((one) => [one.seat, fresh(one)]));
    const place = (one) => column.places.get(one.seat) ?? 2;
    return [...seats].sort((one, other) => place(one) - place(other) || byNumber(one, other));
  }

  paintCard(card, seat, queue, now) {
    const { ctx, board } = this;
    const { state, t, fmt } = ctx;
    const seen = seenUntil(state, "seats", seat.seat, now);
    const look = seatLook(seat, seen, state.site.bands, t, state.marks);
    const held = board.held.get(seat.seat);
    const lost = state.unseen.seats.has(seat.seat);
    const picked = board.picked.has(seat.seat);
    setClass(card.node, ["s", `g-${look.group}`, look.band, held && "held", lost && "unseen"].filter(Boolean).join(" "));
    setIcon(card.icon, picked ? "tick" : look.icon);
    setText(card.name, board.seat(seat.seat));
    setText(card.word, look.word);
    setText(card.time, seat.status === "offline" ? "" : fmt.clock(seen - seat.since));
    const member = seat.queues.find((one) => one.queue === queue);
    setText(card.penalty, t("moves.penalty.short", { n: member.penalty }));
    setText(card.mark, held ? t(`moves.short.${held.state}`) : "");
    const free = board.free(seat.seat);
    setAttr(card.node, "aria-selected", picked);
    setAttr(card.node, "aria-disabled", free ? null : "true");
    setAttr(card.node, "draggable", free ? "true" : null);
    const facts = [card.name.textContent, seat.number, seat.team, t(`status.long.${look.key}`),
      t("moves.penalty", { n: member.penalty }), card.mark.textContent];
    setAttr(card.node, "aria-label", facts.filter(Boolean).join(", "));
    setAttr(card.node, "title", facts.filter(Boolean).join(" · "));
  }
}

/** Whether a seat takes a queue's calls now: signed on, and not paused there. */
function worksFor(seat, queue) {
  const there = !["offline", "unknown", "paused"].includes(seat.status);
  return there && seat.queues.some((one) => one.queue === queue && !one.paused);
}

/** Seats keep their places: in the order of their numbers, whatever they do. */
function byNumber(one, other) {
  return one.number.localeCompare(other.number) || one.seat.localeCompare(other.seat);
}

function newCard(seat) {
  const card = { node: box("div"), icon: icon("unknown"), name: box("span"), word: box("span"), time: box("span", "tm"),
    penalty: box("span", "p"), mark: box("span", "mark") };
  const head = box("div", "n");
  const line = box("div", "w");
  const last = box("div", "q");
  head.append(card.icon, card.name);
  line.append(card.word, card.time);
  last.append(card.mark, card.penalty);
  card.node.append(head, line, last);
  card.node.dataset.seat = seat.seat;
  card.node.setAttribute("role", "option");
  card.node.tabIndex = -1;
  card.node.card = card;
  card.node.addEventListener("focus", () => {
    for (const other of card.node.parentElement.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    card.node.tabIndex = 0;
  });
  return card.node;
}
