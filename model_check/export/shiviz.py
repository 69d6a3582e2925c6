"""Traces as logs with vector clocks, for ShiViz.

The first line is the expression that ShiViz reads the log by, its default; the second, which would
part several runs, is empty. Each node begins with an event of its own; then there is one for each
step. Its clock has what the step rests on: the step before it at its node, and its causes in the
story. What the network loses is no node's doing, and stands in a lane of the network's.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from paxiom.model_check.codec import Json, plain
from paxiom.model_check.export.reading import arrivals, lanes
from paxiom.model_check.traces.story import Story, story
from paxiom.model_check.traces.trace_text import headline

EXPRESSION = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})"
NETWORK = "network"

Clock = dict[str, int]


def to_shiviz(document: Mapping[str, Json]) -> bytes:
    """Write a trace document as a log of ShiViz."""
    told = story(document)
    events = [f"{plain(node)} starts" for node in lanes(told)]
    events += [f"{step['number']}. {headline(step).plain}" for step in document["steps"]]
    lines = [EXPRESSION, ""]
    for event, (host, clock) in zip(events, stamps(told), strict=True):
        lines += [event, f"{host} {json.dumps(clock)}"]
    return ("\n".join(lines) + "\n").encode()


def stamps(told: Story) -> Iterator[tuple[str, Clock]]:
    """Give the host and the clock of each event: the nodes' starts, then the steps."""
    hosts = {node: plain(node).replace(" ", "\\x20") for node in lanes(told)}
    network = NETWORK
    while network in hosts.values():
        network += "'"
    latest: dict[str, Clock] = {host: {host: 1} for host in hosts.values()}
    yield from latest.items()
    after: dict[int, Clock] = {}
    ended = arrivals(told)
    for moment in told.moments:
        message, end = ended.get(moment.number, (None, None))
        host = network if end and end.how == "lost" else hosts[moment.node]
        before = [latest.get(host, {}), *(after[cause] for cause in moment.causes)]
        if message and message.sent[0] == 0:
            before.append({hosts[message.source]: 1})
        clock = _merged(before)
        clock[host] = clock.get(host, 0) + 1
        latest[host] = after[moment.number] = clock
        yield host, clock


def _merged(clocks: Iterable[Clock]) -> Clock:
    found: Clock = {}
    for clock in clocks:
        for host, time in clock.items():
            found[host] = max(time, found.get(host, 0))
    return dict(sorted(found.items()))
