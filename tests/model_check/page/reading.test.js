import assert from "node:assert/strict";
import { test } from "node:test";

import { documents } from "./fixtures.js";
import { askedFor } from "./keys.js";
import { ReadingError, parseTrace, requireTrace } from "./reading.js";
import { disjoint, distinct } from "./sections.js";

const good = documents[0];
const refused = (content, reason) =>
  assert.throws(() => parseTrace("it", content), { constructor: ReadingError, message: reason });
const broken = (change) => {
  const document = structuredClone(good);
  change(document);
  return JSON.stringify(document);
};

test("traces are read, and results that have one in them", () => {
  for (const document of documents) assert.deepEqual(requireTrace("it", document), document);
  assert.deepEqual(
    parseTrace("it", `\uFEFF${JSON.stringify({ format: "paxiom result", trace: good })}`),
    good,
  );
});

test("what is no trace is refused, with the reason", () => {
  refused("", /not JSON/);
  refused(JSON.stringify(good).slice(0, -9), /only a part of one/);
  refused("[]", /does not say "format"/);
  refused('{"format": "paxiom result", "trace": null}', /without a trace/);
  refused(
    broken((it) => (it.version = 2)),
    /version 2 of the trace format; this page reads 1/,
  );
  refused(
    broken((it) => delete it.steps),
    /"steps" is missing/,
  );
  refused(
    broken((it) => (it.steps[2].node = 3)),
    /step 3 is not/,
  );
  refused(
    broken((it) => (it.steps[0].number = 5)),
    /numbered/,
  );
  refused(
    broken((it) => (it.verdict = "FINE")),
    /"verdict"/,
  );
  refused(
    broken((it) => (it.model.network.delivery = "pigeons")),
    /"model"/,
  );
  refused(
    broken((it) => (it.initial.flight = [{ source: "n1", to: "n2", message: 1, copies: 1e9 }])),
    /"initial"/,
  );
  refused(
    `{"format": "paxiom trace", "version": 1, "steps": ${"[".repeat(9000)}${"]".repeat(9000)}}`,
    /nested too deeply/,
  );
});

test("fields that older files lack may be missing", () => {
  const older = broken((it) => {
    delete it.properties;
    for (const step of it.steps)
      for (const name of ["shows", "quorums", "violates", "witnesses"]) delete step[name];
  });
  assert.equal(parseTrace("it", older).steps.length, good.steps.length);
});

const at = (selectors) => ({
  closest: (selector) => selectors.some((each) => selector.split(", ").includes(each)),
});

test("a key is ours unless it belongs to what has the focus", () => {
  assert.equal(askedFor({ key: "ArrowRight", target: at([]) }), "next");
  assert.equal(askedFor({ key: "j", target: at(["input"]) }), null);
  assert.equal(askedFor({ key: " ", target: at(["button"]) }), null);
  assert.equal(askedFor({ key: " ", target: at([]) }), "play");
  assert.equal(askedFor({ key: "ArrowRight", target: at([".wide"]) }), null);
  assert.equal(askedFor({ key: "m", target: at([".wide"]) }), "matters");
  assert.equal(askedFor({ key: "c", target: at([]), ctrlKey: true }), null);
  assert.equal(askedFor({ key: "constructor", target: at([]) }), null);
});

test("quorums that share no node are found, of two purposes or of the only one", () => {
  const quorum = (step, field, ...members) => ({ step, node: "n1", field, members });
  const phases = [
    quorum(1, "phase1", "a"),
    quorum(2, "phase2", "b", "c"),
    quorum(3, "phase2", "a", "d"),
  ];
  assert.deepEqual(disjoint(phases), [[phases[0], phases[1]]]);
  const alone = [
    quorum(1, "quorum", "a", "b"),
    quorum(2, "quorum", "c", "d"),
    quorum(3, "quorum", "b", "c"),
  ];
  assert.deepEqual(disjoint(alone), [[alone[0], alone[1]]]);
  assert.deepEqual(
    distinct([quorum(1, "q", "a", "b"), quorum(2, "q", "b", "a"), quorum(3, "p", "a", "b")]).map(
      ({ step }) => step,
    ),
    [1, 3],
  );
});
