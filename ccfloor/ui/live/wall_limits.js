/* What the site wants its headlines held against, and verdicts that do not flicker. */
const DEFAULTS = {
  slide_s: 12, queues_per_slide: 8, seats_per_slide: 48, sound: true, waiting: [8, 16], longest_wait_s: [60, 120],
  service_level: 0.8, abandon_rate: 0.05, free_seats: 2, occupancy: [0.8, 0.88],
};
const SETTLE_IN_S = 3;
const SETTLE_OUT_S = 10;

/** The wall's settings of the site, each with its default. */
function limitsOf(state) {
  return { ...DEFAULTS, ...(state.site.wall || state.site.kiosk || {}) };
}

/** A yes/no that turns on after 3 s of yes and off after 10 s of no; the first answer counts at once. */
class Hold {
  constructor() {
    this.on = null;
    this.since = null;
  }

  set(value, now) {
    if (this.on === null) this.on = value;
    else if (value === this.on) this.since = null;
    else if (this.since === null) this.since = now;
    else if (now - this.since >= (value ? SETTLE_IN_S : SETTLE_OUT_S)) (this.on = value), (this.since = null);
    return this.on;
  }
}

/** "" | "warn" | "over" with each step held on its own, so that a number between two limits settles too. */
class Verdict {
  constructor() {
    this.near = new Hold();
    this.beyond = new Hold();
    this.shown = "";
  }

  /** What a frozen picture says: the plain verdict on its numbers, without any settling. */
  freeze(raw) {
    Object.assign(this.near, { on: raw !== "", since: null });
    Object.assign(this.beyond, { on: raw === "over", since: null });
    this.shown = raw;
    return raw;
  }

  set(raw, now) {
    const near = this.near.set(raw !== "", now);
    const beyond = this.beyond.set(raw === "over", now);
    this.shown = beyond ? "over" : near ? "warn" : "";
    return this.shown;
  }
}

/** Limits that a value should stay below: near from the first on, over from the second on. */
function upTo(value, near, over) {
  if (!isNumber(value)) return "";
  return value >= over ? "over" : value >= near ? "warn" : "";
}

/** A service level against its target: ten points below are near, more is missed. */
function serviceVerdict(share, target) {
  if (!isNumber(share) || share >= target) return "";
  return share >= target - 0.1 ? "warn" : "over";
}

/** An abandon rate against its limit: half as much again is near, more is missed. */
function abandonVerdict(share, limit) {
  if (!isNumber(share) || share <= limit) return "";
  return share <= limit * 1.5 ? "warn" : "over";
}
