// Which steps, lanes and messages are shown; and finding steps by their words.

import { headlineText } from "./run.js";
import { kindOf, plain, short } from "./values.js";

/** All shown. */
export const everything = () => ({
  matters: false,
  nodes: new Set(), // hidden
  kinds: new Set(), // hidden kinds of messages
  fields: new Set(), // hidden fields of states
});

/** Whether a step is shown; the last always is. */
export function isShown(run, filter, number) {
  if (number === run.length) return true;
  const moment = run.story.moments[number - 1];
  const step = run.step(number);
  if (filter.matters && !moment.matters) return false;
  if (filter.nodes.has(step.node)) return false;
  const takes = step.event.$ === "Deliver" || step.event.$ === "Lose";
  return !(takes && filter.kinds.has(kindOf(step.message)));
}

/** Whether a message is shown at all. */
export const isMessageShown = (filter, { source, to, body }) =>
  !filter.nodes.has(source) && !filter.nodes.has(to) && !filter.kinds.has(kindOf(body));

/**
 * The rows of the diagram from the top: the start, steps, folds of hidden steps, and steps of the
 * schedule that this run did not take.
 * @returns {Array<{step: number} | {from: number, to: number} | {skipped: number, after: number}>}
 */
export function rowsOf(run, filter) {
  const rows = [{ step: 0 }];
  const skip = (after, end) => {
    for (let left = run.scheduled(after) + 1; left < end; left++)
      rows.push({ skipped: left, after });
  };
  for (let number = 1; number <= run.length; number++) {
    skip(number - 1, run.scheduled(number));
    const last = rows.at(-1);
    if (isShown(run, filter, number)) rows.push({ step: number });
    else if (last.to === number - 1) last.to = number;
    else rows.push({ from: number, to: number });
  }
  skip(run.length, run.until + 1);
  return rows;
}

/** The row that each step is in, by its number; a fold is the row of all in it. */
export function placesOf(rows, length) {
  const places = new Array(length + 1).fill(0);
  rows.forEach((row, at) => {
    if (row.skipped) return;
    for (let n = row.step ?? row.from; n <= (row.step ?? row.to); n++) places[n] = at;
  });
  return places;
}

/** The next step shown from `number` on, in a direction; `number` itself if there is none. */
export function nextShown(rows, number, direction) {
  const steps = rows.filter((row) => row.step !== undefined).map((row) => row.step);
  const ahead = direction > 0 ? steps.find((n) => n > number) : steps.findLast((n) => n < number);
  return ahead ?? number;
}

/** The first step shown that is not before `number`. */
export const nearestShown = (rows, number) =>
  rows.find((row) => (row.step ?? -1) >= number)?.step ?? number;

// --- search --------------------------------------------------------------------------------------

/**
 * Read a query: words that must all be there, `-word` that must not, `a | b` for either,
 * "quotes" around what has spaces.
 * @returns {Array<Array<{word: string, not: boolean}>>} any of the lists, all of each
 */
export function parseQuery(query) {
  const terms = [...query.toLowerCase().matchAll(/(-?)"([^"]+)"|(\|)|(-?)([^\s|]+)/g)];
  const groups = [[]];
  for (const [, notQuoted, quoted, either, not, word] of terms) {
    if (either) groups.push([]);
    else groups.at(-1).push({ word: quoted ?? word, not: (notQuoted ?? not) === "-" });
  }
  return groups.filter((group) => group.length);
}

/** All that is said of a step, in lower case. */
export function wordsOf(step) {
  const changes = step.changes.flatMap((change) => [
    plain(change.path),
    ...["before", "after"].filter((key) => key in change).map((key) => short(change[key])),
    ...["added", "removed"]
      .filter((key) => Array.isArray(change[key]))
      .flatMap((key) => change[key].map(short)),
  ]);
  const told = [
    step.number,
    headlineText(step),
    step.error ?? "",
    ...changes,
    ...step.effects.map(short),
  ];
  return [...told, ...(step.violates ?? []), ...(step.witnesses ?? [])].join(" ").toLowerCase();
}

/** Find the numbers of the steps that a query asks for. */
export function search(run, query) {
  const groups = parseQuery(query);
  if (!groups.length) return [];
  return run.steps
    .filter((step) => {
      const words = wordsOf(step);
      return groups.some((group) => group.every(({ word, not }) => words.includes(word) !== not));
    })
    .map(({ number }) => number);
}
