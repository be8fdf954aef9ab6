/* Saved groups: seats and where they go, under a name; applied with one click, looked at before they are sent. */

class CrewList {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board });
    this.node = box("section", "crews");
    this.list = box("div", "rows");
    this.form = el("form", { class: "save" });
    this.name = el("input", { maxlength: 60, placeholder: ctx.t("moves.crew.hint"), "aria-label": ctx.t("moves.crew.name") });
    const save = gated(ctx, "seats", box("button", "btn", ctx.t("moves.crew.save")));
    save.type = "submit";
    this.name.disabled = save.disabled;
    this.form.append(this.name, save);
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.save()));
    this.said = box("div", "err");
    this.said.setAttribute("role", "status");
    this.question = box("div", "crew");
    this.question.setAttribute("role", "alert");
    this.asked = box("span", "m");
    this.question.append(this.asked, box("span", "sp"), gated(ctx, "seats", pushButton("btn", ctx.t("moves.crew.replace.yes"), () => this.save(true))));
    this.question.hidden = true;
    this.name.addEventListener("input", () => (this.question.hidden = true));
    this.node.append(box("h2", "", ctx.t("moves.crews")), this.list, this.form, this.question, this.said);
  }

  show(crews) {
    keyed(this.list, crews, (crew) => crew.id, () => this.make(), (node, crew) => this.paint(node.crew, crew));
  }

  make() {
    const { ctx } = this;
    const row = { node: box("div", "crew"), name: box("b"), what: box("span", "m") };
    row.use = gated(ctx, "seats", pushButton("btn", ctx.t("moves.crew.use"), () => this.use(row.crew)));
    row.off = gated(ctx, "seats", pushButton("btn", "", () => this.change(row.crew)));
    row.node.append(row.name, row.what, box("span", "sp"), row.use, row.off);
    row.node.crew = row;
    return row.node;
  }

  paint(row, crew) {
    const { t } = this.ctx;
    row.crew = crew;
    const gone = crew.removed_at !== null;
    setClass(row.node, gone ? "crew gone" : "crew");
    setText(row.name, crew.name);
    const queues = this.board.names(Object.keys(crew.queues).map((queue) => this.board.queue(queue)));
    const what = t(crew.beside ? "moves.what.beside" : "moves.what", { n: crew.seats.length, queues });
    const told = t("moves.crew.span", { what, span: lasting(t, crew.minutes) });
    setText(row.what, gone ? t("moves.crew.removed", { who: personName(t, crew.removed_by) }) : told);
    row.use.hidden = gone;
    setText(row.off, t(gone ? "moves.crew.restore" : "moves.crew.remove"));
  }

  use(crew) {
    const left = this.board.apply(crew).map((seat) => this.board.seat(seat));
    setText(this.said, left.length ? this.ctx.t("moves.crew.without", { names: this.board.names(left) }) : "");
  }

  /** A name that another group has is asked about first. */
  async save(replace = false) {
    const { board, ctx } = this;
    const name = this.name.value.trim();
    if (!name) return setText(this.said, ctx.t("moves.error.no_name")), this.name.focus();
    if (!board.order.whole()) return setText(this.said, ctx.t("moves.crew.empty"));
    const { seats, queues, beside, minutes } = board.order.wanted();
    await this.post("crews", { name, seats, queues, beside, minutes, who: board.who.name, replace });
  }

  ask(by) {
    const { t } = this.ctx;
    setText(this.asked, t("moves.crew.replace", { who: this.board.names(by.map((one) => personName(t, one))) }));
    this.question.hidden = false;
  }

  change(crew) {
    const way = crew.removed_at === null ? "remove" : "restore";
    return this.post(`crews/${crew.id}/${way}`, { who: this.board.who.name });
  }

  async post(path, body) {
    setText(this.said, "");
    this.question.hidden = true;
    try {
      await askServer(this.ctx, path, {}, body);
      this.name.value = "";
    } catch (error) {
      if (error.code === "crew_exists") this.ask(error.about.by || []);
      else setText(this.said, this.board.problem(error));
    }
    await this.board.load();
  }
}
