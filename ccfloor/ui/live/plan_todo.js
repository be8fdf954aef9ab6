/* The checklist of the level that fires: orders tick themselves when everybody complies, the rest by hand. */

class Checklist {
  /** `onTick(item)`, `onNote(text)`. */
  constructor(ctx, onTick, onNote) {
    Object.assign(this, { ctx, onTick, onNote });
    this.node = box("section", "part todo");
    const title = box("h2", "", ctx.t("plan.todo"));
    this.count = box("small");
    title.append(this.count);
    this.list = box("div", "rows");
    this.note = el("form", { class: "note" });
    this.words = el("input", { maxlength: 1000, placeholder: ctx.t("plan.note.hint"), "aria-label": ctx.t("plan.note") });
    this.said = box("span", "m");
    this.said.setAttribute("role", "status");
    const write = gated(ctx, "plan", box("button", "btn", ctx.t("plan.note.write")));
    this.words.disabled = write.disabled;
    this.words.title = write.title;
    write.type = "submit";
    this.note.append(this.words, write, this.said);
    this.note.addEventListener("submit", (event) => (event.preventDefault(), this.write()));
    this.node.append(title, this.list, this.note);
  }

  async write() {
    const text = this.words.value.trim();
    if (!text) return this.words.focus();
    if (!(await this.onNote(text))) return;
    this.words.value = "";
    setText(this.said, this.ctx.t("plan.note.done", { time: this.ctx.fmt.time(this.ctx.now(), this.ctx.state.site.zone) }));
  }

  draw(plan) {
    this.node.hidden = !plan.key;
    setText(this.count, `${plan.todo.filter((item) => item.done).length} / ${plan.todo.length}`);
    keyed(this.list, plan.todo, (item) => item.id, () => this.make(), (node, item) => this.paint(node.row, item));
  }

  make() {
    const row = { node: box("div", "row"), icon: icon("box"), words: box("span", "tx"), by: box("span", "m by") };
    row.button = gated(this.ctx, "plan", pushButton("btn", "", () => this.onTick(row.item)));
    row.node.append(row.icon, row.words, row.by, row.button);
    row.node.row = row;
    return row.node;
  }

  paint(row, item) {
    const { t, lang, fmt, state } = this.ctx;
    row.item = item;
    setClass(row.node, item.done ? "row done" : "row");
    setIcon(row.icon, item.done ? "tick" : "box");
    const left = item.order && item.left ? t("plan.todo.left", { n: item.left }) : "";
    setText(row.words, item.text[lang] + left);
    const when = item.at ? fmt.time(item.at, state.site.zone) : "";
    setText(row.by, item.by ? `${item.by} ${when}` : item.order ? t(item.done ? "plan.todo.all" : "plan.todo.live") : "");
    row.button.hidden = item.order;
    setText(row.button, t(item.done ? "plan.untick" : "plan.tick"));
    setAttr(row.button, "aria-label", `${row.button.textContent} ${item.text[lang]}`);
  }
}
