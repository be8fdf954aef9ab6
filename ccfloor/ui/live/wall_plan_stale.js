/* The amber face of the plan slot: how old the picture is, why, and which level was firing when it froze. */

function buildStale(ctx, plan) {
  Object.assign(plan, { gone: el("span"), picture: el("div", { class: "o1" }), cause: el("div", { class: "o2" }) });
  Object.assign(plan, { handsOff: el("span"), standing: el("span") });
  return el("div", { class: "cut", role: "alert", hidden: "" },
    el("div", { class: "lv" }, ctx.icon("pulse"), plan.gone),
    el("div", { class: "ord" }, plan.picture, plan.cause), stack("auto", plan.handsOff, plan.standing));
}

function spanText(seconds, t) {
  if (seconds < 100) return t("span.seconds", { n: Math.floor(seconds) });
  if (seconds < 6000) return t("span.minutes", { n: Math.floor(seconds / 60) });
  return t("span.hours", { n: Math.floor(seconds / 3600) });
}

function patchStale(ctx, now) {
  const { own, state, t } = ctx;
  const seconds = dataAge(state, now) ?? now - own.mountedAt;
  setText(own.plan.gone, t(state.ready ? "wall.stale" : "wall.stale.never", { time: spanText(seconds, t) }));
  const picture = fmt.time(ctx.measured(), state.site.zone);
  setText(own.plan.picture, state.ready ? t("wall.stale.picture", { time: picture }) : t("wall.stale.none"));
  const cause = causeOf(state, t, ctx.lang).replace(/[。.]$/, "");
  setText(own.plan.cause, [cause, retryText(ctx, now), t("wall.stale.walk")].filter(Boolean).join(" · "));
  const [small, large] = standingWords(ctx);
  setText(own.plan.handsOff, small);
  setText(own.plan.standing, large);
  setClass(own.plan.standing.parentNode, topLevel(state.plan) || state.plan?.incidents.length ? "v still" : "v");
}

/** What is left of the plan while nobody can judge it: [small line, large line]. */
function standingWords(ctx) {
  const { t, state } = ctx;
  if (!state.plan) return [t("wall.stale.hands_off"), t("wall.stale.auto")];
  const top = topLevel(state.plan);
  if (top) return [t("plan.blind.paused"), t("plan.blind.still", { level: levelWord(top.level, t) })];
  if (state.plan.incidents.length) return [t("plan.blind.paused"), t("plan.blind.incident")];
  return [t("plan.blind.paused"), t("plan.blind.uncounted")];
}

function retryText(ctx, now) {
  const { at, count } = retryOf(ctx.state, ctx.link ? ctx.link.offset || 0 : 0);
  if (!count) return "";
  const wait = Math.ceil(at - now);
  return wait > 0 ? ctx.t("wall.stale.retry", { n: count, s: wait }) : ctx.t("wall.stale.retrying", { n: count });
}
