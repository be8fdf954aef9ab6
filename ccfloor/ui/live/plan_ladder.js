/* The ladder: one card a level, with its state, a bar that fills by itself, since when and until when. */

/** A rule's condition in one short line: "≥ 8 连续 30 分，短降 ≤ 60 秒不计". */
function conditionWords(entry, t) {
  const { hold } = entry;
  if (!hold) return "";
  const share = Math.round(100 * hold.share);
  const details = { is: `${entry.compare || "≥"} ${levelText(entry)}`, time: spanWords(hold.for_s, t), dip: hold.dip_s, share };
  return t(`plan.hold.${hold.for_s ? hold.kind : "now"}`, { ...details, reached: hold.reached_s });
}

const levelText = (entry) => (entry.threshold > 0 && entry.threshold < 1 ? `${Math.round(100 * entry.threshold)} %` : entry.threshold);

/** A length in whole units: "30 分", "90 秒". */
function spanWords(seconds, t) {
  if (seconds >= 3600 && seconds % 3600 === 0) return t("span.hours", { n: seconds / 3600 });
  return seconds >= 60 && seconds % 60 === 0 ? t("span.minutes", { n: seconds / 60 }) : t("span.seconds", { n: seconds });
}

class Ladder {
  constructor(ctx, onAck) {
    Object.assign(this, { ctx, onAck });
    this.node = box("div", "lad");
  }

  draw(plan, at) {
    const top = topLevel(plan);
    const template = plan.ladder.map((entry) => (entry === top ? "1.25fr" : "1fr")).join(" ");
    setStyle(this.node, "--columns", template);
    keyed(this.node, plan.ladder, (entry) => entry.rule, () => this.make(), (node, entry) => this.paint(node.card, entry, plan, top, at));
  }

  make() {
    const card = { node: box("section", "lv"), icon: icon("octagon"), word: box("span"), state: box("span", "st"), rule: box("span", "cond") };
    for (const name of ["big", "facts", "more"]) card[name] = box("p", name);
    card.bar = box("div", "p");
    card.fill = box("i");
    card.bar.append(card.fill);
    card.ack = gated(this.ctx, "plan", pushButton("btn ack", this.ctx.t("plan.ack"), () => this.onAck(card.entry)));
    const title = box("h2", "a");
    title.append(card.icon, card.word, card.state, card.rule);
    card.node.append(title, card.bar, card.big, card.facts, card.more, card.ack);
    card.node.card = card;
    return card.node;
  }

  paint(card, entry, plan, top, at) {
    const { t, lang } = this.ctx;
    card.entry = entry;
    const kind = this.kindOf(entry, plan, top);
    const look = { fire: entry.level ? "fire" : "watch", below: entry.level ? "below" : "watch" }[kind] || kind;
    setClass(card.node, `lv ${look}`);
    setAttr(card.node, "data-level", entry.level);
    setAttr(card.node, "role", kind === "fire" ? "alert" : null);
    setIcon(card.icon, kind === "cleared" ? "tick" : entry.level ? "octagon" : "triangle_open");
    setText(card.word, levelWord(entry.level, t));
    setText(card.state, kind === "idle" || kind === "below" ? "" : t(`plan.state.${kind}`));
    setText(card.rule, conditionWords(entry, t));
    card.bar.hidden = kind === "fire" || kind === "cleared" || kind === "below";
    const share = entry.needed_s > 0 ? heldNow(entry, plan.at, at) / entry.needed_s : 0;
    setStyle(card.fill, "width", `${(100 * share).toFixed(1)}%`);
    const [big, facts, more] = this[kind](entry, plan, top, at);
    for (const [node, words] of [[card.big, big], [card.facts, facts], [card.more, more]]) {
      setText(node, words || "");
      node.hidden = !words;
    }
    setAttr(card.node, "title", entry.reading[lang]);
    card.ack.hidden = kind !== "fire" || Boolean(entry.acked_by);
  }

  kindOf(entry, plan, top) {
    if (isFiring(entry)) return entry === top ? "fire" : "below";
    if (entry.cleared_at && plan.at - entry.cleared_at < CLEARED_SHOWN_S && !(entry.held_s > 0)) return "cleared";
    return entry.state === "pending" || entry.held_s > 0 ? "pending" : "idle";
  }

  time(instant) {
    return this.ctx.fmt.time(instant, this.ctx.state.site.zone);
  }

  join(parts) {
    return parts.filter(Boolean).join(" · ");
  }

  idle(entry) {
    const { t } = this.ctx;
    const now = isNumber(entry.value) ? t("plan.now", { n: entry.value }) : "";
    return [this.join([heldText(entry, 0, 0, t), now]), entry.say[this.ctx.lang], ""];
  }

  pending(entry, plan, top, at) {
    const { t, fmt, lang } = this.ctx;
    const due = entry.due_at > at ? t("plan.due", { time: this.time(entry.due_at), left: fmt.clock(entry.due_at - at) }) : "";
    const rest = !due && entry.needed_s && !isMean(entry) ? entry.needed_s - heldNow(entry, plan.at, at) : 0;
    const waits = rest > 0 ? t("plan.short_of", { time: fmt.clock(rest) }) : "";
    const since = entry.active_at ? t("plan.from", { time: this.time(entry.active_at) }) : "";
    return [this.join([heldText(entry, plan.at, at, t), due || waits]), this.join([since, this.blind(entry)]), entry.say[lang]];
  }

  fire(entry, plan, top, at) {
    const { t, lang } = this.ctx;
    const acked = entry.acked_by ? t("plan.acked", { who: entry.acked_by, time: this.time(entry.acked_at) }) : t("plan.unacked");
    const facts = [t("plan.fired", { time: this.time(entry.fired_at) }), t("plan.lasts", { time: fmt.clock(at - entry.fired_at) }), acked];
    return [entry.say[lang], this.join([...facts, this.blind(entry)]), this.clearing(entry, at)];
  }

  below(entry, plan, top) {
    const { t } = this.ctx;
    const raised = t("plan.raised", { level: levelWord(top.level, t) });
    return [this.join([t("plan.fired", { time: this.time(entry.fired_at) }), raised]), entry.say[this.ctx.lang], this.blind(entry)];
  }

  cleared(entry) {
    const { t } = this.ctx;
    const over = t("plan.cleared.at", { time: this.time(entry.cleared_at) });
    const span = entry.fired_at ? t("plan.lasted", { time: fmt.clock(entry.cleared_at - entry.fired_at) }) : "";
    return [this.join([over, span]), entry.say[this.ctx.lang], ""];
  }

  blind(entry) {
    return entry.blind_s >= 1 ? this.ctx.t("plan.blind.seconds", { time: spanWords(Math.round(entry.blind_s), this.ctx.t) }) : "";
  }

  /** "解除条件：≤ 5 保持 10 分 · 现在 13，未开始计时" */
  clearing(entry, at) {
    const { t } = this.ctx;
    if (!entry.clear) return entry.clears_at ? t("plan.clears", { time: this.time(entry.clears_at) }) : "";
    const { level, for_s: span } = entry.clear;
    const down = !entry.compare || "≥>".includes(entry.compare);
    const good = level === null ? t("plan.clear.not_met") : `${down ? "≤" : "≥"} ${level}`;
    const rule = t(span ? "plan.clear.held" : "plan.clear.now", { good, time: spanWords(span, t) });
    if (entry.clears_at > at) return this.join([rule, t("plan.clears", { time: this.time(entry.clears_at) })]);
    return this.join([rule, isNumber(entry.value) ? t("plan.clear.waits", { n: entry.value }) : ""]);
  }
}
