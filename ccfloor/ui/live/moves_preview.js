/* What a move would do: seats of each queue it touches, before and after, and what callers would meet. */

const EFFECT_ROWS = ["seats", "service_level", "abandoned", "wait_s"];

class MoveEffect {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board, lonely: "", refused: false });
    this.node = box("div", "effect");
    this.table = box("table", "table");
    this.notes = box("div", "notes");
    this.notes.setAttribute("role", "status");
    this.how = box("p", "m", ctx.t("moves.effect.how"));
    this.node.append(this.table, this.how, this.notes);
    this.node.hidden = true;
  }

  /** A preview of the server's, or null. */
  show(shown) {
    this.node.hidden = !shown;
    this.lonely = shown && shown.lonely.length ? this.names(shown.lonely, "queue") : "";
    this.refused = Boolean(shown && (shown.held.length || shown.offline.length || shown.idle.length === this.board.picked.size));
    if (!shown) return;
    this.table.replaceChildren(this.head(shown), ...EFFECT_ROWS.map((name) => this.row(name, shown)));
    this.how.hidden = !shown.queues.some((queue) => isNumber(queue.after.service_level));
    const { t } = this.ctx;
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

  head(shown) {
    const row = el("tr", {}, el("th", { class: "l" }, ""));
    for (const queue of shown.queues) row.append(el("th", { scope: "col" }, this.board.queue(queue.queue)));
    return row;
  }

  row(name, shown) {
    const { t } = this.ctx;
    const row = el("tr", {}, el("th", { class: "l", scope: "row" }, t(`moves.effect.${name}`)));
    for (const queue of shown.queues) {
      const [before, after] = this.values(name, queue);
      const cell = el("td", {}, `${before} → `, el("b", {}, after));
      row.append(cell);
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
