"""The bug zoo: published bugs, each a protocol without one of its rules."""

from collections.abc import Mapping
from difflib import get_close_matches

from paxiom.model_check.zoo import (
    multi_paxos,
    multi_paxos_lease,
    multi_paxos_witness,
    paxos,
    raft_elections,
    raft_logs,
    register,
    vr,
    zab,
    zab_differences,
)
from paxiom.model_check.zoo.bug import Bug, UnknownError

MODULES = (
    paxos,
    multi_paxos,
    multi_paxos_lease,
    multi_paxos_witness,
    register,
    raft_elections,
    raft_logs,
    zab,
    zab_differences,
    vr,
)

BUGS: tuple[Bug, ...] = tuple(bug for module in MODULES for bug in module.BUGS)
OMITTED: Mapping[str, str] = {
    number: reason for module in MODULES for number, reason in module.OMITTED.items()
}
CONTROLS: tuple[Bug, ...] = tuple(bug for module in MODULES for bug in module.CONTROLS)


def bug(number: str) -> Bug:
    """Find a bug by its number, in either case; UnknownError names those that are near."""
    wanted = number.upper()
    for each in BUGS:
        if each.number.upper() == wanted:
            return each
    for each in CONTROLS:
        if each.number.upper() == wanted:
            msg = f"{each.number} does no harm, and stays that way: {each.title}"
            raise UnknownError(msg)
    if wanted in OMITTED:
        msg = f"{wanted} is not in the zoo: {OMITTED[wanted]}"
        raise UnknownError(msg)
    near = get_close_matches(wanted, [each.number for each in BUGS], n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "paxiom bugs lists them"
    msg = f"there is no bug {number!r}; {hint}"
    raise UnknownError(msg)
