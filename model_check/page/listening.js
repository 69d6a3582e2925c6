// What the reader does, and what the viewer does then.

import { fillHelp, nextTheme, setTheme } from "./controls.js";
import { $ } from "./dom.js";
import { nearestShown, nextShown } from "./filter.js";
import { askedFor } from "./keys.js";

const TEN = 10; // steps of a page key
const SAID = 1500; // milliseconds that "Copied" is to be read

/** Let a viewer be worked with. */
export function listen(viewer) {
  fillHelp($("help"));
  setTheme($("theme"), "auto");
  const on = (id, event, what) => $(id).addEventListener(event, what);
  on("theme", "click", () => nextTheme($("theme")));
  on("ask-help", "click", () => $("help").showModal());
  on("matters", "change", ({ target }) => viewer.setMatters(target.checked));
  on("search", "input", ({ target }) => viewer.find(target.value));
  on("search", "keydown", (event) => inSearch(viewer, event));
  on("filters", "keydown", ({ key }) => key === "Escape" && openFilters(false));
  on("link", "click", copyLink);
  on("alone", "click", () => viewer.leave());
  on("file", "change", async ({ target }) => {
    await viewer.compareWith(target.files[0]);
    target.value = "";
  });
  listenToAll(viewer);
}

function listenToAll(viewer) {
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#filters")) $("filters").open = false;
  });
  document.addEventListener("keydown", (event) => {
    const asked = askedFor(event);
    if (!asked) return;
    event.preventDefault();
    ACTS[asked](viewer);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    viewer.compareWith(event.dataTransfer.files[0]);
  });
  window.addEventListener("hashchange", () => viewer.follow(location.hash));
}

function inSearch(viewer, event) {
  if (event.key === "Enter") viewer.findNext(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") {
    viewer.find("");
    event.target.blur();
  }
}

async function copyLink() {
  const button = $("link");
  const { textContent } = button;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
  } catch {
    button.textContent = "It is in the address"; // where the browser lets no page write
  }
  setTimeout(() => (button.textContent = textContent), SAID);
}

function openFilters(open = !$("filters").open) {
  const menu = $("filters");
  menu.open = open;
  menu.querySelector(open ? "input" : "summary")?.focus();
}

const move = (viewer, direction) => viewer.go(nextShown(viewer.rows(), viewer.step, direction));

const leap = (viewer, steps) => {
  const to = Math.max(0, Math.min(viewer.step + steps, viewer.length));
  viewer.go(nearestShown(viewer.rows(), to));
};

function ofNode({ run, own }, direction) {
  const node = run.step(own)?.node ?? run.nodes[0];
  const all = run.steps.filter((each) => each.node === node).map(({ number }) => number);
  return direction > 0 ? all.find((n) => n > own) : all.findLast((n) => n < own);
}

function nextViolation({ run, own }) {
  const all = run.steps.map(({ number }) => number).filter((n) => run.violated(n).length);
  return all.find((n) => n > own) ?? all[0];
}

/** Go to a step, if there is one. */
const show = (viewer, step) => step && viewer.show(step);

const ACTS = {
  next: (viewer) => move(viewer, 1),
  previous: (viewer) => move(viewer, -1),
  ahead: (viewer) => leap(viewer, TEN),
  back: (viewer) => leap(viewer, -TEN),
  first: (viewer) => viewer.go(0),
  last: (viewer) => viewer.go(viewer.length),
  nextOfNode: (viewer) => show(viewer, ofNode(viewer, 1)),
  previousOfNode: (viewer) => show(viewer, ofNode(viewer, -1)),
  play: (viewer) => viewer.timeline.toggle(),
  find: () => $("search").focus(),
  nextFound: (viewer) => viewer.findNext(1),
  previousFound: (viewer) => viewer.findNext(-1),
  matters: (viewer) => viewer.setMatters(!viewer.filter.matters),
  filters: () => openFilters(),
  nextViolation: (viewer) => show(viewer, nextViolation(viewer)),
  part: (viewer) => viewer.part !== null && viewer.go(viewer.part),
  other: (viewer) => viewer.runs.length > 1 && viewer.turn(1 - viewer.side),
  theme: () => nextTheme($("theme")),
  help: () => $("help").showModal(),
};
