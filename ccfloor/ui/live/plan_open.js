/* Who does not comply with the order, since when and by how much; one click a seat, or for all. */
const COMMANDS_POLL_MS = 1000;
const COMMANDS_SHOWN = 8;

class OpenSeats {
  /** `onAsk(items)`: bring these seats back. */
  constructor(ctx, onAsk, sheet) {
    Object.assign(this, { ctx, onAsk, sheet, since: null });
    this.node = box("section", "part open");
    this.title = box("span");
    this.sub = box("small");
    this.all = gated(ctx, "plan", pushButton("btn pri", ctx.t("plan.open.all"), () => this.onAsk(this.askable)));
    const head = box("h2");
    head.append(this.title, this.sub, box("span", "sp"), this.all);
    this.list = box("div", "rows");
    this.empty = box("p", "m quiet");
    this.commands = box("div", "cmds");
    this.commands.setAttribute("aria-live", "polite");
    this.node.append(head, this.list, this.empty, this.commands);
  }

  close() {
    clearTimeout(this.timer);
  }

  draw(plan, at) {
    this.node.hidden = !plan.key;
    if (!plan.key) return (this.since = null);
    const { t } = this.ctx;
    const { all } = openCount(plan);
    this.askable = plan.open.filter((item) => this.canAsk(item));
    setText(this.title, all ? t("plan.open.n", { n: all }) : t("plan.open.nobody"));
    setClass(this.title, plan.open.some((item) => at > item.due_at) ? "od" : "");
    setText(this.sub, t("plan.open.order", { time: this.ctx.fmt.time(plan.level_since, this.ctx.state.site.zone) }));
    this.all.hidden = this.askable.length < 2;
    this.empty.hidden = all > 0;
    setText(this.empty, t("plan.open.quiet"));
    keyed(this.list, plan.open, (item) => `${item.seat}\n${item.item}`, () => this.make(), (node, item) => this.paint(node.row, item, at));
    if (this.since !== plan.level_since) (this.since = plan.level_since), this.load();
  }

  canAsk(item) {
    const seat = this.ctx.state.seatBy.get(item.seat);
    return this.ctx.state.site.commands !== false && seat && seat.status !== "offline" && (seat.paused || !seat.queues.length);
  }

  make() {
    const row = { node: box("div", "row"), icon: icon("break"), name: box("b"), team: box("span", "m team"), what: box("span", "what") };
    Object.assign(row, { since: box("span", "m"), over: box("span", "late") });
    row.button = gated(this.ctx, "plan", pushButton("btn", "", () => this.onAsk([row.item])));
    row.node.append(row.icon, row.name, row.team, row.what, row.over, row.button);
    row.node.row = row;
    return row.node;
  }

  paint(row, item, at) {
    const { t, lang, fmt, state } = this.ctx;
    row.item = item;
    setAttr(row.node, "data-seat", item.seat);
    const seat = state.seatBy.get(item.seat);
    setIcon(row.icon, LOOKS[item.kind.replace("-", "_")]?.[0] || (seat ? LOOKS[stateOf(seat)][0] : "unknown"));
    setText(row.name, seatName(item, lang));
    setText(row.team, item.team ? t("seats.team", { team: item.team }) : "");
    setText(row.what, `${openWord(item.kind, t)} ${t("plan.open.since", { time: fmt.time(item.since, state.site.zone) })}`);
    const late = at > item.due_at;
    setText(row.over, late ? t("seats.over_by", { over: fmt.clock(at - item.due_at) }) : t("plan.open.left", { time: fmt.clock(item.due_at - at) }));
    setClass(row.over, late ? "late od" : "late");
    const offline = seat?.status === "offline";
    row.button.hidden = !this.canAsk(item);
    setText(row.button, t(this.buttonKey(item, seat)));
    if (offline) setText(row.what, `${openWord(item.kind, t)} · ${t("status.offline")}`);
  }

  buttonKey(item, seat) {
    if (item.kind === "callback" || (seat && !seat.paused)) return "plan.open.to_queue";
    return item.kind === "break" ? "plan.open.end_break" : "plan.open.end_pause";
  }

  /** What was asked of seats since the order, with the switch's answers; asked again while one is due. */
  async load() {
    clearTimeout(this.timer);
    if (this.since === null) return;
    let rows;
    try {
      rows = (await askServer(this.ctx, "commands", { limit: 50 })).commands;
    } catch (error) {
      this.timer = setTimeout(() => this.load(), 5 * COMMANDS_POLL_MS);
      return;
    }
    const kinds = ["unpause", "add_to_queue", "pause", "remove_from_queue"];
    const mine = rows.filter((row) => row.at >= this.since && kinds.includes(row.kind));
    this.commands.replaceChildren(...mine.slice(0, COMMANDS_SHOWN).map((row) => this.command(row)));
    if (mine.some((row) => row.state === "asked")) this.timer = setTimeout(() => this.load(), COMMANDS_POLL_MS);
  }

  command(row) {
    const { ctx } = this;
    const node = box("div", row.state);
    const seat = ctx.state.seatBy.get(row.seat);
    const what = `${ctx.t(`cmd.kind.${row.kind}`)} ${seat ? seatName(seat, ctx.lang) : row.seat}`;
    node.append(box("span", "", ctx.fmt.time(row.at, ctx.state.site.zone)), box("b", "", what), box("span", "why", row.why),
      box("span", "", personName(ctx.t, row.by)), box("span", "state", ctx.t(`cmd.state.${row.state}`)));
    if (row.message && row.state === "refused") node.append(box("span", "", row.message));
    if (row.undoable) node.append(gated(ctx, "seats", pushButton("btn", ctx.t("cmd.undo"), () => this.undo(row))));
    return node;
  }

  undo(row) {
    return this.sheet.act(async () => {
      await askServer(this.ctx, `commands/${row.id}/undo`, {}, { why: this.ctx.t("cmd.undo.why") });
      await this.load();
    });
  }
}
