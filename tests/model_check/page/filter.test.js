import assert from "node:assert/strict";
import { test } from "node:test";

import {
  everything,
  isMessageShown,
  nearestShown,
  nextShown,
  parseQuery,
  placesOf,
  rowsOf,
  search,
} from "./filter.js";
import { documents } from "./fixtures.js";
import { fragmentOf, readFragment } from "./link.js";
import { Run } from "./run.js";

const runs = documents.map((document) => new Run({ document }));
const run = runs.find(({ document }) => document.bug?.number === "R01");
const numbers = (rows) =>
  rows.flatMap(({ step, from, to }) =>
    step === undefined ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : [step],
  );

test("rows show or fold each step once, in order, and the last is shown", () => {
  for (const each of runs) {
    for (const filter of [
      everything(),
      { ...everything(), matters: true },
      { ...everything(), nodes: new Set([each.nodes[0]]) },
      { ...everything(), kinds: new Set(each.kinds) },
    ]) {
      const rows = rowsOf(each, filter);
      assert.deepEqual(
        numbers(rows),
        Array.from({ length: each.length + 1 }, (_, at) => at),
      );
      assert.equal(rows.at(-1).step, each.length);
      assert.ok(!rows.some((row, at) => row.to && rows[at + 1]?.to), "two folds are one");
      placesOf(rows, each.length).forEach((place, number) =>
        assert.ok((rows[place].step ?? rows[place].from) <= number),
      );
    }
  }
});

test("only what matters leaves out what the story says does not", () => {
  const rows = rowsOf(run, { ...everything(), matters: true });
  const shown = rows.filter(({ step }) => step).map(({ step }) => step);
  assert.deepEqual(
    shown,
    run.story.moments.filter(({ matters }) => matters).map(({ number }) => number),
  );
  assert.ok(shown.length < run.length);
});

test("a node or a kind of message that is hidden takes its steps and arrows along", () => {
  const filter = { ...everything(), nodes: new Set(["n3"]), kinds: new Set(["Vote"]) };
  const shown = rowsOf(run, filter).filter(({ step }) => step && step < run.length);
  assert.ok(
    shown.every(({ step }) => run.step(step).node !== "n3" && run.step(step).message?.$ !== "Vote"),
  );
  const messages = run.story.messages.filter((each) => isMessageShown(filter, each));
  assert.ok(
    messages.length &&
      messages.every(({ source, to, body }) => ![source, to].includes("n3") && body.$ !== "Vote"),
  );
});

test("a run that takes only some steps of a schedule keeps the places of the others", () => {
  const document = { ...run.document, steps: run.steps.slice(0, 4) };
  const other = new Run({ document, taken: [1, 2, 5, 6] });
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 9].map((step) => other.own(step)),
    [0, 1, 2, 2, 2, 3, 4, 4],
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((own) => other.scheduled(own)),
    [0, 1, 2, 5, 6],
  );
  const rows = rowsOf(other, everything());
  assert.deepEqual(
    rows.map(({ step, skipped }) => step ?? -skipped),
    [0, 1, 2, -3, -4, 3, 4],
  );
  other.until = 7;
  assert.deepEqual(rowsOf(other, everything()).slice(rows.length), [{ skipped: 7, after: 4 }]);
  assert.deepEqual(placesOf(rows, 4), [0, 1, 2, 5, 6]);
  assert.equal(nextShown(rows, 2, 1), 3);
  assert.deepEqual([run.own(7), run.own(99), run.scheduled(7)], [7, run.length, 7]);
});

test("moving goes over what is hidden, and stays at the ends", () => {
  const rows = rowsOf(run, { ...everything(), matters: true });
  for (let step = 0, next; (next = nextShown(rows, step, 1)) !== step; step = next) {
    assert.equal(nextShown(rows, next, -1), step);
  }
  assert.equal(nextShown(rows, 0, -1), 0);
  const { from, to } = rows.find((row) => row.from);
  assert.equal(nearestShown(rows, from), to + 1);
});

test("a query is words that must be there, that must not, and alternatives", () => {
  assert.deepEqual(parseQuery('Crash -lose | "has spaces" -"not this"'), [
    [
      { word: "crash", not: false },
      { word: "lose", not: true },
    ],
    [
      { word: "has spaces", not: false },
      { word: "not this", not: true },
    ],
  ]);
  assert.deepEqual(parseQuery("  | "), []);
});

test("search finds steps by what is said of them", () => {
  const timers = run.steps.filter(({ event }) => event.$ === "Fire").map(({ number }) => number);
  assert.deepEqual(search(run, "timer fires"), timers);
  assert.deepEqual(search(run, "timer n1 | nothing like it"), search(run, "timer n1"));
  assert.deepEqual(search(run, "lead( -nothing"), search(run, "lead("));
  assert.deepEqual(search(run, ""), []);
  assert.deepEqual(search(run, "leader completeness"), [run.length]);
});

test("a link brings back what was shown", () => {
  const filter = {
    matters: true,
    nodes: new Set(["n1", "<b>&=#"]),
    kinds: new Set(["Vote"]),
    fields: new Set(["role"]),
  };
  const fragment = fragmentOf({ step: 7, side: 1, query: 'a | "b c"', filter, path: [0, 3, 12] });
  assert.deepEqual(readFragment(fragment), {
    step: 7,
    side: 1,
    query: 'a | "b c"',
    filter,
    path: [0, 3, 12],
  });
});

test("a link that is none is taken for nothing", () => {
  for (const fragment of ["", "#", "#step=-1&path=1..2", "#step=x&side=9", "#step=1.5&path=a"]) {
    const { step, side, path } = readFragment(fragment);
    assert.deepEqual([step, side, path], [null, 0, []]);
  }
});
