"""The folders at the root are installed as paxiom.*, all of them and nothing else.

``make wheel`` runs this file beside a wheel, with PAXIOM_SOURCE naming the folders it came from.
"""

import os
import tomllib
from importlib.machinery import PathFinder
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest

SOURCE = Path(os.environ.get("PAXIOM_SOURCE", Path(__file__).parents[1]))
SETUPTOOLS = tomllib.loads((SOURCE / "pyproject.toml").read_text())["tool"]["setuptools"]
FOLDERS: dict[str, str] = SETUPTOOLS["package-dir"]


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in {".py", ".typed"}
    }


def test_every_package_is_listed() -> None:
    found = {
        "paxiom." + ".".join(init.parent.relative_to(SOURCE).parts)
        for folder in FOLDERS.values()
        for init in (SOURCE / folder).rglob("__init__.py")
    }

    assert set(SETUPTOOLS["packages"]) == found


@pytest.mark.parametrize(("package", "folder"), FOLDERS.items())
def test_what_is_installed_is_what_is_in_the_folder(package: str, folder: str) -> None:
    spec = find_spec(package)
    assert spec is not None, "run: make dev"
    assert spec.origin is not None

    assert files_below(Path(spec.origin).parent) == files_below(SOURCE / folder), "run: make dev"


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_a_folder_is_not_importable_by_its_bare_name(folder: str) -> None:
    """A module under two names is two modules, whose equal values are not equal."""
    found = PathFinder.find_spec(folder)

    assert found is None or found.origin is None  # tests/spec is no package, only a portion


def test_paxiom_itself_is_a_namespace() -> None:
    """An __init__ there would belong to no folder, and hide the other portions."""
    spec = find_spec("paxiom")

    assert spec is not None
    assert spec.origin is None


def test_the_command_is_installed() -> None:
    (command,) = distribution("paxiom").entry_points.select(group="console_scripts")

    assert command.name == "paxiom"
    assert callable(command.load())


def test_the_pytest_plugin_is_installed() -> None:
    (plugin,) = distribution("paxiom").entry_points.select(group="pytest11")

    assert plugin.value == "paxiom.model_check.pytest_plugin"
