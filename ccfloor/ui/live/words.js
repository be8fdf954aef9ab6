/* Texts by key, their places filled. The same way in Python: `text` of texts.py. */

const PLACE = /\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g;

/** t(key, details): "{n}" is the detail itself, "{n|seat|seats}" the first word if it is 1, else the second. */
function translator(texts) {
  return (key, details = {}) =>
    (texts[key] ?? key).replace(PLACE, (place, name, one, many) => {
      if (!(name in details)) return place;
      const shown = String(details[name]);
      return one === undefined ? shown : shown === "1" ? one : many;
    });
}
