"""What views add to a log's properties: each says yes to the least it allows, and no to less."""

from paxiom.spec.replication import History, leader_completeness
from paxiom.spec.vr import (
    Replica,
    a_commit_in_a_later_view,
    a_log_is_carried,
    executed_once,
    one_log_in_a_view,
)


def node(view: int, *log: str, normal: int | None = None, primary: bool = False) -> Replica:
    return Replica(view, log, 0, 0, view if normal is None else normal, primary)


PAST = History().propose("a").apply(1, "a", 0)


def test_logs_of_one_view_continue_each_other() -> None:
    assert one_log_in_a_view(node(1, "a", "b"), node(1, "a"))
    assert one_log_in_a_view(node(1), node(1, "a"))


def test_logs_of_different_views_may_part() -> None:
    """Though both replicas are on the way to the same view."""
    assert one_log_in_a_view(node(2, "a", normal=0), node(2, "b", normal=1))


def test_logs_of_one_view_do_not_part() -> None:
    one, other = node(2, "a", "b", normal=1), node(1, "a", "c")

    assert not one_log_in_a_view(one, other)
    assert one_log_in_a_view.explain is not None
    assert one_log_in_a_view.explain(("n1", "n2"), one, other).sentence == (
        "In view 1, n1 has b at index 2, and n2 c."
    )


def test_a_request_is_executed_at_one_index() -> None:
    again = PAST.apply(2, "b", 0).apply(3, "a", 1)

    assert executed_once(PAST.apply(1, "a", 1).apply(2, "b", 0))
    assert not executed_once(again)
    assert executed_once.explain is not None
    assert executed_once.explain(again).sentence == "a was executed at the indexes 1 and 3."


def test_a_later_primary_has_what_is_committed() -> None:
    """And what is told if it has not speaks of views."""
    assert leader_completeness(node(1, "a", primary=True), PAST)
    assert leader_completeness(node(1), PAST)
    assert not leader_completeness(node(1, primary=True), PAST)
    assert leader_completeness.explain is not None
    assert leader_completeness.explain(("n2",), node(1, primary=True), PAST).sentence == (
        "At index 1 a is committed since view 0, but n2, leader of view 1, has nothing there."
    )


def test_a_log_is_carried_into_a_later_view_by_its_primary() -> None:
    assert a_log_is_carried(node(1, "a", primary=True), PAST)
    assert not a_log_is_carried(node(0, "a", primary=True), PAST)
    assert not a_log_is_carried(node(1, "a"), PAST)
    assert not a_log_is_carried(node(1, "b", primary=True), PAST)


def test_a_commit_in_a_later_view_is_none_in_the_first() -> None:
    assert a_commit_in_a_later_view(PAST.apply(2, "b", 1))
    assert not a_commit_in_a_later_view(PAST)
