// Elements made without HTML: text goes in as text, whatever it says.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children
      .flat(Infinity)
      .filter((each) => each !== null && each !== undefined && each !== false),
  );
  return element;
}

/** Make an HTML element: `h("p", {class: "why"}, "text", child, [children])`. */
export const h = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

/** Make an SVG element. */
export const s = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/** Find the element of an id. */
export const $ = (id) => document.getElementById(id);

/** Put `children` in the place of all that is in `element`. */
export function put(element, ...children) {
  element.replaceChildren(
    ...children
      .flat(Infinity)
      .filter((each) => each !== null && each !== undefined && each !== false),
  );
  return element;
}

/** A section that can be folded; it stays as the reader left it. */
export function section(name, title, ...children) {
  const details = h("details", { class: `section ${name}`, open: !closed.has(name) });
  details.append(h("summary", {}, title), ...children.flat(Infinity).filter(Boolean));
  details.addEventListener("toggle", () => (details.open ? closed.delete(name) : closed.add(name)));
  return details;
}

const closed = new Set(["history", "flight", "faults", "cut"]);
