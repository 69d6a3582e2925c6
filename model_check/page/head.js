// The top of the page: what went wrong, and why.

import { $, h, put } from "./dom.js";
import { claimList } from "./sections.js";
import { plain } from "./values.js";

const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

/** Say what the page shows. */
export function showHead(viewer) {
  const { document: trace, story } = viewer.runs[0];
  const title = titleOf(trace);
  document.title = title;
  $("title").textContent = title;
  put($("verdict"), plain(trace.verdict));
  $("verdict").className = `verdict ${trace.verdict === "VIOLATED" ? "bad" : ""}`;
  put(
    $("why"),
    h(
      "div",
      {},
      trace.property && h("p", { class: "says" }, plain(trace.property.sentence)),
      trace.bug && bugText(trace.bug),
    ),
    h(
      "div",
      {},
      story.why.map((each) => h("p", { class: "reason" }, linked(viewer, each))),
      noReturn(viewer),
      parting(viewer),
    ),
  );
  put($("claim"), claimList(trace));
  put(
    $("sides"),
    viewer.runs.length > 1 ? viewer.runs.map((run, at) => sideButton(viewer, run, at)) : null,
  );
  $("alone").hidden = viewer.runs.length < 2;
}

/** Text in which each step that is named can be gone to. */
function linked(viewer, text) {
  const link = (number) =>
    h(
      "button",
      { type: "button", class: "link", onclick: () => viewer.go(Number(number)) },
      `step ${number}`,
    );
  return plain(text)
    .split(/\bstep (\d+)\b/)
    .map((part, at) => (at % 2 ? link(part) : part));
}

function titleOf({ property, steps, model, shortest }) {
  const what = `${count(steps.length, "step")} of ${plain(model.name)}`;
  if (!property) return `A run: ${what}`;
  const kind = shortest === false ? "Counterexample" : "Shortest counterexample";
  return `${kind} to ${plain(property.name)}: ${what}`;
}

function bugText({ number, title, rule, rule_doc: doc, place, source }) {
  const text = (value) => (typeof value === "string" ? plain(value.replace(/\s+/g, " ")) : "");
  return [
    h("p", { class: "bug" }, h("strong", {}, text(number)), `: ${text(title)}`),
    h(
      "p",
      { class: "place" },
      "The rule that it breaks: ",
      h("code", {}, text(rule)),
      place ? ` (${text(place)})` : "",
      doc ? `: ${text(doc)}` : "",
      source ? ` Source: ${text(source)}` : "",
    ),
  ];
}

function noReturn(viewer) {
  const { no_return: step, no_return_note: note } = viewer.data;
  const text = note ?? (Number.isInteger(step) ? `The point of no return is step ${step}.` : "");
  return text && h("p", { class: "note" }, "⚑ ", linked(viewer, text));
}

function parting(viewer) {
  const { runs, part, partWhy } = viewer;
  if (runs.length < 2) return null;
  const text =
    part === null
      ? "The two runs are the same."
      : `The runs part at step ${part}${partWhy ? `: ${partWhy}` : "."}`;
  return h("p", { class: "note" }, "≠ ", linked(viewer, text));
}

const sideButton = (viewer, run, at) =>
  h(
    "button",
    { type: "button", "aria-pressed": String(viewer.side === at), onclick: () => viewer.turn(at) },
    `${at ? "Ⅱ" : "Ⅰ"} ${plain(run.title)}`,
  );
