// The panel: everything about the state after one step.

import { compare } from "./diff.js";
import { told } from "./diagram.js";
import { h, put, section } from "./dom.js";
import { nodeCards } from "./nodes.js";
import { logGrid, propertyList, quorumView, flightList, stepLink } from "./sections.js";
import { drawn, valueOf } from "./tree.js";
import { plain, short } from "./values.js";

/** Fill `host` with the state of `run` after a step. */
export function showPanel(host, run, view, { go, other, before = [] }) {
  const { step, filter } = view;
  const log = logGrid(run, step, filter);
  const quorums = quorumView(run, step, go);
  const properties = propertyList(run, step, go);
  const focused = host.contains(document.activeElement) ? document.activeElement : null;
  put(
    host,
    stepHead(run, view, go),
    before,
    other && section("apart", "Beside the other run", apart(run, step, other, filter)),
    log && section("log", "Logs", log),
    quorums && section("quorum", "Quorums found so far", quorums),
    section("nodes", "Nodes", h("div", { class: "cards" }, nodeCards(run, view))),
    properties && section("props", "Properties", properties),
    section(
      "flight",
      `In flight: ${run.flight(step).reduce((sum, { copies }) => sum + (copies ?? 1), 0)}`,
      flightList(run, step, filter),
    ),
    run.history(step) !== null &&
      section("history", "What is on record of the whole run", history(run, step)),
  );
  if (focused) (again(focused) ?? host).focus({ preventScroll: true });
}

/** What now stands for an element that was drawn anew, if it can be told. */
const again = ({ id, dataset: { place } }) =>
  (id && document.getElementById(id)) || document.querySelector(`.choice[data-place="${place}"]`);

function stepHead(run, { step, filter }, go) {
  const found = run.step(step);
  if (!found)
    return h(
      "header",
      { class: "step" },
      h("h2", {}, h("span", { class: "number" }, "0"), "The start"),
      judged(run, 0),
      starts(run),
    );
  const moment = run.story.moments[step - 1];
  const previous = run.local(found.node, step - 1);
  const changed = found.after
    ? drawn(compare(previous.state ?? null, found.after.state ?? null), { hidden: filter.fields })
    : null;
  const bothUp = previous.state !== null && found.after?.state !== null;
  return h(
    "header",
    { class: "step" },
    h("h2", {}, h("span", { class: "number" }, run.scheduled(step)), told(found)),
    judged(run, step),
    found.error !== null && h("p", { class: "violated" }, plain(found.error)),
    changed && bothUp && h("div", { class: "changes" }, changed),
    effects(found),
    (found.quorums ?? []).map(({ field, members }) =>
      h(
        "p",
        { class: "quorum" },
        `finds a quorum, ${plain(field)}: {${members.map(plain).join(", ")}}`,
      ),
    ),
    causes(run, moment, go),
  );
}

/** What properties make of the state after a step. */
const judged = (run, step) => [
  run.violated(step).map((name) => h("p", { class: "violated" }, `✗ violates ${plain(name)}`)),
  run
    .witnessed(step)
    .map((name) => h("p", { class: "witnessed" }, `✓ first state with ${plain(name)}`)),
];

const starts = (run) => {
  const flying = run.flight(0).length;
  return h(
    "p",
    { class: "causes" },
    `${run.nodes.length} nodes have booted; ${flying ? `${flying} messages are` : "no message is"} in flight.`,
  );
};

/** Effects in their order; sends of one message to many on one line. */
function effects({ effects: all }) {
  const lines = [];
  for (const effect of all) {
    const isSend = effect.$ === "Send";
    const text = isSend
      ? short(effect.message)
      : effect.$ === "Persist"
        ? "persist to disk"
        : short(effect);
    const last = lines.at(-1);
    if (isSend && last?.send && last.text === text) last.to.push(effect.to);
    else lines.push({ send: isSend, text, to: isSend ? [effect.to] : [] });
  }
  if (!lines.length) return null;
  return h(
    "ol",
    { class: "effects" },
    lines.map(({ send, text, to }) =>
      h(
        "li",
        {},
        send
          ? [
              h("span", { class: "field" }, "send"),
              h("b", {}, text),
              ` to ${to.map((each) => plain(String(each))).join(", ")}`,
            ]
          : h("b", {}, text),
      ),
    ),
  );
}

function causes(run, { causes: steps, matters }, go) {
  return h(
    "p",
    { class: "causes" },
    steps.length
      ? ["caused by ", steps.map((each, at) => [at ? ", " : "", stepLink(run, each, go)])]
      : "caused by no step before it",
    matters ? null : "; does not matter to what went wrong",
  );
}

function history(run, step) {
  const [before, after] = [run.history(Math.max(step - 1, 0)), run.history(step)];
  const difference = compare(before, after);
  return [
    difference.how === "same" ? null : h("div", { class: "changes" }, drawn(difference)),
    h("div", {}, valueOf(after)),
  ];
}

/** What differs between two runs after the same steps of a schedule, node by node. */
function apart(run, step, { run: other, step: there }, filter) {
  const found = run.nodes
    .filter((node) => other.nodes.includes(node) && !filter.nodes.has(node))
    .map((node) => {
      const [mine, theirs] = [run.local(node, step), other.local(node, there)];
      if (mine.status !== theirs.status)
        return h(
          "li",
          {},
          h("strong", {}, plain(node)),
          ` is ${plain(mine.status)} here, ${plain(theirs.status)} there`,
        );
      const difference = drawn(compare(mine.state ?? null, theirs.state ?? null), {
        hidden: filter.fields,
      });
      return difference && h("li", {}, h("strong", {}, plain(node)), difference);
    })
    .filter(Boolean);
  return [
    h(
      "p",
      { class: "key" },
      `this run → ${plain(other.title)}${other.scheduled(there) < run.scheduled(step) ? `, which is at step ${other.scheduled(there)}` : ""}`,
    ),
    found.length
      ? h("ul", { class: "tree" }, found)
      : h("p", { class: "none" }, "all nodes are in the same state"),
  ];
}
