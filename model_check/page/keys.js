// The keyboard.

const MOVES = {
  ArrowRight: "next",
  ArrowDown: "next",
  j: "next",
  ArrowLeft: "previous",
  ArrowUp: "previous",
  k: "previous",
  PageDown: "ahead",
  PageUp: "back",
  Home: "first",
  End: "last",
  "]": "nextOfNode",
  "[": "previousOfNode",
  " ": "play",
  "/": "find",
  n: "nextFound",
  N: "previousFound",
  m: "matters",
  f: "filters",
  v: "nextViolation",
  p: "part",
  c: "other",
  t: "theme",
  "?": "help",
};
const TYPED_INTO = "input, select, textarea";
const PRESSED = "button, summary, a"; // space and enter are theirs
const SCROLLED = ".wide"; // arrows and page keys are theirs

/** The name of what a key asks for, or null if the key belongs to what has the focus. */
export function askedFor({ key, target, altKey, ctrlKey, metaKey }) {
  if (altKey || ctrlKey || metaKey || !Object.hasOwn(MOVES, key)) return null;
  if (target.closest?.(TYPED_INTO) || target.closest?.("dialog")) return null;
  if (key === " " && target.closest?.(PRESSED)) return null;
  if (target.closest?.(SCROLLED) && /^(Arrow|Page|Home|End)/.test(key)) return null;
  return MOVES[key];
}
