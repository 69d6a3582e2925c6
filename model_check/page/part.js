// Two runs beside each other: where they part.

import { headlineText } from "./run.js";
import { same } from "./values.js";

const WHAT = ["node", "event", "fault", "error", "effects", "after"];

/** The number of the first step that is not the same in both runs, or null. */
export function partOf(one, other) {
  const common = Math.min(one.length, other.length);
  for (let number = 1; number <= common; number++) {
    const [mine, theirs] = [one.step(number), other.step(number)];
    if (WHAT.some((field) => !same(mine[field], theirs[field]))) return number;
  }
  return one.length === other.length ? null : common + 1;
}

/** Say how the runs part at a step. */
export function partText(one, other, number) {
  const [mine, theirs] = [one, other].map((run) =>
    number <= run.length ? headlineText(run.step(number)) : "the run is over",
  );
  return mine === theirs ? `what comes of it differs: ${mine}` : `here: ${mine}; there: ${theirs}`;
}
