/*
 * Waiting over the last hours: a step, exact between events. Coral is what counts as held for the level that
 * stands or comes, amber a dip that is forgiven, grey a stretch nobody saw.
 */
const CHART_HOURS = 3;
const CHART_PHONE_HOURS = 1.5;
const CHART_REFETCH_S = 60;
const CHART_RETRY_S = 10;

class PlanChart {
  constructor(ctx) {
    Object.assign(this, { ctx, stored: null, due: 0, drawnAt: 0 });
    this.node = box("div", "part chart");
    const title = box("h2", "", ctx.t("plan.chart"));
    title.append(box("small", "", ctx.t("plan.chart.key")));
    this.host = box("div", "curve");
    this.node.append(title, this.host);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.host);
  }

  close() {
    this.watch.disconnect();
  }

  /** Drawn anew with every message and once a second: its end moves with the clock. */
  show(plan, at, now) {
    Object.assign(this, { plan, at });
    if (now >= this.due) this.fetch(now);
    this.draw();
  }

  async fetch(now) {
    this.due = now + CHART_REFETCH_S;
    try {
      this.stored = await askServer(this.ctx, "plan/curve", { hours: CHART_HOURS });
      this.draw();
    } catch (error) {
      this.due = now + CHART_RETRY_S;
    }
  }

  /** The stored steps up to where the live ones begin, then these. */
  steps() {
    const live = this.ctx.state.curve;
    const edge = live.length ? live[0][0] : Infinity;
    return [...(this.stored?.steps || []).filter(([at]) => at < edge), ...live].filter(([at]) => at <= this.at);
  }

  draw() {
    const width = Math.floor(this.host.clientWidth);
    if (!width || !this.plan) return;
    this.lay(width);
    const chart = svgNode("svg", { viewBox: `0 0 ${width} ${this.bottom}`, height: this.bottom, width, role: "img", "aria-label": this.words() });
    for (const part of ["drawBlind", "drawAxes", "drawHeld", "drawPast", "drawCurve", "drawTouches", "drawMarks", "drawNow"]) this[part](chart);
    this.host.replaceChildren(chart);
  }

  words() {
    const last = this.points[this.points.length - 1];
    return this.ctx.t("plan.chart.words", { n: last ? last[1] : 0 });
  }

  lay(width) {
    const rem = remPx();
    const phone = this.ctx.root.classList.contains("phone");
    const span = 3600 * (phone ? CHART_PHONE_HOURS : CHART_HOURS);
    Object.assign(this, { rem, phone, left: 2 * rem, right: width - (phone ? 3.5 : 7.5) * rem, width });
    Object.assign(this, { high: 2.75 * rem, low: (phone ? 11 : 15.5) * rem, bottom: (phone ? 13 : 17.5) * rem, start: this.at - span });
    this.points = this.within(this.steps());
    this.lines = this.thresholds();
    const most = Math.max(0, ...this.points.map(([, n]) => n), ...this.lines.map(({ level }) => level));
    this.top = Math.max(10, most * 1.15);
    this.x = (at) => this.left + ((Math.max(at, this.start) - this.start) / span) * (this.right - this.left);
    this.y = (n) => this.low - (n / this.top) * (this.low - this.high);
    this.main = this.mainLevel();
  }

  within(steps) {
    const inside = steps.filter(([at]) => at > this.start);
    const before = steps.filter(([at]) => at <= this.start).pop();
    return before ? [[this.start, before[1]], ...inside] : inside;
  }

  /** One line a threshold; levels that share it share its label. */
  thresholds() {
    const { t } = this.ctx;
    const found = new Map();
    for (const entry of this.watching()) found.set(entry.threshold, [...(found.get(entry.threshold) || []), levelWord(entry.level, t)]);
    const comma = this.ctx.lang === "zh" ? "、" : ", ";
    return [...found].map(([level, words]) => ({ level, words: t("plan.line", { level: words.join(comma), n: level }) }));
  }

  watching() {
    return this.plan.ladder.filter((entry) => (entry.metric || "waiting") === "waiting");
  }

  /** The level whose hold is drawn: the highest one that counts a continuous time. */
  mainLevel() {
    const counts = (entry) => entry.active_at > 0 && (isFiring(entry) || entry.held_s > 0) && !["within", "mean", "share"].includes(entry.hold?.kind);
    return this.watching().filter(counts).pop() || null;
  }

  text(chart, x, y, words, look = {}) {
    const { anchor = "start", colour = "ink2", size = 0.75, bold = false } = look;
    const more = bold ? { "font-weight": 700 } : {};
    chart.append(svgNode("text", { x, y, "font-size": size * this.rem, fill: `var(--${colour})`, "text-anchor": anchor, ...more }, words));
  }

  rect(chart, from, to, y, height, fill, least = 0) {
    chart.append(svgNode("rect", { x: this.x(from), width: Math.max(least, this.x(to) - this.x(from)), y, height, fill }));
  }

  drawBlind(chart) {
    const open = this.ctx.state.blindSince === null ? [] : [[this.ctx.state.blindSince, this.at]];
    for (const [from, to] of [...(this.stored?.blind || []), ...open]) {
      if (to <= this.start) continue;
      this.rect(chart, from, Math.min(to, this.at), this.high, this.low - this.high, "var(--raise)", 2);
      if (this.x(to) - this.x(from) > 3 * this.rem) this.text(chart, this.x(from) + 4, this.low - 6, this.ctx.t("plan.chart.blind"));
    }
  }

  drawAxes(chart) {
    const { rem, left, width, low } = this;
    chart.append(svgNode("line", { x1: left, x2: width, y1: low, y2: low, stroke: "var(--rule)" }));
    this.text(chart, left - 0.4 * rem, low + 4, "0", { anchor: "end" });
    this.lines.forEach(({ level, words }, index) => {
      const y = this.y(level);
      chart.append(svgNode("line", { x1: left, x2: width, y1: y, y2: y, stroke: "var(--ink2)", "stroke-dasharray": index ? "2 4" : "7 5" }));
      this.text(chart, left - 0.4 * rem, y + 4, String(level), { anchor: "end" });
      if (!this.phone) this.text(chart, width, y - 5, words, { anchor: "end" });
    });
    const { state, fmt } = this.ctx;
    for (const at of dayTicks(this.start, this.at, state.dayStart ?? this.start, this.right - left, 4 * rem)) {
      this.text(chart, this.x(at), this.bottom - 2, fmt.time(at, state.site.zone, false), { anchor: "middle" });
    }
  }

  /** Stretches of the main level's hold: above its threshold, and the dips that were forgiven. */
  drawHeld(chart) {
    const { main } = this;
    if (!main) return;
    let area = "";
    const base = this.y(main.threshold);
    this.points.forEach(([at, n], index) => {
      const end = index + 1 < this.points.length ? this.points[index + 1][0] : this.at;
      const from = Math.max(at, main.active_at);
      if (end > from && n > main.threshold) area += `M${this.x(from)} ${base}V${this.y(n)}H${this.x(end)}V${base}Z`;
    });
    chart.append(svgNode("path", { d: area, fill: "var(--held)" }));
    this.rect(chart, main.active_at, this.at, this.low + 3, 0.4 * this.rem, "var(--over)", 2);
    let taken = -Infinity; // how far to the right words stand
    for (const [from, to] of this.dips(main)) taken = this.drawDip(chart, from, to, base, taken);
  }

  dips(main) {
    const until = main.fired_at > main.active_at ? main.fired_at : this.at;
    return stretchesBelow(this.points, main.threshold, main.active_at, until);
  }

  /** A dip, and how long it was where there is room beside the words before. */
  drawDip(chart, from, to, base, taken) {
    this.rect(chart, from, to, base, this.low + 3 + 0.4 * this.rem - base, "var(--warn)", 2);
    const x = this.x(to) + 4;
    if (this.phone || x < taken) return taken;
    const words = this.ctx.t("plan.chart.dip", { n: Math.round(to - from) });
    this.text(chart, x, this.low - 1.6 * this.rem, words, { colour: "warn-ink" });
    return x + 4.5 * this.rem;
  }

  /** Levels that fired and were over again: a thin bar below the axis. */
  drawPast(chart) {
    for (const mark of this.stored?.marks || []) {
      if (mark.level >= 1 && mark.cleared_at) this.rect(chart, mark.at, mark.cleared_at, this.low + 3, 0.2 * this.rem, "var(--over)", 2);
    }
  }

  drawCurve(chart) {
    const path = this.points.map(([at, n], i) => `${i ? "H" : "M"}${this.x(at).toFixed(1)}${i ? "V" : " "}${this.y(n).toFixed(1)}`).join("");
    if (path) chart.append(svgNode("path", { d: `${path}H${this.x(this.at).toFixed(1)}`, fill: "none", stroke: "var(--ink)", "stroke-width": 1.5 }));
  }

  /** How long each touch of a level lasted that adds up its time within a window: "14 + 8 秒". */
  drawTouches(chart) {
    for (const entry of this.watching().filter((rung) => rung.hold?.kind === "within" && rung.held_s > 0 && !isFiring(rung))) {
      const from = Math.max(this.start, this.at - entry.hold.for_s);
      const touches = stretchesAbove(this.points, entry.threshold, from, this.at);
      if (!touches.length) continue;
      const words = this.ctx.t("plan.seconds", { n: touches.slice(-4).map(([a, b]) => Math.round(b - a)).join(" + ") });
      const last = touches[touches.length - 1];
      this.text(chart, Math.min(this.x(last[0]), this.right), this.y(entry.threshold) - 1.4 * this.rem, words, { anchor: "middle", colour: "ink" });
    }
  }

  /** A line where a hold began and where a level fired; labels take turns so that they do not meet. */
  drawMarks(chart) {
    const { t, fmt, state } = this.ctx;
    const marks = new Map();
    for (const { level, at } of this.stored?.marks || []) marks.set(Math.round(at), [levelWord(level, t), level ? "over" : "warn-ink", at]);
    for (const entry of this.plan.ladder.filter(isFiring)) {
      marks.set(Math.round(entry.fired_at), [levelWord(entry.level, t), entry.level ? "over" : "warn-ink", entry.fired_at]);
    }
    if (this.main) {
      const words = t("plan.chart.begin", { is: `≥ ${this.main.threshold}` });
      marks.set(Math.round(this.main.active_at), [words, "ink", this.main.active_at]);
    }
    const shown = [...marks.values()].filter(([, , at]) => at > this.start && at <= this.at).sort((a, b) => a[2] - b[2]);
    const taken = [];
    shown.forEach(([words, colour, at], index) => {
      const x = this.x(at);
      const next = shown[index + 1] ? this.x(shown[index + 1][2]) - x : Infinity;
      chart.append(svgNode("line", { x1: x, x2: x, y1: 0.5 * this.rem, y2: this.low, stroke: "var(--ink2)" }));
      const place = this.freePlace(x, next, taken);
      if (!place) return;
      taken.push(place);
      const { anchor, rank } = place;
      const [to, down] = [x + (anchor === "end" ? -5 : 5), 2.1 * rank * this.rem];
      this.text(chart, to, 0.95 * this.rem + down, words, { anchor, colour, bold: true, size: 0.8125 });
      this.text(chart, to, 1.9 * this.rem + down, fmt.time(at, state.site.zone), { anchor });
    });
  }

  /** Where a label fits: beside its line, away from the next one if that is close; else one rank lower. */
  freePlace(x, next, taken) {
    const room = 5.5 * this.rem;
    const sides = next < room ? ["end", "start"] : ["start", "end"];
    for (const rank of this.phone ? [0] : [0, 1]) {
      for (const anchor of sides) {
        const [from, to] = anchor === "end" ? [x - room, x] : [x, x + room];
        const free = from >= this.left && taken.every((other) => other.rank !== rank || to <= other.from || from >= other.to);
        if (free) return { anchor, rank, from, to };
      }
    }
    return null;
  }

  drawNow(chart) {
    const last = this.points[this.points.length - 1];
    if (!last) return;
    const [x, y] = [this.x(this.at), this.y(last[1])];
    chart.append(svgNode("circle", { cx: x, cy: y, r: 0.25 * this.rem, fill: "var(--ink)" }));
    this.text(chart, x + 0.55 * this.rem, Math.min(y + 0.45 * this.rem, this.low - 0.3 * this.rem), String(last[1]), { colour: "ink", size: 1.25, bold: true });
    if (!this.main) return;
    const held = this.ctx.t("plan.chart.held", { time: fmt.clock(this.at - this.main.active_at - this.main.blind_s) });
    this.text(chart, x + 0.4 * this.rem, this.low + 0.8 * this.rem, this.phone ? held.replace(/^.*\s/, "") : held, { colour: "over", bold: true });
  }
}

/** The parts of [from, to) in which the steps lie below a level. */
function stretchesBelow(points, level, from, to) {
  return stretchesWhere(points, (n) => n < level, from, to);
}

function stretchesAbove(points, level, from, to) {
  return stretchesWhere(points, (n) => n >= level, from, to);
}

function stretchesWhere(points, meets, from, to) {
  const found = [];
  points.forEach(([at, n], index) => {
    const end = Math.min(to, index + 1 < points.length ? points[index + 1][0] : to);
    const start = Math.max(from, at);
    if (start >= end || !meets(n)) return;
    const last = found[found.length - 1];
    if (last && last[1] === start) last[1] = end;
    else found.push([start, end]);
  });
  return found;
}
