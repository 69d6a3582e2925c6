// The sequence diagram: a lane for each node, a row for each step. Only what is in sight is drawn.

import { h, put, s } from "./dom.js";
import { placesOf, rowsOf } from "./filter.js";
import { head, mark } from "./glyphs.js";
import { ROW, arrowsOf, lanesOf, lineOf, segmentsOf, within, yOf } from "./layout.js";
import { deeds, headline, headlineText, markOf } from "./run.js";
import { kindOf, plain } from "./values.js";

const GUTTER = 46; // for the numbers
const MARGIN = 8; // before a sentence
const TEXT_MIN = 110; // narrower, and sentences are left to the panel
const TIGHT = 280; // narrower, and only what matters most is said beside one; lanes make room for it
const BRIEF = 330; // narrower, and sentences leave out what the diagram says
const CROWDED = 480; // narrower, and they do beside other words
const TEXT_SHARE = 0.46; // of the width at least, for sentences
const LONG = 12; // rows; longer arrows are drawn faintly
const BEYOND = 8; // rows drawn out of sight

/** One run as a diagram in `host`. */
export class Diagram {
  /** @param {{id: string, label: string, title: string?, select: Function, notes: Map}} how */
  constructor(host, run, { id, label, title, select, notes }) {
    Object.assign(this, { host, run, id, title, select, notes: notes ?? new Map() });
    this.names = h("div", { class: "names", "aria-hidden": "true" });
    this.picture = s("svg", { class: "picture", "aria-hidden": "true" });
    this.list = h("div", { class: "rows" });
    this.sheet = h("div", { class: "sheet" }, this.list, this.picture);
    this.scroll = h(
      "div",
      { class: "scroll", id, role: "listbox", tabindex: "0", "aria-label": label },
      this.names,
      this.sheet,
    );
    this.scroll.addEventListener("scroll", () => this.#soon(), { passive: true });
    this.list.addEventListener("click", (event) => this.#clicked(event));
    put(host, this.scroll);
    this.watcher = new ResizeObserver(() => this.#resized());
    this.watcher.observe(host);
    this.view = null;
  }

  /** Stop listening to the window. */
  close() {
    this.watcher.disconnect();
  }

  /** Show a state of the viewer: `{step, filter, found: Set}`. */
  show(view) {
    const filtered = this.view?.filterKey !== view.filterKey;
    this.view = view;
    if (filtered || !this.rows) this.#lay();
    this.#reveal(view.step);
    this.draw();
  }

  #lay() {
    const { filter } = this.view;
    this.rows = rowsOf(this.run, filter);
    this.places = placesOf(this.rows, this.run.length);
    this.arrows = arrowsOf(this.run, filter, this.places);
    this.#measure();
  }

  #measure() {
    const width = this.host.clientWidth;
    const text = Math.max(width * TEXT_SHARE, TIGHT + MARGIN);
    this.lanes = lanesOf(this.run.nodes, this.view.filter, width - GUTTER - text);
    this.textAt = GUTTER + this.lanes.width + MARGIN;
    const room = width - this.textAt;
    this.hasText = room >= TEXT_MIN;
    this.list.classList.toggle("tight", room < TIGHT);
    this.list.classList.toggle("brief", room < BRIEF);
    this.list.classList.toggle("crowded", room < CROWDED);
    this.sheet.style.height = `${this.rows.length * ROW + ROW}px`;
    this.sheet.style.minWidth = `${this.textAt}px`;
  }

  #resized() {
    if (!this.view) return;
    this.#measure();
    this.draw();
  }

  #soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.view) this.draw();
    });
  }

  #clicked(event) {
    const row = event.target.closest("[data-step]");
    if (row) this.select(Number(row.dataset.step), row.dataset.fold !== undefined);
  }

  /** Scroll until a step is in sight. */
  #reveal(step) {
    const top = this.places[step] * ROW;
    const [above, height] = [
      this.scroll.scrollTop,
      this.scroll.clientHeight - this.names.offsetHeight,
    ];
    if (top < above + ROW) this.scroll.scrollTop = top - ROW * 2;
    else if (top > above + height - ROW * 3) this.scroll.scrollTop = top - height + ROW * 3;
  }

  /** Draw the rows in sight. */
  draw() {
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW) - BEYOND);
    const count = Math.ceil((this.scroll.clientHeight || 600) / ROW) + 2 * BEYOND;
    const last = Math.min(this.rows.length - 1, first + count);
    this.#drawNames();
    put(
      this.list,
      this.rows.slice(first, last + 1).map((row, at) => this.#row(row, first + at)),
    );
    this.#drawPicture(first, last);
    this.scroll.setAttribute("aria-activedescendant", `${this.id}-${this.view.step}`);
  }

  #drawNames() {
    const { step } = this.view;
    const title = this.title && h("span", { class: "run" }, plain(this.title));
    if (title) title.style.left = `${this.textAt}px`;
    put(
      this.names,
      title,
      [...this.lanes.x].map(([node, x]) => {
        const { status } = this.run.local(node, step);
        const leads = this.run.leads(node, step);
        const label = h(
          "span",
          { class: `name ${status === "up" ? "" : "down"}`, title: plain(node) },
          leads ? h("span", { class: "crown", title: "leads" }, "♛ ") : null,
          plain(node),
        );
        label.style.left = `${GUTTER + x}px`;
        label.style.maxWidth = `${this.lanes.gap - 4}px`;
        return label;
      }),
    );
  }

  // --- rows --------------------------------------------------------------------------------------

  #row(row, at) {
    const element = row.skipped
      ? this.#skipped(row)
      : row.step === undefined
        ? this.#fold(row)
        : this.#step(row.step);
    element.style.top = `${at * ROW}px`;
    return element;
  }

  #skipped({ skipped }) {
    const note = this.notes.get(skipped);
    return h(
      "div",
      {
        class: note ? "row skipped noted" : "row skipped",
        role: "option",
        "aria-selected": "false",
        "aria-disabled": "true",
      },
      h("span", { class: "number" }, skipped),
      this.#sentence(
        said([{ text: "not taken here", what: "words" }]),
        note && h("span", { class: "chip note" }, note),
      ),
    );
  }

  #fold({ from, to }) {
    const words = from === to ? `step ${from} hidden` : `steps ${from} to ${to} hidden`;
    return h(
      "div",
      {
        class: "row fold",
        "data-step": from,
        "data-fold": "",
        role: "option",
        "aria-selected": "false",
        title: "Show all steps",
      },
      h("span", { class: "number" }, "⋮"),
      this.#sentence(said([{ text: words, what: "words" }])),
    );
  }

  #step(number) {
    const { run, view } = this;
    const step = run.step(number);
    const violated = run.violated(number);
    const note = this.notes.get(run.scheduled(number));
    const classes = ["row", number === view.step && "now", violated.length && "violates"];
    if (number && !run.story.moments[number - 1].matters) classes.push("aside");
    if (view.found.has(number)) classes.push("found");
    if (note) classes.push("noted");
    const text = step ? headlineText(step) : "the start";
    return h(
      "div",
      {
        class: classes.filter(Boolean).join(" "),
        id: `${this.id}-${number}`,
        role: "option",
        "data-step": number,
        "aria-selected": String(number === view.step),
        "aria-setsize": run.length + 1,
        "aria-posinset": number + 1,
        "aria-label": [
          `${run.scheduled(number)}. ${text}`,
          ...violated.map((each) => `violates ${each}`),
          note,
        ]
          .filter(Boolean)
          .join("; "),
      },
      h("span", { class: "number" }, run.scheduled(number)),
      this.#sentence(
        step ? told(step) : said([{ text: "the start", what: "words" }]),
        this.#notesOf(number, step, violated, note),
      ),
    );
  }

  #notesOf(number, step, violated, note) {
    return [
      chips({
        effects: step?.effects ?? [],
        violates: violated,
        witnesses: this.run.witnessed(number),
      }),
      note && h("span", { class: "chip note" }, note),
    ];
  }

  #sentence(...children) {
    if (!this.hasText) return null;
    const element = h("span", { class: "sentence" }, ...children);
    element.style.left = `${this.textAt}px`;
    return element;
  }

  // --- the picture -------------------------------------------------------------------------------

  #drawPicture(first, last) {
    const [top, height] = [first * ROW, (last - first + 2) * ROW];
    const width = GUTTER + this.lanes.width;
    this.picture.style.top = `${top}px`;
    this.picture.setAttribute("width", width);
    this.picture.setAttribute("height", height);
    this.picture.setAttribute("viewBox", `${-GUTTER} ${top} ${width} ${height}`);
    put(
      this.picture,
      [...this.lanes.x].map(([node, x]) => this.#lane(node, x, first, last)),
      within(this.arrows, first, last).map((arrow) => this.#arrow(arrow)),
      this.rows.slice(first, last + 1).map((row, at) => this.#mark(row, first + at)),
      this.#loop(),
    );
  }

  #lane(node, x, first, last) {
    return segmentsOf(this.run, node, this.rows, first, last).map(({ from, to, how }) => {
      const end = to === this.rows.length ? yOf(to - 1) + ROW * 0.9 : yOf(to);
      return s("path", { class: `lane ${how}`, d: `M${x} ${yOf(from)}V${end}` });
    });
  }

  #arrow(arrow) {
    const line = lineOf(arrow, this.lanes);
    const now =
      this.view.step > 0 && (arrow.step === this.view.step || arrow.sent === this.view.step);
    const { moments } = this.run.story;
    const aside = arrow.step !== null && !moments[arrow.step - 1].matters;
    const wide = this.lanes.gap >= 96 && arrow.message.source !== arrow.message.to;
    const label = (now || (wide && !aside)) && arrow.how !== "flight";
    return s(
      "g",
      {
        class: [
          "message",
          arrow.how,
          now && "now",
          aside && "aside",
          arrow.to - arrow.from > LONG && "long",
        ]
          .filter(Boolean)
          .join(" "),
      },
      s("path", { class: `arrow ${arrow.how}`, d: line.path }),
      head(arrow.how, line),
      label &&
        s(
          "text",
          { class: "label", x: line.middle.x, y: line.middle.y - 4 },
          kindOf(arrow.message.body),
        ),
    );
  }

  #mark(row, at) {
    const step = row.step ? this.run.step(row.step) : null;
    const x = step && this.lanes.x.get(step.node);
    if (x === null || x === undefined) return null;
    const fault = step.fault !== null && step.event.$ !== "Fail";
    return mark(markOf(step), x, yOf(at), {
      violates: this.run.violated(row.step).length > 0,
      fault,
    });
  }

  /** The way back of a lasso, from its last step to the state it repeats. */
  #loop() {
    const { loop, length } = this.run;
    if (loop === null) return null;
    const [from, to] = [yOf(this.places[length]), yOf(this.places[loop])];
    const x = 8 - GUTTER;
    return s(
      "g",
      { class: "loop" },
      s("path", { class: "way", d: `M${x + 10} ${from}H${x}V${to}H${x + 6}` }),
      s("path", {
        class: "head solid",
        d: "M0 0L-8-4V4Z",
        transform: `translate(${x + 10} ${to})`,
      }),
    );
  }
}

/** What comes of a step, as small labels. */
export const chips = ({ effects, violates, witnesses }) => [
  deeds({ effects }).map((each) => h("span", { class: "chip deed" }, each)),
  (witnesses ?? []).map((each) => h("span", { class: "chip seen" }, `✓ ${plain(each)}`)),
  (violates ?? []).map((each) => h("span", { class: "chip bad" }, `✗ ${plain(each)}`)),
];

/** A headline with its names and values marked. */
export const told = (step) => said(headline(step));

const said = (parts) =>
  h(
    "span",
    { class: "what" },
    parts.map(({ text, what }) => h("span", { class: what }, text)),
  );
