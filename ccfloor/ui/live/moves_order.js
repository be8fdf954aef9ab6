/* What is to be moved: seats, queues with penalties, how long, why; the effect; confirmed in two clicks. */

const MOVE_MINUTES = [15, 30, 60, 0];
const ARMED_MS = 8000;
const LOOK_AGAIN_MS = 10000;
const SETTLE_MS = 250;
const USUAL_MINUTES = 30;
const AGAIN_MS = 600; // a click sooner than this after the first is the same one

class MoveOrder {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board, beside: false, minutes: USUAL_MINUTES, crew: "", of: null, filled: "", stands: "", armed: "" });
    this.node = el("form", { class: "order" });
    this.title = box("h2", "", ctx.t("moves.order"));
    this.hint = box("p", "m", ctx.t("moves.order.hint"));
    this.seats = box("div", "picked");
    this.goals = box("div", "goals");
    this.effect = new MoveEffect(ctx, board);
    this.body = box("div", "body");
    this.body.append(this.seats, this.goals, this.modes(), this.times(), this.flags(), this.words(), this.effect.node, this.acts());
    this.sent = el("p", { class: "sent", role: "status", tabindex: -1 });
    this.node.append(this.title, this.hint, this.body, this.sent);
    this.node.addEventListener("submit", (event) => (event.preventDefault(), this.press()));
    this.node.addEventListener("input", () => (this.disarm(), this.draw()));
    onlyOnce(this.node);
  }

  // -- its parts ----------------------------------------------------------------------------------

  modes() {
    const set = box("div", "set");
    this.mode = [false, true].map((beside) => {
      const chip = pushButton("chip", this.ctx.t(beside ? "moves.beside" : "moves.instead"), () => this.put("beside", beside));
      chip.title = this.ctx.t(beside ? "moves.beside.note" : "moves.instead.note");
      set.append(chip);
      return chip;
    });
    return set;
  }

  times() {
    const { t } = this.ctx;
    const set = box("div", "set times");
    this.spans = MOVE_MINUTES.map((minutes) => {
      const chip = pushButton("chip", minutes ? t("moves.minutes", { n: minutes }) : t("moves.stay"), () => this.put("minutes", minutes));
      set.append(chip);
      return chip;
    });
    this.span = el("input", { type: "number", min: 0, max: 720, step: 1, "aria-label": t("moves.minutes.own") });
    this.span.addEventListener("input", () => this.put("minutes", within(this.span.value, 720)));
    set.append(this.span, box("span", "m", t("moves.minutes.unit")));
    return set;
  }

  flags() {
    const { t } = this.ctx;
    const set = box("div", "flags");
    [this.ready, this.insist] = ["ready", "insist"].map((name) => {
      const tick = el("input", { type: "checkbox" });
      const label = box("label", name);
      label.append(tick, box("span", "", t(`moves.${name}`)));
      tick.addEventListener("change", () => (name === "ready" ? this.changed() : this.disarm(), this.draw()));
      set.append(label);
      return tick;
    });
    return set;
  }

  words() {
    const { t } = this.ctx;
    const set = box("div", "words");
    this.why = el("input", { maxlength: 200, placeholder: t("moves.why.hint"), "aria-label": t("moves.why"), "aria-required": "true" });
    this.name = el("input", { maxlength: 60, placeholder: t("moves.who.hint"), "aria-label": t("moves.who") });
    this.name.value = this.board.who.name;
    this.name.hidden = Boolean(this.ctx.data.me); // the account says who it is
    set.append(this.why, this.name);
    return set;
  }

  acts() {
    const { ctx } = this;
    const set = box("div", "acts");
    this.go = gated(ctx, "seats", box("button", "btn", ctx.t("moves.go")));
    this.go.type = "submit";
    this.off = pushButton("chip", ctx.t("moves.clear"), () => this.board.clear());
    this.error = box("div", "err");
    this.error.setAttribute("role", "alert");
    set.append(this.go, this.off, this.error);
    return set;
  }

  // -- what is wanted -----------------------------------------------------------------------------

  put(name, value) {
    this[name] = value;
    this.changed();
    this.draw();
  }

  /** The way of a saved group, or of advice with its reason and whether a pause ends. */
  take(order) {
    this.reset();
    Object.assign(this, { beside: order.beside, minutes: order.minutes, crew: order.name });
    this.of = { seats: new Set(order.seats), queues: new Set(Object.keys(order.queues)) };
    this.ready.checked = Boolean(order.ready);
    if (order.why && !this.why.value.trim()) this.why.value = this.filled = order.why;
  }

  /** As if nothing had been filled in; a reason that somebody wrote is his. */
  reset() {
    Object.assign(this, { beside: false, minutes: USUAL_MINUTES, crew: "", of: null });
    this.ready.checked = this.insist.checked = false;
    if (this.why.value === this.filled) this.why.value = "";
    this.filled = "";
  }

  /** Whether other seats or queues are picked now than those of what was taken over. */
  strayed() {
    const { picked, targets } = this.board;
    if (!this.of) return false;
    return !picked.size || [...picked].some((one) => !this.of.seats.has(one)) || [...targets.keys()].some((one) => !this.of.queues.has(one));
  }

  wanted() {
    const { picked, targets } = this.board;
    return { seats: [...picked], queues: Object.fromEntries(targets), beside: this.beside || this.recall(), minutes: this.minutes,
      ready: this.paused() && this.ready.checked, insist: Boolean(this.effect.lonely) && this.insist.checked, crew: this.crew };
  }

  /** What is previewed: all that is wanted but the insisting, which is about the preview. */
  key() {
    return JSON.stringify({ ...this.wanted(), insist: false });
  }

  /** Whether a number was typed that is none, or nothing was. */
  unclear() {
    return this.minutes === null || [...this.board.targets.values()].includes(null);
  }

  whole() {
    return !this.unclear() && this.board.picked.size > 0 && (this.board.targets.size > 0 || this.recall());
  }

  /** Nobody shall serve other queues: who is paused is called back, no more. */
  recall() {
    return this.board.targets.size === 0 && this.paused() && this.ready.checked;
  }

  paused() {
    return [...this.board.picked].some((seat) => this.ctx.state.seatBy.get(seat)?.paused);
  }

  /** Something else is wanted: what was confirmed halfway is not, and the effect is another one. */
  changed() {
    this.disarm();
    this.stands = "";
    this.insist.checked = false;
    setText(this.sent, "");
    this.effect.show(null);
    setText(this.error, this.unclear() ? this.ctx.t("moves.error.number") : "");
    clearTimeout(this.looking);
    if (this.strayed()) this.reset();
    if (!this.whole()) return;
    this.looking = setTimeout(() => this.look(), SETTLE_MS);
  }

  async look() {
    const asked = this.key();
    const { lonely } = this.effect;
    try {
      const shown = await askServer(this.ctx, "moves/preview", {}, this.wanted());
      if (asked !== this.key()) return;
      this.effect.show(shown, this.minutes);
      this.stands = asked;
      if (this.error.textContent === this.missing) setText(this.error, "");
      if (lonely !== this.effect.lonely) this.insist.checked = false;
    } catch (error) {
      if (asked !== this.key()) return;
      this.stands = "";
      this.disarm();
      this.effect.show(null);
      this.missing = this.board.problem(error, "moves.error.preview");
      setText(this.error, this.missing);
    }
    this.draw();
    clearTimeout(this.looking);
    if (this.whole()) this.looking = setTimeout(() => this.look(), LOOK_AGAIN_MS);
  }

  // -- two clicks ---------------------------------------------------------------------------------

  press() {
    const { t, state } = this.ctx;
    if (this.go.disabled || !this.whole()) return;
    if (!this.why.value.trim()) return setText(this.error, t("moves.error.no_why")), this.why.focus();
    if (!this.ctx.data.me && !this.name.value.trim()) return setText(this.error, t("moves.error.no_who")), this.name.focus();
    if (state.freshness === "stale") return setText(this.error, t("moves.error.stale"));
    if (!this.armed) return this.arm();
    if (!this.early && this.armed === this.key() && this.armed === this.stands) this.send();
  }

  /** The first click: the second one counts for this very order alone, and not at once. */
  arm() {
    this.armed = this.stands;
    this.early = setTimeout(() => (this.early = 0, this.draw()), AGAIN_MS);
    this.timer = setTimeout(() => (this.disarm(), this.draw()), ARMED_MS);
    this.draw();
  }

  disarm() {
    this.armed = "";
    clearTimeout(this.timer);
    clearTimeout(this.early);
    this.early = 0;
  }

  async send() {
    this.disarm();
    this.busy = true;
    this.draw();
    const name = this.name.value.trim();
    this.board.who.take(name);
    const what = this.ctx.t(this.recall() ? "moves.sent.recall" : "moves.sent.seats", this.summary());
    try {
      await askServer(this.ctx, "moves", {}, { ...this.wanted(), why: this.why.value.trim(), who: name });
      this.why.value = "";
      this.board.clear();
      setText(this.sent, what);
      this.sent.focus({ preventScroll: true }); // the button is gone
      await this.board.load();
    } catch (error) {
      setText(this.error, this.board.problem(error));
    }
    this.busy = false;
    this.draw();
  }

  // -- drawing ------------------------------------------------------------------------------------

  draw() {
    const { board, ctx } = this;
    const { t } = ctx;
    if (this.stands && this.stands !== this.key()) this.changed(); // somebody's pause ended, or a seat is gone
    this.hint.hidden = board.picked.size > 0 || board.targets.size > 0;
    this.body.hidden = !this.hint.hidden;
    this.drawPicked();
    this.drawGoals();
    this.mode.forEach((chip, place) => setAttr(chip, "aria-pressed", this.beside === Boolean(place)));
    this.spans.forEach((chip, place) => setAttr(chip, "aria-pressed", this.minutes === MOVE_MINUTES[place]));
    if (this.span !== this.span.getRootNode().activeElement) this.span.value = this.minutes ?? "";
    setAttr(this.span, "aria-invalid", this.minutes === null ? "true" : null);
    this.ready.parentElement.hidden = !this.paused();
    this.insist.parentElement.hidden = !this.effect.lonely;
    const refused = this.effect.refused || (this.effect.lonely && !this.insist.checked);
    const looked = this.whole() && this.stands === this.key();
    const off = Boolean(ctx.data.refused?.seats) || Boolean(ctx.replay) || this.busy || !looked || refused;
    if (off && this.armed) this.disarm();
    if (this.go.disabled !== off) this.go.disabled = off;
    setClass(this.go, off ? "btn" : "btn pri");
    setAttr(this.go, "aria-disabled", this.early ? "true" : null);
    setText(this.go, this.armed ? t(this.recall() ? "moves.go.again.recall" : "moves.go.again", this.summary()) : t("moves.go"));
  }

  summary() {
    const { t } = this.ctx;
    const queues = this.board.names([...this.board.targets.keys()].map((queue) => this.board.queue(queue)));
    return { n: this.board.picked.size, queues, span: lasting(t, this.minutes) };
  }

  drawPicked() {
    const { board, ctx } = this;
    keyed(this.seats, [...board.picked], (seat) => seat,
      (seat) => pushButton("chip seat", "", () => board.pick(seat, false)),
      (node, seat) => {
        setText(node, `${board.seat(seat)} ×`);
        setAttr(node, "aria-label", ctx.t("moves.unpick", { name: board.seat(seat) }));
      });
  }

  drawGoals() {
    const { board } = this;
    keyed(this.goals, [...board.targets], ([queue]) => queue, ([queue]) => this.newGoal(queue), (node, [queue, penalty]) => {
      setText(node.goal.name, `→ ${board.queue(queue)}`);
      if (node.goal.penalty !== node.getRootNode().activeElement) node.goal.penalty.value = penalty ?? "";
      setAttr(node.goal.penalty, "aria-invalid", penalty === null ? "true" : null);
    });
  }

  newGoal(queue) {
    const { t } = this.ctx;
    const goal = { node: box("div", "goal"), name: box("b") };
    goal.penalty = el("input", { type: "number", min: 0, max: 99, step: 1, "aria-label": t("moves.penalty.of", { queue: this.board.queue(queue) }) });
    goal.penalty.addEventListener("input", () => {
      this.board.targets.set(queue, within(goal.penalty.value, 99));
      this.changed();
      this.draw();
    });
    const label = box("label", "m", t("moves.penalty.word"));
    label.append(goal.penalty);
    const off = pushButton("chip", "×", () => this.board.aim(queue, false));
    off.setAttribute("aria-label", t("moves.unaim", { queue: this.board.queue(queue) }));
    goal.node.append(goal.name, label, off);
    goal.node.goal = goal;
    return goal.node;
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.early);
    clearTimeout(this.looking);
  }
}

/** For how long a move is. */
function lasting(t, minutes) {
  return minutes ? t("moves.for", { n: minutes }) : t("moves.for.good");
}

/** A whole number from 0 to `most` out of what was typed; null: it is none. */
function within(text, most) {
  const value = Number(text);
  return text.trim() && Number.isInteger(value) && value >= 0 && value <= most ? value : null;
}

/** Neither a key held down nor the second half of a double click does anything in `node`. */
function onlyOnce(node) {
  node.addEventListener("keydown", (event) => event.key === "Enter" && event.repeat && event.preventDefault());
  node.addEventListener("click", (event) => event.detail > 1 && event.target.closest("button[type=submit]") && event.preventDefault());
}
