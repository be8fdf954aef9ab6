/* Today by the half hour: what came, what was answered and given up, and below it the service level. */

const HALF_HOUR_S = 1800;
const CURVE_REFETCH_S = 60;
const CURVE_RETRY_S = 5;
const SHOWN_S = 4 * 3600;

/** The least round number that is a whole number of steps and not below the value. */
function niceTop(value) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((s) => value / s <= 4) || 5000;
  return [Math.max(step, Math.ceil(value / step) * step), step];
}

class QueueCurve {
  constructor(ctx) {
    this.ctx = ctx;
    this.node = box("div", "part");
    this.title = box("h3", "", ctx.t("queues.curve"));
    this.key = box("small", "curve-key");
    for (const [name, colour] of [["answered", "contact"], ["abandoned", "over"], ["others", "rule"]]) {
      this.key.append(box("i", `dot-${colour}`), ctx.t(`queues.curve.${name}`));
    }
    this.title.append(this.key);
    this.host = box("div", "curve");
    this.note = box("p", "empty");
    this.note.hidden = true;
    this.node.append(this.title, this.host, this.note);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.host);
  }

  close() {
    this.watch.disconnect();
  }

  show(queue, now) {
    if (this.queue !== queue) {
      Object.assign(this, { queue, rows: null, due: now });
      this.host.replaceChildren();
    }
    if (now >= this.due) this.fetch(queue, now);
  }

  async fetch(queue, now) {
    this.due = now + CURVE_REFETCH_S;
    try {
      const answer = await askServer(this.ctx, "queues/today", queue ? { queue } : {});
      if (this.queue !== queue) return;
      this.rows = answer.rows;
      Object.assign(this, { target: answer.target, dayStart: answer.day_start, now: answer.at });
      this.draw();
    } catch (error) {
      if (this.queue !== queue) return;
      this.due = now + CURVE_RETRY_S;
      this.say(this.rows ? "" : "queues.curve.failed");
    }
  }

  say(key) {
    this.note.hidden = !key;
    if (key) setText(this.note, this.ctx.t(key));
  }

  draw() {
    const width = Math.floor(this.host.clientWidth);
    if (!width || !this.rows) return;
    const seen = this.rows.filter((row) => row.offered > 0 || row.abandoned > 0);
    this.say(seen.length ? "" : "queues.curve.none");
    if (!seen.length) return this.host.replaceChildren();
    this.lay(width, seen);
    const chart = svgNode("svg", { viewBox: `0 0 ${width} ${this.bottom}`, height: this.bottom, role: "img",
      "aria-label": this.ctx.t("queues.curve") });
    this.drawAxes(chart, width);
    for (const row of this.rows.filter((item) => item.start >= this.start)) this.drawBar(chart, row);
    this.drawLevel(chart);
    for (const row of this.rows.filter((item) => item.start >= this.start)) this.drawCard(chart, row);
    this.host.replaceChildren(chart);
  }

  /** Places: counts above, service level below, one time axis for both. */
  lay(width, seen) {
    const rem = remPx();
    this.rem = rem;
    const left = 2.6 * rem;
    const right = width - 4.25 * rem;
    this.start = seen[0].start;
    this.end = Math.max(this.start + SHOWN_S, Math.floor(this.now / HALF_HOUR_S) * HALF_HOUR_S + HALF_HOUR_S);
    this.x = (at) => left + ((at - this.start) / (this.end - this.start)) * (right - left);
    const [top, step] = niceTop(Math.max(...this.rows.map((row) => row.offered)));
    Object.assign(this, { left, right, top, step, high: 0.75 * rem, low: 8.75 * rem, levelHigh: 10.25 * rem, levelLow: 13.75 * rem });
    this.bottom = 15.25 * rem;
    this.y = (count) => this.low - (count / top) * (this.low - this.high);
    this.yLevel = (share) => this.levelLow - share * (this.levelLow - this.levelHigh);
  }

  label(chart, x, y, words, anchor = "end", colour = "ink2") {
    chart.append(svgNode("text", { x, y, "font-size": 0.75 * this.rem, fill: `var(--${colour})`, "text-anchor": anchor }, words));
  }

  line(chart, y, colour, dash) {
    const more = dash ? { "stroke-dasharray": "4 3" } : {};
    chart.append(svgNode("line", { x1: this.left, x2: this.right, y1: y, y2: y, stroke: `var(--${colour})`, ...more }));
  }

  drawAxes(chart) {
    const gap = 0.5 * this.rem;
    for (let count = 0; count <= this.top; count += this.step) {
      this.line(chart, this.y(count), count ? "line" : "rule");
      this.label(chart, this.left - gap, this.y(count) + 0.25 * this.rem, String(count));
    }
    for (const share of [0, 0.5, 1]) {
      this.line(chart, this.yLevel(share), share ? "line" : "rule");
      this.label(chart, this.left - gap, this.yLevel(share) + 0.25 * this.rem, String(share * 100));
    }
    this.line(chart, this.yLevel(this.target), "ink2", true);
    this.label(chart, this.right + gap, this.yLevel(this.target) + 0.25 * this.rem,
      this.ctx.t("queues.curve.target", { target: this.ctx.fmt.whole(this.target) }), "start");
    this.label(chart, this.left, this.levelHigh - gap, this.ctx.t("queues.curve.level"), "start");
    for (const at of dayTicks(this.start, this.end, this.dayStart, this.right - this.left, 4 * this.rem)) {
      this.label(chart, this.x(at), this.bottom - 0.25 * this.rem, this.ctx.fmt.time(at, this.ctx.state.site.zone, false), "middle");
    }
  }

  /** One half hour: answered, given up and the rest stand on each other and make up what came. */
  drawBar(chart, row) {
    const step = this.x(this.start + HALF_HOUR_S) - this.x(this.start);
    const rest = Math.max(0, row.offered - row.answered - row.abandoned);
    let base = 0;
    for (const [count, colour] of [[row.answered, "contact"], [row.abandoned, "over"], [rest, "rule"]]) {
      const y = this.y(base + count);
      const height = this.y(base) - y;
      base += count;
      if (count > 0) {
        chart.append(svgNode("rect", { x: this.x(row.start) + step * 0.12, y, width: step * 0.76, height, fill: `var(--${colour})` }));
      }
    }
  }

  drawLevel(chart) {
    const middle = (row) => this.x(row.start + HALF_HOUR_S / 2);
    const known = this.rows.filter((row) => row.start >= this.start && isNumber(row.service_level));
    const path = known.map((row, index) => {
      const joined = index && known[index - 1].start === row.start - HALF_HOUR_S;
      return `${joined ? "L" : "M"}${middle(row).toFixed(1)} ${this.yLevel(row.service_level).toFixed(1)}`;
    });
    chart.append(svgNode("path", { d: path.join(""), fill: "none", stroke: "var(--ink)", "stroke-width": 1.5 }));
    for (const row of known) {
      const missed = row.service_level < this.target;
      const [x, y, r] = [middle(row), this.yLevel(row.service_level), 0.19 * this.rem];
      if (missed) chart.append(svgNode("path", { d: `M${x} ${y - 1.4 * r}l${1.5 * r} ${2.6 * r}h${-3 * r}z`, fill: "var(--over)" }));
      else chart.append(svgNode("circle", { cx: x, cy: y, r: 0.7 * r, fill: "var(--ink)" }));
    }
  }

  /** An invisible column that says the half hour's numbers in words. */
  drawCard(chart, row) {
    const { t, fmt, state } = this.ctx;
    const time = (at) => fmt.time(at, state.site.zone, false);
    const area = svgNode("rect", { x: this.x(row.start), y: 0, width: this.x(row.start + HALF_HOUR_S) - this.x(row.start),
      height: this.bottom, fill: "transparent" });
    const level = isNumber(row.service_level) ? `${fmt.percent(row.service_level)} %` : fmt.DASH;
    const words = t("queues.curve.card", { ...row, level, from: time(row.start), to: time(row.start + HALF_HOUR_S) });
    setAttr(area, "data-note", words + (row.provisional ? t("queues.curve.provisional") : ""));
    chart.append(area);
  }
}
