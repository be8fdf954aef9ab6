/* Building and patching nodes. Text from the switch goes in as text only, never as markup. */

/** A node: el("b", {class: "n", title: "…"}, child, "text"). Attributes that are null are left out. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets a node's text if it differs: an unchanged node is never touched. */
function setText(node, value) {
  const text = String(value);
  if (node.textContent !== text) node.textContent = text;
}

function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

function setAttr(node, name, value) {
  if (value === null || value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function setStyle(node, name, value) {
  if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
}

/**
 * Keeps one child of `parent` per item, in order, reusing the nodes by key.
 * `create(item)` makes a node, `patch(node, item, index)` brings it up to date.
 */
function keyed(parent, items, keyOf, create, patch) {
  const known = parent.__keyed || (parent.__keyed = new Map());
  const wanted = new Set(items.map(keyOf));
  for (const [key, node] of known) if (!wanted.has(key)) (node.remove(), known.delete(key));
  const focused = parent.getRootNode().activeElement; // a node that is put elsewhere would lose it
  let place = null;
  items.forEach((item, index) => {
    const key = keyOf(item);
    if (!known.has(key)) known.set(key, create(item));
    const node = known.get(key);
    const next = place ? place.nextSibling : parent.firstChild;
    if (next !== node) parent.insertBefore(node, next);
    patch(node, item, index);
    place = node;
  });
  if (focused && parent.contains(focused) && parent.getRootNode().activeElement !== focused) focused.focus({ preventScroll: true });
}
