// What is shown, as the fragment of the address: a link to a step.

const SETS = ["nodes", "kinds", "fields"];

/** Write down what is shown. */
export function fragmentOf({ step, side, query, filter, path }) {
  const parts = new URLSearchParams();
  parts.set("step", String(step));
  if (side) parts.set("side", "2");
  if (filter.matters) parts.set("only", "matters");
  for (const name of SETS) {
    for (const each of [...filter[name]].sort()) parts.append(`hide-${name}`, each);
  }
  if (query) parts.set("find", query);
  if (path?.length) parts.set("path", path.join("."));
  return `#${parts}`;
}

/** Read it again; whatever is no such thing is left out. */
export function readFragment(fragment) {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  const step = Number(parts.get("step") ?? NaN);
  return {
    step: Number.isInteger(step) && step >= 0 ? step : null,
    side: parts.get("side") === "2" ? 1 : 0,
    query: parts.get("find") ?? "",
    path: /^\d+(\.\d+)*$/.test(parts.get("path") ?? "")
      ? parts.get("path").split(".").map(Number)
      : [],
    filter: {
      matters: parts.get("only") === "matters",
      ...Object.fromEntries(SETS.map((name) => [name, new Set(parts.getAll(`hide-${name}`))])),
    },
  };
}
