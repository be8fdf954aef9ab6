// A seat's day as lanes of spans: stored ones from the server, the running one from the live view.

const NS = "http://www.w3.org/2000/svg";
const LANES = ["contact", "after", "ready", "away", "busy"];
const LANE_OF = {ring: "contact", contact: "contact", after: "after", ready: "ready", away: "away",
  busy: "busy", fault: "busy"};
const STEPS_S = [900, 1800, 3600, 7200, 10800, 21600];

function svgNode(tag, attributes, text) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// First and last instant shown: from the first span (a half hour's edge) to a little beyond now.
function dayFrame(spans, now, dayStart) {
  const seen = spans.filter((span) => span.status !== "offline");
  const first = seen.length ? seen[0].start : Math.max(dayStart, now - 3600);
  const start = Math.max(dayStart, Math.floor(first / 1800) * 1800);
  return [start, Math.max(start + 7200, Math.ceil((now + 900) / 1800) * 1800)];
}

function dayTicks(start, end, width) {
  const most = Math.max(2, Math.floor(width / 70));
  const step = STEPS_S.find((s) => (end - start) / s <= most) || 43200;
  const out = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) out.push(at);
  return out;
}

// ctx: the board's context; kind(span) gives {group, band} of a span of this seat.
class Timeline {
  constructor(ctx, host, kind) {
    this.ctx = ctx;
    this.host = host;
    this.kind = kind;
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

  // Between two answers of the server only the running span and the line of now move.
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
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const compact = width < 40 * rem;
    this.rem = rem;
    this.left = (compact ? 3 : 4.5) * rem;
    this.lane = 1.94 * rem;
    this.top = 1.25 * rem;
    const bottom = this.top + this.lane * LANES.length;
    const all = this.running ? this.spans.concat([this.running]) : this.spans;
    [this.start, this.end] = dayFrame(all, this.now, this.dayStart);
    this.x = (at) => this.left + ((at - this.start) / (this.end - this.start)) * (width - this.left - 4);
    const box = svgNode("svg", {viewBox: `0 0 ${width} ${bottom + 1.5 * rem}`, height: bottom + 1.5 * rem,
      role: "img", "aria-label": this.ctx.t("seats.timeline")});
    this.drawGrid(box, width, bottom);
    for (const span of this.spans) this.bar(box, span);
    this.live = box.appendChild(svgNode("g"));
    this.bottom = bottom;
    this.drawNow();
    this.host.replaceChildren(box);
  }

  drawGrid(box, width, bottom) {
    const size = 0.75 * this.rem;
    for (const at of dayTicks(this.start, this.end, width - this.left)) {
      const x = this.x(at);
      box.append(svgNode("line", {x1: x, x2: x, y1: this.top - 4, y2: bottom, stroke: "var(--line)"}));
      box.append(svgNode("text", {x, y: bottom + 1.1 * this.rem, "font-size": size, fill: "var(--ink2)",
        "text-anchor": x > width - 2 * this.rem ? "end" : "middle"}, this.ctx.fmt.hm(at)));
    }
    LANES.forEach((name, index) => {
      const y = this.top + index * this.lane;
      box.append(svgNode("line", {x1: 0, x2: width, y1: y, y2: y, stroke: "var(--line)"}));
      box.append(svgNode("text", {x: 0, y: y + 0.66 * this.lane, "font-size": 0.8125 * this.rem,
        fill: "var(--ink2)"}, this.ctx.t(`lane.${name}`)));
    });
    box.append(svgNode("line", {x1: 0, x2: width, y1: bottom, y2: bottom, stroke: "var(--rule)"}));
  }

  bar(box, span) {
    const kind = this.kind(span);
    const lane = LANES.indexOf(LANE_OF[kind.group]);
    const from = Math.max(span.start, this.start);
    if (lane < 0 || span.end <= from) return null;
    const y = this.top + lane * this.lane + 0.23 * this.lane;
    const width = Math.max(1.5, this.x(span.end) - this.x(from) - 0.6);
    const fill = kind.band === "over" || kind.group === "fault" ? "over" : kind.group === "ring" ? "inv" : kind.group;
    const rect = svgNode("rect", {x: this.x(from), y, width, height: 0.58 * this.lane, fill: `var(--${fill})`});
    rect.append(svgNode("title", {}, this.words(span)));
    box.append(rect);
    return rect;
  }

  words(span) {
    const {ctx} = this;
    const name = ctx.status(span).word;
    const until = span.running ? ctx.t("seats.now") : ctx.fmt.hms(span.end);
    const queue = span.queue ? ` · ${ctx.queueName(span.queue)}` : "";
    return `${name} ${ctx.fmt.dur(span.end - span.start)}${queue}\n${ctx.fmt.hms(span.start)} – ${until}`;
  }

  drawNow() {
    this.live.replaceChildren();
    if (this.running) this.bar(this.live, this.running);
    const x = this.x(this.now);
    this.live.append(svgNode("line", {x1: x, x2: x, y1: this.top - 6, y2: this.bottom, stroke: "var(--ink)",
      "stroke-width": 1.5}));
    this.live.append(svgNode("text", {x: x + 5, y: this.top - 7, "font-size": 0.75 * this.rem, fill: "var(--ink)",
      "font-weight": 700}, this.ctx.fmt.hm(this.now)));
    this.drawLimit(x);
  }

  drawLimit(x) {
    const span = this.running;
    const kind = span && this.kind(span);
    if (!kind || kind.band !== "over" || !kind.limit) return;
    const y = this.top + LANES.indexOf(LANE_OF[kind.group]) * this.lane;
    const over = this.x(span.start + kind.limit);
    this.live.append(svgNode("line", {x1: over, x2: over, y1: y + 2, y2: y + this.lane - 2, stroke: "var(--ground)",
      "stroke-width": 2}));
    const words = this.ctx.t("seats.over_since", {since: this.ctx.fmt.hms(span.start),
      over: this.ctx.fmt.hms(span.start + kind.limit)});
    const right = x < this.host.clientWidth - 20 * this.rem;
    this.live.append(svgNode("text", {x: right ? x + 8 : this.x(span.start) - 8, y: y + 0.66 * this.lane,
      "text-anchor": right ? "start" : "end", "font-size": 0.8125 * this.rem, fill: "var(--over)",
      "font-weight": 700}, words));
  }
}
