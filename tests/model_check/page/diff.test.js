import assert from "node:assert/strict";
import { test } from "node:test";

import { compare, notOnDisk } from "./diff.js";
import { documents } from "./fixtures.js";
import { same } from "./values.js";

const server = (fields) => ({ $: "Server", id: "n1", term: 1, log: [], ...fields });

const leaves = (difference) =>
  difference.parts.length ? difference.parts.flatMap(leaves) : [difference];

test("a change is shown at the field that it is in", () => {
  const found = compare(server({}), server({ term: 2, log: ["a"] }));
  const changed = leaves(found).filter(({ how }) => how !== "same");
  assert.deepEqual(
    changed.map(({ name, how, before, after }) => [name, how, before, after]),
    [
      ["term", "changed", 1, 2],
      ["[1]", "added", undefined, "a"],
    ],
  );
});

test("members of sets and keys of maps come and go", () => {
  const sets = leaves(compare({ $set: ["a", "b"] }, { $set: ["b", "c"] }));
  assert.deepEqual(
    sets.map(({ how, before, after }) => [how, before ?? after]),
    [
      ["removed", "a"],
      ["added", "c"],
    ],
  );
  const maps = leaves(
    compare(
      {
        $map: [
          ["x", 1],
          ["y", 2],
        ],
      },
      {
        $map: [
          ["y", 3],
          ["z", 4],
        ],
      },
    ),
  );
  assert.deepEqual(
    maps.map(({ name, how }) => [name, how]),
    [
      ["x", "removed"],
      ["y", "changed"],
      ["z", "added"],
    ],
  );
});

test("things of different kinds are compared as wholes", () => {
  for (const [one, other] of [
    [null, server({})],
    [
      { $: "A", x: 1 },
      { $: "B", x: 1 },
    ],
    [[1], { $set: [1] }],
  ]) {
    const found = compare(one, other);
    assert.equal(found.how, "changed");
    assert.deepEqual(found.parts, []);
  }
});

test("states of runs differ exactly where paxiom says that they changed", () => {
  let seen = 0;
  for (const { initial, steps } of documents) {
    const states = new Map(initial.nodes.map(({ node, state }) => [node, state]));
    for (const step of steps.filter(({ after }) => after)) {
      const [before, after] = [states.get(step.node), step.after.state];
      states.set(step.node, after);
      if (before === null || after === null) continue;
      seen += 1;
      assert.equal(compare(before, after).how === "same", step.changes.length === 0);
      for (const leaf of leaves(compare(before, after))) {
        assert.equal(leaf.how === "same", same(leaf.before, leaf.after));
      }
    }
  }
  assert.ok(seen > 300);
});

test("a crash loses what is not on disk under its name or as a record of its class", () => {
  const state = {
    $: "Server",
    id: "n1",
    stable: { $: "Stable", term: 2 },
    role: "LEADER",
    votes: { $set: [] },
  };
  const names = (disk) => notOnDisk("n1", state, disk).map(({ name, disk: kept }) => [name, kept]);
  assert.deepEqual(names({ $: "Stable", term: 2 }), [["role", undefined]]);
  assert.deepEqual(names({ $: "Stable", term: 1 }), [
    ["stable", { $: "Stable", term: 1 }],
    ["role", undefined],
  ]);
  assert.deepEqual(names({ $: "Record", role: "LEADER" }), [["stable", undefined]]);
  assert.deepEqual(notOnDisk("n1", { $: "Server", vote: null }, { $: "Stable", vote: "n2" }), [
    { name: "vote", value: null, disk: "n2" },
  ]);
  assert.deepEqual(names(null), [
    ["stable", undefined],
    ["role", undefined],
  ]);
  assert.deepEqual(notOnDisk("n1", null, { $: "Stable" }), []);
  assert.deepEqual(notOnDisk("n1", 7, null), [{ name: "state", value: 7, disk: undefined }]);
});
