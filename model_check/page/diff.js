// What differs between two values, as a tree that can be drawn; and what a crash would lose.

import { fieldsOf, isEmpty, isObject, keyOf, same, shapeOf, short } from "./values.js";

const WHOLE = 40; // a shorter value is shown as a whole when it changes

/**
 * Compare two values of one thing.
 * @returns {{name: string, how: "same"|"changed"|"added"|"removed", before, after, parts: Array}}
 *   `parts` is empty where the value is best read as a whole.
 */
export function compare(before, after, name = "") {
  if (same(before, after)) return { name, how: "same", before, after, parts: [] };
  return { name, how: "changed", before, after, parts: parts(before, after, name) };
}

const came = (name, after) => ({ name, how: "added", after, parts: [] });
const went = (name, before) => ({ name, how: "removed", before, parts: [] });

function parts(before, after, name) {
  const shape = shapeOf(after);
  if (shape !== shapeOf(before)) return [];
  switch (shape) {
    case "record":
      return recordParts(before, after, name);
    case "set":
      return memberParts(before.$set, after.$set);
    case "map":
      return mapParts(before.$map, after.$map);
    case "list":
      return listParts(before, after);
    default:
      return [];
  }
}

function recordParts(before, after, name) {
  const names = fieldsOf(after);
  if (before.$ !== after.$ || keyOf(names) !== keyOf(fieldsOf(before))) return [];
  if (name && names.length <= 3 && short(after).length <= WHOLE) return [];
  return names.map((field) => compare(before[field], after[field], field));
}

function memberParts(before, after) {
  const [old, fresh] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  return [
    ...before.filter((each) => !fresh.has(keyOf(each))).map((each) => went("", each)),
    ...after.filter((each) => !old.has(keyOf(each))).map((each) => came("", each)),
  ];
}

function mapParts(before, after) {
  const entries = (pairs) =>
    new Map(pairs.filter(Array.isArray).map(([key, value]) => [short(key), value]));
  const [old, fresh] = [entries(before), entries(after)];
  return [
    ...[...old].filter(([key]) => !fresh.has(key)).map(([key, value]) => went(key, value)),
    ...[...fresh].map(([key, value]) =>
      old.has(key) ? compare(old.get(key), value, key) : came(key, value),
    ),
  ].filter((each) => each.how !== "same");
}

function listParts(before, after) {
  const found = [];
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    const name = `[${at + 1}]`;
    if (at >= after.length) found.push(went(name, before[at]));
    else if (at >= before.length) found.push(came(name, after[at]));
    else if (!same(before[at], after[at])) found.push(compare(before[at], after[at], name));
  }
  return found;
}

/**
 * What of a node's state is not on its disk, and so is gone after a crash.
 *
 * A field is on disk if the disk holds its value: under the same name, or as the whole record
 * where the field is of the record's class. `disk` of what is found is the value that is there
 * instead, undefined if there is none.
 * @returns {Array<{name: string, value, disk}>}
 */
export function notOnDisk(node, state, disk) {
  if (state === null || state === undefined || same(state, disk)) return [];
  if (shapeOf(state) !== "record")
    return [{ name: "state", value: state, disk: disk ?? undefined }];
  return fieldsOf(state)
    .map((name) => ({ name, value: state[name], disk: onDisk(name, state[name], disk) }))
    .filter(({ value, disk: kept }) => value !== node && !same(value, kept))
    .filter(({ value, disk: kept }) => kept !== undefined || !isEmpty(value));
}

function onDisk(name, value, disk) {
  if (!isObject(disk)) return undefined;
  if (Object.hasOwn(disk, name)) return disk[name];
  return isObject(value) && typeof value.$ === "string" && value.$ === disk.$ ? disk : undefined;
}
