/* What the seats page knows about its seats: groups, limits, filters, order, today's figures. */

/* colour group -> icon of the status bar's key, in the bar's order */
const SEAT_GROUPS = {
  ready: "ready", ring: "ring", contact: "talk", after: "wrap", away: "break", busy: "busy", fault: "auto", off: "offline",
};
const BAND_RANK = { over: 0, warn: 1, "": 2 };

/** [near, over] in seconds of a seat's state, or null where the site sets no limit. */
function limitsOf(seat, bands) {
  const pair = (bands || {})[stateOf(seat)];
  return pair && isNumber(pair[1]) ? pair : null;
}

/** Whether a seat passes the filters; an empty one lets everything pass. `item`: {seat, look}. */
function passesFilter({ seat, look }, filter) {
  if (filter.team && seat.team !== filter.team) return false;
  if (filter.queue && seat.queue !== filter.queue && !seat.queues.some((m) => m.queue === filter.queue)) return false;
  if (filter.status && look.group !== filter.status) return false;
  return !filter.hand || look.band !== "";
}

const byName = (a, b) => a.name.localeCompare(b.name, "zh-CN") || (a.seat.seat < b.seat.seat ? -1 : 1);
const offLast = (a, b) => (a.look.group === "off") - (b.look.group === "off");
const byTime = (a, b) => offLast(a, b) || a.seat.since - b.seat.since || byName(a, b);
const SEAT_ORDERS = {
  hand: (a, b) => BAND_RANK[a.look.band] - BAND_RANK[b.look.band] || byTime(a, b),
  time: byTime,
  name: (a, b) => offLast(a, b) || byName(a, b),
};

/** Seats by group, every group named. */
function tallyGroups(items) {
  const counts = Object.fromEntries(Object.keys(SEAT_GROUPS).map((group) => [group, 0]));
  for (const { look } of items) counts[look.group] = (counts[look.group] || 0) + 1;
  return counts;
}

/**
 * Today's figures of a seat, its running status added (the view leaves it out). Seconds, null where
 * nothing can be divided; `break` is every pause that is not 示忙.
 */
function dayFigures(seat, now) {
  const { day } = seat;
  const running = Math.max(0, now - seat.since);
  const live = (status) => (seat.status === status ? running : 0);
  const isBusy = (reason) => reason === "busy" || reason === "other";
  const paused = { busy: 0, break: 0 };
  for (const [reason, seconds] of Object.entries(day.pause_s)) paused[isBusy(reason) ? "busy" : "break"] += seconds;
  if (seat.status === "paused") paused[isBusy(seat.reason) ? "busy" : "break"] += running;
  return {
    login: day.login_at,
    handled: day.handled,
    aht: day.handled ? (day.talk_s + day.hold_s + day.acw_s) / day.handled : null,
    talk: day.talk_s + live("on_call"),
    hold: day.hold_s + live("on_hold"),
    acw: day.acw_s + live("wrap_up"),
    rona: day.rona,
    break: paused.break,
    busy: paused.busy,
    occupancy: day.occupancy,
  };
}

/** The hover card of a figure of the day; time away and time busy are ours, the rest is defined for all pages. */
function tipSeatFigure(node, name, ctx) {
  const own = name === "break" || name === "busy";
  ctx.tip(node, own ? `seat_${name}` : name, "today", own ? ctx.t(`seatday.${name}.tip`) : null);
}
