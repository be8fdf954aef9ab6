/* The call beside the form: what is known of it, its steps on a line, the recording. Recordings begin at the answer. */
const JUMP_S = 5;
const KINDS = { on_call: "talk", on_hold: "hold", acw: "acw", rang: "ring", missed: "ring" };

class CallPane {
  constructor(ctx) {
    this.ctx = ctx;
    this.node = box("aside", "qs-call");
    this.draw();
  }

  draw() {
    const { desk } = this.ctx.draft;
    this.facts = box("dl", "qs-facts");
    for (const [name, value, link] of this.told()) {
      const shown = link ? el("a", { href: link, target: "_blank" }, value) : value;
      this.facts.append(el("dt", {}, this.ctx.t(`qa_score.call.${name}`)), el("dd", {}, shown));
    }
    this.line = desk.line.length ? this.lineNode() : null;
    this.audio = box("div", "qs-audio");
    this.drawAudio();
    const help = this.ctx.draft.open ? this.ctx.help() : null;
    this.node.replaceChildren(...[this.facts, this.line, this.audio, help].filter(Boolean));
  }

  told() {
    const { t, data, draft, lang } = this.ctx;
    const { score, call } = draft.desk;
    const found = [["agent", score.agent ? score.agent[lang] : DASH], ["queue", score.queue ? score.queue[lang] : DASH]];
    if (score.about) found.push(["about", score.about]);
    const at = `${day(score.call_at, data.zone, lang)} ${time(score.call_at, data.zone)}`;
    found.push(["at", at, call ? data.callPage : ""]);
    if (call) {
      found.push(["number", `${call.number || t("qa_score.call.withheld")} ${call.name}`.trim()]);
      found.push(["talked", t("qa_score.call.times", { wait: clock(call.wait), talk: clock(call.talk), hold: clock(call.hold), acw: clock(call.acw) })]);
      if (call.late) found.push(["wait", t("qa_score.call.late")]);
      if (call.repeats) found.push(["repeats", t("qa_score.call.repeated", { n: call.repeats })]);
      if (call.ended_by) found.push(["ended", t(`kpi.ended.${call.ended_by}`) + (call.target ? ` → ${call.target}` : "")]);
    }
    if (score.sample) found.push(["reason", this.reason(score)]);
    else found.push(["kind", t(`qa_score.kind.${score.kind}`)]);
    return found;
  }

  reason(score) {
    const { t } = this.ctx;
    const due = score.due_day ? t("qa_score.call.due", { day: dayWords(score.due_day) }) : "";
    return [t(`qa_score.reason.${score.reason}`), due].filter(Boolean).join(" · ");
  }

  // -- the line of its time -----------------------------------------------------------------------

  lineNode() {
    const { t } = this.ctx;
    const steps = this.ctx.draft.desk.line;
    const first = Math.min(...steps.map((step) => step.at));
    const last = Math.max(...steps.map((step) => step.end ?? step.at), first + 1);
    const bar = el("div", { class: "qs-bar", "aria-hidden": "true" });
    for (const step of steps.filter((one) => one.end !== null)) {
      const part = el("i", { class: `qs-${KINDS[step.kind]}`, title: t(`qa_score.step.${step.kind}`) });
      part.style.left = `${((step.at - first) / (last - first)) * 100}%`;
      part.style.width = `${Math.max(0.4, ((step.end - step.at) / (last - first)) * 100)}%`;
      bar.append(part);
    }
    this.head = el("i", { class: "qs-head", hidden: "" });
    bar.append(this.head);
    this.scale = { first, last };
    bar.addEventListener("click", (event) => {
      const { left, width } = bar.getBoundingClientRect();
      this.seek(first + ((event.clientX - left) / width) * (last - first));
    });
    const list = box("ol", "qs-steps");
    for (const step of steps) list.append(this.step(step));
    return el("section", { "aria-label": t("qa_score.line") }, bar, list);
  }

  step(step) {
    const lasts = step.end === null ? "" : clock(step.end - step.at);
    const words = [box("b", "", signed(step.at)), box("span", "", this.ctx.t(`qa_score.step.${step.kind}`)), box("small", "", lasts)];
    const node = el("li", {}, el("button", { type: "button", tabindex: "-1" }, ...words));
    if (KINDS[step.kind]) node.firstChild.prepend(el("i", { class: `qs-dot qs-${KINDS[step.kind]}` }));
    else node.firstChild.prepend(el("i", { class: "qs-dot" }));
    node.firstChild.addEventListener("click", () => this.seek(step.at));
    return node;
  }

  // -- the recording --------------------------------------------------------------------------------

  drawAudio() {
    const { t, draft } = this.ctx;
    const { audio } = draft.desk;
    const parts = [];
    this.player = null;
    if (audio.kind) {
      this.player = el("audio", { controls: "", preload: "none", src: draft.audioPath });
      this.player.addEventListener("error", () => this.silent());
      this.player.addEventListener("timeupdate", () => this.moved());
      this.player.addEventListener("play", () => { this.last = this.player.currentTime; });
      parts.push(this.player, this.speeds());
      if (audio.kind === "upload") parts.push(this.uploaded(audio));
    } else parts.push(el("p", { class: "qs-note" }, t("qa_score.audio.none")));
    this.fault = el("p", { class: "qs-warn", role: "status", hidden: "" });
    parts.push(this.fault);
    if (draft.open) parts.push(this.uploader());
    this.audio.replaceChildren(...parts);
  }

  speeds() {
    const { t } = this.ctx;
    const set = el("div", { class: "qs-set", role: "group", "aria-label": t("qa_score.audio.speed") });
    for (const speed of [1, 1.25, 1.5, 2]) {
      const chip = el("button", { type: "button", class: "qs-chip", "aria-pressed": String(speed === 1) }, `${speed}×`);
      chip.addEventListener("click", () => {
        this.player.playbackRate = speed;
        for (const other of set.children) setAttr(other, "aria-pressed", other === chip);
      });
      set.append(chip);
    }
    return set;
  }

  uploaded(audio) {
    const { t, draft } = this.ctx;
    const node = el("p", { class: "qs-note" }, audio.by ? t("qa_score.audio.uploaded", { name: audio.name, who: audio.by }) : audio.name);
    if (draft.open && audio.by) {
      const gone = el("button", { type: "button", class: "qs-link" }, t("qa_score.audio.remove"));
      gone.addEventListener("click", () => draft.removeAudio().catch((error) => this.failed(error)));
      node.append(" ", gone);
    }
    return node;
  }

  uploader() {
    const { t, draft } = this.ctx;
    const input = el("input", { type: "file", accept: ".wav,.mp3,.ogg,.oga,.opus,audio/*", class: "sr" });
    input.addEventListener("change", () => {
      const file = input.files[0];
      if (!file) return;
      if (file.size > draft.desk.audio.most_mb * 1e6) return this.failed({ code: "qa_audio_large" });
      setText(this.fault, t("qa_score.audio.sending"));
      this.fault.hidden = false;
      draft.upload(file).catch((error) => this.failed(error));
    });
    return el("label", { class: "qs-upload" }, input, t("qa_score.audio.upload", { mb: draft.desk.audio.most_mb }));
  }

  failed(error) {
    setText(this.fault, sentence(this.ctx.t, error.code));
    this.fault.hidden = false;
  }

  silent() {
    this.failed({ code: this.ctx.draft.desk.audio.kind === "recorder" ? "qa_recorder_silent" : "unknown_qa_audio" });
  }

  moved() {
    const now = this.player.currentTime;
    if (!this.player.paused && now > this.last && now - this.last < 2) this.ctx.draft.played(now - this.last);
    this.last = now;
    if (!this.head) return;
    const share = (now - this.scale.first) / (this.scale.last - this.scale.first);
    this.head.hidden = false;
    this.head.style.left = `${Math.min(1, Math.max(0, share)) * 100}%`;
  }

  /** Where the recording is, in seconds; null where there is none. */
  get at() {
    return this.player ? Math.round(this.player.currentTime * 10) / 10 : null;
  }

  seek(seconds, plays = false) {
    if (!this.player) return;
    this.player.currentTime = Math.max(0, seconds);
    if (plays) this.player.play().catch(() => {});
  }

  toggle() {
    if (!this.player) return;
    if (this.player.paused) this.player.play().catch(() => {});
    else this.player.pause();
  }

  jump(seconds) {
    if (this.player) this.seek(this.player.currentTime + seconds);
  }
}

function signed(seconds) {
  return seconds < 0 ? MINUS + clock(-seconds) : clock(seconds);
}

function dayWords(number) {
  const text = String(number);
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
}
