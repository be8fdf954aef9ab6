/* Advice above the moves: what to do and why, before and after for who gets and who gives, how past advice went. */

const ADVICE_STALE_S = 180;
const ADVICE_FIGURES = ["service_level", "abandoned", "wait_s"];

class AdviceCards {
  constructor(ctx, board) {
    Object.assign(this, { ctx, board, told: null, drawn: "" });
    this.node = el("section", { class: "advice", tabindex: -1 });
    this.age = box("span", "m");
    this.note = box("p", "m idle");
    this.left = box("p", "err");
    this.left.setAttribute("role", "status");
    this.list = box("div", "proposals");
    const head = box("div", "head1");
    head.append(box("h2", "", ctx.t("advice.title")), this.age, box("span", "sp"), el("a", { class: "m", href: adviceAddress(), target: "_self" }, ctx.t("advice.past")));
    this.undo = new UndoAsk(ctx, board);
    this.node.append(head, this.note, this.list, this.left, this.undo.node);
    this.node.hidden = true;
  }

  /** What the server told: see ``AdviceBoard``. */
  show(told) {
    this.told = told || null;
  }

  draw(now) {
    const { ctx, told } = this;
    const known = Boolean(told) && isNumber(told.at) && ctx.state.ready;
    this.node.hidden = !known;
    if (!known) return;
    const old = told.stale || now - told.at > (told.stale_s ?? ADVICE_STALE_S);
    const at = fmt.time(told.at, ctx.state.site.zone, false);
    setClass(this.node, old ? "advice stale" : "advice");
    setText(this.age, ctx.t(old ? "advice.stale" : "advice.at", { at }));
    setText(this.note, told.cards.length ? "" : this.idle(told));
    this.note.hidden = told.cards.length > 0;
    const drawn = JSON.stringify([told.cards, old]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.list.replaceChildren(...told.cards.map((card) => this.card(card, this.rank(card, told.cards), old)));
  }

  /** Why nothing is proposed, and how many seats could not be moved anyway. */
  idle(told) {
    const { t } = this.ctx;
    const blocked = Object.entries(told.blocked).map(([why, n]) => t("advice.blocked.one", { n, why: t(`advice.blocked.${why}`) }));
    const more = blocked.length ? t("advice.blocked", { list: this.board.names(blocked) }) : "";
    return `${t(`advice.idle.${told.idle}`)}${more}`;
  }

  /** What a proposal is beside the best one: a part of it, or another way. */
  rank(card, [best]) {
    const { t } = this.ctx;
    if (card === best) return t("advice.rank.best");
    const [whole, own] = [best, card].map((one) => new Set(one.orders.flatMap((order) => order.seats)));
    const part = own.size < whole.size && [...own].every((seat) => whole.has(seat));
    return t(part ? "advice.rank.part" : "advice.rank.other");
  }

  card(card, rank, old) {
    const { t } = this.ctx;
    const node = box("article", "proposal");
    const acts = box("div", "acts");
    for (const order of card.orders) acts.append(this.act(card, order, old));
    const scroll = box("div", "scroll");
    scroll.append(this.table(card));
    const sure = t("advice.sure", { share: fmt.whole(card.sure), low: fmt.count(round1(card.saved[1])), high: fmt.count(round1(card.saved[2])) });
    node.append(box("h3", "m", rank), box("p", "say", this.sentence(card.reason)), acts, scroll, box("p", "m", `${sure} ${this.past(card)}`));
    return node;
  }

  seats(names) {
    return this.board.names(names.map((one) => this.board.seat(one)));
  }

  sentence(why) {
    const { t } = this.ctx;
    const share = (value) => (isNumber(value) ? `${fmt.whole(value)}%` : fmt.DASH);
    const told = { queue: this.board.queue(why.queue), n: why.seats, waiting: why.waiting, gains: round1(why.gains), level: share(why.level), after: share(why.level_after) };
    const donor = why.donor ? t("advice.donor", { donor: this.board.queue(why.donor), costs: round1(why.costs), level: share(why.donor_level) }) : "";
    return t(`advice.because.${why.because}`, { ...told, donor });
  }

  /** One order in words, with the button that fills the form. */
  act(card, order, old) {
    const { t, state } = this.ctx;
    const row = box("div", "way");
    const names = this.seats(order.seats);
    if (order.undo) return this.ways(row, old, t("moves.undo"), () => this.undo.open(order.undo, order.seats), t("advice.undo", { seats: names }));
    const take = () => this.take(card, order);
    if (order.ready) {
      const list = this.board.names(card.levers.map((one) => t(`advice.lever.${one}`)));
      return this.ways(row, old, t("advice.take"), take, t("advice.levers", { list, seats: names }));
    }
    const queues = this.board.names(Object.keys(order.queues).map((one) => this.board.queue(one)));
    const back = Object.keys(order.queues).map((one) => card.back_at[one]).find(isNumber);
    const until = isNumber(back) && order.minutes ? t("advice.until", { at: fmt.time(back, state.site.zone, false), n: order.minutes }) : t("moves.for.good");
    return this.ways(row, old, t("advice.take"), take, t(order.beside ? "advice.way.beside" : "advice.way", { seats: names, queues, until }));
  }

  /** A button beside its words; what is old is not followed. */
  ways(row, old, label, act, words) {
    const button = gated(this.ctx, "seats", pushButton("btn", label, act));
    if (old || this.ctx.replay) button.disabled = true;
    row.append(button, box("span", "", words));
    return row;
  }

  /** The order goes into the form, where two clicks confirm it. */
  take(card, order) {
    const { board } = this;
    const why = this.sentence(card.reason).slice(0, 200);
    const left = board.apply({ ...order, name: "", why });
    setText(this.left, left.length ? this.ctx.t("moves.crew.without", { names: this.seats(left) }) : "");
    board.order.node.scrollIntoView({ block: "nearest" });
    board.order.why.focus();
  }

  table(card) {
    const { t } = this.ctx;
    const table = box("table", "table");
    const head = el("tr", {}, el("th", { class: "l", scope: "col" }, t("advice.queue")), el("th", { scope: "col" }, t("advice.span")));
    for (const name of ADVICE_FIGURES) head.append(el("th", { scope: "col" }, t(`moves.effect.${name}`)));
    table.append(head, ...card.effects.map((one) => this.row(one)));
    return table;
  }

  row(effect) {
    const { t } = this.ctx;
    const role = effect.gets ? t("advice.gets") : effect.gives ? t("advice.gives") : "";
    const row = el("tr", {}, el("th", { class: "l", scope: "row" }, [this.board.queue(effect.queue), role].filter(Boolean).join(" · ")));
    row.append(el("td", {}, t("moves.minutes", { n: Math.round(effect.horizon_s / 60) })));
    for (const name of ADVICE_FIGURES) {
      const form = name === "wait_s" ? fmt.clock : (share) => (isNumber(share) ? `${fmt.percent(share)}%` : fmt.DASH);
      const [before, after] = [effect.before[name], effect.after[name]];
      const span = after ? `${form(after.low)}–${form(after.high)}` : "";
      row.append(el("td", { title: span ? t("advice.range", { span }) : null }, `${form(before?.value)} → `, el("b", {}, form(after?.value))));
    }
    return row;
  }

  /** How far advice that was followed was off. */
  past({ past, own }) {
    const { t } = this.ctx;
    if (!past.n || !isNumber(past.service_level.mae)) return t("advice.error.none");
    const points = (value) => (isNumber(value) ? (value * 100).toFixed(1).replace("-", MINUS) : fmt.DASH);
    const told = { n: past.n, bias: points(past.service_level.bias), mae: points(past.service_level.mae), gone: points(past.abandoned.mae), right: past.right, signs: past.signs };
    return t(own ? "advice.error.own" : "advice.error", told);
  }
}

/** The page on how advice went, in this page's look. */
function adviceAddress() {
  const kept = new URLSearchParams([...new URLSearchParams(location.search)].filter(([name]) => ["lang", "theme", "site"].includes(name)));
  return `advice?${kept}`;
}

/** A number of calls with one decimal. */
function round1(value) {
  return isNumber(value) ? Math.round(value * 10) / 10 : 0;
}
