"""The same schedule on another model: a mutant's run, taken by the protocol that has the rule.

The two are the same up to the step at which they part. From there on the second takes what it can:
a step that is not possible in it is left out, and where a message is another than in the first,
one of its kind from the same node will do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.text import Text

from paxiom.model_check.codec import Json, changes, plain, short, to_json
from paxiom.model_check.layout import hang
from paxiom.model_check.model import Model
from paxiom.model_check.schedule import unbounded
from paxiom.model_check.traces.origin import bug_of
from paxiom.model_check.traces.replay import retake
from paxiom.model_check.traces.shorten import same_step
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_file import run_document
from paxiom.model_check.traces.trace_text import headline
from paxiom.model_check.world import Transition, initial_world
from paxiom.model_check.zoo.bug import Bug
from paxiom.model_check.zoo.rules import rule_of

DIFFERENCES_MAX = 3  # named of a step that comes out otherwise


@dataclass(frozen=True, slots=True)
class Beside:
    """A run beside another.

    ``taken`` are the numbers that its steps have in the first. ``part`` is the first step of that
    which this one does not take alike, None if there is none; ``instead`` is what comes of it here,
    None if nothing does.
    """

    model: Model
    trace: Trace
    taken: tuple[int, ...]
    part: int | None
    instead: Transition | None

    def document(self) -> dict[str, Json]:
        """Write the run down as a trace document."""
        return run_document(self.model, self.trace)


def beside(model: Model, first: Trace) -> Beside:
    """Take the steps of a run in ``model``, as far as that is possible."""
    here = initial = initial_world(model)
    steps: list[Transition] = []
    taken: list[int] = []
    begun = [(each.locals, each.flight) for each in (initial, first.initial)]
    part = None if begun[0] == begun[1] else 0
    instead: Transition | None = None
    for number, like in enumerate(first.steps, start=1):
        step = same_step(model, here, like)
        alike = step is not None and (step.event, step.outcome) == (like.event, like.outcome)
        if part is None and not alike:
            part, instead = number, step
        if step is None:
            continue
        steps.append(step)
        taken.append(number)
        if step.world is None:
            break
        here = step.world
    return Beside(model, Trace(initial, tuple(steps)), tuple(taken), part, instead)


def with_the_rule(bug: Bug, first: Trace) -> Beside:
    """Take a run of a mutant with the rule in place; bounds are set aside."""
    return beside(unbounded(bug.correct(), len(first)), first)


def saved_with_the_rule(document: Mapping[str, Json]) -> tuple[Bug, Beside] | None:
    """Take a saved run of a bug of the zoo with the rule in place; None if it is of none."""
    bug = bug_of(document)
    if bug is None:
        return None
    again = retake(unbounded(bug.broken(), len(document["steps"])), document)
    return bug, with_the_rule(bug, again.trace)


# --- text --------------------------------------------------------------------------------------


def part_why(bug: Bug) -> str:
    """Name the rule in which the two protocols differ, with what it says."""
    return f"{bug.rule}: {' '.join(rule_of(bug).text.split())}"


def part_lines(first: Mapping[str, Json], second: Beside, width: int) -> Iterator[Text]:
    """Say at which step of a trace document the run beside it parts, and what it does there."""
    if not second.part:
        where = "begins otherwise" if second.part == 0 else "takes the same steps all along"
        yield from hang("", f"With the rule, the run {where}.", width)
        return
    step = first["steps"][second.part - 1]
    head = Text.assemble((f"With the rule, at step {second.part}: ", "bold"))
    yield from hang("", head + _otherwise(step, second.instead), width)


def _otherwise(step: Json, instead: Transition | None) -> Text:
    if instead is None:
        if step["event"].get("$") == "Deliver":
            source = "itself" if step["source"] == step["node"] else plain(step["source"])
            return Text(
                f"{plain(step['node'])} takes no notice of {short(step['message'])} from {source}."
            )
        return Text.assemble(headline(step), " is not possible.")
    found = _differences(step, instead)
    shown = "; ".join(found[:DIFFERENCES_MAX])
    more = "; ..." if len(found) > DIFFERENCES_MAX else "."
    return Text.assemble(headline(step), f", and {shown}{more}")


def _differences(step: Json, instead: Transition) -> list[str]:
    """List what a step does otherwise: the effects, then what it leaves of its node."""
    outcome = instead.outcome
    if outcome.error:
        return [f"its handler raises {plain(outcome.error)}"]
    was, now = step["effects"], [to_json(effect) for effect in outcome.done]
    found = _deeds([each for each in now if each not in was], "sends", "does")
    found += _deeds([each for each in was if each not in now], "does not send", "does not")
    after = step["after"] or {}
    for what, value in (("state", outcome.local.state), ("disk", outcome.local.disk)):
        found += map(_said, changes(after.get(what), to_json(value), what))
    orders = [", ".join(plain(str(each.get("$"))) for each in effects) for effects in (now, was)]
    return found or [f"the order is {orders[0]}, not {orders[1]}"]


def _deeds(effects: list[Json], sends: str, does: str) -> list[str]:
    """Say what effects do; writes to disk are told by what is on it."""
    receivers: dict[str, list[str]] = {}
    found = []
    for each in effects:
        match each:
            case {"$": "Send", "to": to, "message": message}:
                receivers.setdefault(short(message), []).append(short(to))
            case {"$": "Persist"}:
                pass
            case _:
                found.append(f"{does} {short(each)}")
    return [*(f"{sends} {body} to {', '.join(to)}" for body, to in receivers.items()), *found]


def _said(change: Json) -> str:
    path = plain(change["path"])
    if "added" in change:
        more = [f"has {short(each)}" for each in change["added"]]
        less = [f"lacks {short(each)}" for each in change["removed"]]
        return f"{path} {' and '.join([*more, *less])}"
    was, now = (short(change[key]) if key in change else "nothing" for key in ("before", "after"))
    return f"{path} is {now}, not {was}"
