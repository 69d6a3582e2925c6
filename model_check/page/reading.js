// Reading a trace from a file that anybody may have made: refused unless it can be shown.

import { isObject } from "./values.js";

export const SIZE_MAX = 32_000_000; // as paxiom trace has it
const COPIES_MAX = 9_999;
const DEPTH_MAX = 200; // of values within values

/** A file is not a trace that this page can show; the message says why. */
export class ReadingError extends Error {}

const text = (value) => typeof value === "string";
const textOrNull = (value) => value === null || text(value);
const list = (member) => (value) => Array.isArray(value) && (!member || value.every(member));
const record = (shape) => (value) => isObject(value) && !misfit(shape, value);
const optional = (wanted) => (value) => value === undefined || wanted(value);
const orNull = (wanted) => (value) => value === null || wanted(value);

const oneOf =
  (...texts) =>
  (value) =>
    texts.includes(value);
const copies = (value) =>
  value === undefined || (Number.isInteger(value) && value >= 1 && value <= COPIES_MAX);

const LOCAL = { status: text };
const FLYING = record({ source: text, to: text, copies });
const QUORUM = record({ field: text, members: list(text) });
const STEP = record({
  number: Number.isInteger,
  node: text,
  action: text,
  event: isObject,
  effects: list(isObject),
  fault: textOrNull,
  error: textOrNull,
  changes: list(record({ path: text })),
  after: orNull(record(LOCAL)),
  flight: optional(orNull(list(FLYING))),
  quorums: optional(orNull(list(QUORUM))),
  violates: optional(orNull(list(text))),
  witnesses: optional(orNull(list(text))),
});
const PROPERTY = record({ name: text, sentence: text, kind: text, subject: text });
const TRACE = {
  model: record({
    name: text,
    nodes: list(),
    network: record({ delivery: oneOf("once", "duplicating", "fifo") }),
  }),
  verdict: oneOf("VIOLATED", "RUN"),
  property: orNull(PROPERTY),
  properties: optional(orNull(list(PROPERTY))),
  initial: record({
    nodes: list(record({ node: text, ...LOCAL })),
    flight: list(FLYING),
    violates: optional(orNull(list(text))),
    witnesses: optional(orNull(list(text))),
  }),
  steps: list(STEP),
  evidence: list(record({ of: text })),
  bug: optional(orNull(isObject)),
  loop: optional(orNull(Number.isInteger)),
};

/** Name the first field of `value` that is missing or not as it must be. */
function misfit(shape, value) {
  return Object.keys(shape).find((name) => !shape[name](value[name]));
}

/** Read a trace document, or a result that has one in it, from text. */
export function parseTrace(name, content) {
  let document;
  try {
    document = JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new ReadingError(
      `${name} is not a trace, or only a part of one: it is not JSON (${error.message})`,
    );
  }
  return requireTrace(name, document);
}

/** Refuse what is no trace document, or a broken one. */
export function requireTrace(name, found) {
  if (!isFlat(found))
    throw new ReadingError(`${name}: its values are nested too deeply to be shown`);
  const document = traceIn(name, found);
  if (document.version !== 1) {
    const version = String(JSON.stringify(document.version)).slice(0, 20);
    throw new ReadingError(`${name} has version ${version} of the trace format; this page reads 1`);
  }
  const wrong = misfit(TRACE, document);
  if (wrong === "steps" && Array.isArray(document.steps)) {
    const at = document.steps.findIndex((step) => !STEP(step));
    throw new ReadingError(`${name}: step ${at + 1} is not as a step must be`);
  }
  if (wrong) throw new ReadingError(`${name}: "${wrong}" is missing, or not as it must be`);
  if (document.steps.some(({ number }, at) => number !== at + 1)) {
    throw new ReadingError(`${name}: its steps are not numbered 1, 2, 3 ...`);
  }
  return document;
}

function traceIn(name, document) {
  if (isObject(document) && document.format === "paxiom result") {
    if (isObject(document.trace)) return traceIn(name, document.trace);
    throw new ReadingError(`${name} is a result without a trace`);
  }
  if (isObject(document) && document.format === "paxiom trace" && "version" in document) {
    return document;
  }
  throw new ReadingError(
    `${name} is not a trace: it does not say "format": "paxiom trace" and its "version"`,
  );
}

/** Whether values lie in values no deeper than can be shown. */
function isFlat(value) {
  let level = [value];
  for (let depth = 0; level.length; depth++) {
    if (depth > DEPTH_MAX) return false;
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null
        ? Object.values(each).filter((v) => typeof v === "object" && v !== null)
        : [],
    );
  }
  return true;
}
