/* Icons: solid silhouettes on a 24-unit grid, so that a state is told by its shape as well as its colour. */
const ICONS = {
  ready: "M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19z",
  ring: "M12 1.5c-4.2 0-7 3.1-7 7.4V15l-3 3.6h20L19 15V8.9c0-4.3-2.8-7.4-7-7.4zM8.8 20a3.2 3.2 0 0 0 6.4 0z",
  talk: "M3 3h18v18H3z",
  hold: "M4 3h6v18H4zM14 3h6v18h-6z",
  wrap: "M3 4h18v3.4H3zM3 10.3h18v3.4H3zM3 16.6h11V20H3z",
  out: "M8 3h13v13h-4V9.9L5.8 21 3 18.2 14.1 7H8z",
  callback: "M10 3v5h4a7 7 0 0 1 0 14H5v-4h9a3 3 0 0 0 0-6h-4v5L2 10z",
  break: "M2 5h16v3h1.5a4 4 0 0 1 0 8.5H17.4A6 6 0 0 1 12 20H8a6 6 0 0 1-6-6zM18 10.6V14h1.3a1.7 1.7 0 0 0 0-3.4z",
  meal: "M1.5 10h21a10.5 10.5 0 0 1-6 9.400V21.500h-9v-2.100a10.5 10.5 0 0 1-6-9.400zM6 3h2.200v5H6zM11 2h2.200v6H11zM16 3h2.200v5H16z",
  meeting:
    "M7 4a3.6 3.6 0 1 1 0 7.200A3.6 3.6 0 0 1 7 4zM17 4a3.6 3.6 0 1 1 0 7.200A3.6 3.6 0 0 1 17 4zM1 20v-2.500A4.5 4.5 0 0 1 5.5 13h3a4 4 0 0 1 2.7 1.100V20zM12.8 20v-5.900a4 4 0 0 1 2.7-1.100h3a4.5 4.5 0 0 1 4.5 4.500V20z",
  training: "M12 3 24 8.5 12 14 0 8.500zM5 12.600l7 3.2 7-3.200V18c-2 1.9-4.3 2.8-7 2.800S7 19.9 5 18z",
  coaching: "M2 3h20v13h-9l-6 5.500V16H2z",
  busy: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM6 10v4h12v-4z",
  auto: "M5.5 2 12 8.5 18.5 2 22 5.5 15.5 12 22 18.5 18.5 22 12 15.5 5.5 22 2 18.5 8.5 12 2 5.500z",
  offline: "M4 10.400h16v3.200H4z",
  unknown:
    "M7 8.500C7 5 9.3 3 12.3 3s5.2 1.9 5.2 4.700c0 4-4 4.1-4 7.300h-3.300c0-4.7 3.9-4.8 3.9-7.1 0-1-.7-1.7-1.9-1.700s-2 .8-2 2.300zM10 17.300h3.700V21H10z",
  triangle: "M12 2 23.5 22H.5z",
  triangle_open: "M12 2 23.5 22H.5zM12 8 5.7 19h12.600z",
  octagon: "M7.4 1h9.200L23 7.400v9.200L16.6 23H7.400L1 16.600V7.400z",
  tick: "M9.5 20.5 1.5 12.5 4.3 9.700l5.2 5.200L19.7 4.500l2.8 2.800z",
  box: "M2 2h20v20H2zM5 5v14h14V5z",
  dot: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z",
  pulse: "M0 13.500v-3h6L9.5 2l5 15 2.5-6.500h7v3h-5L14.5 22l-5-14.500L8 13.500z",
  mute: "M12 1.500c-2 0-3.7.7-4.9 1.900L19 15.300V8.900c0-4.3-2.8-7.4-7-7.400zM5 9v6l-3 3.600h12.700zM8.8 20a3.2 3.2 0 0 0 6.4 0zM2.6 1 .8 2.800l20.6 20.6 1.8-1.800z",
  play: "M5 2.500 21 12 5 21.500z",
  stand: "M5 3h5v18H5zM14 3h5v18h-5z",
  hop: "M3 3l12 9-12 9zM17 3h4v18h-4z",
  hop_back: "M21 3 9 12l12 9zM3 3h4v18H3z",
  expand: "M2 2h8v3H5v5H2zM14 2h8v8h-3V5h-5zM2 14h3v5h5v3H2zM19 14h3v8h-8v-3h5z",
};

const SVG = "http://www.w3.org/2000/svg";

/** An icon as an SVG node; an unknown name gives the question mark. */
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  setIcon(svg, name);
  return svg;
}

/** Gives an existing icon node another shape, in place. */
function setIcon(svg, name) {
  if (svg.dataset.icon === name) return;
  svg.dataset.icon = name;
  svg.firstChild.setAttribute("d", ICONS[name] || ICONS.unknown);
}
