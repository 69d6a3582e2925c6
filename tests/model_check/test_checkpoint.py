"""Checkpoints: a killed search goes on where it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paxiom.model_check.engine import explore
from paxiom.model_check.model import ModelError
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.result import Verdict
from paxiom.model_check.zoo.paxos import IgnoresPromisedVotes
from support.agreement import essence

KILLED = """
import sys
from pathlib import Path
from paxiom.model_check.engine import explore
from paxiom.model_check.models.paxos import paxos
print("started", flush=True)
explore(paxos(ballots=3, value_count=1), checkpoint=Path(sys.argv[1]), checkpoint_seconds=0)
"""


@pytest.mark.parametrize("symmetry", [True, False])
def test_an_interrupted_search_ends_as_if_it_had_not_been(tmp_path: Path, symmetry: bool) -> None:  # noqa: FBT001
    """Same counts, same trace, whatever the level the first part stopped in."""
    model = paxos(protocol=IgnoresPromisedVotes, ballots=2)
    whole = explore(model, symmetry=symmetry)
    for states in (1, 500, 20_000):
        place = tmp_path / str(states)
        first = explore(model, symmetry=symmetry, max_states=states, checkpoint=place)
        second = explore(model, symmetry=symmetry, resume=place)

        assert first.verdict is Verdict.INCOMPLETE
        assert essence(second) == essence(whole)
        assert second.violation == whole.violation


def test_a_killed_search_goes_on(tmp_path: Path) -> None:
    """SIGKILL at any time leaves a whole checkpoint behind."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + 120
    while not (tmp_path / "manifest.json").exists():
        assert process.poll() is None, "the search ended before its first checkpoint"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    result = explore(paxos(ballots=3, value_count=1), resume=tmp_path)

    assert process.returncode == -signal.SIGKILL
    assert essence(result) == essence(explore(paxos(ballots=3, value_count=1)))


def test_a_search_may_be_cut_short_again_and_again(tmp_path: Path) -> None:
    """Each part goes on where the last one stopped, saving to the same place."""
    model = paxos(ballots=2)
    explore(model, max_states=100, checkpoint=tmp_path)
    for states in (1_000, 10_000, 40_000):
        assert explore(model, max_states=states, resume=tmp_path).verdict is Verdict.INCOMPLETE

    assert essence(explore(model, resume=tmp_path)) == essence(explore(model))


def test_an_old_checkpoint_is_not_overwritten(tmp_path: Path) -> None:
    """A new search in its directory is refused."""
    explore(paxos(ballots=2), max_states=100, checkpoint=tmp_path)

    with pytest.raises(ModelError, match="holds a checkpoint already"):
        explore(paxos(ballots=2), checkpoint=tmp_path)


def test_resuming_another_model_is_refused(tmp_path: Path) -> None:
    """Other bounds make another model."""
    explore(paxos(ballots=2), max_states=100, checkpoint=tmp_path)

    with pytest.raises(ModelError, match="another model, or of other bounds"):
        explore(paxos(ballots=1), resume=tmp_path)


def test_resuming_a_changed_protocol_is_refused(tmp_path: Path) -> None:
    """The handlers are asked again and must answer as before."""
    explore(paxos(ballots=2), max_states=50_000, checkpoint=tmp_path)
    right = IgnoresPromisedVotes.__repr__
    IgnoresPromisedVotes.__repr__ = lambda self: right(self).replace(  # type: ignore[method-assign]
        "IgnoresPromisedVotes", "Paxos"
    )
    try:
        with pytest.raises(ModelError, match="has changed since the checkpoint"):
            explore(paxos(protocol=IgnoresPromisedVotes, ballots=2), resume=tmp_path)
    finally:
        del IgnoresPromisedVotes.__repr__


def test_damage_is_told(tmp_path: Path) -> None:
    """A missing, garbled or truncated file gives a clear error."""
    with pytest.raises(ModelError, match="no checkpoint to resume"):
        explore(paxos(ballots=2), resume=tmp_path)
    explore(paxos(ballots=2), max_states=20_000, checkpoint=tmp_path)
    largest = max(tmp_path.glob("states-*-words-*"), key=lambda path: path.stat().st_size)
    os.truncate(largest, 100)
    with pytest.raises(ModelError, match="is damaged"):
        explore(paxos(ballots=2), resume=tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match="no checkpoint to resume"):
        explore(paxos(ballots=2), resume=tmp_path)
