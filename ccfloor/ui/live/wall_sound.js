/* One chime when an alarm begins, at most once a minute; muted by the button or the m key. */
const CHIME_GAP_S = 60;
const MUTE_KEY = "ccfloor-mute";
const NOTES = [[880, 0], [660, 0.22], [880, 0.44]];

class Chime {
  constructor(ctx) {
    this.ctx = ctx;
    this.lastAt = -Infinity;
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

  /** Rings unless muted or rung within the last minute. */
  ring(now) {
    const { limits } = this.ctx.own;
    if (this.muted || !limits.sound || now - this.lastAt < CHIME_GAP_S || this.locked()) return;
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
