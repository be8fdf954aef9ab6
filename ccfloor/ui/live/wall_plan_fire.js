/*
 * The filled face of the plan slot: a level that fires, or an incident. The order is the largest sentence;
 * beside it the checklist, and in a black box how many do not comply: the one number a lead can act on.
 */
const MOST_TASKS = 4;

function buildFire(ctx, plan) {
  Object.assign(plan, { badge: el("i"), level: el("span"), order: el("div", { class: "o1 fit" }) });
  plan.facts = el("div", { class: "o2" });
  plan.tasks = el("div", { class: "chk" });
  Object.assign(plan, { open: el("div", { class: "n" }), openWord: el("b"), openKinds: el("small") });
  plan.openBox = el("div", { class: "cmp" }, plan.open, el("div", { class: "w" }, plan.openWord, plan.openKinds));
  const mark = el("span", { class: "oc" }, ctx.icon("octagon"), plan.badge);
  return el("div", { class: "fire", role: "alert", hidden: "" }, el("div", { class: "lv" }, mark, plan.level),
    el("div", { class: "ord" }, plan.order, plan.facts), plan.tasks, plan.openBox);
}

function patchFire(ctx, { kind, entry }, at) {
  const { plan } = ctx.own;
  const { t, lang } = ctx;
  const level = kind === "level";
  setText(plan.badge, level ? entry.level : "!");
  setText(plan.level, level ? levelWord(entry.level, t) : t("plan.incident"));
  plan.tasks.hidden = !level || !ctx.state.plan.todo.length;
  plan.openBox.hidden = !level;
  setText(plan.facts, (level ? levelFacts(ctx, entry, at) : incidentFacts(ctx, entry, at)).filter(Boolean).join(" · "));
  if (level) patchTasks(ctx), patchOpen(ctx, at);
  fitText(plan.order, level ? entry.say[lang] : incidentWords(ctx, entry), ctx);
}

function levelFacts(ctx, entry, at) {
  const { t, state } = ctx;
  const next = state.plan.ladder.find((rung) => rung.level > entry.level && !isFiring(rung) && rung.held_s > 0);
  const [incident] = state.plan.incidents;
  const cleared = entry.clears_at ? t("plan.clears", { time: fmt.time(entry.clears_at, state.site.zone, false) }) : "";
  const held = next ? `${levelWord(next.level, t)} ${heldText(next, state.plan.at, at, t)}` : "";
  return [...sinceParts(ctx, entry.fired_at, at), ackPart(ctx, entry), incident ? incidentWords(ctx, incident) : held,
    aheadFact(ctx, entry, at), cleared];
}

function incidentFacts(ctx, incident, at) {
  const who = incident.who ? ctx.t("plan.incident.by", { who: incident.who }) : "";
  return [...sinceParts(ctx, incident.started_at, at), who];
}

/** Cause and words of an incident: "网络故障：市政专线中断". */
function incidentWords(ctx, incident) {
  return [causeWord(incident.cause, ctx.t), incident.text].filter(Boolean).join(ctx.lang === "zh" ? "：" : ": ");
}

function patchTasks(ctx) {
  const { plan } = ctx.own;
  const tasks = ctx.state.plan.todo.slice(0, MOST_TASKS);
  const make = (task) => Object.assign(el("span", {}, ctx.icon("box"), el("span", { class: "tx" })), { item: task.id });
  keyed(plan.tasks, tasks, (task) => task.id, make, (node, task) => {
    setIcon(node.firstChild, task.done ? "tick" : "box");
    setClass(node, task.done ? "done" : "no");
    setText(node.lastChild, task.text[ctx.lang]);
  });
}

function patchOpen(ctx, at) {
  const { plan } = ctx.own;
  const { t, state } = ctx;
  const { all, kinds } = openCount(state.plan);
  const due = Math.min(...state.plan.open.map((item) => item.due_at));
  const grace = all > 0 && due > at;
  setText(plan.open, all);
  setText(plan.openWord, t(all ? "plan.open" : "plan.open.none"));
  const words = kinds.map(([kind, n]) => `${openWord(kind, t)} ${n}`);
  if (grace) words.unshift(t("plan.open.grace", { time: fmt.time(due, state.site.zone, false) }));
  setText(plan.openKinds, words.slice(0, 2).join(" · "));
}
