"""Checkpoints: a search that survives being killed.

States and parents are appended to files; the native tables and what was asked of Python go to a
new file each time. A manifest says how much of each belongs together; it is replaced in one
atomic step after everything else is on disk, so the last complete checkpoint is always whole.

Python objects are not stored. Resuming asks the handlers again, in the same order, and compares
the answers: that rebuilds the objects and refuses a protocol that has changed.
"""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paxiom.model_check.engine import kernel_maps as maps
from paxiom.model_check.engine import kernel_states as packed
from paxiom.model_check.engine.search import Finding, Search
from paxiom.model_check.engine.store import layout_for
from paxiom.model_check.model import Model, ModelError

FORMAT = "paxiom checkpoint"
VERSION = 1
MANIFEST = "manifest.json"


def fingerprint(model: Model, *, symmetric: bool) -> str:
    """Describe a model well enough to tell another one; handlers are compared on resuming."""
    parts = (
        model.name,
        repr(model.protocol),
        repr((model.network, model.faults, model.requests)),
        repr([prop.name for prop in model.properties]),
        repr([bound.name for bound in model.bounds]),
        repr(model.symmetry if symmetric else ()),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Checkpoint:
    """A directory that a search is written to, every so many seconds."""

    def __init__(self, directory: Path, seconds: float) -> None:
        """Make the directory; nothing is written yet."""
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"cannot write checkpoints to {directory}: {error.strerror}"
            raise ModelError(msg) from None
        self.directory, self.seconds = directory, seconds
        self._last = time.monotonic()
        self._number = 0
        self._written = [0] * packed.SHARDS  # states in the files
        self._bits: list[int] = []  # layout of the states in the files
        self._generation = 0

    def claim(self) -> None:
        """Make sure that a new search does not overwrite an old one."""
        if (self.directory / MANIFEST).exists():
            msg = (
                f"{self.directory} holds a checkpoint already: go on with it (--resume), remove "
                "it, or choose another directory"
            )
            raise ModelError(msg)

    def due(self) -> bool:
        """Whether it is time for the next one."""
        return time.monotonic() - self._last >= self.seconds

    def write(self, search: Search) -> None:
        """Write all that is needed to go on from here. Call between rounds."""
        self._number += 1
        self._write_states(search)
        tables = f"tables-{self._number}.npz"
        asked = np.array([(handler, key) for handler, key in search.tables.asked], np.uint64)
        with (self.directory / tables).open("wb") as file:
            np.savez(file, asked=asked.reshape(-1, 2), **search.tables.c._asdict())
            _flush(file)
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "number": self._number,
            "model": fingerprint(search.model, symmetric=search.tables.symmetry is not None),
            "tables": tables,
            "generation": self._generation,
            "bits": self._bits,
            "shards": [
                {"count": s.count, "cursor": s.cursor, "level_end": s.level_end}
                for s in search.store.shards
            ],
            "todo": search.waiting(),
            "depth": search.depth,
            "transitions": search.transitions,
            "actions": search.actions.sum(axis=0).tolist(),
            "cuts": search.cuts.sum(axis=0).tolist(),
            "findings": [[f.rank, f.state, f.item] for f in search.findings],
            "witnesses": search.judge.witnesses,
        }
        _replace(self.directory / MANIFEST, json.dumps(manifest))
        for old in self.directory.glob("tables-*.npz"):
            if old.name != tables:
                old.unlink()
        for old in self.directory.glob("states-*"):
            if not old.name.startswith(f"states-{self._generation}-"):
                old.unlink()
        self._last = time.monotonic()

    def _write_states(self, search: Search) -> None:
        """Append new states; start new files if they are packed differently now."""
        store = search.store
        if self._bits != store.bits:
            self._bits = list(store.bits)
            self._generation += 1
            self._written = [0] * packed.SHARDS
        for number, shard in enumerate(store.shards):
            start, width = self._written[number], store.width
            words = shard.words[start * width : shard.count * width]
            parents = shard.parents[start : shard.count]
            arrays: tuple[tuple[str, NDArray[Any]], ...] = (("words", words), ("parents", parents))
            for kind, new in arrays:
                path = self._states(kind, number)
                with path.open("r+b" if start else "wb") as file:
                    file.seek(start * _bytes_each(kind, width))
                    file.write(new.data.cast("B"))
                    file.truncate()
                    _flush(file)
            self._written[number] = shard.count

    def _states(self, kind: str, shard: int) -> Path:
        return self.directory / f"states-{self._generation}-{kind}-{shard}"

    def read(self, search: Search) -> None:
        """Bring a new search to where the last complete checkpoint was."""
        manifest = self._manifest(search)
        try:
            self._read(search, manifest)
        except (OSError, KeyError, ValueError, EOFError) as error:
            msg = f"the checkpoint in {self.directory} is damaged: {error}"
            raise ModelError(msg) from None

    def _manifest(self, search: Search) -> dict[str, Any]:
        path = self.directory / MANIFEST
        try:
            manifest: dict[str, Any] = json.loads(path.read_text())
        except (OSError, ValueError):
            msg = f"no checkpoint to resume in {self.directory} (no readable {MANIFEST})"
            raise ModelError(msg) from None
        if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
            msg = f"{path} is not a checkpoint of this version of paxiom"
            raise ModelError(msg)
        symmetric = search.tables.symmetry is not None
        if manifest.get("model") != fingerprint(search.model, symmetric=symmetric):
            msg = f"the checkpoint in {self.directory} is of another model, or of other bounds"
            raise ModelError(msg)
        return manifest

    def _read(self, search: Search, manifest: dict[str, Any]) -> None:
        self._number, self._generation = manifest["number"], manifest["generation"]
        with np.load(self.directory / manifest["tables"], allow_pickle=False) as saved:
            c = maps.Components(**{name: saved[name] for name in maps.Components._fields})
            asked = [(bool(handler), int(key)) for handler, key in saved["asked"]]
        search.tables.recall(c, asked)
        store = search.store
        self._bits = store.bits = list(manifest["bits"])
        store.width, store.layout = layout_for(store.bits)
        for number, (shard, counts) in enumerate(
            zip(store.shards, manifest["shards"], strict=True)
        ):
            count = counts["count"]
            words = np.fromfile(self._states("words", number), np.uint64, count * store.width)
            parents = np.fromfile(self._states("parents", number), np.uint32, count)
            if len(words) < count * store.width or len(parents) < count:
                msg = f"states of shard {number} are missing"
                raise ValueError(msg)
            store.restore(shard, words, parents)
            shard.cursor, shard.level_end = counts["cursor"], counts["level_end"]
            self._written[number] = count
        search.depth, search.transitions = manifest["depth"], manifest["transitions"]
        search.findings = [
            Finding(rank, state, tuple(item) if item else None)
            for rank, state, item in manifest["findings"]
        ]
        search.judge.witnesses.update(manifest["witnesses"])
        search.restore(manifest["todo"], manifest["actions"], manifest["cuts"])


def _bytes_each(kind: str, width: int) -> int:
    return 8 * width if kind == "words" else 4


def _flush(file: Any) -> None:  # noqa: ANN401 - any open file
    file.flush()
    os.fsync(file.fileno())


def _replace(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that it is there whole or not at all, even after a crash."""
    fresh = path.with_suffix(".new")
    with fresh.open("w") as file:
        file.write(text)
        _flush(file)
    fresh.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
