"""A file of a user's, with a small model: two nodes count to 3 and tell the last one."""

COUNTER = """
from dataclasses import dataclass
from paxiom.impl.names import node_ids
from paxiom.impl.protocol import Protocol, Send, Step
from paxiom.model_check.model import Bound, Model, Network
from paxiom.spec.property import Kind, Property, Subject, always

@dataclass(frozen=True)
class Counter(Protocol):
    nodes: tuple = node_ids(2)
    step: int = 1

    def start(self, node):
        return Step(0)

    def receive(self, count, source, message):
        return Step(max(count, message))

    def timers(self, count):
        return ("tick",) if count < 3 else ()

    def fire(self, count, timer):
        return Step(count + self.step, (Send(self.nodes[-1], count),))

@always(Subject.NODE)
def small(count):
    "No count is above 4."
    return count <= 4

three = Property("three", "One gets to 3.", Kind.REACHABLE, Subject.NODE, lambda count: count == 3)

def model(*, step: int = 1, nodes: int = 2):
    return Model(name="counter", protocol=Counter(node_ids(nodes), step), properties=(small, three),
                 bounds=(Bound("counts <= 3", lambda count: count <= 3),), observe=lambda c: c)
"""
