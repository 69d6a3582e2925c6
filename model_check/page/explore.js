// Exploring: what can happen at each state, asked of the server that the page comes from.

import { chips, told } from "./diagram.js";
import { $, h, put, section } from "./dom.js";
import { readFragment } from "./link.js";
import { Viewer } from "./viewer.js";
import { kindOf, plain } from "./values.js";

const POLL = 300; // milliseconds between two looks at a search
const KEPT_MAX = 20; // branches

/** Ask the server; what it refuses is an error with its reason. */
async function ask(name, question) {
  const response = await fetch(name, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(question),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

const ORDER = ["Ask", "Fire", "Deliver", "Recover", "Fail", "Lose"];
const rank = ({ event }) => ORDER.indexOf(event.$);

/** An effect in a word or two. */
const brief = (effect) =>
  effect.$ === "Send" ? `${kindOf(effect.message)} to ${plain(String(effect.to))}` : kindOf(effect);

const progress = ({ goal, outcome, states, depth }) =>
  `${plain(goal)}: ${outcome ?? "looking"}; ${states.toLocaleString("en")} states, ${depth} steps deep`;

class Explorer {
  constructor(data) {
    this.goals = data.goals;
    this.path = [];
    this.kept = []; // other branches: paths
    this.choices = new Map(); // by path
    this.search = null;
    const fragment = location.hash;
    new Viewer(data, {
      extra: (viewer) => this.#sections(viewer),
      changed: () => this.#ask() || this.#refocus(),
    });
    const { path, step } = readFragment(fragment);
    this.ready = this.#show(path, step ?? path.length);
    window.addEventListener("hashchange", ({ newURL }) => {
      const asked = readFragment(new URL(newURL).hash);
      if (asked.path.join() !== this.path.join())
        this.#show(asked.path, asked.step ?? asked.path.length);
    });
  }

  /** The path to the state that is shown. */
  get here() {
    return this.path.slice(0, this.viewer.step);
  }

  /** Show the run along a path; the one shown before is kept if it went elsewhere. */
  async #show(path, step = path.length) {
    await this.#trying(async () => {
      const data = await ask("run", { path });
      this.viewer.complain(null);
      this.#keep(path);
      this.path = path;
      this.viewer.path = path;
      this.viewer.step = step;
      this.viewer.load(data);
      this.viewer.go(step);
    });
  }

  #keep(path) {
    const goesOn = this.path.every((each, at) => each === path[at]);
    const others = goesOn ? this.kept : [this.path, ...this.kept];
    this.kept = others.filter((each) => each.join() !== path.join()).slice(0, KEPT_MAX);
  }

  async #trying(what) {
    try {
      await what();
    } catch (error) {
      this.viewer.complain(error.message);
    }
  }

  /** Ask what can happen in the state that is shown, unless it is known. */
  #ask() {
    const key = this.here.join();
    if (this.choices.has(key)) return false;
    this.choices.set(key, null);
    const path = this.here;
    this.#trying(async () => {
      try {
        this.choices.set(key, await ask("choices", { path }));
      } catch (error) {
        this.choices.delete(key);
        throw error;
      }
      this.viewer.render();
    });
    return true;
  }

  /** After a choice, be at the next: what had the focus has gone. */
  #refocus() {
    if (!this.took || !this.choices.get(this.here.join())) return;
    this.took = false;
    $("panel").scrollTop = 0;
    document.querySelector(".choice:not(:disabled)")?.focus({ preventScroll: true });
  }

  #sections(viewer) {
    this.viewer = viewer;
    return [
      section("next", "What can happen next", this.#choiceList()),
      this.kept.length > 0 && section("kept", "Other branches", this.#branches()),
      section("seek", "Look for", this.#seeking()),
    ].filter(Boolean);
  }

  // --- choices -----------------------------------------------------------------------------------

  #choiceList() {
    const found = this.choices.get(this.here.join());
    if (!found) return h("p", { class: "none" }, "asking …");
    if (!found.length) return h("p", { class: "none" }, "nothing: the run ends here");
    const possible = found.filter(({ cut }) => !cut);
    const sound = possible.filter(({ fault }) => fault === null);
    const faulty = possible.filter(({ fault }) => fault !== null);
    const cut = found.filter((each) => each.cut);
    return [
      this.#group(sound.toSorted((one, other) => rank(one) - rank(other))),
      faulty.length ? this.#folded("faults", `with a fault: ${faulty.length}`, faulty) : null,
      cut.length ? this.#folded("cut", `cut off by a bound: ${cut.length}`, cut) : null,
    ].filter(Boolean);
  }

  #folded(name, title, found) {
    const folded = section(name, title, this.#group(found));
    folded.classList.add("inner");
    return folded;
  }

  #group(found) {
    return h(
      "ul",
      { class: "choices" },
      found.map((each) => h("li", {}, this.#choice(each))),
    );
  }

  #choice(step) {
    const taken = this.path[this.viewer.step] === step.place;
    return h(
      "button",
      {
        type: "button",
        class: taken ? "choice taken" : "choice",
        disabled: step.cut !== null,
        "data-place": step.place,
        onclick: () => this.#take(step.place),
      },
      told(step),
      chips(step),
      step.fault !== null &&
        step.effects.length > 0 &&
        h("span", { class: "done" }, ` done: ${step.effects.map(brief).join(", ")}`),
      step.error !== null && h("span", { class: "chip bad" }, plain(step.error)),
      step.cut && h("span", { class: "chip" }, `outside ${plain(step.cut)}`),
      taken && h("span", { class: "chip seen" }, "taken"),
    );
  }

  #take(place) {
    const { here } = this;
    this.took = true;
    if (this.path[here.length] === place) return this.viewer.go(here.length + 1);
    return this.#show([...here, place]);
  }

  #branches() {
    return h(
      "ul",
      { class: "choices" },
      this.kept.map((path) => {
        const common = path.findIndex((each, at) => each !== this.path[at]);
        const words = `${path.length} steps, parts after step ${common < 0 ? path.length : common}`;
        return h(
          "li",
          {},
          h("button", { type: "button", class: "choice", onclick: () => this.#show(path) }, words),
        );
      }),
    );
  }

  // --- looking for a violation or a witness --------------------------------------------------------

  #seeking() {
    const goal = h(
      "select",
      { id: "goal", "aria-label": "property" },
      this.goals.map((each) => h("option", { value: each }, plain(each))),
    );
    goal.value = this.goal ?? this.goals[0] ?? "";
    goal.addEventListener("change", () => (this.goal = goal.value));
    const button = (words, onclick) => h("button", { type: "button", onclick }, words);
    const { search } = this;
    return [
      h(
        "p",
        { class: "seek" },
        goal,
        button("from the start", () => this.#seek(goal.value, [])),
        this.here.length ? button("from here", () => this.#seek(goal.value, this.here)) : null,
        search && search.outcome === null
          ? h("button", { type: "button", id: "stop", onclick: () => ask("cancel", {}) }, "Stop")
          : null,
      ),
      search && h("p", { class: "key", role: "status", id: "seeking" }, progress(search)),
    ];
  }

  /** Begin a search, and look at it until it ends or another one is begun. */
  async #seek(goal, path) {
    this.goal = goal;
    const mine = (this.searches = (this.searches ?? 0) + 1);
    await this.#trying(async () => {
      this.search = await ask("seek", { goal, path });
      this.viewer.render();
      $("stop")?.focus();
      while (this.search.outcome === null) {
        await new Promise((resolve) => setTimeout(resolve, POLL));
        const told = await ask("progress", {});
        if (mine !== this.searches) return;
        this.search = told;
        if ($("seeking")) $("seeking").textContent = progress(told);
      }
      if (this.search.path) await this.#show(this.search.path);
      else this.viewer.render();
    });
  }

  /** Offer the run that is shown as a file. */
  save() {
    const { document: trace } = this.viewer.runs[0];
    const blob = new Blob([JSON.stringify(trace, null, 1)], { type: "application/json" });
    const link = h("a", { href: URL.createObjectURL(blob), download: "run.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

const explorer = new Explorer(JSON.parse($("data").textContent));
put(
  $("more"),
  h("button", { type: "button", id: "save", onclick: () => explorer.save() }, "Save run"),
);
explorer.ready.then(() => (document.documentElement.dataset.ready = "yes"));
