/* The form: its sections and items, how each may be answered, what is said of it. */
const MOST_BUTTONS = 11;

class ItemRow {
  constructor(ctx, item, number) {
    Object.assign(this, { ctx, item, number, typed: "" });
    const { t, lang } = ctx;
    const name = item.name[lang];
    this.node = el("div", { class: "qs-item", role: "group", "aria-label": name, tabindex: "-1", "data-item": item.id });
    this.earned = box("span", "qs-earned");
    const title = el("div", { class: "qs-title" }, box("span", "qs-no", String(number)), box("b", "", name), this.marks(), this.earned);
    this.values = el("div", { class: "qs-values" });
    this.notes = el("ul", { class: "qs-notes" });
    this.node.append(title);
    if (item.guide) this.node.append(el("p", { class: "qs-guide" }, item.guide[lang]));
    this.node.append(this.values, this.notes);
    this.buttons = new Map();
    this.offer();
    this.say = el("button", { type: "button", class: "qs-link", tabindex: "-1" }, t("qa_score.comment"));
    this.say.addEventListener("click", () => this.comment(false));
    if (ctx.draft.open) this.values.append(this.say);
    this.node.addEventListener("pointerdown", () => ctx.choose(this, false));
    this.patch();
  }

  marks() {
    const { t } = this.ctx;
    const node = box("span", "qs-marks");
    if (this.item.kind === "fatal" || this.item.fatal_if.length) node.append(box("span", "qs-fatal", t("qa_score.fatal")));
    return node;
  }

  get fatal() {
    return this.item.kind === "fatal";
  }

  // -- how it may be answered -------------------------------------------------------------------------

  offer() {
    const { item } = this;
    if (item.kind === "points" && item.values.length > MOST_BUTTONS) this.stepper();
    else for (const value of this.shownValues()) this.button(value, this.words(value), this.key(value));
    if (item.na) this.button("na", this.ctx.t("qa_score.na"), "X");
  }

  /** Yes before no, as people say it; numbers as they are. */
  shownValues() {
    return ["yes_no", "fatal"].includes(this.item.kind) ? ["yes", "no"] : this.item.values;
  }

  words(value) {
    const { t, lang } = this.ctx;
    if (this.fatal) return t(value === "yes" ? "qa_score.happened" : "qa_score.not_happened");
    if (this.item.kind === "yes_no") return t(value === "yes" ? "qa_score.yes" : "qa_score.no");
    if (this.item.kind === "choice") return this.item.options[value][lang];
    return value;
  }

  key(value) {
    if (["yes_no", "fatal"].includes(this.item.kind)) return value === "yes" ? "Y" : "N";
    if (this.item.kind === "choice") return String(this.item.values.indexOf(value) + 1);
    return "";
  }

  button(value, words, key) {
    const kills = this.item.fatal_if.includes(value) || (this.fatal && value === "yes");
    const node = el("button", { type: "button", class: `qs-chip${kills ? " kills" : ""}`, tabindex: "-1", "data-value": value }, words);
    if (key && this.ctx.draft.open) node.append(el("kbd", {}, key));
    node.disabled = !this.ctx.draft.open;
    node.addEventListener("click", () => this.set(this.answer === value ? "" : value));
    this.buttons.set(value, node);
    this.values.append(node);
  }

  stepper() {
    const { t, draft } = this.ctx;
    const make = (sign, step, label) => {
      const node = el("button", { type: "button", class: "qs-chip", tabindex: "-1", "aria-label": label }, sign);
      node.disabled = !draft.open;
      node.addEventListener("click", () => this.move(step));
      return node;
    };
    this.value = el("output", { class: "qs-value" });
    const full = el("button", { type: "button", class: "qs-chip", tabindex: "-1" }, t("qa_score.full"));
    if (draft.open) full.append(el("kbd", {}, "F"));
    full.disabled = !draft.open;
    full.addEventListener("click", () => this.full());
    this.values.append(make(MINUS, -1, t("qa_score.less")), this.value, make("+", 1, t("qa_score.more")), full);
  }

  get answer() {
    return this.ctx.draft.answers[this.item.id] || "";
  }

  set(value) {
    if (!this.ctx.draft.open) return;
    this.ctx.draft.answer(this.item.id, value);
    this.patch();
    const kills = this.item.fatal_if.includes(value) || (this.fatal && value === "yes");
    if (kills && !this.told.length) this.comment(true);
  }

  /** One step up or down; from nothing the first step down is from all. */
  move(step) {
    const { values } = this.item;
    const place = values.indexOf(this.answer);
    const next = place < 0 ? (step < 0 ? values.length - 1 : 0) : Math.min(values.length - 1, Math.max(0, place + step));
    this.set(values[next]);
  }

  /** A digit: an option's number, or points as they are typed. "whole" or "first" where it is answered so. */
  digit(sign) {
    const { kind, values } = this.item;
    if (kind === "choice") {
      const value = values[Number(sign) - 1];
      if (value) this.set(value);
      return value ? "whole" : "";
    }
    if (kind !== "points" && kind !== "scale") return "";
    clearTimeout(this.forget);
    this.typed = values.some((value) => value.startsWith(this.typed + sign)) ? this.typed + sign : sign;
    this.forget = setTimeout(() => { this.typed = ""; }, 1200);
    if (!values.includes(this.typed)) return "";
    this.set(this.typed);
    return values.some((value) => value !== this.typed && value.startsWith(this.typed)) ? "first" : "whole";
  }

  /** All the points that it can give: the best option, yes, the highest number. */
  full() {
    const { kind, values, worth } = this.item;
    if (kind === "choice") this.set(values.reduce((best, value) => (worth[value] > worth[best] ? value : best)));
    else if (kind !== "fatal") this.set(values.at(-1));
  }

  // -- comments -----------------------------------------------------------------------------------------

  get told() {
    return this.ctx.draft.comments[this.item.id] || [];
  }

  /** Opens a new comment; with the place of the recording where `marked`. */
  comment(marked) {
    const { draft, call } = this.ctx;
    if (!draft.open) return;
    const told = (draft.comments[this.item.id] ||= []);
    told.push([marked ? call.at : null, ""]);
    this.drawNotes();
    this.notes.lastChild?.querySelector("input")?.focus();
  }

  drawNotes() {
    this.notes.replaceChildren(...this.told.map((note, place) => this.note(note, place)));
    this.notes.hidden = !this.told.length;
  }

  note(note, place) {
    const { t, draft, call } = this.ctx;
    const mark = el("button", { type: "button", class: "qs-mark", tabindex: "-1" }, note[0] === null ? t("qa_score.mark") : clock(note[0]));
    mark.title = t(note[0] === null ? "qa_score.mark.set" : "qa_score.mark.jump");
    mark.disabled = !call.player || (note[0] === null && !draft.open);
    mark.addEventListener("click", () => {
      if (note[0] !== null) return call.seek(note[0], true);
      note[0] = call.at;
      this.drawNotes();
      draft.touch();
    });
    if (!draft.open) return el("li", {}, note[0] === null ? "" : mark, box("span", "", note[1]));
    const input = el("input", { type: "text", maxlength: "1000", placeholder: t("qa_score.comment.hint"), "aria-label": t("qa_score.comment") });
    input.value = note[1];
    input.addEventListener("input", () => { note[1] = input.value; draft.touch(); });
    const gone = el("button", { type: "button", class: "qs-link", tabindex: "-1", "aria-label": t("qa_score.comment.remove") }, "✕");
    const remove = () => { this.told.splice(place, 1); if (!this.told.length) delete draft.comments[this.item.id]; this.drawNotes(); draft.touch(); };
    gone.addEventListener("click", remove);
    input.addEventListener("blur", () => { if (!input.value.trim() && this.notes.contains(input)) setTimeout(() => { if (!note[1].trim() && this.told.includes(note)) { this.told.splice(this.told.indexOf(note), 1); this.drawNotes(); } }, 150); });
    return el("li", {}, mark, input, gone);
  }

  // -- what is seen -------------------------------------------------------------------------------------

  patch() {
    const line = this.ctx.draft.result.lines[this.item.id] || { asked: true };
    this.asked = line.asked;
    this.node.hidden = !line.asked;
    for (const [value, node] of this.buttons) setAttr(node, "aria-pressed", this.answer === value || (this.fatal && !this.answer && value === "no"));
    if (this.value) setText(this.value, `${this.answer === "na" || !this.answer ? DASH : this.answer} / ${this.item.points}`);
    const kills = line.fatal || (this.fatal && this.answer === "yes");
    const missing = !this.fatal && !this.answer;
    setClass(this.node, ["qs-item", kills ? "over" : "", missing ? "missing" : "", this.ctx.current === this ? "on" : ""].join(" ").trim());
    setText(this.earned, this.fatal ? "" : this.answer === "na" ? this.ctx.t("qa_score.na") : this.worth(line));
    if (this.notes.childElementCount !== this.told.length) this.drawNotes();
  }

  worth(line) {
    if (!this.answer || line.earned === null || line.earned === undefined) return `${DASH} / ${number(this.item.points)}`;
    return `${number(line.earned)} / ${number(this.item.points)}`;
  }
}

function number(value) {
  return String(Math.round(value * 100) / 100);
}
