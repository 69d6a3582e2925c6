// What the reader works with: the time line, filters, search, theme, help.

import { h, put } from "./dom.js";
import { legend } from "./glyphs.js";
import { isObject, plain } from "./values.js";

const SPEEDS = [
  ["1×", 900],
  ["3×", 300],
  ["10×", 90],
];

/** Everything to move through a run with. */
export class Timeline {
  /** @param {{go: (step: number) => void, step: () => number, next: (direction: number) => number}} how */
  constructor(host, how) {
    this.how = how;
    const button = (label, key, text, onclick) =>
      h(
        "button",
        { type: "button", "aria-label": label, title: `${label} (${key})`, onclick },
        text,
      );
    this.playing = button("play", "space", "Play", () => this.toggle());
    this.playing.classList.add("play");
    this.slider = h("input", {
      type: "range",
      min: 0,
      step: 1,
      id: "slider",
      "aria-label": "step",
    });
    this.slider.addEventListener("input", () => how.go(Number(this.slider.value)));
    this.marks = h("div", { class: "marks", "aria-hidden": "true" });
    this.place = h("output", { class: "position", for: "slider" });
    this.speed = h(
      "select",
      { "aria-label": "speed", title: "speed" },
      SPEEDS.map(([name, time]) => h("option", { value: time }, name)),
    );
    put(
      host,
      h(
        "div",
        { class: "buttons", role: "group", "aria-label": "move" },
        button("first step", "Home", "|◀", () => how.go(0)),
        button("previous step", "←", "◀", () => how.go(how.next(-1))),
        this.playing,
        button("next step", "→", "▶", () => how.go(how.next(1))),
        button("last step", "End", "▶|", () => how.go(this.length)),
        this.speed,
      ),
      h("div", { class: "track" }, this.marks, this.slider),
      this.place,
    );
  }

  /** Begin with a run of so many steps; `marks` are `{step, sign, text}`. */
  open(length, marks, loop) {
    Object.assign(this, { length, loop });
    this.slider.max = length;
    put(
      this.marks,
      marks.map(({ step, sign, text }) => {
        const element = h("span", { title: text, class: sign === "×" ? "fault" : "" }, sign);
        element.style.left = `calc(8px + ${length ? step / length : 0} * (100% - 16px))`;
        return element;
      }),
    );
  }

  /** Show the step that the viewer is at. */
  show(step, text) {
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", `${step} of ${this.length}: ${text}`);
    this.place.value = `${step} / ${this.length}`;
  }

  /** Play or stop. */
  toggle() {
    if (this.timer) return this.stop();
    if (this.how.step() >= this.length && this.loop === null) this.how.go(0);
    this.playing.textContent = "Stop";
    this.playing.setAttribute("aria-label", "stop");
    this.#tick();
  }

  /** Stop playing. */
  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.playing.textContent = "Play";
    this.playing.setAttribute("aria-label", "play");
  }

  #tick() {
    this.timer = setTimeout(() => {
      const step = this.how.step();
      const following = this.how.next(1);
      if (following > step) this.how.go(following);
      else if (this.loop !== null) this.how.go(this.loop);
      else return this.stop();
      this.#tick();
    }, Number(this.speed.value));
  }
}

/** The filters: check boxes for nodes, kinds of messages and fields of states. */
export function filterMenu(host, run, filter, changed) {
  const group = (title, name, all) =>
    all.length
      ? h(
          "fieldset",
          {},
          h("legend", {}, title),
          all.map((each) => {
            const box = h("input", { type: "checkbox", value: each });
            box.checked = !filter[name].has(each);
            box.addEventListener("change", () => changed(name, each, !box.checked));
            return h("label", {}, box, plain(each));
          }),
        )
      : null;
  put(
    host,
    group("Nodes", "nodes", run.nodes),
    group("Messages", "kinds", run.kinds),
    group("Fields", "fields", fieldsOfStates(run)),
  );
}

function fieldsOfStates(run) {
  const states = run.nodes
    .map((node) => run.local(node, 0))
    .flatMap(({ state, disk }) => [state, disk])
    .filter(isObject);
  return [
    ...new Set(
      states.flatMap((state) => Object.keys(state).filter((each) => !each.startsWith("$"))),
    ),
  ];
}

/** How many filters are set. */
export const countHidden = (filter) => filter.nodes.size + filter.kinds.size + filter.fields.size;

const KEYS = [
  ["← →  or  j k", "previous, next step"],
  ["[ ]", "previous, next step of the same node"],
  ["Page Up, Page Down", "ten steps"],
  ["Home, End", "first, last step"],
  ["Space", "play, stop"],
  ["/  then  n N", "search; next, previous step found"],
  ["m", "only what matters"],
  ["f", "filters"],
  ["v", "next step that violates something"],
  ["p", "where two runs part"],
  ["c", "the other run"],
  ["t", "light, dark"],
  ["?", "this help"],
];

/** What the keys and the marks mean. */
export function fillHelp(host) {
  put(
    host,
    h("h2", { id: "help-title" }, "Keys"),
    h(
      "dl",
      { class: "keys" },
      KEYS.map(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)]),
    ),
    h("h2", {}, "Marks"),
    h(
      "ul",
      { class: "legend" },
      legend().map(([picture, words]) => h("li", {}, picture, words)),
    ),
    h("h2", {}, "Search"),
    h(
      "p",
      {},
      'All words must be there; -word must not; a | b is either; "quotes" keep words together.',
    ),
    h("form", { method: "dialog" }, h("button", { class: "close" }, "Close")),
  );
}

const THEMES = ["auto", "light", "dark"];

/** Switch between the reader's own scheme, light and dark. */
export function nextTheme(button) {
  const now = document.documentElement.dataset.theme ?? "auto";
  setTheme(button, THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
}

/** Set the scheme of colours, and say which it is. */
export function setTheme(button, theme) {
  document.documentElement.dataset.theme = theme;
  button.textContent = { auto: "◐", light: "☀", dark: "☾" }[theme];
  button.setAttribute("aria-label", `colours: ${theme}`);
  button.title = `colours: ${theme} (t)`;
}
