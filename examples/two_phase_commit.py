"""Two-phase commit with timeouts. Try: paxiom check examples/two_phase_commit.py:model (:broken)."""

from dataclasses import dataclass, replace

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Send, Step, broadcast
from paxiom.model_check.model import Model
from paxiom.spec.property import Subject, always, reachable, step

COORDINATOR, *PARTICIPANTS = NODES = node_ids(4)
State = str | frozenset[NodeId]  # a participant's stage; or whose vote the coordinator awaits


@dataclass(frozen=True)
class TwoPhaseCommit(Protocol[State, str]):
    nodes: tuple[NodeId, ...] = NODES
    impatient: tuple[str, ...] = ("working",)  # stages in which a participant may time out

    def start(self, node: NodeId) -> Step[State]:
        asking = Step(frozenset(PARTICIPANTS), broadcast(PARTICIPANTS, "prepare"))
        return asking if node == COORDINATOR else Step("working")

    def receive(self, state: State, source: NodeId, message: str) -> Step[State] | None:
        match state, message:
            case "working", "prepare":
                return Step("prepared", (Send(COORDINATOR, "yes"),))
            case frozenset(), "yes" if state != {source}:
                return Step(state - {source})
            case frozenset(), "yes":  # the last one
                return Step("committed", broadcast(PARTICIPANTS, "committed"))
            case "working" | "prepared", "committed" | "aborted":
                return Step(message)
        return None

    def timers(self, state: State) -> tuple[str, ...]:
        return ("timeout",) if state in self.impatient or isinstance(state, frozenset) else ()

    def fire(self, state: State, timer: str) -> Step[State]:
        return Step("aborted", () if isinstance(state, str) else broadcast(PARTICIPANTS, "aborted"))


@always(Subject.NODES)
def atomicity(states: tuple[State, ...]) -> bool:
    """No node commits while another aborts."""
    return not {"committed", "aborted"} <= set(states)


@step(Subject.NODE)
def finality(before: State, after: State) -> bool:
    """Whoever has committed or aborted stays so."""
    return before not in ("committed", "aborted") or after == before


@reachable(Subject.NODES)
def success(states: tuple[State, ...]) -> bool:
    """All commit."""
    return set(states) == {"committed"}


RULES = atomicity, finality, success
model = Model(name="2PC", protocol=TwoPhaseCommit(), properties=RULES, observe=lambda state: state)
broken = replace(model, protocol=TwoPhaseCommit(impatient=("working", "prepared")))
