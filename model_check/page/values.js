// Values in the JSON form of paxiom.model_check.codec, as short text: what the terminal shows too.

const BARE = /^(?!(?:None|True|False)$)[\p{L}_][\p{L}\p{N}_.:@/-]*$/u;
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const POSITIONAL = 3; // a record of so many fields is shown without their names

/** Whether `value` is an object with fields, not a list. */
export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const own = (value, key) => Object.hasOwn(value, key);

/** What kind of value it is: "list", "set", "map", "record" or "atom". */
export function shapeOf(value) {
  if (Array.isArray(value)) return "list";
  if (!isObject(value)) return "atom";
  if (Array.isArray(value.$set)) return "set";
  if (Array.isArray(value.$map)) return "map";
  return fieldsOf(value).length || own(value, "$") ? "record" : "atom";
}

/** The names of a record's fields. */
export const fieldsOf = (value) => Object.keys(value).filter((name) => !name.startsWith("$"));

/** Escape what is invisible or turns text around. */
export const plain = (text) =>
  text.replace(INVISIBLE, (each) => {
    const code = each.codePointAt(0);
    if (code === 10) return "\\n";
    if (code < 256) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code < 65536
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : `\\U${code.toString(16).padStart(8, "0")}`;
  });

const quoted = (text) => {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll(mark, `\\${mark}`);
  return mark + plain(escaped) + mark;
};

/** Show a value on one line, as briefly as it stays clear. */
export function short(value) {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return BARE.test(value) ? value : quoted(value);
  if (Array.isArray(value)) return `(${listed(value)}${value.length === 1 ? ",)" : ")"}`;
  if (isObject(value)) return shortObject(value);
  return String(value);
}

function shortObject(value) {
  if (Array.isArray(value.$set)) return `{${listed(value.$set)}}`;
  if (Array.isArray(value.$map)) return `{${value.$map.map(pair).join(", ")}}`;
  if (own(value, "$enum") && typeof value.name === "string") return plain(value.name);
  if (own(value, "$") && typeof value.$text === "string") return plain(value.$text);
  for (const key of ["$int", "$float", "$repr"]) {
    if (typeof value[key] === "string") return plain(value[key]);
  }
  if (typeof value.$bytes === "string") return plain(`0x${value.$bytes}`);
  if (typeof value.$ === "string") return `${plain(value.$)}(${args(value)})`;
  const parts = Object.entries(value).map(([key, each]) => `${plain(key)}: ${short(each)}`);
  return `{${parts.join(", ")}}`;
}

const listed = (values) => values.map(short).join(", ");

const pair = (value) =>
  Array.isArray(value) && value.length === 2
    ? `${short(value[0])}: ${short(value[1])}`
    : short(value);

function args(value) {
  const parts = Object.entries(value).filter(([name]) => name !== "$");
  if (parts.length <= POSITIONAL && !parts.some(([, each]) => typeof each === "boolean")) {
    return listed(parts.map(([, each]) => each));
  }
  return parts
    .filter(([, each]) => !isEmpty(each))
    .map(([name, each]) => `${plain(name)}=${short(each)}`)
    .join(", ");
}

/** Whether there is nothing in `value`: None, False, an empty list, set or map. */
export function isEmpty(value) {
  if (value === null || value === undefined || value === false) return true;
  const members = Array.isArray(value) ? value : (value.$set ?? value.$map);
  return Array.isArray(members) && members.length === 0;
}

/** Text that is the same for equal values and only for them; the order of fields counts. */
export const keyOf = (value) => JSON.stringify(value) ?? "null";

/** Whether two values are equal. */
export const same = (one, other) => one === other || keyOf(one) === keyOf(other);

/** The kind of a message or an effect: its class, its enum member, or the value itself. */
export function kindOf(value) {
  if (isObject(value)) {
    if (typeof value.$ === "string") return plain(value.$);
    if (own(value, "$enum")) return short(value);
  }
  return typeof value === "string" ? plain(value) : short(value);
}
