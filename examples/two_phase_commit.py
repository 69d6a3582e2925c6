"""Two-phase commit with timeouts: paxiom check examples/two_phase_commit.py:model (or :broken)."""
# ruff: noqa: D102, ARG002 - the methods are those of Protocol, explained there

from dataclasses import dataclass, replace

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Send, Step, broadcast
from paxiom.model_check.model import Model
from paxiom.spec.property import Kind, Property, Subject, always, step

COORDINATOR, *VOTERS = NODES = node_ids(4)
State = str | frozenset[NodeId]  # a voter's stage; or whose votes the coordinator awaits


@dataclass(frozen=True)
class TwoPhaseCommit(Protocol[State, str]):
    """A voter that times out in an ``impatient`` stage aborts; so does a waiting coordinator."""

    nodes: tuple[NodeId, ...] = NODES
    impatient: tuple[str, ...] = ("working",)

    def start(self, node: NodeId) -> Step[State]:
        asking = Step(frozenset(VOTERS), broadcast(VOTERS, "prepare"))
        return asking if node == COORDINATOR else Step("working")

    def receive(self, state: State, source: NodeId, message: str) -> Step[State] | None:
        match state, message:
            case "working", "prepare":
                return Step("prepared", (Send(COORDINATOR, "yes"),))
            case frozenset(), "yes":
                left = state - {source}
                return Step(left) if left else Step("committed", broadcast(VOTERS, "committed"))
            case "working" | "prepared", "committed" | "aborted":
                return Step(message)
        return None

    def timers(self, state: State) -> tuple[str, ...]:
        return ("timeout",) if state in self.impatient or isinstance(state, frozenset) else ()

    def fire(self, state: State, timer: object) -> Step[State]:
        return Step("aborted", () if isinstance(state, str) else broadcast(VOTERS, "aborted"))


@always(Subject.NODES)
def atomicity(states: tuple[State, ...]) -> bool:
    """No node commits while another aborts."""
    return not {"committed", "aborted"} <= set(states)


@step(Subject.NODE)
def finality(before: State, after: State) -> bool:
    """Whoever has committed or aborted stays so."""
    return before not in ("committed", "aborted") or after == before


end = Property("end", "All commit.", Kind.REACHABLE, Subject.NODES, lambda s: {*s} == {"committed"})
rules = atomicity, finality, end
model = Model(name="2PC", protocol=TwoPhaseCommit(), properties=rules, observe=lambda state: state)
broken = replace(model, protocol=TwoPhaseCommit(impatient=("working", "prepared")))
