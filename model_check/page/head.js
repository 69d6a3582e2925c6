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
    trace.property && h("p", { class: "says" }, plain(trace.property.sentence)),
    trace.bug && bugText(trace.bug),
    story.why.map((each) => h("p", { class: "reason" }, plain(each))),
    noReturn(viewer),
    parting(viewer),
  );
  put($("claim"), claimList(trace));
  put($("sides"), viewer.runs.length > 1 ? viewer.runs.map((run, at) => sideButton(viewer, run, at)) : null);
  $("alone").hidden = viewer.runs.length < 2;
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

function noReturn({ data }) {
  if (typeof data.no_return !== "number") return data.no_return_note ? h("p", { class: "note" }, `⚑ ${plain(data.no_return_note)}`) : null;
  const note = data.no_return_note ? ` ${plain(data.no_return_note)}` : "";
  return h("p", { class: "note" }, `⚑ Point of no return: step ${data.no_return}.${note}`);
}

function parting(viewer) {
  if (viewer.runs.length < 2) return null;
  if (viewer.part === null) return h("p", { class: "note" }, "⑂ The two runs are the same.");
  const button = h("button", { type: "button", class: "link", onclick: () => viewer.go(viewer.part) }, `step ${viewer.part}`);
  return h("p", { class: "note" }, "⑂ The runs part at ", button, viewer.partWhy ? `: ${plain(viewer.partWhy)}` : ".");
}

const sideButton = (viewer, run, at) =>
  h("button", { type: "button", "aria-pressed": String(viewer.side === at), onclick: () => viewer.turn(at) }, `${at ? "Ⅱ" : "Ⅰ"} ${plain(run.title)}`);
