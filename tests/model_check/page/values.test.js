import assert from "node:assert/strict";
import { test } from "node:test";

import { told } from "./fixtures.js";
import { isEmpty, keyOf, kindOf, plain, shapeOf, short } from "./values.js";

test("every value is shown as the terminal shows it", () => {
  assert.ok(told.shorts.length > 300);
  for (const [value, text] of told.shorts) assert.equal(short(value), text);
});

test("odd values are shown, whatever they are", () => {
  assert.equal(short(undefined), "None");
  assert.equal(short({ $set: "no list" }), "{$set: 'no list'}");
  assert.equal(short({ $map: [1, [2, 3]] }), "{1, 2: 3}");
  assert.equal(short({ $: 7 }), "{$: 7}");
  assert.equal(short({ $: "Ping", on: true, off: false }), "Ping(on=True)");
});

test("what is invisible or turns text around is escaped", () => {
  assert.equal(plain("a\u202eb\u0007\u200b\n"), "a\\u202eb\\x07\\u200b\\n");
  assert.equal(plain("plain text, für alle ✓"), "plain text, für alle ✓");
});

test("values are told apart by shape, kind and key", () => {
  assert.deepEqual([[1], { $set: [] }, { $map: [] }, { $: "A" }, "a", null].map(shapeOf), [
    "list",
    "set",
    "map",
    "record",
    "atom",
    "atom",
  ]);
  assert.deepEqual([{ $: "Vote" }, { $enum: "Timer", name: "RETRY" }, "tick", 3].map(kindOf), [
    "Vote",
    "RETRY",
    "tick",
    "3",
  ]);
  assert.ok([null, false, [], { $set: [] }, { $map: [] }].every(isEmpty));
  assert.ok(![0, "", true, [0], {}].some(isEmpty));
  assert.notEqual(keyOf("1"), keyOf(1));
});
