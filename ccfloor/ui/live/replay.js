/*
 * A stored day on the same boards: the line to the replay, its clock, and the strip that says it is not now.
 *
 * The server says where the replay is ({"t": "replay", at, speed, paused, seeking, …}); between two messages the
 * clock runs here, at the replay's speed. The reader's wishes go back as {"t": "replay", at | speed | paused}.
 */
const REPLAY_KEY = "ccfloor-replay";
const LEAD_S = 30; // a jump shows a little of what came before
const URL_MS = 3000;
const FAST_BEAT_MS = 250;
const MOST_AHEAD_S = 2; // our seconds that the clock runs on without a word from the server

class ReplayLink extends Link {
  /** `address()` gives the url, with the place to go on from; `onPlace(message)` gets the replay's own messages. */
  constructor(address, onMessage, onState, onPlace) {
    super(address(), onMessage, onState);
    Object.assign(this, { address, onPlace, speed: 1, standing: true, anchor: null });
  }

  get offset() {
    return this.now() - Date.now() / 1000;
  }

  set offset(value) {} // no other clock is measured

  open() {
    if (this.address) this.url = this.address();
    super.open();
  }

  hear(data) {
    this.heardAt = Date.now();
    const message = JSON.parse(data);
    if (message.t === "pong") return;
    if (message.refused) return this.onPlace(message);
    if (message.t === "replay") Object.assign(this, { speed: message.speed, standing: message.paused || message.seeking });
    this.setTo(message.t === "replay" ? message.at : message.now, message.t === "replay");
    if (!this.state.up) this.change({ up: true, retries: 0, retryAt: 0 });
    if (message.t === "replay") this.onPlace(message);
    else this.onMessage(message);
  }

  /** Small differences are those of the way here: the clock does not jump for them. */
  setTo(at, exactly) {
    const off = this.anchor ? Math.abs(at - this.now()) : Infinity;
    if (exactly || off > 0.3 * this.speed) this.anchor = { at, local: Date.now() / 1000 };
    else this.anchor = { at: this.now(), local: Date.now() / 1000 };
  }

  /** The replay's instant; before the first word of it ours. */
  now() {
    if (!this.anchor) return Date.now() / 1000;
    const gone = Math.min(Date.now() / 1000 - this.anchor.local, MOST_AHEAD_S);
    return this.anchor.at + (this.standing ? 0 : gone * this.speed);
  }

  ask(wish) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ t: "replay", ...wish }));
  }
}

/** Where this browser tab was in the replay of a day: another page goes on from there. */
function keptPlace(day) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(REPLAY_KEY) || "{}");
    return kept.day === day ? kept : {};
  } catch (error) {
    return {};
  }
}

class ReplayStrip {
  constructor(board) {
    Object.assign(this, { board, t: board.t, day: null, jumps: [], place: null, dragging: false, urlAt: 0 });
    this.build();
  }

  // -- the line -----------------------------------------------------------------------------------

  connect(hear, changed) {
    this.link = new ReplayLink(() => this.address(), hear, changed, (message) => this.hear(message));
    this.board.state.replay = true;
    return this.link;
  }

  address() {
    const url = new URL(hubUrl(this.board.data));
    const { at, speed, paused } = this.wanted();
    url.searchParams.set("day", this.board.data.replay);
    if (at) url.searchParams.set("at", at);
    if (speed) url.searchParams.set("speed", speed);
    if (paused) url.searchParams.set("paused", "1");
    return url.href;
  }

  /** Where to begin: where the line broke, where the URL says, or where another page was. */
  wanted() {
    if (this.place) return { at: this.link.now(), speed: this.place.speed, paused: this.place.paused };
    const kept = keptPlace(this.board.data.replay);
    const at = urlParams.get("at");
    return { at: at || kept.at, speed: urlParams.get("speed") || kept.speed, paused: at ? false : kept.paused };
  }

  hear(message) {
    if (message.refused) return this.refuse(message);
    if (message.day) {
      Object.assign(this, { day: message.day, jumps: message.jumps, zoneFirst: message.zone, refused: null });
      this.lay(message.speeds);
    }
    this.place = message;
    this.board.state.pace = Math.max(1, message.speed);
    if (message.jumped) this.board.again();
    this.draw();
    this.keep();
  }

  refuse(message) {
    this.refused = message;
    if (["no_day", "forgotten"].includes(message.refused)) this.link.close();
    this.draw();
  }

  /** The site's zone: with the replay's first word, long before the floor on the first way into a day. */
  get zone() {
    return this.board.state.site.zone || this.zoneFirst;
  }

  // -- what the reader does -----------------------------------------------------------------------

  go(at) {
    this.link.ask({ at: Math.min(Math.max(at, this.day.start), this.day.end) });
  }

  turn() {
    if (this.place) this.link.ask({ paused: !this.place.paused });
  }

  /** To the next (or last) instant worth seeing. */
  hop(ahead) {
    const now = this.link.now();
    const starts = this.jumps.map((jump) => jump.at - LEAD_S);
    const next = ahead ? starts.find((at) => at > now + 1) : starts.filter((at) => at < now - 5).pop();
    if (next !== undefined) this.go(next);
  }

  leave() {
    const url = new URL(location.href);
    for (const name of ["replay", "at", "speed"]) url.searchParams.delete(name);
    sessionStorage.removeItem(REPLAY_KEY);
    location.assign(url);
  }

  // -- building -----------------------------------------------------------------------------------

  build() {
    const { t } = this;
    const button = (name, act) => {
      const node = el("button", { type: "button", class: name, "aria-label": t(`replay.${name}`), title: t(`replay.${name}`) });
      node.addEventListener("click", act);
      return node;
    };
    this.title = el("b", { class: "re-title" }, t("replay.title"));
    this.date = el("span", { class: "re-day" }, this.board.data.replay);
    this.time = el("span", { class: "re-time" });
    this.play = button("play", () => this.turn());
    this.before = button("before", () => this.hop(false));
    this.after = button("after", () => this.hop(true));
    this.playing = icon("play");
    this.before.append(icon("hop_back")), this.after.append(icon("hop")), this.play.append(this.playing);
    this.speeds = el("select", { "aria-label": t("replay.speed") });
    this.speeds.addEventListener("change", () => this.link.ask({ speed: Number(this.speeds.value) }));
    this.list = el("select", { class: "re-list", "aria-label": t("replay.jump") });
    this.list.addEventListener("change", () => (this.go(Number(this.list.value) - LEAD_S), (this.list.value = "")));
    this.words = el("span", { class: "re-words", role: "status" });
    this.exit = el("button", { type: "button", class: "re-exit" }, t("replay.exit"));
    this.exit.addEventListener("click", () => this.leave());
    const left = el("div", { class: "re-said" }, this.title, this.date, this.time);
    const keys = el("div", { class: "re-keys" }, this.before, this.play, this.after, this.speeds, this.list);
    const row = el("div", { class: "re-row" }, left, this.words, keys, this.exit);
    this.node = el("section", { class: "re", "aria-label": t("replay.title") }, row, this.track());
    this.draw();
  }

  track() {
    this.range = el("input", { type: "range", min: 0, max: 1, step: 15, "aria-label": this.t("replay.slider") });
    this.range.addEventListener("input", () => ((this.dragging = true), this.draw()));
    this.range.addEventListener("change", () => ((this.dragging = false), this.go(Number(this.range.value))));
    this.marks = el("div", { class: "re-marks", "aria-hidden": "true" });
    return el("div", { class: "re-track" }, this.marks, this.range);
  }

  /** Everything that stays as long as the day does. */
  lay(speeds) {
    const { start, end } = this.day;
    Object.assign(this.range, { min: start, max: end });
    this.speeds.replaceChildren(...speeds.map((speed) => el("option", { value: speed }, `×${speed}`)));
    this.laid = false;
  }

  /** Marks and names need the site's zone and names, which come with the first full message. */
  name() {
    const { state, lang } = this.board;
    if (this.laid || !this.day || !state.site.zone) return;
    this.laid = true;
    const { start, end } = this.day;
    const share = (at) => `${((100 * (Math.min(Math.max(at, start), end) - start)) / Math.max(1, end - start)).toFixed(3)}%`;
    const bars = this.jumps.map((jump) => {
      const node = el("i", { class: `re-${jump.kind}`, "data-level": jump.level });
      setStyle(node, "left", share(jump.at));
      if (jump.kind === "level") setStyle(node, "width", `calc(${share(start + (jump.until || end) - jump.at)} + 2px)`);
      return node;
    });
    const hours = dayTicks(start, end, state.dayStart ?? start, this.marks.clientWidth || 600, 64).map((at) => {
      const node = el("span", {}, fmt.time(at, state.site.zone, false));
      setStyle(node, "left", share(at));
      return node;
    });
    this.marks.replaceChildren(...bars, ...hours);
    const first = el("option", { value: "" }, this.t("replay.jump.n", { n: this.jumps.length }));
    this.list.replaceChildren(first, ...this.jumps.map((jump) => el("option", { value: jump.at }, this.jumpWords(jump, lang))));
    this.list.disabled = this.before.disabled = this.after.disabled = !this.jumps.length;
  }

  jumpWords(jump, lang) {
    const { t, state } = this.board;
    const words = { level: () => [levelWord(jump.level, t), jump.name[lang]], alarm: () => [jump.name[lang], this.subject(jump.about)],
      incident: () => [causeWord(jump.about, t), jump.name[lang]], wait: () => [t("replay.wait", { time: fmt.clock(jump.value) })] };
    const parts = words[jump.kind]().filter((part, index, all) => part && all.indexOf(part) === index);
    return [fmt.time(jump.at, state.site.zone, false), ...parts].join(" ");
  }

  subject(about) {
    const { state, lang } = this.board;
    const [kind, ...rest] = about.split(":");
    const id = rest.join(":");
    if (kind === "queue") return queueName(state, id, lang);
    if (kind === "seat" && state.seatBy.has(id)) return seatName(state.seatBy.get(id), lang);
    return id;
  }

  // -- drawing ------------------------------------------------------------------------------------

  beatMs(now) {
    if (!this.place || this.place.paused) return 1000;
    return this.place.speed === 1 ? 1000 - ((now * 1000) % 1000) + 4 : FAST_BEAT_MS;
  }

  tick() {
    this.draw();
    this.keep();
  }

  draw() {
    const { t, place } = this;
    const { zone } = this;
    this.name();
    const at = this.dragging ? Number(this.range.value) : this.link?.anchor ? this.link.now() : null;
    setText(this.time, at === null || !zone ? "" : fmt.time(at, zone));
    if (at !== null && zone) setText(this.date, `${this.board.data.replay} ${fmt.day(at, zone, this.board.lang).match(/周.|^[A-Z][a-z]+/)?.[0] ?? ""}`);
    const running = Boolean(place && !place.paused);
    setIcon(this.playing, running ? "stand" : "play");
    setAttr(this.play, "aria-label", t(running ? "replay.pause" : "replay.play"));
    setAttr(this.play, "title", t(running ? "replay.pause" : "replay.play"));
    if (place && this.speeds.value !== String(place.speed)) this.speeds.value = String(place.speed);
    if (at !== null && !this.dragging) this.range.value = at;
    setAttr(this.range, "aria-valuetext", this.time.textContent);
    setText(this.words, this.sentence());
    setClass(this.node, this.refused ? "re refused" : "re");
  }

  sentence() {
    const { t, place, refused } = this;
    if (refused) return t(`replay.${refused.refused}`, { n: refused.most, day: this.board.data.replay });
    if (this.link && !this.link.state.up) return t("replay.line");
    if (!place) return t("replay.seeking");
    if (place.seeking) return this.seeking(place);
    this.way = null;
    if (place.paused && place.at >= this.day.end) return t("replay.ended");
    return t(place.paused ? "replay.standing" : "replay.running", { speed: place.speed });
  }

  /** How far a jump has come; once that is of the day itself, how long it still takes at the speed so far. */
  seeking({ at, reached }) {
    const { t, zone } = this;
    if (!zone || !this.day) return t("replay.seeking");
    const goal = fmt.time(at, zone);
    if (!reached || reached < this.day.start) return t("replay.seeking.to", { goal });
    if (this.way?.at !== at) this.way = { at, from: reached, since: Date.now() };
    const time = fmt.time(reached, zone);
    const done = reached - this.way.from;
    if (done <= 0 || reached >= at) return t("replay.seeking.at", { goal, time });
    if (this.way.reached !== reached) {
      const left = ((at - reached) * (Date.now() - this.way.since)) / 1000 / done;
      Object.assign(this.way, { reached, left: Math.max(1, Math.round(left)) });
    }
    return t("replay.seeking.left", { goal, time, s: this.way.left });
  }

  /** Where we are, for the next page and for a link: the address is touched now and then only. */
  keep() {
    if (!this.place || this.place.seeking || !this.link.state.up) return;
    const { speed, paused } = this.place;
    const at = Math.round(this.link.now());
    const mine = JSON.stringify([at, speed, paused]);
    if (mine === this.kept) return;
    this.kept = mine;
    sessionStorage.setItem(REPLAY_KEY, JSON.stringify({ day: this.board.data.replay, at, speed, paused }));
    if (!paused && Date.now() - this.urlAt < URL_MS) return;
    this.urlAt = Date.now();
    urlParams.set({ at, speed: speed === 1 ? null : speed });
  }
}
