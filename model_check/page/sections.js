// Views of a state that protocols have in common: logs, quorums, properties, messages in flight.

import { h } from "./dom.js";
import { logOf } from "./run.js";
import { isObject, kindOf, plain, short } from "./values.js";

const HUES = 8; // colours of terms, in turn; the number is always there too
const PAIRS_MAX = 6;

/** The logs of all nodes side by side, or null if the protocol shows none. */
export function logGrid(run, step, filter) {
  const rows = run.nodes
    .filter((node) => !filter.nodes.has(node))
    .map((node) => ({ node, shown: run.shown(node, step), last: lastShown(run, node, step) }))
    .map((row) => ({ ...row, log: logOf(row.shown ?? row.last) }));
  const width = Math.max(0, ...rows.map(({ log }) => log?.length ?? 0));
  if (!rows.some(({ log }) => log)) return null;
  const places = Array.from({ length: Math.max(width, 1) }, (_, at) => at + 1);
  return h(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": "logs" },
    h(
      "table",
      { class: "logs" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, "log"),
          h("th", { scope: "col" }, "term"),
          places.map((at) => h("th", { scope: "col" }, at)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) => logRow(run, step, row, places)),
      ),
    ),
    h("p", { class: "key" }, "number: term of the entry. ✓ applied, ┃ committed up to here"),
  );
}

/** What a node that is down showed last. */
function lastShown(run, node, step) {
  for (let at = step; at >= 0; at--) {
    const shown = run.shown(node, at);
    if (shown !== null) return shown;
  }
  return null;
}

function logRow(run, step, { node, shown, last, log }, places) {
  const known = shown ?? last ?? {};
  const leads = run.leads(node, step);
  return h(
    "tr",
    { class: shown ? "" : "down" },
    h(
      "th",
      { scope: "row" },
      plain(node),
      leads ? h("span", { class: "crown", title: "leads" }, " ♛") : null,
      shown ? null : " (down)",
    ),
    h("td", { class: "term" }, Number.isInteger(known.term) ? known.term : ""),
    places.map((at) => logCell(log?.[at - 1], at, known)),
  );
}

function logCell(entry, at, { commit, applied }) {
  const edge = at === commit ? " commit" : "";
  if (!entry) return h("td", { class: `entry none${edge}` }, "");
  const hue = Number.isInteger(entry.term) ? ((entry.term - 1 + HUES) % HUES) + 1 : 0;
  const command = Object.hasOwn(entry, "command") ? entry.command : null;
  const [isCommitted, isApplied] = [at <= (commit ?? 0), at <= (applied ?? 0)];
  const said = `entry ${at}: term ${short(entry.term)}, ${command === null ? "no-op" : short(command)}${isCommitted ? ", committed" : ""}${isApplied ? ", applied" : ""}`;
  return h(
    "td",
    {
      class: `entry hue${hue}${isCommitted ? " committed" : ""}${edge}`,
      title: said,
      "aria-label": said,
    },
    h("b", {}, short(entry.term)),
    command === null ? "" : ` ${short(command)}`,
    isApplied ? h("span", { class: "applied" }, "✓") : null,
  );
}

/** Who found which quorum when, and which two that should meet do not; null if none is known. */
export function quorumView(run, step, go) {
  const found = distinct(run.quorums(step));
  if (!found.length) return null;
  const apart = disjoint(found);
  return [
    h(
      "div",
      { class: "wide", tabindex: "0", role: "region", "aria-label": "quorums" },
      h(
        "table",
        { class: "quorums" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["step", "found by", "quorum"].map((each) => h("th", { scope: "col" }, each)),
            run.nodes.map((node) => h("th", { scope: "col" }, plain(node))),
          ),
        ),
        h(
          "tbody",
          {},
          found.map((quorum) => quorumRow(run, quorum, apart, go)),
        ),
      ),
    ),
    apart
      .slice(0, PAIRS_MAX)
      .map(([one, other]) =>
        h(
          "p",
          { class: "disjoint" },
          `✗ ${named(run, one)} and ${named(run, other)} share no node`,
        ),
      ),
    apart.length > PAIRS_MAX &&
      h("p", { class: "disjoint" }, `and ${apart.length - PAIRS_MAX} more such pairs`),
  ];
}

function quorumRow(run, quorum, apart, go) {
  const lonely = apart.some((pair) => pair.includes(quorum));
  return h(
    "tr",
    { class: lonely ? "bad" : "" },
    h("td", {}, stepLink(run, quorum.step, go)),
    h("td", {}, plain(quorum.node)),
    h("td", {}, `${plain(quorum.field)}${lonely ? " ✗" : ""}`),
    run.nodes.map((node) => {
      const isIn = quorum.members.includes(node);
      return h("td", { class: "member", "aria-label": isIn ? "in" : "out" }, isIn ? "●" : "·");
    }),
  );
}

const named = (run, { step, field, members }) =>
  `${plain(field)} {${members.map(plain).join(", ")}} of step ${run.scheduled(step)}`;

/** Each set found for each purpose once, when it was found first. */
export function distinct(quorums) {
  const seen = new Set();
  return quorums.filter(({ field, members, node }) => {
    const key = JSON.stringify([field, node, [...members].sort()]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Pairs without a common node: of two purposes, or of the one purpose that there is. */
export function disjoint(quorums) {
  const alone = new Set(quorums.map(({ field }) => field)).size === 1;
  return quorums.flatMap((one, at) =>
    quorums
      .slice(at + 1)
      .filter(
        (other) =>
          (alone || one.field !== other.field) &&
          !one.members.some((each) => other.members.includes(each)),
      )
      .map((other) => [one, other]),
  );
}

/** A button that goes to a step. */
export const stepLink = (run, step, go) => {
  const number = run.scheduled(step);
  return h(
    "button",
    {
      class: "link",
      type: "button",
      onclick: () => go(step),
      "aria-label": `go to step ${number}`,
    },
    number,
  );
};

const STATUS = {
  holds: "✓ holds so far",
  violated: "✗ violated here",
  "was violated": "✗ violated before",
  seen: "✓ seen",
  "not yet": "○ not seen yet",
};

/** Every property and what is known of it after the step. */
export function propertyList(run, step, go) {
  const known = run.properties(step);
  if (!known.length) return null;
  return h(
    "table",
    { class: "properties" },
    h("caption", { class: "hidden" }, "properties"),
    h(
      "tbody",
      {},
      known.map(({ name, sentence, status, at }) =>
        h(
          "tr",
          { class: `is-${status.replace(" ", "-")}` },
          h("th", { scope: "row", title: plain(sentence) }, plain(name)),
          h(
            "td",
            {},
            STATUS[status],
            at.length
              ? [
                  " at ",
                  at.slice(0, 3).map((each, n) => [n ? ", " : "", stepLink(run, each, go)]),
                  at.length > 3 ? " …" : "",
                ]
              : null,
          ),
        ),
      ),
    ),
  );
}

/** The messages in flight after a step. */
export function flightList(run, step, filter) {
  const flying = run
    .flight(step)
    .filter(
      ({ source, to, message }) =>
        !filter.nodes.has(source) && !filter.nodes.has(to) && !filter.kinds.has(kindOf(message)),
    );
  if (!flying.length) return h("p", { class: "none" }, "no message");
  return h(
    "ul",
    { class: "flying" },
    flying.map(({ source, to, message, copies }) =>
      h(
        "li",
        {},
        h("span", { class: "route" }, `${plain(source)} → ${plain(to)} `),
        short(message),
        copies > 1 ? ` × ${copies}` : "",
      ),
    ),
  );
}

/** The claim: what was checked, in which surroundings. */
export function claimList({ model, paxiom, verdict }) {
  const told = Object.entries(model).filter(([name]) => name !== "name");
  const rows = [
    ["model", model.name],
    ["verdict", verdict],
    ...told,
    ["paxiom", paxiom ?? "unknown"],
  ];
  return h(
    "dl",
    { class: "claim" },
    rows.map(([name, value]) => [h("dt", {}, plain(name)), h("dd", {}, said(value))]),
  );
}

const said = (value) =>
  isObject(value) && !("$" in value)
    ? Object.entries(value)
        .map(([name, each]) => `${plain(name)}: ${short(each)}`)
        .join(", ")
    : short(value);
