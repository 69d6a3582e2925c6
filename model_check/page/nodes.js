// The nodes after a step: what is on disk, what is only in memory, and what a crash would lose.

import { compare, notOnDisk } from "./diff.js";
import { h } from "./dom.js";
import { drawn, item, valueOf } from "./tree.js";
import { fieldsOf, isEmpty, plain, shapeOf, short } from "./values.js";

/** A card for each node. */
export function nodeCards(run, { step, filter, opened, toggle }) {
  const own = run.step(step)?.node;
  return run.nodes
    .filter((node) => !filter.nodes.has(node))
    .map((node) => card(run, node, step, { isOwn: node === own, filter, opened, toggle }));
}

function card(run, node, step, { isOwn, filter, opened, toggle }) {
  const local = run.local(node, step);
  const before = isOwn ? run.local(node, step - 1) : local;
  const open = opened.get(node) ?? (isOwn || run.nodes.length <= 3);
  const details = h(
    "details",
    { class: `card ${isOwn ? "own" : ""}`, "data-node": node, open },
    h(
      "summary",
      {},
      title(run, node, step, local),
      open ? null : h("span", { class: "glance" }, glance(run, node, step)),
    ),
  );
  details.addEventListener("toggle", () => details.open !== open && toggle(node, details.open));
  if (open)
    details.append(
      ...(run.canCrash
        ? body(node, before, local, filter.fields)
        : [whole(before, local, filter.fields)]),
    );
  return details;
}

function title(run, node, step, { status }) {
  return h(
    "span",
    { class: "who" },
    h("strong", {}, plain(node)),
    run.leads(node, step) ? h("span", { class: "crown" }, " ♛ leads") : null,
    status === "up"
      ? null
      : h(
          "span",
          { class: "status" },
          ` ${status === "stopped" ? "stopped for good" : plain(status)}`,
        ),
  );
}

/** What a node shows to properties, for a card that is closed. */
function glance(run, node, step) {
  const { shows, state, disk } = run.local(node, step);
  return shows || state ? short(shows ?? state) : `on disk: ${short(disk ?? null)}`;
}

/** The state of a node that cannot crash. */
function whole({ state: before }, { state }, hidden) {
  return h("div", { class: "store memory" }, stored(compare(before ?? null, state), state, hidden));
}

function body(node, before, local, hidden) {
  const { state, disk } = local;
  const isUp = local.status === "up";
  const lost = notOnDisk(node, state, disk).filter(({ name }) => !hidden.has(name));
  return [
    h(
      "div",
      { class: "store disk" },
      h("h3", {}, "▣ On disk", h("small", {}, "survives a crash")),
      disk === null || disk === undefined
        ? h("p", { class: "none" }, "nothing")
        : stored(compare(before.disk ?? null, disk), disk, hidden),
    ),
    isUp &&
      h(
        "div",
        { class: "store memory" },
        h("h3", {}, "▢ In memory", h("small", {}, "a crash here loses this")),
        lost.length
          ? memory(lost, before.state)
          : h("p", { class: "none" }, "nothing that is not on disk"),
      ),
  ].filter(Boolean);
}

/** A value with what has changed of it; as it is where it was another kind of thing before. */
function stored(difference, value, hidden) {
  const { how, parts } = difference;
  if (parts.length) return drawn(difference, { hidden, all: true });
  if (how === "changed") return drawn(difference);
  if (shapeOf(value) !== "record") return h("ul", { class: "tree" }, h("li", {}, valueOf(value)));
  const fields = fieldsOf(value).map((name) => compare(value[name], value[name], name));
  return drawn({ ...difference, parts: fields }, { hidden, all: true });
}

function memory(lost, before) {
  return h(
    "ul",
    { class: "tree" },
    lost.map(({ name, value, disk }) => {
      const had = typeof before === "object" && before !== null && Object.hasOwn(before, name);
      const difference = compare(had ? before[name] : value, value, name);
      const unsaved =
        disk === undefined
          ? null
          : h("span", { class: "unsaved" }, ` not saved; the disk has ${short(disk)}`);
      if (difference.how !== "same") {
        const line = item(difference);
        if (unsaved) line.append(unsaved);
        return line;
      }
      return h(
        "li",
        { class: isEmpty(value) ? "faint" : "" },
        h("span", { class: "field" }, plain(name)),
        valueOf(value),
        unsaved,
      );
    }),
  );
}
