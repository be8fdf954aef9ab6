/*
 * What the levels are likely to come to, plainly and with each action that is possible now: one row each, all
 * on the same random courses, so that the differences are those of the actions.
 */
const OUTLOOK_SPANS_S = [900, 1800, 3600];
const SURE = 1.96; // standard errors to either side that hold 95 %

class OutlookTable {
  constructor(ctx) {
    this.ctx = ctx;
    this.node = box("section", "part outlook");
    this.facts = box("small");
    const title = box("h2", "", ctx.t("outlook.title"));
    title.append(this.facts);
    this.why = box("p", "quiet why");
    this.table = box("table", "table");
    this.levels = box("tr");
    this.columns = box("tr");
    this.rows = box("tbody");
    const head = box("thead");
    head.append(this.levels, this.columns);
    this.table.append(head, this.rows);
    this.scroll = box("div", "scroll");
    this.scroll.append(this.table);
    this.unsaid = box("div", "unsaid");
    this.note = box("p", "quiet", ctx.t("outlook.note"));
    this.node.append(title, this.why, this.scroll, this.unsaid, this.note);
  }

  draw(plan, at) {
    const { t, fmt, state } = this.ctx;
    const { outlook } = plan;
    const why = this.reason(outlook);
    setText(this.why, why);
    this.why.hidden = !why;
    const old = Boolean(outlook) && !why && isOldOutlook(outlook, at);
    setClass(this.node, old ? "part outlook old" : "part outlook");
    const parts = { time: outlook ? fmt.time(outlook.at, state.site.zone) : "", n: outlook?.paths, age: old ? fmt.age(at - outlook.at, t) : "" };
    setText(this.facts, !outlook || why ? "" : t(old ? "outlook.facts.old" : "outlook.facts", parts));
    const rules = why ? [] : outlook.rules;
    this.scroll.hidden = this.note.hidden = !rules.length;
    this.drawHead(rules);
    this.drawRows(why ? null : outlook, rules);
    this.drawUnsaid(why ? [] : outlook.unsaid, plan);
  }

  /** Why there is nothing to show; empty where there is. */
  reason(outlook) {
    const { t, state } = this.ctx;
    if (state.replay) return t("outlook.why.replay");
    if (!outlook) return t("outlook.why.none");
    if (outlook.why) return t(`outlook.why.${outlook.why}`);
    return outlook.rules.length || outlook.unsaid.length ? "" : t("outlook.why.rules");
  }

  drawHead(rules) {
    const { t, state, lang } = this.ctx;
    const name = (rule) => aheadName(state, rule, t, lang) + (rule.on ? t("outlook.over") : "");
    const cells = rules.map((rule) => ({ key: `${rule.rule}/${rule.subject}`, words: name(rule) }));
    const make = () => box("th");
    keyed(this.levels, [{ key: "", words: "" }, ...cells], (cell) => cell.key, make, (node, cell) => {
      setText(node, cell.words);
      setClass(node, cell.key ? "lv-name" : "l");
      setAttr(node, "colspan", cell.key ? OUTLOOK_SPANS_S.length + 2 : null);
    });
    const spans = OUTLOOK_SPANS_S.map((seconds) => [seconds, t("outlook.column.span", { n: seconds / 60 })]);
    const columns = [...spans, ["median", t("outlook.column.median")], ["gain", t("outlook.column.gain")]];
    const all = cells.flatMap((cell) => columns.map(([kind, words]) => ({ key: `${cell.key}/${kind}`, words, kind })));
    keyed(this.columns, [{ key: "", words: t("outlook.column.do") }, ...all], (cell) => cell.key, make, (node, cell) => {
      setText(node, cell.words);
      setClass(node, cell.key ? (cell.kind === OUTLOOK_SPANS_S[0] ? "first" : "") : "l");
    });
  }

  drawRows(outlook, rules) {
    const { t } = this.ctx;
    const rows = !rules.length ? [] : [
      { key: "", words: t("outlook.do.nothing"), rules, gain: null },
      ...outlook.deeds.map((deed) => ({ key: this.deedKey(deed), words: this.deedWords(deed), rules: deed.rules, gain: deed.gain })),
    ];
    keyed(this.rows, rows, (row) => row.key, () => box("tr"), (node, row) => {
      const cells = row.rules.flatMap((rule, i) => this.cells(outlook, rule, row.gain && row.gain[i]));
      keyed(node, [{ key: "", words: row.words, look: "l" }, ...cells], (cell) => cell.key, () => box("td"), (cell, told) => {
        setText(cell, told.words);
        setClass(cell, told.look);
        setAttr(cell, "data-note", told.note);
      });
    });
  }

  deedKey(deed) {
    return [deed.name, deed.source, deed.target].join("/");
  }

  deedWords(deed) {
    const { t, state, lang } = this.ctx;
    const [source, target] = [deed.source, deed.target].map((queue) => queue && queueName(state, queue, lang));
    return t(`outlook.do.${deed.name}`, { source, target }) + (deed.seats ? t("outlook.seats", { n: deed.seats }) : "");
  }

  /** A rule's cells: three probabilities, when, and the difference to doing nothing. */
  cells(outlook, rule, gain) {
    const { t, fmt, state } = this.ctx;
    const key = `${rule.rule}/${rule.subject}`;
    const [chances, median] = rule.on ? [rule.clears, rule.clear_median_s] : [rule.fires, rule.median_s];
    const found = OUTLOOK_SPANS_S.map((seconds, i) => {
      const chance = chanceWithin(chances, seconds);
      const note = chance && t("outlook.error", { n: this.points(SURE * chance.error) });
      return { key: `${key}/${seconds}`, words: chance ? chanceText(chance.share) : fmt.DASH, look: i ? "" : "first", note };
    });
    const time = median === null ? t("outlook.beyond") : fmt.time(outlook.at + median, state.site.zone, false);
    const change = gain && chanceWithin(rule.on ? gain.clears : gain.fires, TOLD_WITHIN_S);
    const better = change && this.isClear(change) && (change.share > 0) === rule.on;
    return [...found, { key: `${key}/median`, words: time }, { key: `${key}/gain`, words: this.change(change), look: better ? "better" : "" }];
  }

  points(share) {
    return (100 * share).toFixed(share < 0.0995 ? 1 : 0);
  }

  isClear(change) {
    return Math.abs(change.share) > SURE * change.error;
  }

  /** "−18 ± 4", in points; a difference smaller than its error is none that can be told. */
  change(change) {
    const { t, fmt } = this.ctx;
    if (!change) return fmt.DASH;
    const error = this.points(SURE * change.error);
    if (!this.isClear(change)) return t("outlook.same", { n: error });
    return `${change.share < 0 ? MINUS : "+"}${Math.abs(100 * change.share).toFixed(0)} ± ${error}`;
  }

  drawUnsaid(unsaid, plan) {
    const { t, state, lang } = this.ctx;
    const name = (one) => plan.ladder.find((rung) => rung.rule === one.rule)?.name[lang] || one.rule;
    keyed(this.unsaid, unsaid, (one) => `${one.rule}/${one.subject}`, () => box("p"), (node, one) => {
      const words = { name: name(one), level: aheadName(state, one, t, lang), why: t(`outlook.unsaid.${one.why}`) };
      setText(node, t("outlook.unsaid", words));
    });
  }
}
