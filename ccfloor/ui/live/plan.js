/*
 * The plan page: the ladder of levels, what they are likely to come to, the curve that they watch, what is to be
 * done and who does not comply, the other alarms, and how the rules are read. What people do goes to the server and comes back as the plan.
 */

class PlanBoard {
  constructor(root, ctx) {
    Object.assign(this, { root, ctx });
    this.head = new PageHead(ctx, "page.plan");
    this.who = new Who(ctx, () => this.drawWho());
    this.sheet = new AskSheet(ctx, this.who);
    this.me = pushButton("btn me", "", () => this.askName());
    this.me.disabled = Boolean(ctx.data.me); // the account says who it is
    this.head.node.insertBefore(this.me, this.head.fresh);
    this.notices = box("div", "lines");
    this.incidents = box("div", "incidents");
    this.empty = box("p", "empty", ctx.t("plan.none"));
    this.ladder = new Ladder(ctx, (entry) => this.ackLevel(entry));
    this.chart = new PlanChart(ctx);
    this.todo = new Checklist(ctx, (item) => this.tick(item), (text) => this.note(text));
    this.open = new OpenSeats(ctx, (items) => this.bringBack(items), this.sheet);
    this.alarms = new AlarmList(ctx, (alarm) => this.ack([alarm.key]));
    this.readings = new Readings(ctx);
    this.outlook = new OutlookTable(ctx);
    const two = box("div", "two");
    two.append(this.open.node, this.todo.node);
    this.parts = box("div", "parts");
    this.parts.append(this.incidents, this.notices, this.ladder.node, two, this.outlook.node, this.chart.node, this.alarms.node, this.readings.node);
    root.append(this.head.node, this.head.strip, this.empty, this.parts, this.sheet.node);
    this.drawWho();
  }

  // -- what people do -----------------------------------------------------------------------------

  drawWho() {
    setText(this.me, this.who.name ? this.ctx.t("plan.me", { who: this.who.name }) : this.ctx.t("plan.me.ask"));
  }

  askName() {
    const { t } = this.ctx;
    this.sheet.open({ words: t("plan.ask.name"), go: t("plan.ask.save"), act: async () => "" });
  }

  /** Does something under a name; asks for the name first where it is not known. */
  named(words, go, act) {
    if (this.who.name) return this.sheet.act(() => act(this.who.name));
    this.sheet.open({ words, go, act: ({ who }) => act(who) });
  }

  /** Who takes a level on takes those below it on too. */
  ackLevel(entry) {
    const below = this.ctx.state.plan.ladder.filter((rung) => isFiring(rung) && !rung.acked_by && rung.level < entry.level);
    this.ack([entry.key, ...below.map((rung) => rung.key)]);
  }

  ack(keys) {
    const { t } = this.ctx;
    this.named(t("plan.ask.ack"), t("plan.ack"), async (who) => {
      await askServer(this.ctx, "plan/ack", {}, { keys, who });
      return "";
    });
  }

  tick(item) {
    const { t } = this.ctx;
    const about = this.ctx.state.plan.key;
    this.named(t("plan.ask.tick"), t(item.done ? "plan.untick" : "plan.tick"), async (who) => {
      await askServer(this.ctx, item.done ? "plan/untick" : "plan/tick", {}, { about, item: item.id, who });
      return "";
    });
  }

  /** Resolves to whether it was written; a name that is missing is asked for, and then it is not yet. */
  async note(text) {
    const about = this.ctx.state.plan.key;
    let done = false;
    await this.named(this.ctx.t("plan.ask.note"), this.ctx.t("plan.note.write"), async (who) => {
      await askServer(this.ctx, "plan/note", {}, { about, text, who });
      done = true;
      this.todo.words.value = "";
      return "";
    });
    return done;
  }

  bringBack(items) {
    const { t, state, lang } = this.ctx;
    const { plan } = state;
    const top = topLevel(plan);
    const idle = items.some((item) => !state.seatBy.get(item.seat)?.paused);
    const names = items.map((item) => seatName(item, lang)).join(lang === "zh" ? "、" : ", ");
    this.sheet.open({
      words: items.length === 1 ? t("plan.ask.one", { name: names }) : t("plan.ask.all", { n: items.length }),
      go: t("plan.ask.go"),
      why: top ? `${levelWord(top.level, t)} · ${top.say[lang]}`.slice(0, WHY_MAX) : "",
      queues: idle ? state.queues.map(({ queue }) => [queue, queueName(state, queue, lang)]) : undefined,
      act: (values) => this.comply(items, plan.key, values),
    });
  }

  async comply(items, about, { who, why, queue = "" }) {
    const seats = items.map((item) => ({ seat: item.seat, queue: this.ctx.state.seatBy.get(item.seat)?.paused ? "" : queue }));
    const answer = await askServer(this.ctx, "plan/comply", {}, { about, seats, who, why });
    this.open.load();
    return this.refusals(answer.seats);
  }

  /** The seats that could not be asked, in a sentence; "" where all were. */
  refusals(rows) {
    const { t, state, lang } = this.ctx;
    const failed = rows.filter((row) => row.error);
    if (!failed.length) return "";
    const name = (row) => `${state.seatBy.has(row.seat) ? seatName(state.seatBy.get(row.seat), lang) : row.seat}（${t(`plan.error.${row.error}`)}）`;
    return t("plan.ask.partly", { n: rows.length - failed.length, names: failed.map(name).join(" ") });
  }

  // -- drawing ------------------------------------------------------------------------------------

  draw() {
    const { state, t } = this.ctx;
    const { plan } = state;
    this.empty.hidden = !state.ready || Boolean(plan?.ladder.length);
    this.parts.hidden = !state.ready || !plan;
    if (this.parts.hidden) return;
    const at = this.ctx.measured();
    const top = topLevel(plan);
    setText(this.head.sub, top ? `${levelWord(top.level, t)} · ${t(top.acked_by ? "plan.taken" : "plan.firing")}` : t("plan.quiet"));
    this.drawIncidents(plan, at);
    this.drawNotices(plan);
    this.ladder.draw(plan, at);
    this.todo.draw(plan);
    this.open.draw(plan, at);
    this.outlook.draw(plan, at);
    this.chart.show(plan, at, this.ctx.now());
    this.alarms.draw(plan, at);
    this.readings.draw(plan, at);
  }

  drawIncidents(plan, at) {
    const { t, fmt, state, lang } = this.ctx;
    const make = () => el("div", { class: "incident", role: "alert" }, icon("octagon"), box("b"), box("span"));
    keyed(this.incidents, plan.incidents, (incident) => incident.id, make, (node, incident) => {
      setText(node.children[1], [causeWord(incident.cause, t), incident.text].filter(Boolean).join(lang === "zh" ? "：" : ": "));
      const since = t("plan.from", { time: fmt.time(incident.started_at, state.site.zone) });
      const who = incident.who ? t("plan.incident.by", { who: incident.who }) : "";
      setText(node.children[2], [since, t("plan.lasts", { time: fmt.clock(at - incident.started_at) }), who].filter(Boolean).join(" · "));
    });
  }

  /** Lines above the ladder: the planned peak that runs or comes, messages that were not delivered. */
  drawNotices(plan) {
    const lines = [...plan.planned.slice(0, 2).map((peak) => this.peakLine(peak, plan)), this.failedLine(plan)].filter(Boolean);
    keyed(this.notices, lines, (line) => line.key, () => el("div", {}, icon("triangle_open"), box("span")), (node, line) => {
      setClass(node, `line ${line.mark}`.trim());
      setIcon(node.firstChild, line.icon);
      setText(node.lastChild, line.words);
    });
  }

  peakLine(peak, plan) {
    const { t, fmt, state, lang } = this.ctx;
    const time = (instant) => fmt.time(instant, state.site.zone, false);
    const queues = peak.queues.map((queue) => queueName(state, queue, lang)).join(lang === "zh" ? "、" : ", ");
    const over = peak.running && plan.planned_over;
    const many = over && over.now > over.limit;
    const words = [t(peak.running ? "plan.peak.running" : "plan.peak.coming"), peak.name, `${time(peak.start)}–${time(peak.end)}`, queues,
      over ? t("plan.peak.callbacks", { n: over.now, limit: over.limit }) : ""];
    const [day, today] = [peak.start, plan.at].map((instant) => fmt.day(instant, state.site.zone, lang));
    if (day !== today) words.splice(2, 0, day);
    return { key: `peak/${peak.id}`, mark: many ? "over" : "", icon: many ? "triangle" : "dot", words: words.filter(Boolean).join(" · ") };
  }

  failedLine(plan) {
    const { t, fmt, state, lang } = this.ctx;
    if (!plan.notices_failed) return null;
    const last = plan.last_failed;
    const error = last && ((lang === "zh" && last.error_zh) || last.error);
    const detail = last ? t("plan.failed.last", { channel: last.channel, error, time: fmt.time(last.at, state.site.zone) }) : "";
    return { key: "failed", mark: "warn", icon: "triangle_open", words: [t("plan.failed", { n: plan.notices_failed }), detail].filter(Boolean).join(" · ") };
  }

  beat(state, now) {
    this.head.tick(state, now);
    this.draw();
  }

  close() {
    this.chart.close();
    this.open.close();
  }
}

registerBoard("plan", {
  mount(root, ctx) {
    ctx.own = new PlanBoard(root, ctx);
  },
  update(root, state, changed, ctx) {
    ctx.own.draw();
  },
  tick(root, state, now, ctx) {
    ctx.own.beat(state, now);
  },
  unmount(root, ctx) {
    ctx.own.close();
  },
});
