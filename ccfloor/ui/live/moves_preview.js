/* What a move would do: seats of each queue it touches, before and after, and what callers would meet. */

const EFFECT_FIGURES = ["seats", "service_level", "abandoned", "wait_s"];

class MoveEffect {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board, lonely: "", refused: false });
    this.node = box("div", "effect");
    this.table = box("table", "table");
    this.notes = box("div", "notes");
    this.notes.setAttribute("role", "status");
    this.how = box("p", "m");
    this.span = box("p", "span");
    this.node.append(this.span, this.table, this.how, this.notes);
    this.node.hidden = true;
  }

  /** A preview of the server's for a move of so many minutes, or null. */
  show(shown, minutes = 0) {
    this.node.hidden = !shown;
    this.lonely = shown && shown.lonely.length ? this.names(shown.lonely, "queue") : "";
    this.refused = Boolean(shown && (shown.held.length || shown.offline.length || shown.idle.length === this.board.picked.size));
    if (!shown) return;
    setText(this.span, this.when(minutes));
    const rows = [...shown.queues].sort((one, other) => this.rank(one) - this.rank(other));
    this.table.replaceChildren(this.head(), ...rows.map((queue) => this.row(queue)));
    const { t } = this.ctx;
    const known = shown.queues.filter((queue) => isNumber(queue.after.service_level));
    const how = [known.some((one) => !one.rough) && "moves.effect.how", known.some((one) => one.rough) && "moves.effect.rough"];
    setText(this.how, how.filter(Boolean).map((key) => t(key)).join(" "));
    const told = ["held", "offline", "lonely", "idle", "waits", "paused"].filter((name) => shown[name].length);
    this.notes.replaceChildren(...told.map((name) => {
      const names = this.names(shown[name], name === "lonely" ? "queue" : "seat");
      const bad = ["held", "offline", "lonely"].includes(name);
      return box("p", bad ? "bad" : "m", t(`moves.effect.${name}`, { names }));
    }));
  }

  names(list, kind) {
    return this.board.names(list.map((one) => this.board[kind](one)));
  }

  /** Of which span, and how old. A move that stays, or is longer than half an hour, is looked at for an hour. */
  when(minutes) {
    const { ctx } = this;
    const n = minutes > 0 && minutes <= 30 ? 30 : 60;
    return ctx.t("moves.effect.span", { n, at: ctx.fmt.time(ctx.measured(), ctx.state.site.zone) });
  }

  /** Who gets seats comes first, then who gives them. */
  rank(queue) {
    if (queue.seats_after > queue.seats_before || this.board.targets.has(queue.queue)) return 0;
    return queue.seats_after < queue.seats_before ? 1 : 2;
  }

  head() {
    const { t } = this.ctx;
    const row = el("tr", {}, el("th", { class: "l", scope: "col" }, t("advice.queue")));
    for (const name of EFFECT_FIGURES) row.append(el("th", { scope: "col" }, t(`moves.effect.${name}`)));
    return row;
  }

  row(queue) {
    const { t } = this.ctx;
    const role = [t("advice.gets"), t("advice.gives"), ""][this.rank(queue)];
    const row = el("tr", {}, el("th", { class: "l", scope: "row" }, [this.board.queue(queue.queue), role].filter(Boolean).join(" · ")));
    for (const name of EFFECT_FIGURES) {
      const [before, after] = this.values(name, queue);
      const rough = queue.rough && name !== "seats" && after !== this.ctx.fmt.DASH ? "≈ " : "";
      if (before === after) row.append(el("td", {}, rough + before, el("small", {}, before === this.ctx.fmt.DASH ? "" : t("moves.effect.same"))));
      else row.append(el("td", {}, `${rough}${before} → `, el("b", {}, after)));
    }
    return row;
  }

  values(name, queue) {
    const { fmt } = this.ctx;
    if (name === "seats") return [fmt.count(queue.seats_before), fmt.count(queue.seats_after)];
    const form = name === "wait_s" ? fmt.clock : (share) => (isNumber(share) ? `${fmt.percent(share)}%` : fmt.DASH);
    return [form(queue.before[name]), form(queue.after[name])];
  }
}
