/*
 * What the rules say, read for a screen: which seats and queues a firing rule marks, how far a level is, and
 * which level stands. Instants are UTC epoch seconds by the server's clock.
 */
const MARK_RANK = { over: 2, warn: 1, "": 0 };
const CLEARED_SHOWN_S = 300;

const worseMark = (a, b) => (MARK_RANK[a] >= MARK_RANK[b] ? a : b);
const isFiring = (entry) => entry.state === "firing" || entry.state === "acknowledged";

/** How an alarm marks its subject: firing is over, near or a mere notice is warn. */
function alarmMark(alarm) {
  if (isFiring(alarm)) return alarm.severity === "info" ? "warn" : "over";
  return alarm.near && alarm.state === "pending" ? "warn" : "";
}

/** By seat, queue and team: the marks of the rules; and when the order falls due for a seat that is not there. */
function marksOf(plan) {
  const marks = { seat: new Map(), queue: new Map(), team: new Map(), due: new Map(), alarms: new Map() };
  for (const alarm of plan?.alarms || []) if (alarmMark(alarm)) noteMark(marks, alarm);
  for (const item of plan?.open || []) {
    marks.due.set(item.seat, Math.min(item.due_at, marks.due.get(item.seat) ?? Infinity));
  }
  return marks;
}

function noteMark(marks, alarm) {
  const kind = alarm.kind === "group" ? "queue" : alarm.kind;
  const own = alarm.subject.slice(alarm.subject.indexOf(":") + 1);
  for (const name of alarm.queues?.length ? alarm.queues : marks[kind] ? [own] : []) {
    marks[kind].set(name, worseMark(alarmMark(alarm), marks[kind].get(name) || ""));
    const subject = `${kind}:${name}`;
    marks.alarms.set(subject, [...(marks.alarms.get(subject) || []), alarm]);
  }
}

/** A seat's mark at an instant: "" | "warn" | "over". Within the grace of an order it is only near. */
function seatMark(marks, seat, at) {
  const due = marks.due.get(seat);
  const order = due === undefined ? "" : at > due ? "over" : "warn";
  return worseMark(marks.seat.get(seat) || "", order);
}

/** The plan's rule that stands highest and fires, or null. */
function topLevel(plan) {
  const firing = (plan?.ladder || []).filter(isFiring);
  return firing.reduce((top, entry) => (top && top.level >= entry.level ? top : entry), null);
}

/** The highest level that was cleared a little while ago, or null. */
function justCleared(plan, now) {
  const fresh = (entry) => !isFiring(entry) && entry.cleared_at > 0 && now - entry.cleared_at < CLEARED_SHOWN_S;
  return (plan?.ladder || []).filter(fresh).reduce((top, entry) => (top && top.level > entry.level ? top : entry), null);
}

/** Seconds (mean: value-seconds) that count at `at`: what was told, and what has been added since. */
function heldNow(entry, told, at) {
  const more = entry.holding ? Math.max(0, at - told) : 0;
  return Math.max(0, Math.min(entry.needed_s, entry.held_s + (isMean(entry) ? more * (entry.value || 0) : more)));
}

const isMean = (entry) => entry.hold?.kind === "mean";

/** How far a level is, in words: "22 / 60 秒", "12:10 / 30:00", a mean as a share of what is needed. */
function heldText(entry, told, at, t) {
  const held = heldNow(entry, told, at);
  if (isMean(entry)) return `${Math.floor((100 * held) / (entry.needed_s || 1))} %`;
  if (entry.needed_s < 120) return t("plan.seconds_of", { n: Math.floor(held), all: Math.round(entry.needed_s) });
  return `${fmt.clock(held)} / ${fmt.clock(entry.needed_s)}`;
}

/** The word of a level: 预警, 一级, 二级, 3 级. */
function levelWord(level, t) {
  return level <= 2 ? t(`plan.level.${level}`) : t("plan.level.n", { n: level });
}

/** What a seat that does not comply is in: a pause reason, or not taking calls. */
function openWord(kind, t) {
  const key = kind === "not_on_queue" ? "plan.open.not_on_queue" : "status." + kind.replace("-", "_");
  const words = t(key);
  return words === key ? kind : words;
}

/** How many seats do not comply, each once; and of each kind how many: {all, kinds: [[kind, n], …]}. */
function openCount(plan) {
  const kinds = new Map();
  for (const item of plan?.open || []) kinds.set(item.kind, (kinds.get(item.kind) || 0) + 1);
  return { all: new Set((plan?.open || []).map((item) => item.seat)).size, kinds: [...kinds] };
}

/** The alarm to name where there is room for one: the list comes worst and newest first. */
function worstAlarm(plan) {
  const shown = (plan?.alarms || []).filter((alarm) => alarmMark(alarm));
  return { alarm: shown.find(isFiring) || shown[0] || null, others: Math.max(0, shown.length - 1) };
}

/** The word of an incident's cause; a cause the texts do not know is said as it is. */
function causeWord(cause, t) {
  const words = t("plan.cause." + cause);
  return words === "plan.cause." + cause ? cause : words;
}

/** What the rules say of a seat in words: their names with the order, and the order of the plan it does not follow. */
function seatRules(state, seat, t, lang) {
  const colon = lang === "zh" ? "：" : ": ";
  const rules = (state.marks.alarms.get("seat:" + seat) || []).map((alarm) => alarm.name[lang] + colon + alarm.say[lang]);
  return state.marks.due.has(seat) ? [t("plan.seat.breaks"), ...rules] : rules;
}
