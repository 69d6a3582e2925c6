"""The theorems about quorums a second time, in plain Python, for finite sets: the oracle.

Each function gives, for one choice of sets and numbers, by how much each hypothesis is met, and by
how much the conclusion is: what holds is at least 0. Nothing of paxiom.proofs is used.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, combinations, product

Choice = Mapping[str, frozenset[int]]
Numbers = Mapping[str, int]
Met = tuple[tuple[int, ...], int]
Rule = Callable[[int, Choice, Numbers], Met]


def subsets(n: int) -> list[frozenset[int]]:
    nodes = range(1, n + 1)
    return [frozenset(s) for s in chain.from_iterable(combinations(nodes, k) for k in range(n + 1))]


def choices(
    n: int, names: tuple[str, ...], numbers: tuple[str, ...]
) -> Iterator[tuple[Choice, Numbers]]:
    """Every choice of the sets but for the names of nodes, and of the numbers up to n + 1."""
    first = [frozenset(range(1, size + 1)) for size in range(n + 1)]
    for sets in product(first, *[subsets(n)] * (len(names) - 1)):
        for values in product(range(n + 2), repeat=len(numbers)):
            yield (
                dict(zip(names, sets, strict=True)),
                dict(zip(numbers, values, strict=True)),
            )


def more_than_half(part: frozenset[int], whole: frozenset[int] | int) -> int:
    if isinstance(whole, int):
        return 2 * len(part) - whole - 1
    return 2 * len(part & whole) - len(whole) - 1


def met(*hypotheses: int, goal: int) -> Met:
    return hypotheses, goal


def majorities(n: int, s: Choice) -> int:
    return min(more_than_half(s["A"], n), more_than_half(s["B"], n))


def sized(least: int, s: Choice) -> int:
    return min(len(s["A"]), len(s["B"])) - least


def common(s: Choice) -> int:
    return len(s["A"] & s["B"])


def honest(s: Choice) -> int:
    return len((s["A"] & s["B"]) - s["F"])


def faulty(s: Choice, x: Numbers) -> int:
    return x["f"] - len(s["F"])


def two_sizes(one: str, other: str) -> Rule:
    def rule(n: int, s: Choice, x: Numbers) -> Met:
        large = x[one] + x[other] - n - 1
        return met(len(s["A"]) - x[one], len(s["B"]) - x[other], large, goal=common(s) - 1)

    return rule


THEOREMS: Mapping[str, Rule] = {
    "majorities meet": lambda n, s, _: met(majorities(n, s), goal=common(s) - 1),
    "crash quorums meet": lambda n, s, x: met(
        n - (2 * x["f"] + 1), sized(n - x["f"], s), goal=common(s) - 1
    ),
    "crash availability": lambda n, s, x: met(
        n - (2 * x["f"] + 1), faulty(s, x), goal=2 * (n - len(s["F"])) - n - 1
    ),
    "even clusters": lambda n, s, x: met(
        2 * x["m"] - n, 2 * (n - len(s["F"])) - n - 1, goal=x["m"] - 1 - len(s["F"])
    ),
    "overlap": lambda n, s, x: met(
        len(s["A"]) - x["R"], len(s["B"]) - x["W"], goal=common(s) - (x["R"] + x["W"] - n)
    ),
    "read and write quorums meet": two_sizes("R", "W"),
    "flexible quorums meet": two_sizes("q1", "q2"),
    "Byzantine overlap": lambda n, s, x: met(
        3 * x["f"] + 1 - n, sized(2 * x["f"] + 1, s), goal=common(s) - (x["f"] + 1)
    ),
    "Byzantine quorums share an honest node": lambda n, s, x: met(
        3 * x["f"] + 1 - n, faulty(s, x), sized(2 * x["f"] + 1, s), goal=honest(s) - 1
    ),
    "all but f share an honest node": lambda n, s, x: met(
        n - (3 * x["f"] + 1), faulty(s, x), sized(n - x["f"], s), goal=honest(s) - 1
    ),
    "⌈(n+f+1)/2⌉ share an honest node": lambda n, s, x: met(
        faulty(s, x), 2 * min(len(s["A"]), len(s["B"])) - (n + x["f"] + 1), goal=honest(s) - 1
    ),
    "Byzantine availability": lambda n, s, x: met(
        n - (3 * x["f"] + 1),
        faulty(s, x),
        n + x["f"] + 2 - 2 * x["q"],
        goal=n - len(s["F"]) - x["q"],
    ),
    "f+1 have an honest node": lambda _, s, x: met(
        faulty(s, x), len(s["A"]) - (x["f"] + 1), goal=len(s["A"] - s["F"]) - 1
    ),
    "2f+1 have f+1 honest nodes": lambda _, s, x: met(
        faulty(s, x), len(s["A"]) - (2 * x["f"] + 1), goal=len(s["A"] - s["F"]) - (x["f"] + 1)
    ),
    "fast quorums meet": lambda n, s, x: met(
        len(s["C"]) - x["q"],
        sized(x["qf"], s),
        x["q"] + 2 * x["qf"] - 2 * n - 1,
        goal=len(s["A"] & s["B"] & s["C"]) - 1,
    ),
    "fast Byzantine quorums": lambda n, s, x: met(
        5 * x["f"] + 1 - n,
        faulty(s, x),
        sized(4 * x["f"] + 1, s),
        goal=honest(s) - (2 * x["f"] + 1),
    ),
    "joint consensus": lambda _, s, __: met(
        min(more_than_half(s["A"], s["Old"]), more_than_half(s["B"], s["Old"])),
        min(more_than_half(s["A"], s["New"]), more_than_half(s["C"], s["New"])),
        goal=min(common(s), len(s["A"] & s["C"])) - 1,
    ),
    "single-server change": lambda _, s, __: met(
        1 - len((s["Old"] | s["New"]) - (s["Old"] & s["New"])),
        min(more_than_half(s["A"], s["Old"]), more_than_half(s["B"], s["New"])),
        goal=common(s) - 1,
    ),
    "grid: a cover meets a column": lambda _, s, __: met(
        len(s["A"] & s["Column"]) - 1, -len(s["Column"] - s["B"]), goal=common(s) - 1
    ),
    "grid: a row meets a column": lambda _, s, __: met(
        len(s["Row"] & s["Column"]) - 1,
        -len(s["Row"] - s["A"]),
        -len(s["Column"] - s["B"]),
        goal=common(s) - 1,
    ),
    "witnesses: a majority has data": lambda n, s, _: met(
        n - 2 * len(s["Witnesses"]),
        more_than_half(s["A"], n),
        goal=len(s["A"] - s["Witnesses"]) - 1,
    ),
    "witnesses: quorums share data": lambda n, s, _: met(
        len(s["A"]) + len(s["B"]) - n - len(s["Witnesses"]) - 1,
        goal=len((s["A"] & s["B"]) - s["Witnesses"]) - 1,
    ),
    "witnesses: data survive": lambda _, s, x: met(
        len(s["A"]) - len(s["Witnesses"]) - x["f"] - 1,
        x["f"] - len(s["Lost"]),
        goal=len(s["A"] - s["Witnesses"] - s["Lost"]) - 1,
    ),
    "witnesses: a tie is broken": lambda n, s, _: met(
        len(s["There"]) - len(s["Here"]),
        n - len(s["Here"]) - len(s["There"]) - 1,
        goal=2 * (n - len(s["Here"])) - n - 1,
    ),
}

MISTAKES: Mapping[str, Rule] = {
    "write quorums meet": lambda n, s, x: met(
        sized(x["W"], s), x["R"] + x["W"] - n - 1, goal=common(s) - 1
    ),
    "majorities suffice against lies": lambda n, s, x: met(
        n - 3 * x["f"] - 1, faulty(s, x), majorities(n, s), goal=honest(s) - 1
    ),
    "2f+1 is a quorum of any n": lambda n, s, x: met(
        n - 3 * x["f"] - 1, faulty(s, x), sized(2 * x["f"] + 1, s), goal=honest(s) - 1
    ),
    "a quorum has 2f+1 honest nodes": lambda n, s, x: met(
        3 * x["f"] + 1 - n,
        faulty(s, x),
        len(s["A"]) - 2 * x["f"] - 1,
        goal=len(s["A"] - s["F"]) - 2 * x["f"] - 1,
    ),
    "old and new majorities meet": lambda _, s, __: met(
        more_than_half(s["A"], s["Old"]),
        more_than_half(s["B"], s["New"]),
        len(s["Old"] & s["New"]) - 1,
        goal=common(s) - 1,
    ),
    "majorities share data": lambda n, s, _: met(
        1 - len(s["Witnesses"]),
        majorities(n, s),
        goal=len((s["A"] & s["B"]) - s["Witnesses"]) - 1,
    ),
    "a majority's data survive": lambda n, s, _: met(
        n - 3,
        1 - len(s["Witnesses"]),
        more_than_half(s["A"], n),
        1 - len(s["Lost"]),
        goal=len(s["A"] - s["Witnesses"] - s["Lost"]) - 1,
    ),
}
