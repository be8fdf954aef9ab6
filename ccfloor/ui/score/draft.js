/*
 * A draft as it is worked on: every change is saved soon, one saving after the other. The server computes what
 * the answers come to; what it says last is what is shown. A saving that fails is tried again until it is taken.
 */
const SOON_MS = 500;
const AGAIN_MS = 3000;
const HEARD_EVERY_S = 10;

class Draft {
  constructor(data, changed) {
    Object.assign(this, { data, changed });
    this.timer = 0;
    this.saving = null;
    this.state = "saved"; // saved | waiting | saving | failed | conflict | gone
    this.since = data.desk.score.saved_at;
    this.heard = 0;
    this.take(data.desk);
  }

  take(desk) {
    this.desk = desk;
    this.score = desk.score;
    this.result = desk.result;
    this.base = desk.score.saved_at;
    this.answers = { ...desk.score.answers };
    this.comments = Object.fromEntries(Object.entries(desk.score.comments).map(([item, told]) => [item, told.map((one) => [...one])]));
    this.summary = desk.score.summary;
    this.tellNow = desk.score.tell_now;
    this.listened = desk.score.listened_s;
    this.open = desk.score.mine;
  }

  get path() {
    return `${this.data.home}/api/v1/qa/scores/${this.score.id}`;
  }

  get dirty() {
    return this.open && this.state !== "saved";
  }

  body() {
    const { answers, comments, summary, base } = this;
    const told = { answers, comments, summary, base, tell_now: this.tellNow, listened_s: this.listened };
    return JSON.stringify({ ...told, who: this.data.who });
  }

  answer(item, value) {
    if (!this.open) return;
    if (value === "") delete this.answers[item];
    else this.answers[item] = value;
    this.touch();
  }

  /** Something changed: it is saved when nothing more has changed for a moment. */
  touch() {
    if (!this.open || this.state === "conflict") return;
    this.state = this.saving ? "saving" : "waiting";
    this.again = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SOON_MS);
    this.changed();
  }

  /** Seconds of the recording that were played. */
  played(seconds) {
    this.heard += seconds;
    if (this.heard < HEARD_EVERY_S) return;
    this.listened = Math.round(this.listened + this.heard);
    this.heard = 0;
    this.touch();
  }

  /** Saves now and waits until all is saved; false where it could not be. */
  async flush() {
    clearTimeout(this.timer);
    while (this.open && (this.again || this.saving)) {
      await (this.saving || this.save());
      if (this.state === "failed" || this.state === "conflict") return false;
    }
    return true;
  }

  save() {
    if (this.saving || !this.open) return this.saving;
    clearTimeout(this.timer);
    this.again = false;
    this.state = "saving";
    this.changed();
    this.saving = this.put().finally(() => {
      this.saving = null;
      if (this.again && this.state === "saved") this.touch();
      this.changed();
    });
    return this.saving;
  }

  async put() {
    try {
      const told = await ask(this, "", "PUT", this.body());
      this.base = told.score.saved_at;
      this.since = told.score.saved_at;
      this.score = { ...this.score, saved_at: told.score.saved_at };
      this.result = told.result;
      this.state = this.again ? "waiting" : "saved";
      if (this.again) this.timer = setTimeout(() => this.save(), SOON_MS);
    } catch (error) {
      this.refused(error);
    }
  }

  refused(error) {
    if (error.code === "qa_conflict") {
      this.state = "conflict";
      this.other = error.told;
      return;
    }
    this.state = error.status === 404 || error.code === "qa_not_draft" ? "gone" : "failed";
    this.code = error.code;
    this.again = true;
    if (this.state === "failed") this.timer = setTimeout(() => this.save(), AGAIN_MS);
  }

  /** After a conflict: take what was saved elsewhere. */
  async takeTheirs() {
    this.take(await ask(this, `?who=${encodeURIComponent(this.data.who)}`, "GET"));
    this.again = false;
    this.state = "saved";
    this.changed(true);
  }

  /** After a conflict: what stands here replaces it. */
  keepMine() {
    this.base = this.other.saved_at;
    this.state = "waiting";
    this.touch();
  }

  async submit() {
    if (!(await this.flush())) throw Object.assign(new Error("unsaved"), { code: this.code || "qa_conflict" });
    this.take(await ask(this, "/submit", "POST", this.body()));
    this.state = "saved";
    this.changed(true);
  }

  async discard(why) {
    clearTimeout(this.timer);
    await ask(this, "/discard", "POST", JSON.stringify({ why, who: this.data.who }));
    this.open = false;
    this.state = "gone";
    this.changed();
  }

  async upload(file) {
    const name = encodeURIComponent(file.name);
    const more = { "x-ccfloor-name": name, "x-ccfloor-who": encodeURIComponent(this.data.who) };
    this.desk.audio = await ask(this, "/recording", "PUT", file, more);
    this.changed(true);
  }

  async removeAudio() {
    const body = JSON.stringify({ why: "", who: this.data.who });
    this.desk.audio = await ask(this, "/recording", "DELETE", body);
    this.changed(true);
  }

  get audioPath() {
    const { audio } = this.desk;
    return `${this.path}/recording?who=${encodeURIComponent(this.data.who)}&v=${audio.kind}${audio.id}`;
  }
}

/** A route's JSON; what was refused is thrown with its code and what was told. */
async function ask(draft, path, method, body, more = {}) {
  const headers = { "Content-Type": "application/json", "x-ccfloor-csrf": draft.data.csrf, ...more };
  const answer = await fetch(draft.path + path, { method, headers, body });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { code: told.error || "", status: answer.status, told });
  return told;
}
