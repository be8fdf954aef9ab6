/* How the rules are read, in both languages, beside what other readings would have said today. */

class Readings {
  constructor(ctx) {
    this.ctx = ctx;
    this.node = box("section", "part readings");
    this.list = box("div", "pairs");
    this.node.append(box("h2", "", ctx.t("plan.reading")), this.list);
  }

  draw(plan, at) {
    keyed(this.list, plan.ladder, (entry) => entry.rule, () => this.make(), (node, entry) => this.paint(node.pair, entry, plan, at));
  }

  make() {
    const pair = { node: box("div", "pair"), title: box("h3"), source: box("p", "src") };
    const others = box("div", "others");
    pair.ours = box("p");
    pair.theirs = box("p", "other");
    pair.rows = box("div", "rows");
    pair.label = box("h3", "", this.ctx.t("plan.readings"));
    const words = box("div", "own");
    words.append(pair.title, pair.source, pair.ours, pair.theirs);
    others.append(pair.label, pair.rows);
    pair.node.append(words, others);
    pair.node.pair = pair;
    pair.others = others;
    return pair.node;
  }

  paint(pair, entry, plan, at) {
    const { t, lang } = this.ctx;
    const other = lang === "zh" ? "en" : "zh";
    const [word, name] = [levelWord(entry.level, t), entry.name[lang]];
    setText(pair.title, name.includes(word) ? name : `${word} · ${name}`);
    setText(pair.source, entry.source ? t("plan.source", { source: entry.source }) : "");
    pair.source.hidden = !entry.source;
    setAttr(pair.source, "lang", "zh-CN");
    setText(pair.ours, entry.reading[lang]);
    setText(pair.theirs, entry.reading[other]);
    setAttr(pair.theirs, "lang", other === "zh" ? "zh-CN" : "en");
    const rows = plan.other_readings.filter((reading) => reading.rule === entry.rule);
    pair.others.hidden = !rows.length;
    keyed(pair.rows, rows, (row) => row.kind, () => this.makeRow(), (node, row) => this.paintRow(node.row, row, at));
  }

  makeRow() {
    const row = { node: box("div", "row"), words: box("span", "tx"), when: box("span", "when") };
    row.node.append(row.words, row.when);
    row.node.row = row;
    return row.node;
  }

  paintRow(row, reading, at) {
    const { t, lang, fmt, state } = this.ctx;
    const time = (instant) => fmt.time(instant, state.site.zone);
    setClass(row.node, reading.in_force ? "row ours" : "row");
    setText(row.words, reading.words[lang] + (reading.in_force ? t("plan.reading.ours") : ""));
    const would = reading.would_at > at ? t("plan.reading.would", { time: time(reading.would_at) }) : t("plan.reading.none");
    setText(row.when, reading.fired_at ? time(reading.fired_at) : would);
  }
}
