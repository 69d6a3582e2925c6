// The viewer: one or two runs, and which step of them is shown.

import { Timeline, countHidden, filterMenu } from "./controls.js";
import { Diagram } from "./diagram.js";
import { $, put } from "./dom.js";
import { isShown, nearestShown, nextShown, rowsOf, search } from "./filter.js";
import { showHead } from "./head.js";
import { fragmentOf, readFragment } from "./link.js";
import { listen } from "./listening.js";
import { showPanel } from "./panel.js";
import { partOf, partText } from "./part.js";
import { SIZE_MAX, parseTrace, requireTrace } from "./reading.js";
import { Run, headlineText } from "./run.js";

const MARKS_MAX = 60; // of a kind on the time line; more would be a smear

/** Shows page data (see paxiom.model_check.page) in the elements of page.html. */
export class Viewer {
  /** @param {{extra?: (viewer) => Array, changed?: (viewer) => void}} how what the explorer adds */
  constructor(data, { extra = () => [], changed = () => {} } = {}) {
    Object.assign(this, {
      extra,
      changed,
      step: 0,
      side: 0,
      query: "",
      found: [],
      opened: new Map(),
      path: [],
    });
    this.filter = readFragment("").filter;
    this.timeline = new Timeline($("timeline"), {
      go: (step) => this.go(step),
      step: () => this.step,
      next: (direction) => nextShown(this.rows(), this.step, direction),
    });
    listen(this);
    this.load(data);
  }

  /** Take in other page data; stay at the step if it is there. */
  load(data) {
    const runs = data.traces.map(
      (trace) => new Run({ ...trace, document: requireTrace("this page", trace.document) }),
    );
    for (const run of runs) if (run.taken) run.until = runs[0].length;
    Object.assign(this, { data, runs });
    this.#compare();
  }

  #compare() {
    const [one, other] = this.runs;
    this.part = other ? (this.data.part ?? partOf(one, other)) : null;
    this.partWhy =
      this.part === null ? null : (this.data.part_why ?? partText(one, other, this.part));
    this.side = Math.min(this.side, this.runs.length - 1);
    this.step = Math.min(this.step, this.length);
    this.diagrams?.forEach((each) => each.close());
    const stage = $("stage");
    put(
      stage,
      this.runs.map(() => document.createElement("div")),
    );
    stage.className = other ? "two" : "one";
    this.diagrams = this.runs.map((run, at) => {
      const host = stage.children[at];
      host.className = "diagram";
      const label = other ? `steps of ${run.title}` : "steps";
      const title = other ? run.title : null;
      const select = (step, unfold) => (unfold ? this.unfold(step) : this.#pick(at, step));
      return new Diagram(host, run, {
        id: `steps-${at + 1}`,
        label,
        title,
        select,
        notes: this.#notes(at),
      });
    });
    this.#scrollTogether();
    showHead(this);
    this.#openSide();
  }

  /** Rows of two runs stand beside each other: where the reader scrolls one, the other follows. */
  #scrollTogether() {
    const [one, other] = this.diagrams.map(({ scroll }) => scroll);
    const follow = (led, leads) =>
      leads.addEventListener("scroll", () => {
        if (leads.matches(":hover, :focus-within")) led.scrollTop = leads.scrollTop;
      });
    if (other) {
      follow(one, other);
      follow(other, one);
    }
  }

  #openSide() {
    const { run } = this;
    this.timeline.open(this.length, this.#marks(), run.loop);
    filterMenu($("filter-menu"), run, this.filter, (name, each, hide) => {
      this.filter[name][hide ? "add" : "delete"](each);
      this.#filtered();
    });
    this.render();
  }

  /** The run whose state is shown. */
  get run() {
    return this.runs[this.side];
  }

  /** How many steps of the run shown are taken: `step` is one of the schedule of both. */
  get own() {
    return this.run.own(this.step);
  }

  /** The steps of the longer run. */
  get length() {
    return Math.max(...this.runs.map((run) => run.scheduled(run.length)));
  }

  /** The rows of the run shown, or, where the other goes on longer, its. */
  rows() {
    const longest = this.runs.find((run) => run.scheduled(run.length) === this.length);
    return rowsOf(longest, this.filter);
  }

  #notes(side) {
    const notes = new Map();
    const note = (step, text) =>
      step !== null &&
      step !== undefined &&
      notes.set(step, [notes.get(step), text].filter(Boolean).join("; "));
    if (side === 0) note(this.data.no_return, "⚑ point of no return");
    note(this.part, "≠ the runs part");
    note(this.runs[side].loop, "↺ the run goes back to here");
    return notes;
  }

  #marks() {
    const { run } = this;
    const faults = run.steps.filter(({ fault }) => fault !== null);
    const violating = run.steps.filter(({ number }) => run.violated(number).length);
    const mark = (sign, text) => (step) => ({
      step: run.scheduled(step.number),
      sign,
      text: text(step),
    });
    return [
      ...(faults.length > MARKS_MAX ? [] : faults).map(mark("×", headlineText)),
      ...violating
        .slice(0, MARKS_MAX)
        .map(mark("✗", ({ number }) => `violates ${run.violated(number).join(", ")}`)),
      ...[...this.#notes(this.side)].map(([step, text]) => ({
        step,
        sign: text.slice(0, 1),
        text,
      })),
    ].map((each) => ({ ...each, text: `step ${each.step}: ${each.text}` }));
  }

  // --- moving ------------------------------------------------------------------------------------

  /** Show the state after `step` steps. */
  go(step) {
    this.step = Math.max(0, Math.min(step, this.length));
    this.render();
  }

  #pick(side, step) {
    if (side !== this.side) this.turn(side);
    this.go(this.run.scheduled(step));
  }

  /** Show the state of the other run. */
  turn(side) {
    this.side = side;
    showHead(this);
    this.#openSide();
  }

  /** Show everything, and a step that was hidden. */
  unfold(step) {
    this.filter.matters = false;
    this.filter.nodes.clear();
    this.filter.kinds.clear();
    this.step = this.run.scheduled(step);
    this.#openSide();
  }

  #filtered() {
    const { run, filter, own } = this;
    if (own && !isShown(run, filter, own))
      this.step = run.scheduled(nearestShown(rowsOf(run, filter), own));
    this.render();
  }

  /** Show only what matters, or all. */
  setMatters(on) {
    this.filter.matters = on;
    this.#filtered();
  }

  /** Find steps, and go to the first. */
  find(query, { stay = false } = {}) {
    this.query = query;
    this.found = search(this.run, query);
    if (this.found.length && !stay && !this.found.includes(this.own)) {
      const ahead = this.found.find((n) => n >= this.own) ?? this.found[0];
      return this.show(ahead);
    }
    this.render();
  }

  /** Go to the next step found, or the previous. */
  findNext(direction) {
    if (!this.found.length) return;
    const { own } = this;
    const ahead =
      direction > 0 ? this.found.find((n) => n > own) : this.found.findLast((n) => n < own);
    this.show(ahead ?? this.found.at(direction > 0 ? 0 : -1));
  }

  /** Go to a step of the run shown; if it is hidden, show all. */
  show(step) {
    if (isShown(this.run, this.filter, step)) this.go(this.run.scheduled(step));
    else this.unfold(step);
  }

  // --- drawing -----------------------------------------------------------------------------------

  /** Draw everything that depends on the step and the filters. */
  render() {
    const { run, filter, step, own } = this;
    const found = new Set(this.found);
    const filterKey = fragmentOf({ step: 0, side: 0, query: "", filter });
    this.diagrams.forEach((diagram, at) => {
      diagram.host.classList.toggle("active", at === this.side);
      diagram.show({
        step: this.runs[at].own(step),
        filter,
        filterKey,
        found: at === this.side ? found : new Set(),
      });
    });
    const [leading, led] = [this.diagrams[this.side], this.diagrams[1 - this.side]];
    if (led) led.scroll.scrollTop = leading.scroll.scrollTop;
    const view = {
      step: own,
      filter,
      opened: this.opened,
      toggle: (node, open) => this.#toggle(node, open),
    };
    const other = this.runs[1 - this.side];
    showPanel($("panel"), run, view, {
      go: (to) => this.go(run.scheduled(to)),
      other: other && { run: other, step: other.own(step) },
      before: this.extra(this),
    });
    const text = own ? headlineText(run.step(own)) : "the start";
    this.timeline.show(step, text);
    if (!this.timeline.timer) $("said").textContent = `${step}. ${text}`;
    this.#showControls();
    history.replaceState(
      null,
      "",
      fragmentOf({ step, side: this.side, query: this.query, filter, path: this.path }),
    );
    this.changed(this);
  }

  #toggle(node, open) {
    this.opened.set(node, open);
    this.render();
    [...document.querySelectorAll(".card")]
      .find((each) => each.dataset.node === node)
      ?.querySelector("summary")
      .focus();
  }

  #showControls() {
    const hidden = countHidden(this.filter);
    $("matters").checked = this.filter.matters;
    $("filter-count").textContent = hidden ? `Filter (${hidden})` : "Filter";
    $("search").value = this.query;
    const at = this.found.indexOf(this.own) + 1;
    $("found").value = this.query.trim()
      ? this.found.length
        ? `${at || "·"} of ${this.found.length}`
        : "none"
      : "";
  }

  /** Tell the reader what went wrong; nothing tells that all is well. */
  complain(text) {
    $("problem").textContent = text ?? "";
    $("problem").hidden = !text;
  }

  // --- other things to show ----------------------------------------------------------------------

  /** Show what a link says. */
  follow(fragment) {
    const { step, side, query, filter } = readFragment(fragment);
    this.filter = filter;
    this.side = Math.min(side, this.runs.length - 1);
    this.step = Math.min(step ?? this.length, this.length);
    this.query = query;
    this.found = search(this.run, query);
    showHead(this);
    this.#openSide();
  }

  /** Compare with a trace from a file. */
  async compareWith(file) {
    if (!file) return;
    try {
      if (file.size > SIZE_MAX)
        throw new Error(`${file.name} is larger than ${SIZE_MAX / 1e6} MB: that is no trace`);
      const document = parseTrace(file.name, await file.text());
      const second = new Run({ title: file.name, document });
      Object.assign(this.data, { part: null, part_why: null });
      this.runs = [this.runs[0], second];
      this.complain(null);
      this.#compare();
    } catch (error) {
      this.complain(error.message);
    }
  }

  /** Show the first run alone. */
  leave() {
    this.runs = this.runs.slice(0, 1);
    this.#compare();
  }
}
