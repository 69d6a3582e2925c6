// A trace made ready to be shown: what every node is and knows after any number of steps.

import { discards, storyOf } from "./story.js";
import { isObject, kindOf, plain, shapeOf, short } from "./values.js";

const FAULTS = { crash: "crashes", stop: "stops for good", amnesia: "crashes and loses its disk" };
const ABSENT = { status: "unknown", state: null, disk: null, shows: null };

/** One run: a trace document, its story, and questions about any of its states. */
export class Run {
  /**
   * @param {{title?: string, document, story?, taken?: number[]}} trace `taken`, of a run beside
   *   another that took only some steps of its schedule: the numbers that they have there
   */
  constructor({ title, document, story, taken }) {
    this.taken = taken ?? null;
    this.document = document;
    this.title = title ?? plain(document.model.name);
    this.story = story ?? storyOf(document);
    this.steps = document.steps;
    this.length = this.steps.length;
    this.until = this.scheduled(this.length); // where its schedule ends, if it is known to go on
    this.nodes = this.#allNodes();
    this.loop = loopOf(document);
    this.#locals = new Map(this.nodes.map((node) => [node, [{ step: 0, local: ABSENT }]]));
    for (const each of document.initial.nodes) {
      this.#locals.set(each.node, [{ step: 0, local: each }]);
    }
    for (const step of this.steps) {
      if (!step.after) continue;
      const shows = Object.hasOwn(step, "shows") ? { shows: step.shows } : {};
      this.#locals.get(step.node).push({ step: step.number, local: { ...step.after, ...shows } });
    }
    this.canCrash = canCrash(document);
    this.kinds = [...new Set(this.story.messages.map(({ body }) => kindOf(body)))].sort();
  }

  #locals;

  #allNodes() {
    const named = this.document.initial.nodes.map(({ node }) => node);
    const met = this.story.messages.flatMap(({ source, to }) => [source, to]);
    return [...new Set([...named, ...this.steps.map(({ node }) => node), ...met])];
  }

  /** How many steps of this run are taken after `number` steps of the schedule. */
  own(number) {
    if (!this.taken) return Math.min(number, this.length);
    const later = this.taken.findIndex((each) => each > number);
    return later < 0 ? this.length : later;
  }

  /** The number in the schedule of a step of this run. */
  scheduled(own) {
    return own && this.taken ? this.taken[own - 1] : own;
  }

  /** The step of a number from 1; null for 0, before the first. */
  step(number) {
    return number ? this.steps[number - 1] : null;
  }

  /** What a node is after `number` steps. */
  local(node, number) {
    const found = this.#locals.get(node);
    let [low, high] = [0, found.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (found[middle].step <= number) low = middle;
      else high = middle - 1;
    }
    return found[low].local;
  }

  /** What a node shows to properties, or its state in files that do not say. */
  shown(node, number) {
    const local = this.local(node, number);
    return (Object.hasOwn(local, "shows") ? local.shows : observed(local.state)) ?? null;
  }

  /** Whether a node leads: it keeps the progress of its peers. */
  leads(node, number) {
    const shown = this.shown(node, number);
    return isObject(shown) && (isObject(shown.progress) || Array.isArray(shown.progress));
  }

  /** What is recorded of the whole run after `number` steps. */
  history(number) {
    return (number ? this.step(number).history : this.document.initial.history) ?? null;
  }

  /** Messages in flight after `number` steps. */
  flight(number) {
    return (number ? this.step(number).flight : this.document.initial.flight) ?? [];
  }

  /** The properties, each with what is known of it after `number` steps. */
  properties(number) {
    const known = this.document.properties ?? [this.document.property].filter(Boolean);
    return known.map((property) => ({ ...property, ...this.#status(property, number) }));
  }

  #status({ name, kind }, number) {
    const told = kind === "reachable" ? "witnesses" : "violates";
    const at = [];
    for (let step = 0; step <= number; step++) {
      if (this.#told(step, told).includes(name)) at.push(step);
    }
    if (kind === "reachable") return { status: at.length ? "seen" : "not yet", at };
    if (at.includes(number)) return { status: "violated", at };
    return { status: at.length ? "was violated" : "holds", at };
  }

  #told(number, what) {
    const holder = number ? this.step(number) : this.document.initial;
    if (holder[what]) return holder[what];
    const last =
      what === "violates" && number === this.length && this.document.verdict === "VIOLATED";
    return last && this.document.property ? [this.document.property.name] : [];
  }

  /** The names of the properties violated after `number` steps, by the state or the last step. */
  violated(number) {
    return this.#told(number, "violates");
  }

  /** The witnesses first seen after `number` steps. */
  witnessed(number) {
    return this.#told(number, "witnesses");
  }

  /** All quorums found by the first `number` steps. */
  quorums(number) {
    return this.steps
      .slice(0, number)
      .flatMap((step) =>
        (step.quorums ?? []).map((quorum) => ({ ...quorum, step: step.number, node: step.node })),
      );
  }
}

/** Whether it makes a difference what is on disk. */
function canCrash({ model: { faults }, initial, steps }) {
  const persists = [...initial.nodes, ...steps.map(({ after }) => after)].some(
    (each) => (each?.disk ?? null) !== null,
  );
  return persists || !isObject(faults) || Object.values(faults).some(Boolean);
}

function loopOf({ loop, steps }) {
  return Number.isInteger(loop) && loop >= 0 && loop < steps.length ? loop : null;
}

/** A state with a log, as if it were observed: for files that do not say what nodes show. */
function observed(state) {
  if (!isObject(state)) return state;
  const holder = Object.values(state).find((each) => isObject(each) && Array.isArray(each.log));
  const shown = { ...state, ...holder };
  if (isObject(state.role) && state.role.$ === "Leader") shown.progress = state.role;
  return shown;
}

// --- sentences -----------------------------------------------------------------------------------

/**
 * Say who does what: parts of text, `{text, what}` where `what` is "node", "value", "bad", "words",
 * or "drawn": words that the diagram says as well, as it does nodes.
 */
export function headline(step) {
  const parts = deed(step);
  if (step.error !== null) parts.push(bad(", and its handler raises"));
  else if (step.fault !== null && step.event.$ !== "Fail") {
    const done = step.effects.length;
    const when = done ? `after ${done} ${done === 1 ? "effect" : "effects"}` : "before any effect";
    parts.push(bad(`, but ${FAULTS[step.fault] ?? plain(step.fault)} ${when}`));
  }
  return parts;
}

const node = (name) => ({ text: plain(name), what: "node" });
const value = (of) => ({ text: short(of), what: "value" });
const bad = (text) => ({ text, what: "bad" });
const words = (text) => ({ text, what: "words" });
const drawn = (text) => ({ text, what: "drawn" });

function deed(step) {
  const [who, message, source] = [node(step.node), value(step.message), step.source];
  switch (step.event.$) {
    case "Ask":
      return [who, drawn(" "), words("takes up request "), value(step.event.command)];
    case "Deliver": {
      const sender = source === step.node ? drawn("itself") : node(String(source));
      const met = discards(step) ? [drawn(" "), words("discards ")] : [drawn(" receives ")];
      return [who, ...met, message, drawn(" from "), sender];
    }
    case "Lose":
      return [
        drawn("the network "),
        words("loses "),
        message,
        drawn(" from "),
        node(String(source)),
        drawn(" to "),
        who,
      ];
    case "Fire": {
      const { timer } = step.event;
      const own = timer !== null && typeof timer === "object" && "$" in timer; // no alarm: what it does
      return own
        ? [who, drawn(": "), value(timer)]
        : [words("timer "), value(timer), drawn(" fires at "), who];
    }
    case "Fail":
      return [who, drawn(" "), bad(FAULTS[step.fault] ?? plain(String(step.fault)))];
    case "Recover":
      return [who, drawn(" "), words("restarts")];
    default:
      return [who, drawn(" "), words(plain(step.action))];
  }
}

/** The headline as one text. */
export const headlineText = (step) =>
  headline(step)
    .map(({ text }) => text)
    .join("");

/** Effects other than messages and the disk: what a node decides, applies, leads. */
export const deeds = (step) =>
  step.effects.filter(({ $ }) => $ !== "Send" && $ !== "Persist").map(short);

/** What happens at a node, as the mark on its lane shows it. */
export function markOf(step) {
  if (step.error !== null) return "error";
  switch (step.event.$) {
    case "Ask":
      return "request";
    case "Fire":
      return "timer";
    case "Fail":
      return step.fault === "stop" ? "stop" : "crash";
    case "Recover":
      return "restart";
    case "Lose":
      return "loss";
    case "Deliver":
      return discards(step) ? "discard" : "receive";
    default:
      return "receive";
  }
}

/** The entries of a log that a node shows, or null. */
export function logOf(shown) {
  if (!isObject(shown) || shapeOf(shown.log) !== "list") return null;
  return shown.log.every((each) => isObject(each) && Object.hasOwn(each, "term"))
    ? shown.log
    : null;
}
