"""Have everything compiled before the clock of a search starts."""

import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import FrameType

import numpy as np

from paxiom.impl.names import NodeId, node_ids
from paxiom.impl.protocol import Protocol, Send, Step
from paxiom.model_check.engine import kernel_maps, kernel_states
from paxiom.model_check.engine.compiling import mark_compiled
from paxiom.model_check.engine.search import new_search
from paxiom.model_check.engine.walking import Batch, Counts, Ground, worlds_of
from paxiom.model_check.model import Model, Network
from paxiom.model_check.symmetry import Symmetry
from paxiom.spec.property import Property, Subject, always


@dataclass(frozen=True, slots=True)
class Greeting(Protocol[int, str]):
    """Nodes that greet the first node, a few times."""

    nodes: tuple[NodeId, ...] = node_ids(2)

    def start(self, node: NodeId) -> Step[int]:  # noqa: ARG002 - all start alike
        """Start without a greeting."""
        return Step(0)

    def timers(self, state: int) -> Iterable[str]:
        """Greet up to three times."""
        return ("greet",) if state < 3 else ()  # noqa: PLR2004 - a few

    def fire(self, state: int, timer: object) -> Step[int]:  # noqa: ARG002 - there is one
        """Greet everybody."""
        return Step(state + 1, tuple(Send(node, "hello") for node in self.nodes))

    def receive(self, state: int, source: NodeId, message: str) -> Step[int]:  # noqa: ARG002
        """Take note."""
        return Step(state)


@always(Subject.NODES)
def politeness(nodes: tuple[int, ...]) -> bool:
    """No node greets more than three times."""
    return max(nodes) <= 3  # noqa: PLR2004 - see above


@contextmanager
def letting_interrupts_out() -> Iterator[None]:
    """Let Ctrl-C out of what LLVM calls back, where it is lost, or comes out as another error."""
    before, came = signal.getsignal(signal.SIGINT), False
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        before(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            raise KeyboardInterrupt


@cache
@letting_interrupts_out()
def warm_up() -> None:
    """Run a search small enough to take no time and rich enough to use the whole kernel."""
    protocol = Greeting()
    checked: tuple[Property, ...] = (politeness,)
    model = Model(
        name="warming up",
        protocol=protocol,
        properties=checked,
        network=Network(lossy=True),
        observe=int,
        symmetry=(protocol.nodes,),
    )
    search = new_search(model, Symmetry.of(model), 1)
    try:
        search.begin()
        while search.next_level():
            search.finish_level(lambda: None)
        c = search.tables.c
        kernel_maps.copy_map(c.outcome_map, np.zeros_like(c.outcome_map))
        kernel_maps.enter_boxes(c, np.zeros_like(c.box_map))
        search.store.relayout([1 << 20] * search.store.slots)
        for shard in search.store.shards:
            search.store.make_room(shard, kernel_states.BATCH * 100)
    finally:
        search.close()
    _walk(model)
    mark_compiled()


def _walk(model: Model) -> None:
    """Walk a few steps, and once more through them as for a trace."""
    batch = Batch(Ground(model), Counts(model, 1), np.zeros(1, np.uint64), depth=4)
    with ThreadPoolExecutor(1) as pool:
        while not batch.is_over:
            batch.round(pool, 1)
    worlds_of(batch.ground, 0, batch.deepest)
