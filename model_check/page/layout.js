// Where everything of the sequence diagram goes: numbers only, no elements.

import { isMessageShown } from "./filter.js";

export const ROW = 30; // height of a row
const [GAP_MIN, GAP_MAX] = [46, 132]; // between lanes
const STUB = 0.42; // how far a message that never arrives reaches, of the way
const LOST = 0.72; // how far a lost one does

/** The x of every lane shown, and how wide they are together. */
export function lanesOf(nodes, filter, available) {
  const shown = nodes.filter((node) => !filter.nodes.has(node));
  const room = available / Math.max(shown.length, 1);
  const gap = Math.max(GAP_MIN, Math.min(GAP_MAX, room));
  return {
    gap,
    width: gap * shown.length,
    x: new Map(shown.map((node, at) => [node, gap * (at + 0.5)])),
  };
}

/** The middle of a row. */
export const yOf = (row) => (row + 0.5) * ROW;

/**
 * The arrows of a run between rows: from where a message was last sent, to each of its ends.
 * @returns {Array<{message, how, from: number, to: number, step: number|null, again: boolean}>}
 *   `from` and `to` are rows; `how` is "delivered", "duplicated", "lost", "discarded" or "flight".
 */
export function arrowsOf(run, filter, places) {
  const arrows = [];
  for (const message of run.story.messages) {
    if (!isMessageShown(filter, message)) continue;
    let delivered = 0;
    for (const { step, how } of message.ends) {
      delivered += how === "delivered";
      const sent = message.sent.findLast((each) => each < step) ?? message.sent[0];
      const kind = how === "delivered" && delivered > 1 ? "duplicated" : how;
      arrows.push({ message, how: kind, from: places[sent], to: places[step], sent, step });
    }
    const last = message.sent.at(-1);
    if (!message.ends.length || (delivered === 0 && message.ends.at(-1).step < last)) {
      arrows.push({
        message,
        how: "flight",
        from: places[last],
        to: places[last],
        sent: last,
        step: null,
      });
    }
  }
  return arrows.filter(({ how, from, to }) => how === "flight" || from !== to);
}

/** Only the arrows that can be seen between two rows. */
export const within = (arrows, first, last) =>
  arrows.filter(({ from, to }) => from <= last && to >= first);

/**
 * The line of an arrow, and where it ends.
 * @returns {{path: string, x: number, y: number, angle: number, middle: {x, y}}}
 */
export function lineOf({ message, how, from, to }, lanes) {
  const [x1, x2] = [lanes.x.get(message.source), lanes.x.get(message.to)];
  const [y1, y2] = [yOf(from), how === "flight" ? yOf(from) + ROW * 0.75 : yOf(to)];
  if (x1 === x2) return loopLine(x1, y1, y2, how, lanes.gap);
  const reach = how === "flight" ? STUB : how === "lost" ? LOST : 1;
  const side = Math.sign(x2 - x1);
  const [ax, ay] = [x1 + side * 5, y1];
  const [bx, by] = [ax + (x2 - side * 7 - ax) * reach, ay + (y2 - ay) * reach];
  return {
    path: `M${round(ax)} ${round(ay)}L${round(bx)} ${round(by)}`,
    x: round(bx),
    y: round(by),
    angle: round((Math.atan2(by - ay, bx - ax) * 180) / Math.PI),
    middle: { x: round((ax + bx) / 2), y: round((ay + by) / 2) },
  };
}

/** A message of a node to itself: out to the right and back. */
function loopLine(x, y1, y2, how, gap) {
  const out = Math.min(gap * 0.36, 14 + (y2 - y1) * 0.08);
  const end = how === "flight" ? y1 + ROW * 0.6 : y2;
  const back = how === "flight" || how === "lost" ? x + out : x + 7;
  return {
    path: `M${round(x + 5)} ${round(y1)}C${round(x + out * 1.5)} ${round(y1 + 4)} ${round(x + out * 1.5)} ${round(end - 4)} ${round(back)} ${round(end)}`,
    x: round(back),
    y: round(end),
    angle: how === "flight" || how === "lost" ? 90 : 170,
    middle: { x: round(x + out * 1.2), y: round((y1 + end) / 2) },
  };
}

const round = (number) => Math.round(number * 10) / 10;

/**
 * How a lane looks between rows: up, leading, down or stopped.
 * @returns {Array<{from: number, to: number, how: "up"|"leads"|"down"|"stopped"|"unknown"}>}
 */
export function segmentsOf(run, node, rows, first, last) {
  const found = [];
  for (let row = first; row <= last && row < rows.length; row++) {
    const how = conditionOf(run, node, rows[row].step ?? rows[row].to ?? rows[row].after);
    if (found.at(-1)?.how === how) found.at(-1).to = row + 1;
    else found.push({ from: row, to: row + 1, how });
  }
  return found;
}

function conditionOf(run, node, number) {
  const { status } = run.local(node, number);
  if (status !== "up") return status === "stopped" || status === "down" ? status : "unknown";
  return run.leads(node, number) ? "leads" : "up";
}
