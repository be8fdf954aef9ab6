// One seat below the grid (a sheet on a phone): status and limit, today's lanes and figures, actions.


const REFETCH_S = 60;
const FIGURES = ["login", "handled", "aht", "talk", "hold", "acw", "rona", "break", "busy", "occupancy"];
const COUNTS = new Set(["handled", "rona"]);

class SeatDetail {
  constructor(ctx, onClose) {
    this.ctx = ctx;
    this.onClose = onClose;
    this.node = box("section", "cc-det sheet");
    this.node.hidden = true;
    this.build();
    this.timeline = new Timeline(ctx, this.lanes, (span) => this.kind(span));
  }

  build() {
    const {ctx} = this;
    const head = box("div", "dh");
    this.name = box("span", "nm");
    this.facts = box("span", "m");
    this.now = box("span", "now");
    this.icon = box("span");
    this.words = box("span");
    this.now.append(this.icon, this.words);
    this.commands = new SeatCommands(ctx);
    const close = box("button", "cc-btn", ctx.t("seats.close"));
    close.type = "button";
    close.addEventListener("click", () => this.onClose());
    this.commands.buttons.append(close);
    head.append(this.name, this.facts, this.now, box("span", "sp"), this.commands.buttons);
    this.lanes = box("div", "tl");
    this.note = box("div", "m");
    this.day = box("div", "day");
    this.figures = {};
    for (const key of FIGURES) this.addFigure(key);
    this.node.append(head, this.commands.ask, this.commands.list, this.lanes, this.note, this.day);
  }

  addFigure(key) {
    const cell = box("div");
    const value = box("b");
    cell.append(value, box("span", "", this.ctx.t(`seatday.${key}`)));
    cell.title = this.ctx.t(`seatday.${key}.tip`);
    this.day.append(cell);
    this.figures[key] = {cell, value};
  }

  kind(span) {
    const status = this.ctx.status(span);
    const pair = limitsOf(this.site.bands, span);
    const age = span.end - span.start;
    const mark = !pair ? "" : age >= pair[1] ? "over" : age >= pair[0] ? "warn" : "";
    return {group: status.group, band: mark, limit: pair ? pair[1] : 0};
  }

  show(seat, site, now) {
    const other = !this.seat || this.seat.seat !== seat.seat;
    const changed = other || this.seat.status !== seat.status || this.seat.since !== seat.since;
    this.seat = seat;
    this.site = site;
    this.node.hidden = false;
    if (other) this.begin();
    if (changed || now - this.fetchedAt > REFETCH_S) this.fetch(now);
    this.fill();
    this.commands.show(seat);
    this.tick(now);
  }

  begin() {
    this.stored = [];
    this.fetchedAt = 0;
    setText(this.note, "");
    this.timeline.show([], null, undefined, 0);
    this.lanes.replaceChildren();
  }

  hide() {
    this.seat = null;
    this.node.hidden = true;
    this.commands.hide();
  }

  close() {
    this.timeline.close();
    this.commands.hide();
  }

  fill() {
    const {ctx, seat} = this;
    setText(this.name, ctx.seatName(seat));
    const queues = seat.queues.map((m) => `${ctx.queueName(m.queue)} ${m.penalty}`);
    const facts = [seat.number && ctx.t("seats.number", {number: seat.number}),
      seat.team && ctx.t("seats.team", {team: seat.team}), ...queues].filter(Boolean);
    setText(this.facts, facts.join(" · "));
    this.facts.title = queues.length ? ctx.t("seats.penalty.tip") : "";
    const status = ctx.status(seat);
    if (this.iconName !== status.icon) this.icon.replaceChildren(ctx.icon(status.icon));
    this.iconName = status.icon;
  }

  running(now) {
    const {seat} = this;
    return {start: Math.min(seat.since, now), end: now, status: seat.status, reason: seat.reason,
      queue: seat.queue, since: seat.since, running: true};
  }

  tick(now) {
    if (!this.seat) return;
    const {ctx, seat, site} = this;
    const mark = band(site.bands, seat, now);
    setClass(this.now, `now ${mark}`);
    setText(this.words, this.nowWords(now));
    if (this.dayStart !== undefined) this.timeline.tick(this.running(now), now);
    const figures = dayFigures(seat, now);
    for (const key of FIGURES) {
      const {cell, value} = this.figures[key];
      setText(value, this.figure(key, figures[key]));
      setClass(cell, seat.status === "paused" && (key === "busy") === (seat.reason === "busy")
        && (key === "busy" || key === "break") ? mark : "");
    }
    if (now - this.fetchedAt > REFETCH_S) this.fetch(now);
  }

  figure(key, value) {
    const {fmt} = this.ctx;
    if (value === null || value === undefined) return "–";
    if (key === "login") return fmt.hms(value);
    if (key === "occupancy") return fmt.pct(value, 0);
    return COUNTS.has(key) ? fmt.int(value) : fmt.dur(value);
  }

  nowWords(now) {
    const {ctx, seat, site} = this;
    const word = ctx.status(seat).name;
    if (seat.status === "offline") return word;
    const age = now - seat.since;
    const parts = [`${word} ${ctx.fmt.dur(age)}`];
    const pair = limitsOf(site.bands, seat);
    if (pair) parts.push(ctx.t("seats.limit", {limit: ctx.fmt.dur(pair[1])}));
    if (pair && age >= pair[1]) parts.push(ctx.t("seats.over_by", {over: ctx.fmt.dur(age - pair[1])}));
    if (seat.caller) parts.push(`${ctx.queueName(seat.queue)} ${seat.caller}`);
    return parts.join(" · ");
  }

  async fetch(now) {
    const wanted = this.seat.seat;
    this.fetchedAt = now;
    try {
      const answer = await this.ctx.api(`seats/${encodeURIComponent(wanted)}/timeline`);
      if (!this.seat || this.seat.seat !== wanted) return;
      this.dayStart = answer.day_start;
      setText(this.note, "");
      this.timeline.show(answer.spans.filter((s) => s.start < this.seat.since), this.running(now), this.dayStart, now);
    } catch (error) {
      if (this.seat && this.seat.seat === wanted) setText(this.note, this.ctx.t("seats.timeline.failed"));
    }
  }
}
