/* The scoring page: the call beside the form, the total above it, handing in below. One mounted page a score. */
const PLACES = new Map();

function box(tag, kind = "", words) {
  return el(tag, kind ? { class: kind } : {}, words);
}

/** A sentence for a code that a route gave. */
function sentence(t, code) {
  const words = t(`people.error.${code}`);
  return words.startsWith("people.error.") ? t("qa_score.failed") : words;
}

class ScorePage {
  constructor(root, data) {
    Object.assign(this, { root, data, lang: data.lang, current: null, asking: false });
    this.t = translator(data.texts);
    this.draft = new Draft(data, (anew) => (anew ? this.build() : this.patch()));
    this.build();
    this.keys = new Keys(this);
    this.warn = (event) => { if (this.draft.dirty) event.preventDefault(); };
    window.addEventListener("beforeunload", this.warn);
  }

  /** The page's script ran again: what was handed in may be taken back or corrected by now. */
  told(desk) {
    const { score } = this.draft;
    if (this.draft.open || (desk.score.state === score.state && desk.score.revision === score.revision)) return;
    this.draft.take(desk);
    this.build();
  }

  stop() {
    this.keys.stop();
    window.removeEventListener("beforeunload", this.warn);
    this.call.player?.pause();
    if (this.draft.dirty) this.draft.save();
  }

  // -- building ----------------------------------------------------------------------------------------

  build() {
    const { draft, lang } = this;
    const place = this.call?.at || 0;
    this.call?.player?.pause();
    this.rows = [];
    this.call = new CallPane(this);
    if (place && this.call.player) this.call.player.currentTime = place;
    const form = box("div", "qs-form");
    form.append(this.head());
    for (const section of draft.desk.form.sections) form.append(this.section(section));
    form.append(this.foot());
    this.root.className = `qs ${lang} ${this.data.theme} ${draft.open ? "open" : "shut"}`;
    this.root.replaceChildren(this.call.node, form);
    this.current = null;
    this.patch();
    if (draft.open) this.begin();
  }

  /** Where one left off; a form that is begun anew stays at its top. */
  begin() {
    const row = this.firstMissing() || this.shown()[0];
    this.choose(row, Object.keys(this.draft.answers).length > 0);
    row?.node.focus({ preventScroll: true });
  }

  head() {
    const { t, lang } = this;
    const { form, score } = this.draft.desk;
    this.total = box("b", "qs-total");
    this.verdict = box("span", "qs-verdict");
    this.saved = el("span", { class: "qs-saved", role: "status" });
    this.strip = el("div", { class: "qs-strip", role: "alert", hidden: "" });
    const version = t("qa_score.version", { n: score.version });
    const name = el("div", { class: "qs-name" }, box("b", "", form.name[lang]), box("small", "", `${version} · ${t("qa_score.pass_mark", { n: number(form.pass_mark) })}`));
    return el("header", { class: "qs-top" }, el("div", { class: "qs-line" }, this.total, this.verdict, name, this.saved), this.strip);
  }

  section(section) {
    const node = el("section", { class: "qs-section", "data-section": section.id });
    const weight = section.weight === null ? "" : this.t("qa_score.weight", { n: number(section.weight) });
    node.append(el("h3", {}, section.name[this.lang], box("small", "", weight)));
    for (const item of section.items) {
      const row = new ItemRow(this, item, this.rows.length + 1);
      this.rows.push(row);
      node.append(row.node);
    }
    return node;
  }

  foot() {
    const { t, draft } = this;
    const foot = box("footer", "qs-foot");
    this.summary = el("textarea", { rows: "3", maxlength: "2000", placeholder: t("qa_score.summary.hint"), id: "qs-summary" });
    this.summary.value = draft.summary;
    this.summary.disabled = !draft.open;
    this.summary.addEventListener("input", () => { draft.summary = this.summary.value; draft.touch(); });
    foot.append(el("label", { for: "qs-summary" }, t("qa_score.summary"), this.hint("S")), this.summary);
    this.tell = null; // what is handed in says whether the agent was told, and offers it no more
    if (!draft.open) return foot.append(...(draft.tellNow ? [el("small", {}, t("qa_score.told_now"))] : []), this.handedIn()), foot;
    this.tell = el("button", { type: "button", class: "qs-chip", "aria-pressed": String(draft.tellNow) }, t("qa_score.tell"), el("kbd", {}, "T"));
    this.tell.addEventListener("click", () => { draft.tellNow = !draft.tellNow; draft.touch(); });
    foot.append(el("div", { class: "qs-set" }, this.tell, el("small", {}, t("qa_score.tell.hint"))));
    this.send = el("button", { type: "button", class: "qs-btn pri" }, t("qa_score.submit"), el("kbd", {}, "Ctrl ↵"));
    this.send.addEventListener("click", () => this.askSubmit());
    const drop = el("button", { type: "button", class: "qs-link" }, t("qa_score.discard"));
    drop.addEventListener("click", () => this.askDiscard());
    this.question = el("div", { class: "qs-ask", role: "alertdialog", hidden: "" });
    foot.append(this.question, el("div", { class: "qs-set" }, this.send, drop));
    return foot;
  }

  hint(key) {
    return this.draft.open ? el("kbd", {}, key) : "";
  }

  handedIn() {
    const { t, data, draft, lang } = this;
    const { score } = draft;
    const at = score.submitted_at ? `${day(score.submitted_at, data.zone, lang)} ${time(score.submitted_at, data.zone, false)}` : "";
    const words = score.state === "draft" ? t("qa_score.theirs", { who: score.reviewer }) : t(`qa_score.state.${score.state}`, { who: score.reviewer, at });
    const node = el("p", { class: "qs-done", role: "status" }, box("b", "", words));
    if (score.revision) node.append(" ", t("qa_score.corrected", { n: score.revision }));
    const { next } = draft.desk;
    if (next && data.sample) node.append(" ", el("a", { class: "qs-next", href: data.sample.replace("SAMPLE", next), target: "_self" }, t("qa_score.next")));
    if (data.back) node.append(" ", el("a", { href: data.back, target: "_self" }, t("qa_score.back")));
    return node;
  }

  help() {
    const node = el("div", { class: "qs-keys", "aria-label": this.t("qa_score.keys") });
    for (const [key, name] of KEYS) node.append(el("span", {}, el("kbd", {}, key || this.t("qa_score.key.space")), this.t(`qa_score.key.${name}`)));
    return node;
  }

  // -- where one is --------------------------------------------------------------------------------------

  shown() {
    return this.rows.filter((row) => row.asked);
  }

  firstMissing() {
    return this.shown().find((row) => !row.fatal && !row.answer);
  }

  choose(row, focus) {
    if (!row || this.current === row) return;
    const before = this.current;
    this.current = row;
    before?.patch();
    row.patch();
    if (!focus) return;
    row.node.focus({ preventScroll: true });
    row.node.scrollIntoView({ block: "nearest" });
  }

  next(step) {
    const rows = this.shown();
    const place = rows.indexOf(this.current) + step;
    if (place >= rows.length) return this.summary.scrollIntoView({ block: "nearest" });
    this.choose(rows[Math.max(0, place)], true);
  }

  // -- handing in ----------------------------------------------------------------------------------------

  /** What is in the way is said first; then the outcome is shown once more and confirmed. */
  async askSubmit() {
    const { t, draft } = this;
    if (this.asking || !draft.open) return;
    if (!(await draft.flush())) return this.patch();
    const { result } = draft;
    if (!result.complete) {
      this.say(t("qa_score.missing", { n: result.missing.length }));
      return this.choose(this.firstMissing(), true);
    }
    const names = result.fatal.map((id) => this.rows.find((row) => row.item.id === id).item.name[this.lang]);
    const words = names.length ? t("qa_score.ask.fatal", { items: names.join(t("qa_score.and")) }) : t("qa_score.ask", { score: this.points(result.score), verdict: t(result.passed ? "qa_score.passed" : "qa_score.not_passed") });
    this.ask(words, names.length > 0, t("qa_score.confirm"), () => draft.submit());
  }

  askDiscard() {
    const { t, draft } = this;
    const why = el("input", { type: "text", maxlength: "500", "aria-label": t("qa_score.discard.why"), placeholder: t("qa_score.discard.why") });
    this.ask(t("qa_score.discard.ask"), false, t("qa_score.discard"), () => draft.discard(why.value), why);
  }

  ask(words, grave, label, act, field) {
    this.asking = true;
    const yes = el("button", { type: "button", class: `qs-btn pri${grave ? " grave" : ""}` }, label);
    const no = el("button", { type: "button", class: "qs-btn" }, this.t("people.back"));
    yes.addEventListener("click", () => {
      yes.disabled = true;
      act().then(() => this.stopAsking(), (error) => { this.stopAsking(); this.say(sentence(this.t, error.code)); });
    });
    no.addEventListener("click", () => this.stopAsking());
    this.question.replaceChildren(el("p", {}, words), ...(field ? [field] : []), el("div", { class: "qs-set" }, yes, no));
    setClass(this.question, `qs-ask${grave ? " grave" : ""}`);
    this.question.hidden = false;
    this.question.scrollIntoView({ block: "nearest" });
    (field || yes).focus();
  }

  stopAsking() {
    this.asking = false;
    if (!this.question) return;
    this.question.hidden = true;
    this.current?.node.focus({ preventScroll: true });
  }

  say(words) {
    this.said = words;
    this.patch();
  }

  // -- what is seen ----------------------------------------------------------------------------------------

  points(value) {
    return value === null ? DASH : value.toFixed(this.draft.desk.form.decimals);
  }

  patch() {
    const { t, draft } = this;
    const { result } = draft;
    for (const row of this.rows) row.patch();
    setText(this.total, this.points(result.score));
    const fatal = result.fatal.length > 0;
    const left = result.missing.length;
    const words = fatal ? t("qa_score.is_fatal") : left && !result.possible ? t("qa_score.left.all", { n: left }) : left ? t("qa_score.left", { n: left, earned: number(result.earned), possible: number(result.possible) }) : result.score === null ? "" : t(result.passed ? "qa_score.passed" : "qa_score.not_passed");
    setText(this.verdict, words);
    setClass(this.verdict, `qs-verdict${fatal ? " over" : ""}`);
    if (this.tell) setAttr(this.tell, "aria-pressed", draft.tellNow);
    this.patchSaved();
  }

  patchSaved() {
    const { t, draft, data } = this;
    const { state } = draft;
    const words = { saved: t("qa_score.saved", { at: time(draft.since, data.zone) }), waiting: t("qa_score.saving"), saving: t("qa_score.saving") }[state] || "";
    setText(this.saved, draft.open ? words : "");
    if (state === "conflict") return this.conflict();
    const fault = { failed: t("qa_score.unsaved", { why: sentence(t, draft.code) }), gone: draft.open || draft.score.state === "draft" ? t("qa_score.gone") : "" }[state] || this.said || "";
    this.said = state === "saved" ? this.said : "";
    this.strip.hidden = !fault;
    if (fault) this.strip.replaceChildren(fault);
  }

  conflict() {
    const { t, draft, data } = this;
    const theirs = el("button", { type: "button", class: "qs-btn" }, t("qa_score.conflict.theirs"));
    theirs.addEventListener("click", () => draft.takeTheirs());
    const mine = el("button", { type: "button", class: "qs-btn" }, t("qa_score.conflict.mine"));
    mine.addEventListener("click", () => draft.keepMine());
    const told = { who: draft.other.who, at: time(draft.other.saved_at, data.zone) };
    this.strip.hidden = false;
    this.strip.replaceChildren(t("qa_score.conflict", told), el("div", { class: "qs-set" }, theirs, mine));
  }
}

/** Mounted once a place; a rerun of the page's script with the same score changes nothing that is worked on. */
export default function mount({ parentElement, data }) {
  const found = PLACES.get(parentElement);
  const same = found && found.data.desk.score.id === data.desk.score.id && found.data.lang === data.lang && found.data.theme === data.theme;
  if (!same) {
    found?.stop();
    parentElement.querySelector(".qs-root")?.remove();
    const root = el("div", {});
    const place = el("div", { class: "qs-root" }, el("style", {}, CSS), root);
    parentElement.append(place);
    PLACES.set(parentElement, new ScorePage(root, data));
  } else found.told(data.desk);
  return () => {
    PLACES.get(parentElement)?.stop();
    PLACES.delete(parentElement);
    parentElement.querySelector(".qs-root")?.remove();
  };
}
