// The marks of the diagram: each has a shape of its own, so that none needs its colour.

import { s } from "./dom.js";

/** The end of an arrow, at its tip and pointing along its line. */
export function head(how, { x, y, angle }) {
  const at = { transform: `translate(${x} ${y}) rotate(${angle})` };
  switch (how) {
    case "lost":
      return s("path", { class: "head open", d: "M-5-5L5 5M-5 5L5-5", ...at });
    case "discarded":
      return s("circle", { class: "head hollow", cx: -4, r: 4, ...at });
    case "flight":
      return s("path", { class: "head open", d: "M-7-4.5L0 0L-7 4.5", ...at });
    case "duplicated":
      return s("path", { class: "head solid", d: "M0 0L-8-4V4ZM-8 0L-16-4V4Z", ...at });
    default:
      return s("path", { class: "head solid", d: "M0 0L-9-4.5V4.5Z", ...at });
  }
}

const SHAPES = {
  receive: () => s("circle", { r: 4.5 }),
  discard: () => s("circle", { class: "hollow", r: 4.5 }),
  request: () => s("path", { d: "M0-6L6 0L0 6L-6 0Z" }),
  timer: () => s("path", { class: "hollow", d: "M-5-5.5H5L-5 5.5H5Z" }),
  crash: () => s("path", { class: "bad open", d: "M-6-6L6 6M-6 6L6-6" }),
  stop: () => s("path", { class: "bad open", d: "M-9 0H9M-6-6L6 6M-6 6L6-6" }),
  restart: () => s("path", { d: "M-6 5L0-6L6 5Z" }),
  error: () => s("path", { class: "bad", d: "M-2-8H2L1 2H-1ZM-1.6 4.5H1.6V7.5H-1.6Z" }),
  loss: () => s("path", { d: "" }),
};

/** The mark of a step on its lane; a fault that cuts it short is a cross below it. */
export function mark(kind, x, y, { violates, fault }) {
  const group = s("g", { class: `mark ${kind}`, transform: `translate(${x} ${y})` });
  if (violates) group.append(s("circle", { class: "ring", r: 9.5 }));
  group.append(SHAPES[kind]());
  if (fault) group.append(s("path", { class: "bad open", d: "M-4 6L4 14M-4 14L4 6" }));
  return group;
}

const LEGEND = [
  ["delivered", "delivered"],
  ["duplicated", "delivered again"],
  ["lost", "lost"],
  ["discarded", "discarded"],
  ["flight", "still in flight"],
];
const MARKS = [
  ["receive", "receives"],
  ["request", "takes up a request"],
  ["timer", "timer fires"],
  ["crash", "crashes"],
  ["stop", "stops for good"],
  ["restart", "restarts"],
  ["error", "handler raises"],
];
const LANES = [
  ["up", "runs"],
  ["leads", "leads"],
  ["down", "is down"],
];

const sample = (...children) =>
  s("svg", { viewBox: "0 0 56 20", width: 56, height: 20, "aria-hidden": "true" }, ...children);

/** Every mark with its meaning: pairs of picture and words. */
export function legend() {
  const arrows = LEGEND.map(([how, words]) => [
    sample(
      s("path", { class: `arrow ${how}`, d: "M4 10H46" }),
      head(how, { x: how === "flight" ? 46 : 50, y: 10, angle: 0 }),
    ),
    words,
  ]);
  const marks = MARKS.map(([kind, words]) => [sample(mark(kind, 28, 10, {})), words]);
  const lanes = LANES.map(([how, words]) => [
    sample(s("path", { class: `lane ${how}`, d: "M4 10H52" })),
    words,
  ]);
  const violation = [sample(mark("receive", 28, 10, { violates: true })), "a property is violated"];
  return [...arrows, ...marks, violation, ...lanes];
}
