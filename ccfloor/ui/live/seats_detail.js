/* One seat below the grid (a sheet on a phone): status and limit, actions, today's lanes and figures. */

const REFETCH_S = 60;
const RETRY_S = 5;
const DAY_FIGURES = ["login", "handled", "aht", "talk", "hold", "acw", "rona", "break", "busy", "occupancy"];

class SeatDetail {
  constructor(ctx, onClose) {
    this.ctx = ctx;
    this.node = box("section", "det");
    this.node.hidden = true;
    this.build(onClose);
    this.timeline = new Timeline(ctx, this.lanes, (span) => this.look(span));
  }

  build(onClose) {
    const { ctx } = this;
    const head = box("div", "dh");
    this.name = box("h2", "nm");
    this.facts = box("span", "m");
    this.now = box("span", "now");
    this.icon = icon("unknown");
    this.words = box("span");
    this.now.append(this.icon, this.words);
    ctx.tip(this.now, "time_in_status", "now", null);
    this.commands = new SeatCommands(ctx);
    this.commands.buttons.append(pushButton("btn", ctx.t("seats.close"), onClose));
    head.append(this.name, this.facts, this.now, box("span", "sp"), this.commands.buttons);
    this.lanes = box("div", "tl");
    this.note = box("div", "m");
    this.day = box("div", "day");
    this.figures = Object.fromEntries(DAY_FIGURES.map((key) => [key, this.addFigure(key)]));
    this.rules = box("p", "rules");
    this.node.append(head, this.rules, this.commands.ask, this.commands.list, this.lanes, this.note, this.day);
  }

  addFigure(key) {
    const cell = box("div");
    const value = box("b");
    cell.append(value, box("span", "", this.ctx.t(`seatday.${key}`)));
    tipSeatFigure(cell, key, this.ctx);
    this.day.append(cell);
    return { cell, value };
  }

  /** A span of this seat, as the lanes show it. */
  look(span) {
    const { bands } = this.ctx.state.site;
    const { group, band, key } = seatLook({ ...span, since: span.start }, span.end, bands, this.ctx.t);
    const pair = limitsOf(span, bands);
    return { group, band, limit: pair ? pair[1] : 0, name: this.ctx.t(`status.long.${key}`) };
  }

  show(item, now) {
    const { seat } = item;
    const other = this.seat?.seat !== seat.seat;
    const changed = other || this.seat.status !== seat.status || this.seat.since !== seat.since;
    this.item = item;
    this.seat = seat;
    this.node.hidden = false;
    if (other) this.begin();
    if (changed) this.due = now;
    this.fill();
    this.commands.show(seat);
    this.tick(now);
  }

  begin() {
    setText(this.note, "");
    this.dayStart = undefined;
    this.lanes.replaceChildren();
  }

  hide() {
    this.seat = null;
    this.node.hidden = true;
    this.commands.hide();
  }

  close() {
    this.timeline.close();
    this.hide();
  }

  fill() {
    const { ctx, seat, item } = this;
    const queue = (name) => queueName(ctx.state, name, ctx.lang);
    setText(this.name, item.name);
    const facts = [seat.number && ctx.t("seats.number", { number: seat.number }),
      seat.team && ctx.t("seats.team", { team: seat.team }),
      ...seat.queues.map((member) => `${queue(member.queue)} ${member.penalty}`)];
    setText(this.facts, facts.filter(Boolean).join(" · "));
    setAttr(this.facts, "title", seat.queues.length ? ctx.t("seats.penalty") : null);
    setIcon(this.icon, item.look.icon);
  }

  running(now) {
    const { status, reason, queue, since } = this.seat;
    return { start: Math.min(since, now), end: now, status, reason, queue, running: true };
  }

  tick(now) {
    if (!this.seat) return;
    const { seat, item } = this;
    setClass(this.now, `now ${item.look.band}`.trim());
    setText(this.words, this.nowWords(now));
    const rules = seatRules(this.ctx.state, seat.seat, this.ctx.t, this.ctx.lang);
    this.rules.hidden = !rules.length;
    setText(this.rules, rules.join(" · "));
    if (this.dayStart !== undefined) this.timeline.tick(this.running(now), now);
    const figures = dayFigures(seat, now);
    const paused = seat.status === "paused" ? (item.look.group === "busy" ? "busy" : "break") : "";
    for (const key of DAY_FIGURES) {
      setText(this.figures[key].value, this.figure(key, figures[key]));
      setClass(this.figures[key].cell, key === paused ? item.look.band : "");
    }
    if (now >= this.due) this.fetch(now);
  }

  figure(key, value) {
    const { fmt, state } = this.ctx;
    if (!isNumber(value)) return fmt.DASH;
    if (key === "login") return fmt.time(value, state.site.zone);
    if (key === "occupancy") return `${fmt.whole(value)} %`;
    return key === "handled" || key === "rona" ? fmt.count(value) : fmt.clock(value);
  }

  /** "示忙 16:08 · 上限 15:00 · 超 1:08" */
  nowWords(now) {
    const { ctx, seat, item } = this;
    const word = ctx.t(`status.long.${item.look.key}`);
    if (seat.status === "offline") return word;
    const age = now - seat.since;
    const pair = limitsOf(seat, ctx.state.site.bands);
    const parts = [`${word} ${ctx.fmt.clock(age)}`];
    if (pair) parts.push(ctx.t("seats.limit", { limit: ctx.fmt.clock(pair[1]) }));
    if (pair && age >= pair[1]) parts.push(ctx.t("seats.over_by", { over: ctx.fmt.clock(age - pair[1]) }));
    if (seat.caller) parts.push(`${queueName(ctx.state, seat.queue, ctx.lang)} ${ctx.fmt.caller(seat.caller, ctx.t)}`);
    return parts.join(" · ");
  }

  async fetch(now) {
    const wanted = this.seat.seat;
    this.due = now + REFETCH_S;
    try {
      const answer = await askServer(this.ctx, `seats/${encodeURIComponent(wanted)}/timeline`);
      if (this.seat?.seat !== wanted) return;
      const spans = answer.spans.filter((span) => span.start < this.seat.since);
      this.dayStart = answer.day_start;
      setText(this.note, "");
      this.timeline.show(spans, this.running(this.ctx.measured()), answer.day_start, this.ctx.measured());
    } catch (error) {
      if (this.seat?.seat !== wanted) return;
      this.due = now + RETRY_S;
      setText(this.note, this.ctx.t("seats.timeline.failed"));
    }
  }
}
