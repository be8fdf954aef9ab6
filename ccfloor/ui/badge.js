/*
 * The plan's level behind the navigation's link to the plan page. A board on the page tells it once a second;
 * without one the server is asked. It is written by a style sheet: the link itself belongs to the page.
 */
const ASK_MS = 5000;
const TOLD_MS = 4000;
const LINK = 'a[data-testid="stPageLink-NavLink"]:is([href^="plan?"], [href*="/plan?"], [href="plan"], [href$="/plan"])';

const badge = { data: null, told: 0, shown: null };

/** What stands behind the link: [word, colour] or null. */
function look({ level, incident, stale }, { words, colours }) {
  if (level < 1 && incident) return [words.incident, colours.over];
  const word = words[String(level)];
  return word ? [word, stale ? colours.ink2 : level >= 1 ? colours.over : colours["warn-ink"]] : null;
}

function sheet() {
  const known = document.getElementById("ccfloor-badge");
  if (known) return known;
  const made = document.createElement("style");
  made.id = "ccfloor-badge";
  document.head.append(made);
  return made;
}

function show(state) {
  const found = look(state, badge.data);
  const rule = found
    ? `${LINK}{display:flex}${LINK}::after{content:${JSON.stringify(found[0])};margin-left:auto;font-weight:700;font-size:.875rem;color:${found[1]}}`
    : "";
  const node = sheet();
  if (node.textContent !== rule) node.textContent = rule;
}

async function ask() {
  if (document.hidden || Date.now() - badge.told < TOLD_MS) return;
  try {
    const answer = await fetch(`${badge.data.home}/api/v1/plan/level`);
    if (answer.ok) show(await answer.json());
  } catch (error) {
    console.info(error.message);
  }
}

function start() {
  document.addEventListener("ccfloor-plan", ({ detail }) => {
    badge.told = Date.now();
    show(detail);
  });
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, ASK_MS);
}

export default function ({ data }) {
  if (!badge.data) start();
  badge.data = data;
  ask();
}
