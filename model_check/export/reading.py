"""What all drawings of a trace ask of it and of its story."""

from collections.abc import Iterator

from paxiom.model_check.codec import Json, plain, short
from paxiom.model_check.layout import count
from paxiom.model_check.traces.messages import End, Message, discards
from paxiom.model_check.traces.story import Story
from paxiom.model_check.traces.trace_text import FAULTS


def lanes(told: Story) -> tuple[str, ...]:
    """Name every node that has a place in a drawing, those of the protocol first."""
    acting = (moment.node for moment in told.moments)
    sending = (each for message in told.messages for each in (message.source, message.to))
    return tuple(dict.fromkeys([*told.nodes, *acting, *sending]))


def arrivals(told: Story) -> dict[int, tuple[Message, End]]:
    """Find the message that arrives or is lost, by the step at which it is."""
    return {end.step: (message, end) for message in told.messages for end in message.ends}


def deed(step: Json) -> str:
    """Say what happens in a step, beside an arrow and in the lane of its node."""
    match step["event"]:
        case {"$": "Deliver"} if discards(step):
            return f"discards {short(step.get('message'))}"
        case {"$": "Deliver"}:
            return short(step.get("message"))
        case {"$": "Lose"}:
            return f"lost: {short(step.get('message'))}"
        case {"$": "Ask", "command": command}:
            return f"request {short(command)}"
        case {"$": "Fire", "timer": timer}:
            return f"timer {short(timer)}"
        case {"$": "Recover"}:
            return "restarts"
        case {"$": "Fail"}:
            return FAULTS.get(step["fault"], plain(step["action"]))
        case _:
            return plain(step["action"])


def facts(step: Json) -> Iterator[str]:
    """Say what comes of a step beside messages and a new state, and what goes wrong with it."""
    for effect in step["effects"]:
        match effect:
            case {"$": "Send" | "Persist"}:
                pass
            case {"$": "Decide", "value": value}:
                yield f"decides {short(value)}"
            case _:
                yield short(effect)
    if step["fault"] is not None and step["event"].get("$") != "Fail":
        yield f"{FAULTS.get(step['fault'], plain(step['fault']))} " + (
            f"after {count(len(step['effects']), 'effect')}" if step["effects"] else "at once"
        )
    if step["error"] is not None:
        yield f"raises {plain(step['error'])}"
