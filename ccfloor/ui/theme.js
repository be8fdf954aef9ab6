/*
 * Streamlit takes its theme from the browser's memory, one entry a path, when the page loads. This writes the
 * theme of the URL for all of our paths and loads the page once more if it came up in the other one.
 */
const SLOT = (path) => `stActiveTheme-${path}-v2`;
const TRIED = "ccfloor-theme-tried";

const shade = (colour) => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  return probe.fillStyle;
};

/** A choice of language or theme keeps everything else that stands in the address, filters included. */
function follow(event) {
  const link = event.target.closest?.(".ccfloor-switch a");
  if (!link) return;
  event.preventDefault();
  const address = new URL(location.href);
  for (const [name, value] of new URL(link.href).searchParams) address.searchParams.set(name, value);
  location.assign(address);
}
document.addEventListener("click", follow);

/**
 * What a page shows stands in its address. Back and forward change the address alone, and Streamlit would keep the
 * parameters of the page one comes from: the page is loaded anew, so that it shows what the address says. What a
 * page adds to its address before anybody touched it is no step: back would lead to where it is added once more.
 */
let shownAt = location.pathname + location.search;
let touched = false;
for (const act of ["pointerdown", "keydown"]) addEventListener(act, () => { touched = true; }, true);
const [push, replace] = [history.pushState.bind(history), history.replaceState.bind(history)];
const noted = (change) => (state, title, address) => {
  change(state, title, address);
  shownAt = location.pathname + location.search;
};
history.replaceState = noted(replace);
history.pushState = noted((state, title, address) => {
  const here = new URL(address ?? location.href, location.href).pathname === location.pathname;
  (here && !touched ? replace : push)(state, title, address);
  touched = false;
});
addEventListener("popstate", (event) => {
  if (shownAt === location.pathname + location.search) return; // another part of the same page
  event.stopImmediatePropagation();
  location.reload();
}, true);

/**
 * An address may name a part of a page (#course). Streamlit goes there when the part appears, while what stands
 * above it is still growing: go there once more when it has come to rest, unless somebody scrolls meanwhile.
 */
let sought = "";
function seek() {
  if (!location.hash || sought === location.href) return;
  sought = location.href;
  const name = decodeURIComponent(location.hash.slice(1));
  let [place, calm, left] = [NaN, 0, 60];
  const stop = () => clearInterval(timer);
  const timer = setInterval(() => {
    const part = document.getElementById(name);
    const now = part?.closest("[data-testid=stMain]")?.scrollHeight;
    calm = now && now === place ? calm + 1 : 0;
    place = now;
    if (calm === 4) part.scrollIntoView();
    if (calm === 4 || (left -= 1) === 0) stop();
  }, 100);
  for (const act of ["wheel", "pointerdown", "keydown"]) addEventListener(act, stop, { once: true });
}

/** Charts are drawn in pixels by the server: it is told how much larger than usual our letters are. */
function tell() {
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  document.cookie = `ccfloor_scale=${scale.toFixed(2)}; path=/; max-age=31536000; SameSite=Lax`;
}

export default function ({ data, parentElement }) {
  seek();
  tell();
  const wanted = JSON.stringify(data.theme === "light" ? "Light" : "Dark");
  for (const path of data.paths) localStorage.setItem(SLOT(path), wanted);
  const shown = getComputedStyle(parentElement).getPropertyValue("--st-background-color").trim();
  if (!shown || shade(shown) === shade(data.ground)) return sessionStorage.removeItem(TRIED);
  if (sessionStorage.getItem(TRIED) === wanted) return;
  sessionStorage.setItem(TRIED, wanted);
  location.reload();
}
