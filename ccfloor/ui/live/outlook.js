/*
 * What the plan's levels are likely to come to, in words. Instants are UTC epoch seconds by the server's clock,
 * spans seconds from the outlook's own instant on.
 */
const OUTLOOK_STALE_S = 60;
const TOLD_WITHIN_S = 1800;
const CHANCE_WORDS = [[0.9, "sure"], [0.65, "likely"], [0.4, "even"], [0.2, "possible"], [0, "unlikely"]];

/** The highest level that is likely enough to be told and does not fire by now, or null. */
function aheadOf(plan, above = -1) {
  const fires = (one) => plan.ladder.some((rung) => rung.rule === one.rule && rung.subject === one.subject && isFiring(rung));
  const told = (plan?.outlook?.rules || []).filter((one) => one.told && one.level > above && !fires(one));
  return told.reduce((top, one) => (top && top.level >= one.level ? top : one), null);
}

const chanceWithin = (chances, seconds) => chances.find((one) => one.within_s === seconds) || null;

const chanceWord = (share, t) => t("outlook.word." + CHANCE_WORDS.find(([least]) => share >= least)[1]);

/** A probability in steps of five per cent: finer ones would only flicker. */
function chanceText(share) {
  const steps = Math.round(share * 20) * 5;
  if (steps <= 0) return "< 5 %";
  return steps >= 100 ? "> 95 %" : `${steps} %`;
}

const isOldOutlook = (outlook, at) => at - outlook.at > (outlook.stale_s ?? OUTLOOK_STALE_S);

/** The word of a rule's level, with its queue where it is of one. */
function aheadName(state, rule, t, lang) {
  const [kind, name] = [rule.subject.split(":")[0], rule.subject.slice(rule.subject.indexOf(":") + 1)];
  const word = levelWord(rule.level, t);
  return kind === "queue" ? `${word} · ${queueName(state, name, lang)}` : word;
}

/** "二级 很可能 · 30 分钟内约 70 % · 14:35 前后", in parts. */
function aheadParts(ctx, rule) {
  const { t, state, lang } = ctx;
  const { outlook } = state.plan;
  const { share } = chanceWithin(rule.fires, TOLD_WITHIN_S);
  const when = rule.median_s === null ? "" : t("outlook.around", { time: fmt.time(outlook.at + rule.median_s, state.site.zone, false) });
  const said = t("outlook.said", { level: aheadName(state, rule, t, lang), word: chanceWord(share, t) });
  return [said, t("outlook.within", { n: TOLD_WITHIN_S / 60, share: chanceText(share) }), when].filter(Boolean);
}
