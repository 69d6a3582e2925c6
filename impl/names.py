"""Names of nodes and of values: labels without order or structure, so that they may be permuted."""

MOST_LABELS = 1_000  # of one kind: far more than can be searched, and far fewer than fill a memory


class Label(str):
    """A name that means nothing but itself: renaming it everywhere changes nothing.

    The checker finds labels inside states and messages by their type. A set of labels declared
    interchangeable is what symmetry reduction permutes.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the bare name: traces are full of them."""
        return str(self)


class NodeId(Label):
    """The name of a node."""

    __slots__ = ()


class Value(Label):
    """The name of a value that a client proposes."""

    __slots__ = ()


def node_ids(count: int) -> tuple[NodeId, ...]:
    """Name ``count`` nodes n1, n2, ..."""
    return tuple(NodeId(f"n{number}") for number in _numbers(count))


def values(count: int) -> tuple[Value, ...]:
    """Name ``count`` values a, b, ... z, v27, v28, ..."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return tuple(
        Value(letters[number - 1] if number <= len(letters) else f"v{number}")
        for number in _numbers(count)
    )


def _numbers(count: int) -> range:
    if count > MOST_LABELS:
        msg = f"{count} names; there are up to {MOST_LABELS:,} of a kind"
        raise ValueError(msg)
    return range(1, count + 1)
