/* Asking the switch for something about one seat: confirm with a reason, show its answer, take it back. */


const ASK_REASONS = ["break", "meal", "meeting", "training", "coaching", "callback", "busy"];
const POLL_MS = 1000;

class SeatCommands {
  constructor(ctx) {
    this.ctx = ctx;
    this.buttons = box("div", "acts");
    this.ask = box("form", "ask");
    this.list = box("div", "cmds");
    this.list.setAttribute("aria-live", "polite");
    this.build();
  }

  build() {
    const {ctx} = this;
    this.end = gated(ctx, "seats", pushButton("btn pri", ctx.t("cmd.unpause"), () => this.open("unpause")));
    this.pause = gated(ctx, "seats", pushButton("btn", ctx.t("cmd.pause"), () => this.open("pause")));
    this.buttons.append(this.end, this.pause);
    this.words = box("span", "words");
    this.reason = box("select");
    setChoices(this.reason, ASK_REASONS.map((r) => [r, ctx.t(`reason.${r}`)]), "break");
    this.why = box("input");
    this.why.maxLength = 200;
    this.why.setAttribute("aria-required", "true");
    this.why.placeholder = ctx.t("cmd.why.hint");
    this.reasonLabel = box("label", "", ctx.t("cmd.reason"));
    this.reasonLabel.append(this.reason);
    const why = box("label", "", ctx.t("cmd.why"));
    why.append(this.why);
    this.go = box("button", "btn pri");
    this.go.type = "submit";
    this.error = box("span", "err");
    this.error.setAttribute("role", "alert");
    this.ask.append(this.words, this.reasonLabel, why, this.go,
      pushButton("btn", ctx.t("cmd.cancel"), () => (this.shut(), this.stay())), this.error);
    this.ask.hidden = true;
    this.ask.addEventListener("submit", (event) => this.submit(event));
    this.ask.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.shut();
      this.stay();
    });
  }

  show(seat) {
    const other = !this.seat || this.seat.seat !== seat.seat;
    this.seat = seat;
    const able = this.ctx.state.site.commands !== false;
    const focused = this.buttons.getRootNode().activeElement;
    this.end.hidden = !able || !seat.paused;
    this.pause.hidden = !able || seat.paused || seat.status === "offline";
    if (focused?.hidden && this.buttons.contains(focused)) focused.blur(), this.stay();
    if (!other) return;
    this.shut();
    this.list.replaceChildren();
    this.load();
  }

  hide() {
    this.seat = null;
    this.shut();
    clearTimeout(this.timer);
  }

  open(kind) {
    const {ctx} = this;
    this.kind = kind;
    this.reasonLabel.hidden = kind !== "pause";
    setText(this.words, ctx.t(`cmd.ask.${kind}`, {name: seatName(this.seat, ctx.lang)}));
    setText(this.go, ctx.t(`cmd.go.${kind}`));
    setText(this.error, "");
    this.why.value = "";
    this.ask.hidden = false;
    this.why.focus();
  }

  shut() {
    this.ask.hidden = true;
    this.go.disabled = false;
  }

  async submit(event) {
    event.preventDefault();
    const command = {seat: this.seat.seat, kind: this.kind, why: this.why.value.trim()};
    if (!command.why) return setText(this.error, this.ctx.t("cmd.error.no_why")), this.why.focus();
    if (this.kind === "pause") command.reason = this.reason.value;
    this.go.disabled = true;
    await this.send("commands", command);
    this.go.disabled = false;
  }

  async send(path, body) {
    try {
      await askServer(this.ctx, path, {}, body);
      this.shut();
      await this.load();
      this.stay();
    } catch (error) {
      this.ask.hidden = false;
      const code = (error.code || "failed").replace(/^database_.*/, "database");
      setText(this.error, this.ctx.t(`cmd.error.${code}`));
    }
  }

  /** What was pressed is gone by now: the keyboard goes on from the seat's buttons. */
  stay() {
    if (!this.seat || this.buttons.getRootNode().activeElement) return;
    this.buttons.querySelector("button:not([hidden], :disabled)")?.focus({ preventScroll: true });
  }

  async load() {
    const wanted = this.seat && this.seat.seat;
    if (!wanted) return;
    clearTimeout(this.timer);
    let rows;
    try {
      rows = (await askServer(this.ctx, "commands", { seat: wanted, limit: 3 })).commands;
    } catch (error) {
      return;
    }
    if (!this.seat || this.seat.seat !== wanted) return;
    this.list.replaceChildren(...rows.map((row) => this.row(row)));
    if (rows.some((row) => row.state === "asked")) this.timer = setTimeout(() => this.load(), POLL_MS);
  }

  /* What the texts call it, or the word itself: a reason of the switch's own, a person's name. */
  named(prefix, word) {
    const key = `${prefix}.${word}`;
    const words = this.ctx.t(key);
    return words === key ? word : words;
  }

  row(row) {
    const {ctx} = this;
    const node = box("div", row.state);
    const what = [ctx.t(`cmd.kind.${row.kind}`), row.reason && this.named("reason", row.reason)].filter(Boolean).join(" · ");
    node.append(box("span", "", ctx.fmt.time(row.at, ctx.state.site.zone)), box("span", "", what), box("span", "", row.why),
      box("span", "", this.named("role", row.by)), box("span", "state", ctx.t(`cmd.state.${row.state}`)));
    if (row.message && ["refused", "unanswered"].includes(row.state)) node.append(box("span", "", row.message));
    if (row.undoable) {
      const undo = () => this.send(`commands/${row.id}/undo`, { why: ctx.t("cmd.undo.why") });
      node.append(gated(ctx, "seats", pushButton("btn", ctx.t("cmd.undo"), undo)));
    }
    return node;
  }
}
