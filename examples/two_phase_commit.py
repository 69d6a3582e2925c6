"""Two-phase commit with timeouts. Run: paxiom check examples/two_phase_commit.py:model (:broken)."""

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Send, Step, broadcast
from paxiom.model_check.model import Delivery, Faults, Model, Network
from paxiom.spec.property import Subject, always, reachable, step

COORDINATOR, *PARTICIPANTS = NODES = node_ids(4)
State = str | frozenset[NodeId]  # the coordinator's, while it waits: who has voted yes


class TwoPhaseCommit(Protocol[State, str]):
    nodes = NODES

    def start(self, node: NodeId) -> Step[State]:
        asking = Step(frozenset(), broadcast(PARTICIPANTS, "prepare"))
        return asking if node == COORDINATOR else Step("working")

    def receive(self, state: State, source: NodeId, message: str) -> Step[State] | None:
        match state, message:
            case "working", "prepare":
                return Step("prepared", (Send(COORDINATOR, "yes"),))
            case frozenset(votes), "yes":
                votes |= {source}
                return self.decide("committed") if votes == {*PARTICIPANTS} else Step(votes)
            case frozenset(), "no":
                return self.decide("aborted")
            case "working" | "prepared", "committed" | "aborted":
                return Step(message)
            case "committed" | "aborted", "what now?":
                return Step(state, (Send(source, state),))
        return None  # takes no notice

    def timers(self, state: State) -> tuple[str, ...]:
        return () if state in ("committed", "aborted") else ("timeout",)

    def fire(self, state: State, timer: str) -> Step[State]:
        match state:
            case "working":
                return Step("aborted", (Send(COORDINATOR, "no"),))
            case "prepared":  # it gave its word: only the coordinator knows
                return Step("prepared", (Send(COORDINATOR, "what now?"),))
        return self.decide("aborted")

    def decide(self, outcome: str) -> Step[State]:
        return Step(outcome, broadcast(PARTICIPANTS, outcome))


class Impatient(TwoPhaseCommit):
    def fire(self, state: State, timer: str) -> Step[State]:
        return Step("aborted") if state == "prepared" else super().fire(state, timer)
