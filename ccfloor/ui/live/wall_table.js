/* The queue table: eight fixed rows, filled with the queues of the slide that shows. */
const QUEUE_ROWS = 8;
const COLUMNS = ["waiting", "longest", "service_level", "abandon_rate", "free"];

function buildTable(ctx) {
  const keys = ["wall.queue", ...COLUMNS.map((name) => "wall.col." + name)];
  const head = keys.map((key) => el("th", { scope: "col" }, ctx.t(key)));
  ctx.own.rows = Array.from({ length: QUEUE_ROWS }, () => buildRow(ctx));
  ctx.own.queueVerdicts = new Map();
  const body = el("tbody", {}, ...ctx.own.rows.map((row) => row.node));
  return el("table", { class: "rows" }, el("thead", {}, el("tr", {}, ...head)), body);
}

function buildRow(ctx) {
  const mark = ctx.icon("triangle");
  const name = el("span");
  const first = el("td", { class: "qn" }, mark, name);
  const cells = COLUMNS.map((column) => buildCell(ctx, column));
  return { node: el("tr", {}, first, ...cells.map((cell) => cell.node)), first, mark, name, cells };
}

const COLUMN_TIPS = {
  waiting: ["waiting", "now"], longest: ["longest_wait", "now"], service_level: ["service_level", "last_30"],
  abandon_rate: ["abandon_rate", "last_30"], free: ["free_seats", "now"],
};

function buildCell(ctx, column) {
  const mark = ctx.icon("triangle");
  const number = el("span");
  const node = el("td", {}, mark, number);
  ctx.tip(node, ...COLUMN_TIPS[column]);
  return { node, mark, number };
}

function queueVerdict(ctx, queue, metric) {
  const key = queue + "\u0000" + metric;
  const known = ctx.own.queueVerdicts;
  if (!known.has(key)) known.set(key, new Verdict());
  return known.get(key);
}

/** What a queue's five cells say: [text, raw verdict or null for none, is it a quiet zero]. */
function readQueue(ctx, queue, at) {
  const { site } = ctx.state;
  const facts = (site.queues || {})[queue.queue] || {};
  const [near, over] = ctx.own.limits.longest_wait_s;
  const limit = facts.wait_limit_s ?? over;
  const wait = longestWait(queue, at);
  const target = facts.target ?? queue.target;
  const { service_level: service, abandon_rate: lost } = queue.last_30;
  const { ready } = queue.seats;
  const none = queue.waiting === 0;
  return [
    [fmt.count(queue.waiting), null, none],
    [none ? fmt.DASH : fmt.short(wait, ctx.lang), upTo(wait, Math.min(near, limit), limit), none],
    [fmt.whole(service), serviceVerdict(service, target), service === null],
    [fmt.percent(lost), abandonVerdict(lost, facts.abandon_target ?? ctx.own.limits.abandon_rate), !lost],
    [fmt.count(ready), null, ready === 0 && none],
  ];
}

/** Verdicts of every queue, the hidden ones too: they decide which slide comes forward. */
function judgeQueues(ctx, at) {
  for (const queue of ctx.state.queues) {
    const lost = ctx.state.freshness === "stale" || ctx.state.unseen.queues.has(queue.queue);
    const judge = lost ? "freeze" : "set";
    const cells = readQueue(ctx, queue, seenUntil(ctx.state, "queues", queue.queue, at));
    cells.forEach(([, raw], index) => raw === null || queueVerdict(ctx, queue.queue, index)[judge](raw, at));
  }
}

function queueFires(ctx, queue) {
  if (ctx.state.unseen.queues.has(queue.queue)) return false;
  if (ctx.state.marks.queue.get(queue.queue) === "over") return true;
  return COLUMNS.some((column, index) => ctx.own.queueVerdicts.get(queue.queue + "\u0000" + index)?.shown === "over");
}

function patchTable(ctx, at) {
  const shown = ctx.own.slides.queues();
  ctx.own.rows.forEach((row, index) => patchRow(ctx, row, shown[index], at));
}

function patchRow(ctx, row, queue, at) {
  setAttr(row.node, "data-queue", queue ? queue.queue : null);
  if (!queue) return setClass(row.node, "blank");
  setClass(row.node, ctx.state.unseen.queues.has(queue.queue) ? "unseen" : "");
  at = seenUntil(ctx.state, "queues", queue.queue, at);
  setText(row.name, queueName(ctx.state, queue.queue, ctx.lang));
  const mark = ctx.state.marks.queue.get(queue.queue) || "";
  setClass(row.first, `qn ${mark}`.trim());
  setIcon(row.mark, mark === "over" ? "triangle" : "triangle_open");
  const rules = (ctx.state.marks.alarms.get("queue:" + queue.queue) || []).map((alarm) => alarm.name[ctx.lang]);
  setAttr(row.first, "data-note", [row.name.textContent, ...rules].join(" · "));
  readQueue(ctx, queue, at).forEach(([text, raw, quiet], index) => {
    const cell = row.cells[index];
    const shown = raw === null ? "" : queueVerdict(ctx, queue.queue, index).shown;
    setText(cell.number, text);
    setIcon(cell.mark, shown === "over" ? "triangle" : "triangle_open");
    setClass(cell.node, shown || (quiet ? "z" : ""));
  });
}
