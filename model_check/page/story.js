// What a trace tells, for files that come without it: as paxiom.model_check.traces.story, but for why.
//
// A page made by paxiom has its story with it. A trace file that is opened in the page does not;
// the tests hold the two to each other.

import { isObject, keyOf, same } from "./values.js";

/** A step that takes a message which is not in flight: the document contradicts itself. */
export class StoryError extends Error {}

/** Read a trace document as a whole. */
export function storyOf(document) {
  const network = new Network(document.model.network.delivery);
  for (const { source, to, message, copies } of document.initial.flight) {
    for (let copy = 0; copy < (copies ?? 1); copy++) network.send(0, source, to, message);
  }
  const moments = document.steps.map((step) => momentOf(network, step));
  const causes = causesOf(document, network);
  const matter = document.property ? closed(seeds(document), causes) : new Set(causes.keys());
  return {
    nodes: document.initial.nodes.map(({ node }) => node),
    messages: network.messages.map(({ ahead, ...message }) => ({
      ...message,
      fate: fate(message),
    })),
    moments: moments.map((moment) => ({
      ...moment,
      causes: [...causes.get(moment.number)].sort((one, other) => one - other),
      matters: matter.has(moment.number),
    })),
    why: [],
  };
}

function fate({ ends }) {
  const arrivals = ends.filter(({ how }) => how === "delivered");
  if (arrivals.length > 1) return "duplicated";
  return arrivals[0]?.how ?? ends.at(-1)?.how ?? "in flight";
}

/** Whether a node takes no notice of a message that arrives in its turn. */
export const discards = (step) => step.event.$ === "Deliver" && step.action.startsWith("discard ");

class Network {
  constructor(delivery) {
    this.delivery = delivery;
    this.messages = [];
    this.flying = new Map();
    this.last = new Map();
  }

  queue(source, to, body) {
    const route = keyOf([source, to, body]);
    if (!this.flying.has(route)) this.flying.set(route, []);
    return this.flying.get(route);
  }

  send(step, source, to, body) {
    const queue = this.queue(source, to, body);
    if (queue.length && this.delivery === "duplicating") {
      queue[0].sent.push(step);
      return queue[0].number;
    }
    const number = this.messages.length + 1;
    const message = { number, source, to, body, sent: [step], ends: [] };
    if (this.delivery === "fifo") {
      const pair = keyOf([source, to]);
      message.ahead = this.last.get(pair);
      this.last.set(pair, message);
    }
    this.messages.push(message);
    queue.push(message);
    return number;
  }

  end(step, how, source, to, body) {
    const queue = this.queue(source, to, body);
    if (!queue.length) {
      throw new StoryError(`step ${step} of this trace takes a message that is not in flight`);
    }
    queue[0].ends.push({ step, how });
    const { number } = queue[0];
    if (how === "lost" || this.delivery !== "duplicating") queue.shift();
    return number;
  }
}

function momentOf(network, step) {
  const { number, node, event } = step;
  let received = null;
  if (event.$ === "Deliver" || event.$ === "Lose") {
    const how = event.$ === "Lose" ? "lost" : discards(step) ? "discarded" : "delivered";
    const ended = network.end(number, how, step.source, node, step.message);
    received = event.$ === "Deliver" ? ended : null;
  }
  const sends = step.effects.filter(
    (each) => each.$ === "Send" && typeof each.to === "string" && Object.hasOwn(each, "message"),
  );
  const sent = sends.map(({ to, message }) => network.send(number, node, to, message));
  return { number, node, received, sent: [...new Set(sent)] };
}

/** The steps directly before each; those that lose a message are no node's. */
function causesOf(document, network) {
  const ended = new Map();
  for (const message of network.messages) {
    for (const end of message.ends) ended.set(end.step, message);
  }
  const now = new Map(document.initial.nodes.map((each) => [each.node, localOf(each)]));
  const [changed, found] = [new Map(), new Map()];
  for (const { number, node, event, after } of document.steps) {
    const causes = new Set();
    const message = ended.get(number);
    if (message?.sent[0]) causes.add(message.sent[0]);
    for (const end of message?.ahead?.ends ?? []) causes.add(end.step);
    if (event.$ !== "Lose") {
      if (changed.has(node)) causes.add(changed.get(node));
      const local = after ? localOf(after) : undefined;
      if (local !== now.get(node)) {
        now.set(node, local);
        changed.set(node, number);
      }
    }
    found.set(number, causes);
  }
  return found;
}

const localOf = ({ status, state, disk }) => keyOf([status, state ?? null, disk ?? null]);

/** The last step, and those at which what the property read has changed. */
function seeds(document) {
  const { initial, steps } = document;
  const found = steps.slice(-1).map(({ number }) => number);
  const read = new Set(document.evidence.map((each) => each.of));
  if (read.has("history")) {
    let history = initial.history;
    for (const step of steps) {
      if (!same(step.history, history)) found.push(step.number);
      history = step.history;
    }
  }
  for (const node of initial.nodes.filter((each) => read.has(each.node))) {
    let [shown, last] = [shownBy(node, node), null];
    for (const step of steps.filter((each) => each.node === node.node)) {
      const next = shownBy(step, step.after);
      if (next !== shown) [shown, last] = [next, step.number];
    }
    if (last !== null) found.push(last);
  }
  return found;
}

const shownBy = (holder, local) =>
  Object.hasOwn(holder, "shows") ? keyOf([holder.shows]) : isObject(local) ? localOf(local) : null;

function closed(first, causes) {
  const [found, waiting] = [new Set(), [...first]];
  while (waiting.length) {
    const step = waiting.pop();
    if (found.has(step)) continue;
    found.add(step);
    waiting.push(...(causes.get(step) ?? []));
  }
  return found;
}
