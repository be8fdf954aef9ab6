/*
 * What a number says about itself: a card on hover or keyboard focus with formula, window and age.
 * A node asks for it with data-tip="service_level" and, where it has one, data-window="last_30".
 * data-note adds a line of its own.
 */
class Tips {
  constructor(root, lines) {
    this.card = el("div", { class: "tip", role: "tooltip", hidden: "" });
    this.lines = lines;
    root.append(this.card);
    root.addEventListener("pointerover", (event) => this.follow(event.target));
    root.addEventListener("focusin", (event) => this.follow(event.target));
    root.addEventListener("pointerleave", () => this.hide());
    root.addEventListener("focusout", () => this.hide());
  }

  follow(target) {
    const node = target.closest?.("[data-tip],[data-note]");
    if (!node) return this.hide();
    if (node === this.node) return;
    this.node = node;
    this.show();
  }

  /** Fills the card anew; also called each second so that the age in it is true. */
  show() {
    if (!this.node?.isConnected) return this.hide();
    const rows = this.lines(this.node.dataset);
    if (!rows.length) return this.hide();
    this.card.replaceChildren(...rows.map(([kind, value]) => el("div", { class: kind }, value)));
    this.card.hidden = false;
    this.place(this.node.getBoundingClientRect());
  }

  place(box) {
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const below = box.bottom + 8 + height < innerHeight;
    setStyle(this.card, "left", `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
    setStyle(this.card, "top", `${Math.max(8, below ? box.bottom + 8 : box.top - 8 - height)}px`);
  }

  hide() {
    this.node = null;
    this.card.hidden = true;
  }
}

/** The card's lines for a node: the metric's name, its formula, window, source, age of the data. */
function tipLines({ tip, window: span, note }, board) {
  const { t, definitions, state } = board;
  const rows = [];
  const definition = tip && definitions[tip];
  if (definition) {
    rows.push(["tip-name", definition.name]);
    if (definition.formula) rows.push(["tip-formula", definition.formula]);
  } else if (tip) rows.push(["tip-name", t("tip.metric." + tip)]);
  if (note) rows.push(["tip-note", note]);
  if (span) rows.push(["tip-window", t("tip.window", { window: t("window." + span) })]);
  const age = dataAge(state, board.now());
  if (tip) rows.push(["tip-age", age === null ? t("age.none") : t("tip.age", { age: fmt.age(age, t) })]);
  if (definition?.source) rows.push(["tip-source", t("tip.source", { source: definition.source })]);
  return rows;
}
