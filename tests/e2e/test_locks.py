"""The lock files in requirements/ pin the dependencies of pyproject.toml, with hashes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETS: dict[str, list[str]] = {
    "runtime": PROJECT["project"]["dependencies"],
    **PROJECT["project"]["optional-dependencies"],
    **PROJECT["dependency-groups"],
}
NPM_LOCKS = ("vscode-extension/package-lock.json", "tests/workbench/package-lock.json")
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def locked(name: str) -> dict[str, list[tuple[Requirement, int]]]:
    """The pins of a lock file by package, each with the number of its hashes."""
    pins: dict[str, list[tuple[Requirement, int]]] = {}
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    for entry in re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines():
        pin, *hashes = entry.split("--hash=sha256:")
        requirement = Requirement(pin.strip())
        pins.setdefault(canonicalize_name(requirement.name), []).append((requirement, len(hashes)))
    return pins


def counts(requirement: Requirement, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def test_there_is_a_lock_for_each_group() -> None:
    assert {path.stem for path in (ROOT / "requirements").iterdir()} == SETS.keys()


@pytest.mark.parametrize("name", SETS)
def test_each_requirement_is_pinned_to_a_version_that_it_allows(name: str) -> None:
    """`make lock` updates the files."""
    pins = locked(name)
    for requirement in map(Requirement, SETS[name]):
        for python in PYTHONS:
            versions = [
                next(iter(pin.specifier)).version
                for pin, _ in pins.get(canonicalize_name(requirement.name), ())
                if counts(pin, python)
            ]
            assert len(versions) == counts(requirement, python), (str(requirement), python, versions)
            allowed = requirement.specifier
            assert all(allowed.contains(each, prereleases=True) for each in versions), str(requirement)


@pytest.mark.parametrize("name", SETS)
def test_each_pin_is_exact_and_has_hashes(name: str) -> None:
    for pin, hashes in (pin for pins in locked(name).values() for pin in pins):
        assert [each.operator for each in pin.specifier] == ["=="], str(pin)
        assert hashes > 0, str(pin)


def test_a_package_has_one_version_in_all_locks() -> None:
    versions: dict[tuple[str, str], set[str]] = {}
    for name in SETS:
        for package, pins in locked(name).items():
            for pin, _ in pins:
                for python in filter(lambda python: counts(pin, python), PYTHONS):
                    versions.setdefault((package, python), set()).add(str(pin.specifier))
    assert {key: each for key, each in versions.items() if len(each) > 1} == {}


def test_modgo_is_built_by_the_locked_backend() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= set(SETS["build"])


def test_locks_name_no_host() -> None:
    for path in [*(ROOT / "requirements").iterdir(), *map(ROOT.joinpath, NPM_LOCKS)]:
        assert "://" not in re.sub(r'"url": "[^"]*"', "", path.read_text("utf-8")), path.name
