"""Compiling the kernel: once per machine, kept in a cache that knows when it is stale.

Numba's own cache notices a change in the file of a function, not in the files it takes others
from. So the cache has its own directory, named by a digest of all kernel sources.
"""

import hashlib
import os
import platform
import tempfile
from importlib import import_module
from pathlib import Path

import numba
from llvmlite.binding import get_host_cpu_name

KERNELS = (
    "kernel_maps",
    "kernel_tables",
    "kernel_states",
    "kernel_search",
    "kernel_walkers",
    "kernel_walk",
)


def _digest() -> str:
    here = Path(__file__).parent
    digest = hashlib.sha256(f"{numba.__version__} {platform.python_version()}".encode())
    for name in KERNELS:
        digest.update((here / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _cache_directory() -> Path:
    """Where compiled kernels are kept: PAXIOM_CACHE, the user's cache, or a temporary place."""
    chosen = os.environ.get("PAXIOM_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    directory = Path(chosen or Path(home) / "paxiom") / f"kernel-{_digest()}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"paxiom-{os.getuid()}" / f"kernel-{_digest()}"
    return directory


def load_kernels() -> None:
    """Import the kernel modules so that what they compile is cached in our directory."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(DIRECTORY)
    try:
        for name in KERNELS:
            import_module(f"paxiom.model_check.engine.{name}")
    finally:
        numba.config.CACHE_DIR = before


DIRECTORY = _cache_directory()


def _done() -> Path:
    """Name the mark of a kernel compiled to the end: Numba keeps one for each place and CPU."""
    kept = hashlib.sha256(f"{__file__} {get_host_cpu_name()}".encode())
    return DIRECTORY / f"complete-{kept.hexdigest()[:16]}"


def compiled_before() -> bool:
    """Whether this machine has compiled this kernel to the end."""
    return _done().exists()


def mark_compiled() -> None:
    """Remember that it has."""
    if not compiled_before():
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        _done().touch()
