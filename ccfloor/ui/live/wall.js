/* The wall board: header, plan slot, six headlines, queues and callers, seats. Everything has a fixed place. */
const IDLE_MS = 5000;

function buildTop(ctx) {
  const part = (name) => el("span", { class: name });
  const top = { site: el("b"), size: part("size"), slide: part("slide"), source: part("chip") };
  Object.assign(top, { hushMark: ctx.icon("triangle_open"), hushText: el("span") });
  top.hush = el("span", { class: "hush" }, top.hushMark, top.hushText);
  Object.assign(top, { ageMark: ctx.icon("dot"), ageText: el("span"), day: part("day"), clock: part("clock alive") });
  top.source.hidden = true;
  top.agePre = el("span", { class: "pre" }, ctx.t("age.prefix"));
  top.age = el("span", { class: "age" }, top.ageMark, top.agePre, top.ageText);
  ctx.own.top = top;
  const full = ctx.data.kiosk ? null : fullScreen(ctx);
  const left = [top.site, top.size, top.slide, top.hush, part("sp")];
  return el("div", { class: "top" }, ...left, top.source, ctx.own.chime.button, full, top.age, top.day, top.clock);
}

function fullScreen(ctx) {
  const words = { "data-note": ctx.t("wall.full_screen.hint"), "aria-label": ctx.t("wall.full_screen") };
  const button = el("button", { class: "full", type: "button", ...words }, ctx.icon("expand"));
  button.addEventListener("click", () => ctx.go("wall", { kiosk: "1" }));
  return button;
}

function patchTop(ctx, now) {
  const { state, own } = ctx;
  const { top } = own;
  const zone = state.site.zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
  setText(top.clock, fmt.time(now, zone));
  setText(top.day, fmt.day(now, zone, ctx.lang));
  patchAge(ctx, top, now);
  if (!state.ready) return;
  setText(top.site, siteName(state, ctx.lang));
  setText(top.size, ctx.t("wall.size", { queues: state.queues.length, seats: state.seats.length }));
  const { total, index } = own.slides;
  const details = { n: index + 1, total };
  setText(top.slide, total > 1 ? ctx.t("wall.slide", details) : "");
  setAttr(top.slide, "data-note", total > 1 ? ctx.t("wall.slide.hint", details) : null);
  patchSource(ctx, top);
  patchHush(ctx, top);
}

/** The worst of the rules beside the plan, said without raising the voice. */
function patchHush(ctx, top) {
  const { state, t, lang } = ctx;
  const { alarm, others } = worstAlarm(state.plan);
  top.hush.hidden = !alarm || state.freshness === "stale";
  if (!alarm) return;
  const words = [alarm.name[lang], alarm.about[lang]].filter(Boolean).join(" · ");
  setText(top.hushText, others ? t("plan.hush.more", { words, n: others }) : words);
  setIcon(top.hushMark, isFiring(alarm) ? "triangle" : "triangle_open");
  setClass(top.hush, isFiring(alarm) ? "hush on" : "hush");
  setAttr(top.hush, "data-note", alarm.say[lang]);
}

function patchAge(ctx, top, now) {
  const { state, t } = ctx;
  const seconds = dataAge(state, now);
  const stale = state.freshness === "stale";
  setIcon(top.ageMark, stale ? "triangle" : state.freshness === "live" ? "dot" : "triangle_open");
  const text = stale ? t("age.frozen", { time: spanText(seconds, t) }) : fmt.age(seconds, t);
  top.agePre.hidden = stale || seconds === null;
  setText(top.ageText, seconds === null ? t("age.none") : text);
}

/** One of several sources lost: said in the header, while the others' numbers go on. */
function patchSource(ctx, top) {
  const words = ctx.state.freshness === "stale" ? "" : lostWords(ctx.state, ctx.t);
  top.source.hidden = !words;
  setText(top.source, words);
}

/** Brings everything to the same second. */
function patchWall(ctx, now) {
  const at = ctx.measured();
  if (ctx.state.ready) {
    judgeQueues(ctx, at);
    ctx.own.slides.turn(now, at);
    patchTable(ctx, at);
    patchCallers(ctx, at);
    patchSeats(ctx, at);
  }
  judgeAlarm(ctx, at);
  ctx.own.chime.judge(now);
  patchTop(ctx, now);
  patchPlan(ctx, now, at);
  patchHeads(ctx, at);
}

/** Keeps the screen awake; refused away from https, where the display's own settings must do it. */
function keepAwake(ctx) {
  const ask = () => {
    if (document.visibilityState !== "visible") return;
    navigator.wakeLock?.request("screen").catch((error) => console.info(error.message));
  };
  ctx.own.awake = ask;
  document.addEventListener("visibilitychange", ask);
  ask();
}

/** On the unattended wall a resting pointer is hidden. */
function hidePointer(root, ctx) {
  const show = () => {
    setStyle(root, "cursor", "");
    clearTimeout(ctx.own.idle);
    ctx.own.idle = setTimeout(() => setStyle(root, "cursor", "none"), IDLE_MS);
  };
  root.addEventListener("pointermove", show);
  show();
}

registerBoard("wall", {
  narrow: 900, // the fixed sheet's smallest text would fall below 10 px

  mount(root, ctx) {
    Object.assign(ctx.own, { limits: limitsOf(ctx.state), alarm: new Hold(), reason: null });
    Object.assign(ctx.own, { mountedAt: ctx.now(), curveAt: 0, curveDirty: true });
    ctx.own.slides = new Slides(ctx);
    ctx.own.chime = new Chime(ctx);
    const left = el("div", { class: "left" }, buildTable(ctx), buildCallers(ctx));
    const low = el("div", { class: "low" }, left, buildSeats(ctx));
    ctx.own.sheet = el("div", { class: "sheet" });
    ctx.own.sheet.append(buildTop(ctx), buildPlan(ctx), buildHeads(ctx), low);
    root.append(ctx.own.sheet);
    ctx.own.chime.patch();
    if (ctx.data.kiosk) keepAwake(ctx), hidePointer(root, ctx);
  },

  update(root, state, changed, ctx) {
    if (changed.full) (ctx.own.limits = limitsOf(state)), ctx.own.chime.patch();
    if (changed.full || changed.seats.size || changed.queues.size || changed.gone.size) ctx.own.slides.deal();
    if (changed.curve || changed.plan) ctx.own.curveDirty = true;
    patchWall(ctx, ctx.now());
  },

  tick(root, state, now, ctx) {
    patchWall(ctx, now);
  },

  unmount(root, ctx) {
    ctx.own.chime.close();
    clearTimeout(ctx.own.idle);
    if (ctx.own.awake) document.removeEventListener("visibilitychange", ctx.own.awake);
  },
});
