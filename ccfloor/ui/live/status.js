/* A seat's status as it is shown: icon, colour group, word, and the treatment its limits give it. */

/* status or pause reason -> [icon, group]; groups are the colour classes g-… of base.css */
const LOOKS = {
  ready: ["ready", "ready"], ringing: ["ring", "ring"], on_call: ["talk", "contact"], on_hold: ["hold", "contact"],
  other_call: ["out", "contact"], callback: ["callback", "contact"], wrap_up: ["wrap", "after"],
  break: ["break", "away"], meal: ["meal", "away"], meeting: ["meeting", "away"], training: ["training", "away"],
  coaching: ["coaching", "away"], busy: ["busy", "busy"], auto_pause: ["auto", "fault"], other: ["busy", "away"],
  offline: ["offline", "off"], unknown: ["unknown", "off"],
};

/** The key of a seat's state: its status, or while paused the reason (an unlisted reason is "busy"). */
function stateOf(seat) {
  const reason = (seat.reason || "").replace("-", "_");
  const key = seat.status === "paused" ? reason || "busy" : seat.status;
  return LOOKS[key] ? key : seat.status === "paused" ? "busy" : "unknown";
}

/** Which limit a seat has passed: "" | "warn" | "over". `bands`: state -> [near, over] in seconds. */
function bandOf(seat, now, bands) {
  const band = (bands || {})[stateOf(seat)];
  if (!band) return stateOf(seat) === "auto_pause" ? "over" : "";
  const seconds = now - seat.since;
  if (isNumber(band[1]) && seconds >= band[1]) return "over";
  return isNumber(band[0]) && seconds >= band[0] ? "warn" : "";
}

/** Everything a tile needs: {key, icon, group, word, band}. `word` is the wall's short word; `marks`: alarms.js. */
function seatLook(seat, now, bands, t, marks) {
  const key = stateOf(seat);
  const [name, group] = LOOKS[key];
  const band = worseMark(marks ? seatMark(marks, seat.seat, now) : "", bandOf(seat, now, bands));
  return { key, icon: name, group, word: t("status." + key), band };
}

/** The name to show: family and given name in Chinese, "S. Chen" in English, else the seat's id. */
function seatName(seat, lang) {
  return (lang === "zh" ? seat.agent || seat.agent_en : seat.agent_en || seat.agent) || seat.seat;
}

function queueName(state, queue, lang) {
  const names = (state.site.queues || {})[queue] || {};
  return (lang === "zh" ? names.zh || names.en : names.en || names.zh) || queue;
}

/** Who did something; of who gave no name, the role. */
function personName(t, who) {
  const role = t(`role.${who}`);
  return role === `role.${who}` ? who : role;
}

function siteName(state, lang) {
  const site = state.site;
  return (lang === "zh" ? site.name_zh || site.name_en : site.name_en || site.name_zh) || state.site.site || "ccfloor";
}

/** Why there is no fresh data, as a sentence: our own line first, then the switch's. */
function causeOf(state, t, lang) {
  if (!state.link.up) return t("cause.server");
  const down = troubleOf(state);
  if (down) return down[lang] || t("cause.switch");
  return t(state.ready ? "cause.switch" : "cause.starting");
}

/** The report to name: the server's own stand last and explain those before them. */
function troubleOf(state) {
  const rank = { down: 2, connecting: 1 };
  const worst = Math.max(0, ...state.sources.map((source) => rank[source.state] || 0));
  return worst ? state.sources.findLast((source) => rank[source.state] === worst) : undefined;
}

/** A source as people call it; what belongs to one start or file is called like the others. */
function sourceName(source, t) {
  const key = "source." + source.source.split(":")[0];
  return t(key) === key ? source.source : t(key);
}

/** The lost ones of several sources, named; empty while all are well. */
function lostWords(state, t) {
  const lost = state.sources.filter((source) => source.source !== "service"
    && (source.state === "down" || source.queues?.length));
  return lost.map((source) => t("wall.source_down", { source: sourceName(source, t) })).join(" · ");
}

/** When the next attempt is made (UTC epoch seconds by the server's clock) and how many there were. */
function retryOf(state, offset) {
  if (!state.link.up) return { at: state.link.retryAt + offset, count: state.link.retries };
  const down = troubleOf(state);
  return { at: down?.retry_at || 0, count: down?.retries || 0 };
}
