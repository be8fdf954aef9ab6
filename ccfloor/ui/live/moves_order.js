/* What is to be moved: seats, queues with penalties, how long, why; the effect; confirmed in two clicks. */

const MOVE_MINUTES = [15, 30, 60, 0];
const ARMED_MS = 8000;
const LOOK_AGAIN_MS = 10000;
const SETTLE_MS = 250;

class MoveOrder {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board, beside: false, minutes: 30, crew: "" });
    this.node = el("form", { class: "order" });
    this.title = box("h2", "", ctx.t("moves.order"));
    this.hint = box("p", "m", ctx.t("moves.order.hint"));
    this.seats = box("div", "picked");
    this.goals = box("div", "goals");
    this.effect = new MoveEffect(ctx, board);
    this.body = box("div", "body");
    this.body.append(this.seats, this.goals, this.modes(), this.times(), this.flags(), this.words(), this.effect.node, this.acts());
    this.node.append(this.title, this.hint, this.body);
    this.node.addEventListener("submit", (event) => (event.preventDefault(), this.press()));
    this.node.addEventListener("input", () => this.disarm());
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
    this.span.addEventListener("input", () => this.put("minutes", bounded(this.span.value, 720)));
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
      tick.addEventListener("change", () => this.changed());
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

  /** A saved group's way. */
  take(crew) {
    Object.assign(this, { beside: crew.beside, minutes: crew.minutes, crew: crew.name });
  }

  wanted() {
    const { picked, targets } = this.board;
    return { seats: [...picked], queues: Object.fromEntries(targets), beside: this.beside || this.recall(), minutes: this.minutes,
      ready: this.ready.checked, insist: this.insist.checked, crew: this.crew };
  }

  whole() {
    return this.board.picked.size > 0 && (this.board.targets.size > 0 || this.recall());
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
    setText(this.error, "");
    clearTimeout(this.looking);
    if (!this.whole()) return this.effect.show(null);
    this.looking = setTimeout(() => this.look(), SETTLE_MS);
  }

  async look() {
    const asked = JSON.stringify(this.wanted());
    try {
      const shown = await askServer(this.ctx, "moves/preview", {}, this.wanted());
      if (asked !== JSON.stringify(this.wanted())) return;
      this.effect.show(shown);
    } catch (error) {
      if (asked !== JSON.stringify(this.wanted())) return;
      this.effect.show(null);
      setText(this.error, this.board.problem(error));
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
    this.send();
  }

  arm() {
    this.armed = true;
    this.timer = setTimeout(() => (this.disarm(), this.draw()), ARMED_MS);
    this.draw();
  }

  disarm() {
    this.armed = false;
    clearTimeout(this.timer);
  }

  async send() {
    this.disarm();
    this.busy = true;
    this.draw();
    const name = this.name.value.trim();
    this.board.who.take(name);
    try {
      await askServer(this.ctx, "moves", {}, { ...this.wanted(), why: this.why.value.trim(), who: name });
      this.why.value = "";
      this.ready.checked = this.insist.checked = false;
      this.board.clear();
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
    this.hint.hidden = board.picked.size > 0 || board.targets.size > 0;
    this.body.hidden = !this.hint.hidden;
    this.drawPicked();
    this.drawGoals();
    this.mode.forEach((chip, place) => setAttr(chip, "aria-pressed", this.beside === Boolean(place)));
    this.spans.forEach((chip, place) => setAttr(chip, "aria-pressed", this.minutes === MOVE_MINUTES[place]));
    if (this.span !== this.span.getRootNode().activeElement) this.span.value = this.minutes || "";
    this.ready.parentElement.hidden = !this.paused();
    this.insist.parentElement.hidden = !this.effect.lonely;
    const refused = this.effect.refused || (this.effect.lonely && !this.insist.checked);
    const off = Boolean(ctx.data.refused?.seats) || this.busy || !this.whole() || refused;
    if (this.go.disabled !== off) this.go.disabled = off;
    setClass(this.go, off ? "btn" : "btn pri");
    setText(this.go, this.armed ? t(this.recall() ? "moves.go.again.recall" : "moves.go.again", this.summary()) : t("moves.go"));
  }

  summary() {
    const { t } = this.ctx;
    const queues = this.board.names([...this.board.targets.keys()].map((queue) => this.board.queue(queue)));
    const span = this.minutes ? t("moves.for", { n: this.minutes }) : t("moves.for.good");
    return { n: this.board.picked.size, queues, span };
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
      if (node.goal.penalty !== node.getRootNode().activeElement) node.goal.penalty.value = penalty;
    });
  }

  newGoal(queue) {
    const { t } = this.ctx;
    const goal = { node: box("div", "goal"), name: box("b") };
    goal.penalty = el("input", { type: "number", min: 0, max: 99, step: 1, "aria-label": t("moves.penalty.of", { queue: this.board.queue(queue) }) });
    goal.penalty.addEventListener("input", () => {
      this.board.targets.set(queue, bounded(goal.penalty.value, 99));
      this.changed();
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
    clearTimeout(this.looking);
  }
}

/** A whole number from 0 to `most` out of what was typed. */
function bounded(text, most) {
  const value = Math.round(Number(text));
  return Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : 0;
}
