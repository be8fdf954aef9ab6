/*
 * The chime: once when an alarm begins, and where its rule says so once a minute until somebody has
 * acknowledged it. Muted by the button or the m key.
 */
const CHIME_GAP_S = 60;
const OWN_ALARM = "own"; // of a floor without a plan
const MUTE_KEY = "ccfloor-mute";
const NOTES = [[880, 0], [660, 0.22], [880, 0.44]];

/** What shall be heard now and nobody has acknowledged, a higher level standing for those below it. */
function soundsOf(ctx) {
  const { state, own } = ctx;
  if (!state.plan) return own.alarm.on ? [{ key: OWN_ALARM, sound: "once", fired_at: ctx.now() }] : [];
  const loud = (entry) => isFiring(entry) && !entry.acked_by && entry.sound && entry.sound !== "none";
  const taken = Math.max(-1, ...state.plan.ladder.filter((rung) => rung.acked_by && isFiring(rung)).map((rung) => rung.level));
  return [...state.plan.ladder.filter((rung) => rung.level > taken), ...state.plan.alarms].filter(loud);
}

class Chime {
  constructor(ctx) {
    this.ctx = ctx;
    this.lastAt = -Infinity;
    this.rung = new Set();
    const asked = ctx.url.get("mute");
    this.muted = asked === null ? localStorage.getItem(MUTE_KEY) === "1" : asked === "1";
    this.button = el("button", { class: "snd", type: "button" });
    this.mark = ctx.icon("ring");
    this.word = el("span");
    this.button.append(this.mark, this.word);
    this.button.addEventListener("click", () => this.toggle());
    this.onKey = (event) => this.key(event);
    this.onTouch = () => this.unlock();
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("pointerdown", this.onTouch);
  }

  /** The browser lets a page sound only after a touch, unless it was started with that rule off. */
  audio() {
    if (!this.context) {
      this.context = new AudioContext();
      this.context.onstatechange = () => this.patch();
    }
    return this.context;
  }

  unlock() {
    if (!this.muted && this.audio().state === "suspended") this.context.resume();
  }

  key(event) {
    const typing = event.composedPath().some((node) => ["INPUT", "TEXTAREA", "SELECT"].includes(node.tagName));
    if (event.key.toLowerCase() !== "m" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    this.toggle();
  }

  toggle() {
    if (!this.muted && this.locked()) this.unlock();
    else this.muted = !this.muted;
    localStorage.setItem(MUTE_KEY, this.muted ? "1" : "0");
    this.ctx.url.set({ mute: this.muted ? "1" : null });
    this.unlock();
    this.patch();
  }

  locked() {
    return this.audio().state === "suspended";
  }

  /** Rings if something that shall be heard has begun, or still waits for somebody after a minute. */
  judge(now) {
    const { state } = this.ctx;
    if (!state.ready || state.freshness === "stale") return;
    const calling = soundsOf(this.ctx);
    const fresh = calling.filter((entry) => !this.rung.has(entry.key));
    const quiet = now - this.lastAt >= CHIME_GAP_S;
    const due = quiet && calling.some((entry) => entry.sound === "repeat");
    const young = (entry) => entry.sound === "repeat" || now - entry.fired_at < CHIME_GAP_S;
    const begun = fresh.some((entry) => (entry.key === OWN_ALARM ? quiet : young(entry)));
    if (begun || due) this.ring(now);
    this.rung = new Set(calling.map((entry) => entry.key));
  }

  /** Rings unless it may not. */
  ring(now) {
    if (this.muted || !this.ctx.own.limits.sound || this.locked()) return;
    this.lastAt = now;
    this.button.dataset.rung = Number(this.button.dataset.rung || 0) + 1;
    for (const [pitch, after] of NOTES) this.note(pitch, this.context.currentTime + after);
  }

  note(pitch, start) {
    const tone = new OscillatorNode(this.context, { type: "triangle", frequency: pitch });
    const volume = new GainNode(this.context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.5, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.2);
    tone.connect(volume).connect(this.context.destination);
    tone.start(start);
    tone.stop(start + 0.21);
  }

  patch() {
    const state = this.muted ? "off" : this.locked() ? "locked" : "on";
    this.button.hidden = !this.ctx.own.limits.sound;
    setIcon(this.mark, state === "on" ? "ring" : "mute");
    setText(this.word, this.ctx.t("wall.sound." + state));
    setAttr(this.button, "data-note", this.ctx.t("wall.sound.hint"));
    setAttr(this.button, "aria-pressed", String(this.muted));
    setClass(this.button, "snd " + state);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("pointerdown", this.onTouch);
    this.context?.close();
  }
}
