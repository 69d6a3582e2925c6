"""What is left of a step that a fault cuts short."""

from paxiom.impl.names import node_ids
from paxiom.impl.protocol import Apply, Effect, Persist, Send
from paxiom.model_check.environment import interruptions

N1, N2, N3 = node_ids(3)
DISK, APPLY = Persist("record"), Apply(1, "entry", 1)
TO_1, TO_2, TO_3, AGAIN = Send(N1, "m"), Send(N2, "m"), Send(N3, "m"), Send(N1, "more")


def cut_short(*effects: Effect) -> set[tuple[Effect, ...]]:
    return set(interruptions(effects))


def test_effects_are_carried_out_one_after_the_other() -> None:
    assert cut_short(DISK, TO_1, APPLY) == {(), (DISK,), (DISK, TO_1)}


def test_messages_to_different_nodes_leave_side_by_side() -> None:
    assert cut_short(DISK, TO_1, TO_2) == {(), (DISK,), (DISK, TO_1), (DISK, TO_2)}
    assert cut_short(TO_1, TO_2, TO_3) == {
        *[(), (TO_1,), (TO_2,), (TO_3,)],
        *[(TO_1, TO_2), (TO_1, TO_3), (TO_2, TO_3)],
    }


def test_messages_to_one_node_leave_in_order() -> None:
    assert cut_short(TO_1, AGAIN) == {(), (TO_1,)}
    assert cut_short(TO_1, TO_2, AGAIN) == {(), (TO_1,), (TO_2,), (TO_1, TO_2)}


def test_all_that_came_before_is_done() -> None:
    assert cut_short(TO_1, TO_2, DISK, TO_3) == {
        *[(), (TO_1,), (TO_2,), (TO_1, TO_2), (TO_1, TO_2, DISK)],
    }


def test_nothing_is_left_of_nothing() -> None:
    assert cut_short() == set()
