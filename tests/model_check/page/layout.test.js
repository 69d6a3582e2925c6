import assert from "node:assert/strict";
import { test } from "node:test";

import { everything, placesOf, rowsOf } from "./filter.js";
import { documents } from "./fixtures.js";
import { ROW, arrowsOf, lanesOf, lineOf, segmentsOf, within, yOf } from "./layout.js";
import { Run } from "./run.js";

const runs = documents.map((document) => new Run({ document }));

const laid = (run, filter = everything()) => {
  const rows = rowsOf(run, filter);
  return { rows, arrows: arrowsOf(run, filter, placesOf(rows, run.length)) };
};

test("every end of every message has its arrow, from a send before it", () => {
  for (const run of runs) {
    const { arrows } = laid(run);
    const ends = run.story.messages.flatMap(({ number, ends: all }) =>
      all.map(({ step }) => `${number} ${step}`),
    );
    const drawn = arrows
      .filter(({ step }) => step)
      .map(({ message, step }) => `${message.number} ${step}`);
    assert.deepEqual(drawn.sort(), ends.sort());
    for (const { how, from, to } of arrows) assert.ok(how === "flight" ? from === to : from < to);
  }
});

test("what never arrives is drawn once, and a second arrival is told from the first", () => {
  const hows = new Set();
  for (const run of runs) {
    for (const arrow of laid(run).arrows) hows.add(arrow.how);
    const flying = laid(run)
      .arrows.filter(({ how }) => how === "flight")
      .map(({ message }) => message.number);
    assert.equal(new Set(flying).size, flying.length);
    const never = run.story.messages.filter(({ ends }) => !ends.length).map(({ number }) => number);
    assert.ok(never.every((each) => flying.includes(each)));
  }
  for (const run of runs) {
    const count = (number, how) =>
      laid(run).arrows.filter((arrow) => arrow.message.number === number && arrow.how === how)
        .length;
    for (const { number } of run.story.messages
      .filter(({ fate }) => fate === "duplicated")
      .slice(0, 3)) {
      const { ends } = run.story.messages[number - 1];
      assert.equal(count(number, "delivered"), 1);
      assert.equal(
        count(number, "duplicated"),
        ends.filter(({ how }) => how === "delivered").length - 1,
      );
    }
  }
  assert.deepEqual([...hows].sort(), ["delivered", "discarded", "duplicated", "flight", "lost"]);
});

test("a message sent and received within one fold is not drawn", () => {
  const run = new Run({ document: documents[0] });
  const moments = run.story.moments.map((moment) => ({ ...moment, matters: false }));
  run.story = { ...run.story, moments };
  const { rows, arrows } = laid(run, { ...everything(), matters: true });
  assert.deepEqual(rows, [{ step: 0 }, { from: 1, to: run.length - 1 }, { step: run.length }]);
  const drawn = arrows.filter(({ how }) => how !== "flight").map(({ from, to }) => [from, to]);
  assert.deepEqual(drawn, [[1, 2]]);
});

test("arrows keep within the lanes of their nodes, and only the delivered reach theirs", () => {
  for (const run of runs) {
    const lanes = lanesOf(run.nodes, everything(), 400);
    for (const arrow of laid(run).arrows) {
      const { x, y } = lineOf(arrow, lanes);
      const to = lanes.x.get(arrow.message.to);
      assert.ok(x > 0 && x < lanes.width + lanes.gap && y >= yOf(arrow.from));
      if (arrow.how === "delivered") assert.ok(Math.abs(x - to) <= 8 && y === yOf(arrow.to));
      if (arrow.how === "lost" && arrow.message.source !== arrow.message.to)
        assert.ok(Math.abs(x - to) > 8);
    }
  }
});

test("lanes are as wide as there is room, within reason", () => {
  const gap = (nodes, room, hidden = []) =>
    lanesOf(nodes, { ...everything(), nodes: new Set(hidden) }, room).gap;
  assert.equal(gap(["a", "b"], 200), 100);
  assert.equal(gap(["a"], 2000), 132);
  assert.equal(gap(["a", "b", "c", "d", "e"], 100), 46);
  assert.equal(gap(["a", "b", "c"], 200, ["c"]), 100);
});

test("only the arrows in sight are drawn", () => {
  const arrows = [
    { from: 0, to: 2 },
    { from: 1, to: 9 },
    { from: 5, to: 6 },
  ];
  assert.deepEqual(within(arrows, 3, 4), [arrows[1]]);
  assert.deepEqual(within(arrows, 2, 5), arrows);
});

test("a lane says for every row whether its node runs, leads, is down or stopped", () => {
  const hows = new Set();
  for (const run of runs) {
    const { rows } = laid(run);
    for (const node of run.nodes) {
      const segments = segmentsOf(run, node, rows, 0, rows.length - 1);
      assert.equal(segments[0].from, 0);
      assert.equal(segments.at(-1).to, rows.length);
      segments.slice(1).forEach(({ from }, at) => assert.equal(from, segments[at].to));
      for (const { from, to, how } of segments) {
        hows.add(how);
        for (let row = from; row < to; row++) {
          const { status } = run.local(node, rows[row].step);
          assert.equal(how === "up" || how === "leads" ? "up" : how, status);
        }
      }
    }
  }
  assert.deepEqual([...hows].sort(), ["down", "leads", "stopped", "up"]);
  assert.equal(yOf(1) - yOf(0), ROW);
});
