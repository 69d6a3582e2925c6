"""The scripts of the page, by the test runner of Node: what they work out without a browser.

What paxiom itself says of the same runs is the oracle: short texts, headlines, stories.
"""

import json
import random
import shutil
import subprocess
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from paxiom.model_check import page, zoo
from paxiom.model_check.codec import Json, short
from paxiom.model_check.model import Delivery, Faults, Model, Network
from paxiom.model_check.models.paxos import paxos
from paxiom.model_check.models.raft import raft
from paxiom.model_check.traces.story import story, story_document
from paxiom.model_check.traces.trace import Trace
from paxiom.model_check.traces.trace_file import run_document
from paxiom.model_check.traces.trace_text import headline
from paxiom.model_check.world import Transition, initial_world, successors
from support.tools import missing
from support.zoo_runs import zoo_run

HERE = Path(__file__).parent
ODD = [
    {"$text": "not a record"},
    {"$": "Named", "$text": "its own <b>text</b>"},
    {"$enum": "Timer", "name": "RETRY"},
    {"$bytes": "00ff"},
    {"$int": "0x20000000000001"},
    {"$float": "nan"},
    {"$repr": "<object>"},
    {"$map": [["k", [1]], ["l", {"$set": [True, None]}]]},
    "two words",
    "None",
    "it's",
    'it\'s "both"',
    "back\\slash",
    "über.n1:x/y@z-1",
    "",
    [],
    ["one"],
    -3,
]


def walk(model: Model, seed: int, steps: int = 60) -> dict[str, Any]:
    """Take steps at random: first of which kind, so that the rare ones are among them."""
    world = initial = initial_world(model)
    chance = random.Random(seed)  # noqa: S311 - no secret
    taken: list[Transition] = []
    while len(taken) < steps:
        kinds = defaultdict(list)
        for each in successors(model, world):
            if each.world:
                kinds[type(each.event), each.outcome.fault].append(each)
        if not kinds:
            break
        taken.append(chance.choice(chance.choice(list(kinds.values()))))
        world = taken[-1].world or world
    return run_document(model, Trace(initial, tuple(taken)))


def runs() -> list[dict[str, Any]]:
    faults = Faults(crashes=2, stops=1)
    models = [
        model(nodes=3, network=Network(delivery=delivery, lossy=True), faults=faults)
        for model in (paxos, raft)
        for delivery in Delivery
    ]
    walks = [walk(model, seed) for model in models for seed in range(2)]
    return [*(zoo_run(bug.number) for bug in zoo.BUGS), *walks]


def told_of(document: dict[str, Any]) -> dict[str, Json]:
    return {
        "document": document,
        "story": story_document(story(document)),
        "headlines": [headline(step).plain for step in document["steps"]],
    }


def test_scripts(tmp_path: Path) -> None:
    node = shutil.which("node") or missing("node is not installed")
    documents = runs()
    values = [
        value
        for document in documents
        for step in document["steps"]
        for value in (step["message"], step["history"], *step["effects"])
    ]
    told = {
        "runs": [told_of(document) for document in documents],
        "shorts": [[value, short(value)] for value in [*ODD, *values]],
    }
    (tmp_path / "fixtures.json").write_text(json.dumps(told))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for each in files(page).iterdir():
        if each.name.endswith(".js"):
            (tmp_path / each.name).write_text(each.read_text(encoding="utf-8"), encoding="utf-8")
    for path in HERE.glob("*.js"):
        shutil.copy(path, tmp_path)

    ran = subprocess.run(  # noqa: S603 - Node, on our own scripts
        [node, "--test"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# pass 0" not in ran.stdout, ran.stdout
