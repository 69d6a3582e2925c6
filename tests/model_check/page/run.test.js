import assert from "node:assert/strict";
import { test } from "node:test";

import { documents, told } from "./fixtures.js";
import { Run, deeds, headlineText, logOf, markOf } from "./run.js";
import { partOf, partText } from "./part.js";
import { same } from "./values.js";

const runs = documents.map((document) => new Run({ document }));
const ofBug = (number) => runs.find(({ document }) => document.bug?.number === number);

test("a headline is that of the terminal", () => {
  documents.forEach(({ steps }, at) =>
    assert.deepEqual(steps.map(headlineText), told.runs[at].headlines),
  );
});

test("a node after a step is what the last step at it has left", () => {
  for (const run of runs) {
    const locals = new Map(run.document.initial.nodes.map((each) => [each.node, each]));
    for (const step of [null, ...run.steps]) {
      if (step?.after) locals.set(step.node, step.after);
      for (const node of run.nodes) {
        const { status, state, disk } = run.local(node, step?.number ?? 0);
        const wanted = locals.get(node);
        assert.ok(same([status, state, disk], [wanted.status, wanted.state, wanted.disk]));
      }
    }
  }
});

test("properties hold until a step violates them, and witnesses are seen once", () => {
  const run = ofBug("P03");
  const at = (number, name) => run.properties(number).find((each) => each.name === name);
  assert.equal(at(17, "agreement").status, "holds");
  assert.deepEqual([at(18, "agreement").status, at(18, "agreement").at], ["violated", [18]]);
  assert.equal(at(0, "some decision").status, "not yet");
  assert.deepEqual([at(18, "some decision").status, at(18, "some decision").at], ["seen", [17]]);
});

test("a property that was violated once is not said to hold again", () => {
  const document = structuredClone(ofBug("P03").document);
  document.steps[4].violates = ["validity"];
  const run = new Run({ document });
  const statuses = [4, 5, 6].map(
    (step) => run.properties(step).find(({ name }) => name === "validity").status,
  );
  assert.deepEqual(statuses, ["holds", "violated", "was violated"]);
});

test("a file of an older version says at least what was violated at its end", () => {
  const { properties, ...document } = structuredClone(ofBug("P03").document);
  for (const place of [document.initial, ...document.steps]) delete place.violates;
  const run = new Run({ document });
  assert.deepEqual(run.violated(18), ["agreement"]);
  assert.deepEqual(
    run.properties(18).map(({ name, status }) => [name, status]),
    [["agreement", "violated"]],
  );
});

test("a leader is who shows the progress of its peers, in older files too", () => {
  for (const number of ["R12", "R01"]) {
    const run = ofBug(number);
    const older = structuredClone(run.document);
    for (const place of [...older.initial.nodes, ...older.steps]) delete place.shows;
    const leaders = (which) => which.nodes.filter((node) => which.leads(node, which.length));
    assert.ok(leaders(run).length);
    assert.deepEqual(leaders(new Run({ document: older })), leaders(run));
    const logs = (which) =>
      which.nodes.map((node) => logOf(which.shown(node, which.length))?.map(({ term }) => term));
    assert.deepEqual(logs(new Run({ document: older })), logs(run));
  }
});

test("quorums are those found up to a step", () => {
  const run = ofBug("P13");
  assert.equal(run.quorums(0).length, 0);
  const found = run.quorums(run.length);
  assert.ok(
    found.some(({ field }) => field === "phase1") && found.some(({ field }) => field === "phase2"),
  );
  assert.ok(run.quorums(found[0].step - 1).length < found.length);
});

test("every step has a mark, and effects other than sends and the disk are told", () => {
  const marks = new Set(runs.flatMap((run) => run.steps.map(markOf)));
  assert.deepEqual([...marks].sort(), [
    "crash",
    "discard",
    "loss",
    "receive",
    "request",
    "restart",
    "stop",
    "timer",
  ]);
  assert.deepEqual(deeds(ofBug("P03").step(18)), ["Decide(a)"]);
});

test("what is on disk is of no interest where nothing is written and nothing crashes", () => {
  const none = structuredClone(ofBug("Q6").document);
  for (const each of [...none.initial.nodes, ...none.steps.map(({ after }) => after)])
    each.disk = null;
  none.model.faults = { crashes: 0, stops: 0, amnesias: 0 };
  assert.equal(new Run({ document: none }).canCrash, false);
  assert.equal(
    new Run({ document: { ...none, model: { ...none.model, faults: { crashes: 1 } } } }).canCrash,
    true,
  );
  assert.equal(ofBug("Q6").canCrash, true);
});

test("a lasso goes back to a step before its last, or to none", () => {
  const document = { ...ofBug("R12").document, loop: 3 };
  assert.equal(new Run({ document }).loop, 3);
  for (const loop of [8, 99, -1, null, "3"])
    assert.equal(new Run({ document: { ...document, loop } }).loop, null);
});

test("two runs part at the first step that is not the same", () => {
  const run = ofBug("P03");
  assert.equal(partOf(run, run), null);
  const other = structuredClone(run.document);
  other.steps[7].effects = [];
  assert.equal(partOf(run, new Run({ document: other, story: run.story })), 8);
  const shorter = new Run({ document: { ...run.document, steps: run.steps.slice(0, 5) } });
  assert.equal(partOf(run, shorter), 6);
  assert.match(partText(run, shorter, 6), /the run is over/);
});
