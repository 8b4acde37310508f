"""The packages that lock files pin: requirements/*.txt and package-lock.json."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTENSION = ROOT / "vscode-extension"


@dataclass(frozen=True)
class Package:
    """One version of a package. `hashes` are hexadecimal; a Python package has one for each of its files."""

    name: str
    version: str
    algorithm: str
    hashes: tuple[str, ...]
    needs: tuple[str, ...] = ()  # names of dependencies, of npm packages only


def locked_python(name: str) -> list[Package]:
    """The pins of requirements/NAME.txt, for every Python and platform."""
    packages = []
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    for entry in re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines():
        pin, *hashes = entry.split("--hash=sha256:")
        requirement = Requirement(pin.strip())
        (specifier,) = requirement.specifier
        sums = tuple(each.strip() for each in hashes)
        packages.append(Package(canonicalize_name(requirement.name), specifier.version, "SHA-256", sums))
    return packages


def locked_npm() -> list[Package]:
    """The run-time dependencies of the extension, from its package-lock.json."""
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    packages = []
    for place, entry in lock["packages"].items():
        if place and not entry.get("dev"):
            name = place.rpartition("node_modules/")[2]
            digest = base64.b64decode(entry["integrity"].removeprefix("sha512-")).hex()
            needs = tuple(entry.get("dependencies", {}))
            packages.append(Package(name, entry["version"], "SHA-512", (digest,), needs))
    return packages
