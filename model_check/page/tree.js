// A state, or what changed of it, as nested lists.

import { h } from "./dom.js";
import { fieldsOf, isEmpty, plain, shapeOf, short } from "./values.js";

const LONG = 64; // a longer value is opened field by field
const SIGNS = { added: "+", removed: "−", changed: "→" };

/** Draw a comparison; with `all`, what is the same too. Null if there is nothing to draw. */
export function drawn(difference, { hidden = new Set(), all = false } = {}) {
  const items = difference.parts.length
    ? difference.parts.filter((part) => !hidden.has(part.name)).map((part) => item(part, all))
    : [item(difference, all)];
  return items.some(Boolean) ? h("ul", { class: "tree" }, items) : null;
}

/** One field or member, with what is inside it. */
export function item(difference, all = false) {
  const { name, how, parts } = difference;
  if (how === "same" && !all) return null;
  const label = name ? field(name) : null;
  if (!parts.length) return h("li", { class: how }, label, leaf(difference));
  const isRecord = shapeOf(difference.after) === "record";
  return h("li", { class: "inner" }, label, drawn(difference, { all: all && isRecord }));
}

const field = (name) => h("span", { class: "field" }, plain(name));

function leaf({ how, before, after }) {
  if (how === "same") return valueOf(after);
  const sign = h("span", { class: "sign", title: how }, SIGNS[how]);
  const old = how === "added" ? null : h("del", {}, short(before));
  const fresh = how === "removed" ? null : h("ins", {}, short(after));
  return how === "changed" ? [old, " ", sign, " ", fresh] : [sign, " ", old ?? fresh];
}

/** A value: on one line if it is short, else field by field. */
export function valueOf(value) {
  const text = short(value);
  if (text.length <= LONG)
    return h("span", { class: isEmpty(value) ? "value empty" : "value" }, text);
  const inside = insideOf(value);
  if (!inside.length) return h("span", { class: "value" }, text);
  return [
    h("span", { class: "kind" }, value.$ ? plain(String(value.$)) : ""),
    h(
      "ul",
      { class: "tree" },
      inside.map(([name, each]) => h("li", {}, name === null ? null : field(name), valueOf(each))),
    ),
  ];
}

function insideOf(value) {
  switch (shapeOf(value)) {
    case "record":
      return fieldsOf(value).map((name) => [name, value[name]]);
    case "list":
      return value.map((each, at) => [`[${at + 1}]`, each]);
    case "set":
      return value.$set.map((each) => [null, each]);
    case "map":
      return value.$map.map((each) =>
        Array.isArray(each) ? [short(each[0]), each[1]] : [null, each],
      );
    default:
      return [];
  }
}
