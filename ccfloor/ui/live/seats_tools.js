/* The filters above the seats, and the bar that shows how many seats are in which group. */

class SeatTools {
  /** `filter`: the board's filter values; `onChange(name, value)`. */
  constructor(ctx, filter, onChange) {
    Object.assign(this, { ctx, filter, onChange });
    this.node = box("div", "tools");
    this.bar = box("div", "bar");
    this.key = box("div", "key");
    this.build();
    this.counts = Object.fromEntries(Object.keys(SEAT_GROUPS).map((group) => [group, this.addGroup(group)]));
  }

  build() {
    const { ctx } = this;
    this.teams = box("span", "set teams");
    for (const name of ["team", "queue", "status", "sort"]) {
      this[name] = dropdown(ctx.t(`seats.filter.${name}`), (value) => this.onChange(name, value));
    }
    this.team.classList.add("team");
    this.hand = pushButton("chip hand", "", () => this.onChange("hand", this.filter.hand ? "" : "1"));
    ctx.tip(this.hand, "needs_a_hand", "now", ctx.t("seats.hand.note"));
    this.hand.append(icon("octagon"), (this.handWords = box("span")));
    this.views = box("span", "set");
    for (const view of ["", "table"]) {
      const chip = pushButton("chip", ctx.t(`seats.view.${view || "tiles"}`), () => this.onChange("view", view));
      chip.dataset.value = view;
      this.views.append(chip);
    }
    const label = (name) => box("span", "g", ctx.t(`seats.filter.${name}`));
    this.node.append(label("team"), this.teams, this.team, this.queue, this.status, this.hand,
      box("span", "sp"), label("sort"), this.sort, this.views);
  }

  addGroup(group) {
    const part = box("i", `fill-${group}`);
    this.bar.append(part);
    const entry = pushButton("", "", () => this.onChange("status", this.filter.status === group ? "" : group));
    const shape = icon(SEAT_GROUPS[group]);
    shape.classList.add(`ink-${group}`);
    const count = box("b");
    entry.append(shape, box("span", "", this.ctx.t(`group.${group}`)), count);
    this.ctx.tip(entry, "seats_in_status", "now", this.ctx.t("seats.key.note"));
    this.key.append(entry);
    return { part, entry, count };
  }

  draw(all, state) {
    const { ctx, filter } = this;
    const teams = [...new Set(all.map((item) => item.seat.team).filter(Boolean))].sort();
    const queues = state.queues.map(({ queue }) => [queue, queueName(state, queue, ctx.lang)]);
    const groups = Object.keys(SEAT_GROUPS).map((group) => [group, ctx.t(`group.${group}`)]);
    const every = (name, count) => ["", ctx.t(`seats.all.${name}`, { n: count })];
    this.drawTeams(teams);
    setChoices(this.team, [every("team", teams.length), ...teams.map((team) => [team, team])], filter.team);
    setChoices(this.queue, [every("queue", queues.length), ...queues], filter.queue);
    setChoices(this.status, [every("status"), ...groups], filter.status);
    setChoices(this.sort, Object.keys(SEAT_ORDERS).map((sort) => [sort === "hand" ? "" : sort, ctx.t(`seats.sort.${sort}`)]),
      filter.sort);
    setText(this.handWords, ctx.t("seats.hand", { n: all.filter((item) => item.look.band !== "").length }));
    setAttr(this.hand, "aria-pressed", filter.hand === "1");
    for (const chip of this.views.children) setAttr(chip, "aria-pressed", chip.dataset.value === filter.view);
    this.drawCounts(all);
  }

  /** A few teams stand side by side, many go into a list. */
  drawTeams(teams) {
    const few = teams.length <= MANY_TEAMS;
    setClass(this.node, few ? "tools few" : "tools");
    const key = teams.join("\n");
    if (few && this.teamsKey !== key) {
      this.teamsKey = key;
      this.teams.replaceChildren(...["", ...teams].map((team) => {
        const chip = pushButton("chip", team || this.ctx.t("seats.all"), () => this.onChange("team", team));
        chip.dataset.value = team;
        return chip;
      }));
    }
    for (const chip of this.teams.children) setAttr(chip, "aria-pressed", chip.dataset.value === this.filter.team);
  }

  /** Counts of what the other filters let through, so that a group shows how many it would give. */
  drawCounts(all) {
    const others = { ...this.filter, status: "", hand: "" };
    const counts = tallyGroups(all.filter((item) => passesFilter(item, others)));
    for (const [group, { part, entry, count }] of Object.entries(this.counts)) {
      setStyle(part, "flex-grow", String(counts[group]));
      part.hidden = counts[group] === 0;
      setText(count, counts[group]);
      setAttr(entry, "aria-pressed", this.filter.status === group);
    }
  }
}
