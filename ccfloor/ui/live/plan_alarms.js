/* The rules beside the plan: what fires, what is near, what was over a moment ago; each may be taken on. */
const ALARMS_SHOWN = 30;

class AlarmList {
  constructor(ctx, onAck) {
    Object.assign(this, { ctx, onAck });
    this.node = box("section", "part alarms");
    const title = box("h2", "", ctx.t("plan.alarms"));
    this.count = box("small");
    title.append(this.count);
    this.list = box("div", "rows");
    this.more = box("p", "m quiet");
    this.node.append(title, this.list, this.more);
  }

  draw(plan, at) {
    const { t } = this.ctx;
    const firing = plan.alarms.filter(isFiring).length;
    setText(this.count, plan.alarms.length ? t("plan.alarms.n", { n: firing }) : "");
    const shown = plan.alarms.slice(0, ALARMS_SHOWN);
    this.more.hidden = plan.alarms.length > 0 && plan.alarms.length === shown.length;
    setText(this.more, plan.alarms.length ? t("wall.more.rows", { n: plan.alarms.length - shown.length }) : t("plan.alarms.none"));
    keyed(this.list, shown, (alarm) => `${alarm.rule}\n${alarm.subject}`, () => this.make(), (node, alarm) => this.paint(node.row, alarm, at));
  }

  make() {
    const row = { node: box("div", "row"), icon: icon("triangle"), name: box("b"), about: box("span", "about"), time: box("span", "time"), say: box("span", "m say"), by: box("span", "m by") };
    row.button = gated(this.ctx, "plan", pushButton("btn", this.ctx.t("plan.ack"), () => this.onAck(row.alarm)));
    row.node.append(row.icon, row.name, row.about, row.time, row.say, row.by, row.button);
    row.node.row = row;
    return row.node;
  }

  paint(row, alarm, at) {
    const { t, lang, fmt, state } = this.ctx;
    row.alarm = alarm;
    const firing = isFiring(alarm);
    const cleared = alarm.state === "cleared";
    setClass(row.node, `row ${cleared ? "over-now" : alarmMark(alarm)}`.trim());
    setAttr(row.node, "data-rule", alarm.rule);
    setIcon(row.icon, cleared ? "tick" : firing ? "triangle" : "triangle_open");
    setText(row.name, alarm.name[lang]);
    setText(row.about, alarm.about[lang]);
    const time = (instant) => fmt.time(instant, state.site.zone);
    if (cleared) setText(row.time, t("plan.cleared.at", { time: time(alarm.cleared_at) }));
    else if (firing) setText(row.time, `${t("plan.from", { time: time(alarm.fired_at) })} · ${fmt.clock(at - alarm.fired_at)}`);
    else setText(row.time, alarm.due_at > at ? t("plan.due.left", { left: fmt.clock(alarm.due_at - at) }) : t("plan.near"));
    setText(row.say, alarm.say[lang]);
    setText(row.by, alarm.acked_by ? t("plan.acked", { who: alarm.acked_by, time: time(alarm.acked_at) }) : "");
    row.button.hidden = !firing || Boolean(alarm.acked_by);
  }
}
