/*
 * The sheet at the foot of the page that asks before something is done: who acts, and why. The name is asked
 * once and kept in this browser.
 */
const WHO_MAX = 60;
const WHY_MAX = 200;

class AskSheet {
  constructor(ctx, who) {
    Object.assign(this, { ctx, who });
    this.node = el("form", { class: "sheet", role: "dialog", hidden: "" });
    this.words = box("b", "words");
    this.fields = box("span", "fields");
    this.error = box("span", "err");
    this.error.setAttribute("role", "alert");
    this.go = box("button", "btn pri");
    this.go.type = "submit";
    this.leave = pushButton("btn", "", () => this.shut());
    this.node.append(this.words, this.fields, this.go, this.leave, this.error);
    this.node.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), this.shut()));
  }

  /** Asks: {words, go, why: text or undefined, queues: [[id, words]] or undefined, act(values)}. */
  open(asked) {
    this.asked = asked;
    this.opener = this.node.getRootNode().activeElement;
    setText(this.words, asked.words);
    setText(this.go, asked.go);
    setText(this.leave, this.ctx.t("cmd.cancel"));
    setAttr(this.node, "aria-label", asked.words);
    setText(this.error, "");
    this.inputs = {};
    const parts = [this.field("who", this.who.name, WHO_MAX, "name")];
    if (asked.queues) parts.push(this.choice(asked.queues));
    if (asked.why !== undefined) parts.push(this.field("why", asked.why, WHY_MAX, "off"));
    this.fields.replaceChildren(...parts);
    this.go.hidden = this.go.disabled = false;
    this.node.hidden = false;
    (this.who.name ? this.inputs.why || this.go : this.inputs.who).focus();
  }

  field(name, value, most, complete) {
    const input = el("input", { maxlength: most, name, autocomplete: complete, "aria-required": "true" });
    input.value = value;
    input.readOnly = name === "who" && Boolean(this.ctx.data.me);
    this.inputs[name] = input;
    return el("label", {}, this.ctx.t(`plan.ask.${name}`), input);
  }

  choice(queues) {
    const select = el("select", { name: "queue" });
    setChoices(select, queues, queues[0][0]);
    this.inputs.queue = select;
    return el("label", {}, this.ctx.t("plan.ask.queue"), select);
  }

  async submit() {
    const values = Object.fromEntries(Object.entries(this.inputs).map(([name, input]) => [name, input.value.trim()]));
    const missing = Object.keys(values).find((name) => !values[name]);
    if (missing) return this.say(`no_${missing}`), this.inputs[missing].focus();
    this.who.take(values.who);
    this.go.disabled = true;
    await this.act(() => this.asked.act(values));
    this.go.disabled = false;
    if (!this.node.hidden) this.node.querySelector("input, button:not([hidden])").focus();
  }

  /** Does something that may be refused: closes the sheet, or says in it why not. `act` gives a sentence or "". */
  async act(act) {
    try {
      const words = await act();
      if (words) this.tell(words);
      else this.shut();
    } catch (error) {
      if (this.node.hidden) this.tell("");
      this.say(error.code || "failed");
    }
  }

  /** Only a message: nothing to fill in any more. */
  tell(words) {
    setText(this.words, words);
    this.fields.replaceChildren();
    this.go.hidden = true;
    setText(this.leave, this.ctx.t("cmd.close"));
    setText(this.error, "");
    this.node.hidden = false;
  }

  say(code) {
    const key = `plan.error.${code}`;
    const words = this.ctx.t(key);
    setText(this.error, words === key ? this.ctx.t("plan.error.failed") : words);
  }

  shut() {
    if (this.node.hidden) return;
    this.node.hidden = true;
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
  }
}
