/*
 * The quiet line at the foot of the plan slot: the next level that is likely, how likely and when. It has its own
 * place, which stays free while there is nothing to say. Under a level that fires it stands among the facts.
 */

function patchAhead(ctx, shown, at) {
  const { own, state } = ctx;
  const rule = shown.face === "calm" ? aheadOf(state.plan) : null;
  const old = rule !== null && isOldOutlook(state.plan.outlook, at);
  setText(own.plan.ahead, rule ? aheadWords(ctx, rule, old) : "");
  setClass(own.plan.ahead, old ? "ahead old" : "ahead");
}

function aheadWords(ctx, rule, old) {
  const { t, state } = ctx;
  const from = old ? t("outlook.as_of", { time: fmt.time(state.plan.outlook.at, state.site.zone, false) }) : "";
  return [...aheadParts(ctx, rule), from].filter(Boolean).join(" · ");
}

/** What is likely beyond the level that fires; empty where nothing is, or what is known is old. */
function aheadFact(ctx, entry, at) {
  const rule = aheadOf(ctx.state.plan, entry.level);
  return rule && !isOldOutlook(ctx.state.plan.outlook, at) ? aheadParts(ctx, rule).slice(0, 2).join(" · ") : "";
}
