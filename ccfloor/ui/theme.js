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

export default function ({ data, parentElement }) {
  const wanted = JSON.stringify(data.theme === "light" ? "Light" : "Dark");
  for (const path of data.paths) localStorage.setItem(SLOT(path), wanted);
  const shown = getComputedStyle(parentElement).getPropertyValue("--st-background-color").trim();
  if (!shown || shade(shown) === shade(data.ground)) return sessionStorage.removeItem(TRIED);
  if (sessionStorage.getItem(TRIED) === wanted) return;
  sessionStorage.setItem(TRIED, wanted);
  location.reload();
}
