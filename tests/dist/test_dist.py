"""The release that `make dist` builds in dist/. `make test-dist` runs these tests."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"


def released(pattern: str) -> Path:
    (path,) = DIST.glob(pattern)
    return path


def bill(pattern: str) -> dict[str, Any]:
    bom: dict[str, Any] = json.loads(released(pattern).read_text("utf-8"))
    return bom


def listed(bom: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """The hashes of each component, by its name and version."""
    return {
        ("/".join(filter(None, (part.get("group"), part["name"]))), part["version"]): {
            each["content"]
            for reference in part.get("externalReferences", ())
            for each in reference["hashes"]
        }
        for part in bom["components"]
    }


@pytest.mark.parametrize("pattern", ["modgo_lsp-*.cdx.json", "modgo-vscode-*.cdx.json"])
def test_a_bill_follows_its_schema(pattern: str) -> None:
    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(released(pattern).read_text("utf-8"))
    assert errors is None


def locked_python(name: str) -> dict[tuple[str, str], set[str]]:
    """The hashes of each package of a lock file."""
    lock = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", "")
    return {
        (line.split("==")[0], line.split("==")[1].split()[0]): set(re.findall("sha256:([0-9a-f]{64})", line))
        for line in lock.splitlines()
        if "==" in line and not line.startswith("#")
    }


def test_the_package_s_bill_lists_the_locked_packages() -> None:
    locked = locked_python("runtime")
    parts = listed(bill("modgo_lsp-*.cdx.json"))
    assert len(locked) > 15
    assert {key: parts.get(key) for key in locked} == locked
    assert {name for name, _ in parts.keys() - locked.keys()} == {"liblzma"}


def test_the_extension_s_bill_lists_the_locked_packages_and_the_wheels() -> None:
    lock = json.loads((ROOT / "vscode-extension" / "package-lock.json").read_text("utf-8"))["packages"]
    locked = {
        (place.rpartition("node_modules/")[2], entry["version"]): {
            base64.b64decode(entry["integrity"].partition("-")[2]).hex()
        }
        for place, entry in lock.items()
        if place and not entry.get("dev")
    }
    assert len(locked) > 5
    wheels = locked_python("runtime") | locked_python("extension")
    version = bill("modgo_lsp-*.cdx.json")["metadata"]["component"]["version"]
    assert listed(bill("modgo-vscode-*.cdx.json")) == {**locked, **wheels, ("modgo-lsp", version): set()}


def test_a_bill_lists_dependencies() -> None:
    graph = {each["ref"]: each.get("dependsOn", []) for each in bill("modgo_lsp-*.cdx.json")["dependencies"]}
    root = bill("modgo_lsp-*.cdx.json")["metadata"]["component"]["bom-ref"]
    reached, left = set(), [root]
    while left:
        reached.add(one := left.pop())
        left += set(graph[one]) - reached
    # Packages for other Pythons and platforms are not installed here: their users are unknown.
    alone = {re.split("[/@]", ref)[1] for ref in graph.keys() - reached}
    assert alone <= {"exceptiongroup", "tomli"}
    assert len(graph[root]) < len(graph) - 1


def test_bills_are_reproducible(tmp_path: Path) -> None:
    script = [sys.executable, ROOT / "scripts" / "sbom.py", tmp_path, ROOT / "target" / "plugin"]
    subprocess.run(script, check=True)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (DIST / path.name).read_bytes()


def test_licences_are_in_each_archive() -> None:
    notices = (ROOT / "THIRD_PARTY_NOTICES").read_bytes()
    with zipfile.ZipFile(released("*.whl")) as wheel:
        (name,) = (
            name for name in wheel.namelist() if name.endswith(".dist-info/licenses/THIRD_PARTY_NOTICES")
        )
        assert wheel.read(name) == notices
        assert [name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
    with tarfile.open(released("*.tar.gz")) as sdist:
        (member,) = (each for each in sdist.getmembers() if each.name.endswith("/THIRD_PARTY_NOTICES"))
        file = sdist.extractfile(member)
        assert file is not None
        assert file.read() == notices
    for path in DIST.glob("*.vsix"):
        with zipfile.ZipFile(path) as vsix:
            carried = vsix.read("extension/THIRD_PARTY_NOTICES")
            assert carried == (ROOT / "vscode-extension" / "THIRD_PARTY_NOTICES").read_bytes()


PLATFORMS = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_extension_carries_the_server_for_its_platform(platform: str) -> None:
    path = released(f"modgo-*-{platform}.vsix")
    assert path.stat().st_size < 10e6
    with zipfile.ZipFile(path) as vsix:
        bundle = json.loads(vsix.read("extension/bundled/bundle.json"))
        assert bundle["target"] == platform
        assert bundle["pythons"] == ["3.10", "3.11", "3.12", "3.13", "3.14"]
        for file in (bundle["archive"], bundle["wheel"]):
            packed = vsix.read(f"extension/bundled/{file['name']}")
            assert hashlib.sha256(packed).hexdigest() == file["sha256"]
        assert f'TargetPlatform="{platform}"' in vsix.read("extension.vsixmanifest").decode()
        with tarfile.open(fileobj=vsix.open(f"extension/bundled/{bundle['archive']['name']}")) as wheels:
            names = wheels.getnames()
    assert len([name for name in names if name.startswith("msgspec-")]) == len(bundle["pythons"])
    assert {"requirements.txt", *(name for name in names if name.endswith(".whl"))} == set(names)


def test_checksums_cover_all_files() -> None:
    lines = (DIST / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DIST.iterdir()}
    del files["SHA256SUMS"]
    assert sums == files
    assert len(files) == 5 + len(PLATFORMS)
