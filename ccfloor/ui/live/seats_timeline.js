/* A seat's day as lanes of spans: stored ones from the server, the running one from the live view. */

const LANES = ["contact", "after", "ready", "away", "busy"];
const LANE_OF = {ring: "contact", contact: "contact", after: "after", ready: "ready", away: "away",
  busy: "busy", fault: "busy"};

/** First and last instant shown: from the first span (a half hour's edge) to a little beyond now. */
function dayFrame(spans, now, dayStart) {
  const seen = spans.filter((span) => span.status !== "offline");
  const first = seen.length ? seen[0].start : Math.max(dayStart, now - 3600);
  const start = Math.max(dayStart, Math.floor(first / 1800) * 1800);
  return [start, Math.max(start + 7200, Math.ceil((now + 900) / 1800) * 1800)];
}

/** `look(span)` gives {group, band, limit, name} of a span of this seat. */
class Timeline {
  constructor(ctx, host, look) {
    this.ctx = ctx;
    this.host = host;
    this.look = look;
    this.spans = [];
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(host);
  }

  close() {
    this.watch.disconnect();
  }

  show(spans, running, dayStart, now) {
    this.spans = spans;
    this.running = running;
    this.dayStart = dayStart;
    this.now = now;
    this.draw();
  }

  /* Between two answers of the server only the running span and the line of now move. */
  tick(running, now) {
    if (!this.x || now > this.end) {
      this.show(this.spans, running, this.dayStart, now);
      return;
    }
    this.running = running;
    this.now = now;
    this.drawNow();
  }

  draw() {
    const width = Math.floor(this.host.clientWidth);
    if (!width || this.dayStart === undefined) return;
    const rem = remPx();
    const compact = width < 40 * rem;
    this.rem = rem;
    this.left = (compact ? 3 : 4.5) * rem;
    this.lane = 1.94 * rem;
    this.top = 1.25 * rem;
    const bottom = this.top + this.lane * LANES.length;
    const all = this.running ? this.spans.concat([this.running]) : this.spans;
    [this.start, this.end] = dayFrame(all, this.now, this.dayStart);
    this.x = (at) => this.left + ((at - this.start) / (this.end - this.start)) * (width - this.left - 4);
    const chart = svgNode("svg", {viewBox: `0 0 ${width} ${bottom + 1.5 * rem}`, height: bottom + 1.5 * rem,
      role: "img", "aria-label": this.ctx.t("seats.timeline")});
    this.drawGrid(chart, width, bottom);
    for (const span of this.spans) this.bar(chart, span);
    this.live = chart.appendChild(svgNode("g"));
    this.bottom = bottom;
    this.drawNow();
    this.host.replaceChildren(chart);
  }

  drawGrid(chart, width, bottom) {
    const size = 0.75 * this.rem;
    for (const at of dayTicks(this.start, this.end, this.dayStart, width - this.left, 4.4 * this.rem)) {
      const x = this.x(at);
      chart.append(svgNode("line", {x1: x, x2: x, y1: this.top - 4, y2: bottom, stroke: "var(--line)"}));
      chart.append(svgNode("text", {x, y: bottom + 1.1 * this.rem, "font-size": size, fill: "var(--ink2)",
        "text-anchor": x > width - 2 * this.rem ? "end" : "middle"}, this.hm(at)));
    }
    LANES.forEach((name, index) => {
      const y = this.top + index * this.lane;
      chart.append(svgNode("line", {x1: 0, x2: width, y1: y, y2: y, stroke: "var(--line)"}));
      chart.append(svgNode("text", {x: 0, y: y + 0.66 * this.lane, "font-size": 0.8125 * this.rem,
        fill: "var(--ink2)"}, this.ctx.t(`lane.${name}`)));
    });
    chart.append(svgNode("line", {x1: 0, x2: width, y1: bottom, y2: bottom, stroke: "var(--rule)"}));
  }

  bar(chart, span) {
    const look = this.look(span);
    const lane = LANES.indexOf(LANE_OF[look.group]);
    const from = Math.max(span.start, this.start);
    if (lane < 0 || span.end <= from) return null;
    const y = this.top + lane * this.lane + 0.23 * this.lane;
    const width = Math.max(1.5, this.x(span.end) - this.x(from) - 0.6);
    const fill = look.band === "over" || look.group === "fault" ? "over" : look.group === "ring" ? "inv" : look.group;
    const rect = svgNode("rect", {x: this.x(from), y, width, height: 0.58 * this.lane, fill: `var(--${fill})`});
    setAttr(rect, "data-note", this.words(span));
    chart.append(rect);
    return rect;
  }

  hm(at) {
    return this.ctx.fmt.time(at, this.zone, false);
  }

  hms(at) {
    return this.ctx.fmt.time(at, this.zone);
  }

  words(span) {
    const { ctx } = this;
    const until = span.running ? ctx.t("seats.now") : this.hms(span.end);
    const queue = span.queue ? ` · ${queueName(ctx.state, span.queue, ctx.lang)}` : "";
    const head = `${this.look(span).name} ${ctx.fmt.clock(span.end - span.start)}${queue}`;
    return `${head} · ${this.hms(span.start)} – ${until}`;
  }

  get zone() {
    return this.ctx.state.site.zone;
  }

  drawNow() {
    this.live.replaceChildren();
    if (this.running) this.bar(this.live, this.running);
    const x = this.x(this.now);
    this.live.append(svgNode("line", {x1: x, x2: x, y1: this.top - 6, y2: this.bottom, stroke: "var(--ink)",
      "stroke-width": 1.5}));
    const right = x + 3 * this.rem < this.host.clientWidth;
    this.live.append(svgNode("text", {x: right ? x + 5 : x - 5, y: this.top - 7, "font-size": 0.75 * this.rem,
      fill: "var(--ink)", "font-weight": 700, "text-anchor": right ? "start" : "end"}, this.hm(this.now)));
    this.drawLimit(x);
  }

  drawLimit(x) {
    const span = this.running;
    const look = span && this.look(span);
    if (!look || look.band !== "over" || !look.limit) return;
    const y = this.top + LANES.indexOf(LANE_OF[look.group]) * this.lane;
    const over = this.x(span.start + look.limit);
    this.live.append(svgNode("line", {x1: over, x2: over, y1: y + 2, y2: y + this.lane - 2, stroke: "var(--ground)",
      "stroke-width": 2}));
    const words = this.ctx.t("seats.over_since", {since: this.hms(span.start),
      over: this.hms(span.start + look.limit)});
    const right = x < this.host.clientWidth - 20 * this.rem;
    this.live.append(svgNode("text", {x: right ? x + 8 : this.x(span.start) - 8, y: y + 0.66 * this.lane,
      "text-anchor": right ? "start" : "end", "font-size": 0.8125 * this.rem, fill: "var(--over)",
      "font-weight": 700}, words));
  }
}
