/*
 * The state a board reads, kept up to date from the hub's messages.
 *
 * state.ready       a full message has arrived, and something was heard of the switch: a floor that nobody
 *                   reported yet is empty, which must not be shown as if it were so
 * state.site        static facts of the site (names, zone, queues, bands, kiosk, teams)
 * state.floor       the floor's QueueView;  state.queues / state.queueBy   QueueViews, in order / by name
 * state.seats / state.seatBy   SeatViews, in order / by id
 * state.callers, state.abandons, state.curve, state.sources   as the hub sends them
 * state.at          instant the numbers are of;  state.dayStart   start of the business day
 * state.unseen      {queues, seats}: id -> last sight of what only lost sources tell of, while others go on
 * state.plan        the emergency plan as the rules see it (PlanView), or null;  state.marks   alarms.js
 * state.blindSince  since when the switch is out of sight, or null
 * state.link        {up, since, retries, retryAt} of this browser's line to the server
 * state.replay      whether a stored day is shown;  state.pace   how many times as fast as it happened
 * state.freshness   "none" (nothing yet) | "live" (< 5 s) | "aging" (< 15 s) | "stale"
 */
const AGING_S = 5;
const STALE_S = 15;

function emptyState() {
  return {
    ready: false, seq: -1, at: null, dayStart: null, blindSince: null, site: {}, floor: null,
    queues: [], queueBy: new Map(), seats: [], seatBy: new Map(), callers: [], abandons: [],
    curve: [], pace: 1, replay: false, sources: [], unseen: unseenOf([]), plan: null, marks: marksOf(null), freshness: "none", link: { up: false, since: 0, retries: 0, retryAt: 0 },
  };
}

/** What one message changed; boards may redraw only that. */
function noChange() {
  return {
    full: false, floor: false, callers: false, abandons: false, curve: false, sources: false,
    plan: false, freshness: false, queues: new Set(), seats: new Set(), gone: new Set(),
  };
}

function everything(state) {
  const changed = noChange();
  for (const part of ["full", "floor", "callers", "abandons", "curve", "sources", "plan", "freshness"]) changed[part] = true;
  changed.queues = new Set(state.queueBy.keys());
  changed.seats = new Set(state.seatBy.keys());
  return changed;
}

function takeFull(state, message) {
  const view = message.view;
  Object.assign(state, {
    ready: view.events !== 0, seq: message.seq, at: view.at, dayStart: view.day_start, site: message.site || {},
    blindSince: view.blind_since ?? null, floor: view.floor, queues: view.queues, seats: view.seats,
    callers: view.callers, abandons: view.abandons, curve: view.waiting_curve || [], sources: message.sources || [],
  });
  state.queueBy = new Map(view.queues.map((queue) => [queue.queue, queue]));
  state.seatBy = new Map(view.seats.map((seat) => [seat.seat, seat]));
  state.unseen = unseenOf(state.sources);
  takePlan(state, message.plan ?? null);
  return everything(state);
}

/** What the lost ones of several sources told of: their queues and seats, each with its last sight. */
function unseenOf(sources) {
  const unseen = { queues: new Map(), seats: new Map() };
  for (const source of sources) {
    for (const part of ["queues", "seats"]) {
      for (const id of source[part] || []) unseen[part].set(id, source.seen_at);
    }
  }
  return unseen;
}

/** The instant a queue's or seat's durations are counted to: `at`, or when its source was lost. */
function seenUntil(state, part, id, at) {
  return Math.min(at, state.unseen[part].get(id) ?? at);
}

function takePlan(state, plan) {
  state.plan = plan;
  state.marks = marksOf(plan);
}

/** Puts changed rows into a list and its index; a new row goes to the end. */
function merge(list, index, rows, key) {
  for (const row of rows) {
    if (index.has(row[key])) list[list.findIndex((old) => old[key] === row[key])] = row;
    else list.push(row);
    index.set(row[key], row);
  }
}

function takeDiff(state, message) {
  const changed = noChange();
  if (message.floor) (state.floor = message.floor), (changed.floor = true);
  merge(state.queues, state.queueBy, message.queues || [], "queue");
  merge(state.seats, state.seatBy, message.seats || [], "seat");
  changed.queues = new Set((message.queues || []).map((queue) => queue.queue));
  changed.seats = new Set((message.seats || []).map((seat) => seat.seat));
  changed.gone = new Set(message.gone || []);
  for (const seat of changed.gone) state.seatBy.delete(seat);
  if (changed.gone.size) state.seats = state.seats.filter((seat) => !changed.gone.has(seat.seat));
  for (const part of ["callers", "abandons", "curve", "sources"]) {
    if (message[part]) (state[part] = message[part]), (changed[part] = true);
  }
  if (changed.sources) takeUnseen(state, changed);
  if ("plan" in message) takePlan(state, message.plan ?? null), (changed.plan = true);
  if ("blind_since" in message) state.blindSince = message.blind_since ?? null;
  return changed;
}

/** A tick says why nothing new comes, where the server knows. */
function takeSources(state, message) {
  const changed = noChange();
  if (message.sources) (state.sources = message.sources), (changed.sources = true), takeUnseen(state, changed);
  return changed;
}

/** Queues and seats whose source was lost or came back are drawn anew. */
function takeUnseen(state, changed) {
  const before = state.unseen;
  state.unseen = unseenOf(state.sources);
  for (const part of ["queues", "seats"]) {
    for (const id of [...before[part].keys(), ...state.unseen[part].keys()]) changed[part].add(id);
  }
}

/**
 * Applies a hub message. Returns what changed, or null when the message does not continue
 * the state (a gap, or a diff before any full): the caller then asks for a full one.
 */
function applyMessage(state, message) {
  if (message.t === "full") return takeFull(state, message);
  if (state.at === null) return message.t === "tick" ? takeSources(state, message) : null;
  if (message.seq > state.seq + 1) return null;
  const old = message.seq < state.seq || (message.t === "diff" && message.seq === state.seq);
  if (old) return noChange();
  state.seq = message.seq;
  if (isNumber(message.at)) state.at = message.at;
  return message.t === "diff" ? takeDiff(state, message) : takeSources(state, message);
}

/** Seconds since the numbers were true; null before the first. A replay stands while its line is down. */
function dataAge(state, now) {
  if (!state.ready) return null;
  if (state.replay && !state.link.up) return Date.now() / 1000 - state.link.since;
  if (state.blindSince === null) return Math.max(0, now - state.at) / state.pace;
  return Math.max(0, now - Math.min(state.blindSince, state.at));
}

function freshnessOf(state, now) {
  const seconds = dataAge(state, now);
  if (seconds === null) return "none";
  return seconds < AGING_S ? "live" : seconds < STALE_S ? "aging" : "stale";
}

/** The instant durations are counted to: now, or, once stale, when the numbers froze. */
function measuredAt(state, now) {
  if (state.freshness !== "stale") return now;
  return state.blindSince === null ? state.at : Math.min(state.blindSince, state.at);
}
