/* What the desktop boards share: short forms of building nodes, ordered lists, the server's routes. */

/** A node with a class and a text: box("b", "n", "12"). */
function box(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function pushButton(className, text, onClick) {
  const node = box("button", className, text);
  node.type = "button";
  node.addEventListener("click", onClick);
  return node;
}

/** A button of an act: grey, with the reason, where the server would refuse it. */
function gated(ctx, right, button) {
  const why = ctx.data.refused?.[right];
  if (!why) return button;
  button.disabled = true;
  button.title = why;
  return button;
}

/** Puts nodes into a parent in this order with as few moves as possible; the focus survives a move. */
function arrange(parent, wanted) {
  const root = parent.getRootNode();
  const focused = parent.contains(root.activeElement) ? root.activeElement : null;
  const keep = new Set(wanted);
  for (const node of [...parent.children]) if (!keep.has(node)) node.remove();
  let cursor = parent.firstElementChild;
  for (const node of wanted) {
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  if (focused?.isConnected && root.activeElement !== focused) focused.focus({ preventScroll: true });
}

/** Options of a select as [value, words] pairs, rebuilt only when they differ. */
function setChoices(select, pairs, value) {
  const key = JSON.stringify(pairs);
  if (select.dataset.choices !== key) {
    select.dataset.choices = key;
    select.replaceChildren(...pairs.map(([id, words]) => el("option", { value: id }, words)));
  }
  if (select.value !== value) select.value = value;
}

/** A select that shows a filter of the board. */
function dropdown(label, onChange) {
  const select = el("select", { class: "cc-chip", "aria-label": label });
  select.addEventListener("change", () => onChange(select.value));
  return select;
}

/**
 * JSON of a route of ours; with a body it is a POST. Throws an error whose `code` names a sentence. A replay asks
 * for what was stored by its own instant, and changes nothing.
 */
async function askServer(ctx, path, query = {}, body = undefined) {
  if (ctx.replay && body !== undefined) throw Object.assign(new Error("replay"), { code: "replay" });
  const url = new URL(`${ctx.data.home}/api/v1/${path}`, location.href);
  if (ctx.data.site) url.searchParams.set("site", ctx.data.site);
  if (ctx.replay) url.searchParams.set("at", ctx.measured().toFixed(3));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const headers = { "Content-Type": "application/json", "x-ccfloor-csrf": ctx.data.csrf };
  const post = { method: "POST", body: JSON.stringify(body), headers };
  const answer = await fetch(url, body === undefined ? {} : post);
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { code: data.error || "", about: data });
  return data;
}

const WHO_KEY = "ccfloor-who";

/** Who acts in this browser. */
class Who {
  constructor(ctx, onChange) {
    Object.assign(this, { ctx, onChange });
    this.name = ctx.data.me || recall(WHO_KEY);
  }

  take(name) {
    if (name === this.name || this.ctx.data.me) return;
    this.name = name;
    remember(WHO_KEY, name);
    this.ctx.value("who", name);
    this.onChange();
  }
}

/* A browser may forbid its memory to pages: then the name lasts as long as the page. */
function recall(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch (error) {
    console.info(error.message);
    return "";
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    console.info(error.message);
  }
}

/**
 * The line above a board: title, a fact beside it, how old the data are, the time. Under it, only while the
 * data are stale, one amber sentence that says so and of when the picture is.
 */
class PageHead {
  constructor(ctx, title) {
    this.ctx = ctx;
    this.mountedAt = ctx.now();
    this.node = box("header", "head");
    this.sub = box("span", "sub");
    this.lost = box("span", "lost alive");
    this.lost.hidden = true;
    this.fresh = box("span", "fresh");
    this.dot = icon("dot");
    this.age = box("span");
    this.fresh.append(this.dot, this.age);
    this.clock = box("span", "clock alive");
    this.strip = box("div", "strip");
    this.strip.setAttribute("role", "status");
    this.strip.hidden = true;
    this.node.append(box("h1", "", ctx.t(title)), this.sub, box("span", "sp"), this.lost, this.fresh, this.clock);
  }

  tick(state, now) {
    const { ctx } = this;
    const age = dataAge(state, now);
    setText(this.clock, ctx.fmt.time(now, state.site.zone));
    setText(this.age, age === null ? ctx.t("age.none") : ctx.t("age.chip", { age: ctx.fmt.age(age, ctx.t) }));
    setClass(this.fresh, `fresh alive ${state.freshness}`);
    setIcon(this.dot, state.freshness === "live" ? "dot" : "triangle_open");
    const lost = state.freshness === "stale" ? "" : lostWords(state, ctx.t);
    this.lost.hidden = !lost;
    setText(this.lost, lost);
    this.strip.hidden = state.freshness !== "stale" && (state.freshness !== "none" || now - this.mountedAt < 5);
    if (!this.strip.hidden) setText(this.strip, this.sentence(state, age));
  }

  sentence(state, age) {
    const { ctx } = this;
    const cause = causeOf(state, ctx.t, ctx.lang).replace(/[。.]$/, "");
    if (!state.ready) return ctx.t("page.none", { cause });
    const parts = { time: ctx.fmt.clock(age), cause };
    return ctx.t("page.stale", { ...parts, at: ctx.fmt.time(ctx.measured(), state.site.zone) });
  }
}

function svgNode(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/* distances of lines on a time axis */
const STEPS_S = [900, 1800, 3600, 7200, 10800, 21600];

/** Instants with a line and a label: counted from the start of the day, about `each` pixels apart or more. */
function dayTicks(start, end, dayStart, width, each) {
  const most = Math.max(2, Math.floor(width / each));
  const step = STEPS_S.find((seconds) => (end - start) / seconds <= most) || 43200;
  const out = [];
  for (let at = dayStart + Math.ceil((start - dayStart) / step) * step; at <= end; at += step) out.push(at);
  return out;
}

/** Pixels of one rem: charts are drawn in pixels and scale with the page's root. */
function remPx() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** How a number stands against its target: "" | "warn" | "over". `near`: how far beyond the target is only near. */
function verdict(value, target, near, more = false) {
  if (!isNumber(value) || !isNumber(target)) return "";
  const beyond = more ? value - target : target - value;
  if (beyond <= 1e-9) return "";
  return beyond <= near ? "warn" : "over";
}
