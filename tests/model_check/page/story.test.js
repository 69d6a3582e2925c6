import assert from "node:assert/strict";
import { test } from "node:test";

import { documents, told } from "./fixtures.js";
import { StoryError, storyOf } from "./story.js";

test("a trace without its story is read as paxiom reads it", () => {
  const networks = new Set(documents.map(({ model }) => model.network.delivery));
  assert.deepEqual([...networks].sort(), ["duplicating", "fifo", "once"]);
  documents.forEach((document, at) =>
    assert.deepEqual(storyOf(document), { ...told.runs[at].story, why: [] }),
  );
});

test("the runs have messages of every fate", () => {
  const fates = new Set(told.runs.flatMap(({ story }) => story.messages.map(({ fate }) => fate)));
  assert.deepEqual([...fates].sort(), [
    "delivered",
    "discarded",
    "duplicated",
    "in flight",
    "lost",
  ]);
});

test("a trace that delivers what was never sent is refused", () => {
  const document = structuredClone(
    documents.find(({ steps }) => steps.some(({ event }) => event.$ === "Deliver")),
  );
  document.steps.find(({ event }) => event.$ === "Deliver").message = "never sent";
  assert.throws(() => storyOf(document), StoryError);
});
