/*
 * The core of the live boards. Core and board become one ES module; a board is one file
 * `<name>.js` (parts of it: `<name>_*.js`, same scope) with `<name>.css`, and calls
 *
 *   registerBoard("seats", {
 *     mount(root, ctx) {},                build the nodes once; keep them in ctx.own
 *     update(root, state, changed, ctx) {},  a message came; `changed` says what (see store.js)
 *     tick(root, state, now, ctx) {},     once a second: `now` is the server's clock, UTC epoch seconds
 *     unmount(root, ctx) {},              optional
 *     narrow: 700,                        optional: below this width in px the root is `phone`
 *   });
 *
 * update is called only once data are there (state.ready); tick always. Durations are counted to
 * `ctx.measured()` (= now, frozen while the data are stale), never to Date.now().
 *
 *   ctx.t(key, details)      a text in the page's language (ccfloor/ui/texts/*.json)
 *   ctx.lang, ctx.theme      "zh" | "en", "dark" | "light"
 *   ctx.data                 what the page passed: live.board(..., data={...})
 *   ctx.state                the state (store.js);  ctx.own  the board's own object
 *   ctx.icon(name), setIcon(node, name)      icons.js
 *   ctx.fmt.clock|short|percent|whole|count|age|time|day        format.js
 *   el, setText, setClass, setAttr, setStyle, keyed             dom.js
 *   seatLook, seatName, queueName, siteName, sourceName, bandOf             status.js
 *   ctx.tip(node, metric, window, note)      the hover card of a number; windows: now, today, last_15,
 *                                            last_30, interval. Metric: a key of DEFINITIONS.
 *   ctx.now(), ctx.measured()                server clock; instant to which durations are counted
 *   ctx.url.get(name), ctx.url.set({name: value|null})          query parameters, without reload
 *   ctx.go(path, {name: value})              another page, language and theme kept
 *   ctx.value(name, value), ctx.trigger(name, value)            to Python (component state, trigger)
 *
 * The root carries the classes board, <name>, zh|en, dark|light, live|aging|stale|none, and `phone`
 * or `wide` by its width. Base classes (tiles .s .g-*, .warn, .over, .sr, .tip) are in base.css.
 */
const BOARDS = new Map();

function registerBoard(name, board) {
  BOARDS.set(name, board);
}

const PHONE_PX = 700;
const GRACE_MS = 2000;

/** What is mounted where: a rerun of the script finds its board again. A kiosk has the place "kiosk". */
const MOUNTED = new Map();

class Board {
  constructor(place, data, bridge) {
    Object.assign(this, { place, data, bridge, own: {} });
    this.board = BOARDS.get(data.board);
    this.state = emptyState();
    this.t = translator(data.texts);
    Object.assign(this, { lang: data.lang, theme: data.theme, definitions: data.definitions });
    Object.assign(this, { fmt, icon, url: urlParams });
    this.replay = data.replay ? new ReplayStrip(this) : null;
    this.build();
    const hear = (message) => this.hear(message);
    const changed = () => this.lineChanged();
    this.link = this.replay ? this.replay.connect(hear, changed) : new Link(hubUrl(data), hear, changed);
    this.beat();
  }

  build() {
    this.host = el("div", { class: "ccfloor-host" });
    this.cover = coverPage(this.host, this.data.kiosk);
    this.place.append(this.host);
    const shadow = this.host.attachShadow({ mode: "open" });
    shadow.append(el("style", {}, `:host{${this.data.tokens}}`), el("style", {}, CSS));
    const lang = this.lang === "zh" ? "zh-CN" : "en";
    this.root = el("div", { lang });
    shadow.append(this.root);
    if (this.replay) shadow.append(this.replay.node), this.host.classList.add("ccfloor-replay");
    this.show();
    this.sizes = new ResizeObserver(() => this.dress());
    this.sizes.observe(this.host);
  }

  show() {
    this.dress();
    this.board.mount(this.root, this);
    this.tips = new Tips(this.root, (dataset) => tipLines(dataset, this));
  }

  /** The root's classes: language, theme, freshness, width. */
  dress() {
    const { data, state } = this;
    const width = this.host.clientWidth || innerWidth;
    const names = ["board", data.board, this.lang, this.theme, state.freshness];
    if (data.kiosk) names.push("kiosk");
    if (this.replay) names.push("replay");
    names.push(width < (this.board.narrow || PHONE_PX) ? "phone" : "wide");
    setClass(this.root, names.join(" "));
  }

  /** The board begins anew: what it kept is of another time of the day. */
  again() {
    const before = this.root;
    this.board.unmount?.(before, this);
    this.own = {};
    this.root = el("div", { lang: before.lang });
    before.replaceWith(this.root);
    this.show();
  }

  hear(message) {
    const changed = applyMessage(this.state, message);
    if (changed === null) return this.link.drop();
    this.state.link = this.link.state;
    this.renew(changed);
  }

  lineChanged() {
    if (!this.link) return;
    this.state.link = this.link.state;
    const changed = noChange();
    changed.sources = true;
    this.renew(changed);
  }

  /** Settles freshness, then lets the board patch what changed. */
  renew(changed) {
    const before = this.state.freshness;
    this.state.freshness = freshnessOf(this.state, this.now());
    if (before !== this.state.freshness) (changed.freshness = true), this.dress();
    if (this.state.ready) this.board.update(this.root, this.state, changed, this);
    if (changed.plan) this.tellNavigation();
    if (changed.freshness || changed.full) this.board.tick(this.root, this.state, this.now(), this);
  }

  /** One tick at each whole second of the server's clock, so that all clocks step together. */
  beat() {
    const now = this.now();
    const wait = this.replay ? this.replay.beatMs(now) : 1000 - ((now * 1000) % 1000) + 4;
    this.timer = setTimeout(() => this.beat(), wait);
    if (this.state.freshness !== freshnessOf(this.state, now)) this.renew(noChange());
    this.board.tick(this.root, this.state, now, this);
    this.replay?.tick(now);
    if (this.tips.node) this.tips.show();
    this.tellNavigation();
  }

  /** The navigation shows the plan's level: it lives outside of the board and listens. */
  tellNavigation() {
    const { plan, ready, freshness } = this.state;
    if (!ready || this.replay) return;
    const detail = { level: plan ? plan.level : -1, incident: Boolean(plan?.incidents.length), stale: freshness === "stale" };
    document.dispatchEvent(new CustomEvent("ccfloor-plan", { detail }));
  }

  now() {
    return this.link ? this.link.now() : Date.now() / 1000;
  }

  measured() {
    return measuredAt(this.state, this.now());
  }

  tip(node, metric, span, note) {
    setAttr(node, "data-tip", metric);
    setAttr(node, "data-window", span);
    setAttr(node, "data-note", note);
    return node;
  }

  go(path, params = {}) {
    const query = new URLSearchParams({ lang: this.lang, theme: this.theme, ...params });
    location.assign(new URL(`${path}?${query}`, this.data.home + "/"));
  }

  value(name, value) {
    this.bridge.setStateValue(name, value);
  }

  trigger(name, value) {
    this.bridge.setTriggerValue(name, value);
  }

  close() {
    clearTimeout(this.timer);
    this.link.close();
    this.sizes.disconnect();
    this.board.unmount?.(this.root, this);
    this.host.remove();
    this.cover.remove();
  }
}

function hubUrl(data) {
  const url = new URL(data.hub, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (data.site) url.searchParams.set("site", data.site);
  return url.href;
}

const urlParams = {
  get: (name) => new URLSearchParams(location.search).get(name),
  set(values) {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(values)) {
      if (value === null || value === "") url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    history.replaceState(history.state, "", url);
  },
};

const NO_DIALOGS = "[data-testid=stDialog]{display:none!important}";
const KIOSK = `html,body{overflow:hidden!important}
  .ccfloor-kiosk{position:fixed;inset:0;z-index:2147483000;overflow:hidden}`;

/**
 * The page's own word on a lost connection is English and hides the numbers: a board says it itself. A kiosk
 * lies above everything besides, and nothing of the page scrolls behind it.
 */
function coverPage(host, kiosk) {
  const cover = el("style", {}, kiosk ? NO_DIALOGS + KIOSK : NO_DIALOGS);
  document.head.append(cover);
  if (kiosk) host.classList.add("ccfloor-kiosk"), keepTouchable(host);
  return cover;
}

/** A dialog that opens behind us makes the rest of the page inert; the kiosk takes that off again. */
function keepTouchable(host) {
  const marks = ["inert", "aria-hidden"];
  const clean = () => marks.forEach((mark) => host.hasAttribute(mark) && host.removeAttribute(mark));
  new MutationObserver(clean).observe(host, { attributes: true, attributeFilter: marks });
}

/** Two mounts with the same signature show the same thing: the second one goes on with the first. */
function signature(data) {
  return JSON.stringify([data.board, data.lang, data.theme, data.kiosk, data.site, data.hub, data.replay]);
}

/** Called by Streamlit at every mount and every change of data; returns the clean-up. */
function mountBoard(component) {
  const { data, parentElement } = component;
  const key = data.kiosk ? "kiosk" : parentElement;
  const known = MOUNTED.get(key);
  clearTimeout(known?.grace);
  if (known && known.sign === signature(data)) Object.assign(known.board, { data, bridge: component });
  else {
    known?.board.close();
    const board = new Board(data.kiosk ? document.body : parentElement, data, component);
    MOUNTED.set(key, { board, sign: signature(data) });
  }
  return () => leaveBoard(key);
}

/** A kiosk outlives a short absence of its page: a reconnecting page takes it down and mounts it again. */
function leaveBoard(key) {
  const known = MOUNTED.get(key);
  if (!known) return;
  const close = () => (known.board.close(), MOUNTED.delete(key));
  if (key === "kiosk") known.grace = setTimeout(close, GRACE_MS);
  else close();
}
