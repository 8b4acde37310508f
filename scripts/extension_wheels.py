"""Collects the wheels that a .vsix carries, for one platform: the language server, its dependencies and pip.

The wheels of five versions of Python have 16 MB. Their files are much alike, so that one xz archive of all
wheels, without the compression of each, has half of that. It depends only on the lock files, and is cached.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from locked import EXTENSION, ROOT
from packaging.requirements import Requirement
from packaging.tags import mac_platforms

from modgo_lsp import __version__

CACHE = ROOT / "target" / "extension-wheels"
BUNDLED = EXTENSION / "bundled"
LOCKS = ("runtime", "extension")
_FORMAT = 1  # of the archive: another number makes new ones
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
_DICTIONARY = 1 << 26  # longer than the archive, so that xz finds the same text in any two wheels

# glibc 2.28 and macOS 11 are the oldest that VS Code runs on.
_MANYLINUX = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux2010", "manylinux1")
TARGETS: dict[str, list[str]] = {
    "linux-x64": [f"{each}_x86_64" for each in _MANYLINUX],
    "linux-arm64": [f"{each}_aarch64" for each in _MANYLINUX[:3]],
    "darwin-x64": list(mac_platforms((11, 0), "x86_64")),
    "darwin-arm64": list(mac_platforms((11, 0), "arm64")),
    "win32-x64": ["win_amd64"],
}


@dataclass(frozen=True)
class Pin:
    """An entry of a lock file. `text` is the whole entry, with its hashes."""

    requirement: Requirement
    text: str

    def applies_to(self, python: str) -> bool:
        versions = {"python_version": python, "python_full_version": f"{python}.99"}
        marker = self.requirement.marker
        return marker is None or marker.evaluate(versions)


def pins() -> list[Pin]:
    texts = [(ROOT / "requirements" / f"{name}.txt").read_text("utf-8") for name in LOCKS]
    entries = re.sub(r"^#.*\n", "", "".join(texts), flags=re.MULTILINE).replace("\\\n", "").splitlines()
    return [Pin(Requirement(entry.partition("--hash")[0].strip()), entry) for entry in entries]


def archive(target: str) -> tuple[Path, tuple[str, ...]]:
    """The archive of the dependencies' wheels for a platform, and the Pythons that it has wheels for."""
    source = "".join(pin.text for pin in pins()) + repr((_FORMAT, PYTHONS, TARGETS))
    key = hashlib.sha256(source.encode()).hexdigest()[:12]
    path, versions = CACHE / f"{target}-{key}.tar.xz", CACHE / f"{target}-{key}.json"
    if not versions.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            pythons = [python for python in PYTHONS if _download(target, python, Path(folder))]
            path.write_bytes(_pack(sorted(Path(folder).glob("*.whl"))))
        versions.write_text(json.dumps(pythons))
    return path, tuple(json.loads(versions.read_text()))


def _download(target: str, python: str, folder: Path) -> bool:
    """Downloads the wheels for a version of Python. False if a package has none."""
    chosen = [pin for pin in pins() if pin.applies_to(python)]
    with tempfile.TemporaryDirectory() as scratch:
        # pip evaluates markers for the Python that it runs on, so the chosen pins have none.
        lock = Path(scratch, "lock.txt")
        hashes = [pin.text.partition("--hash")[2] for pin in chosen]
        lock.write_text(
            "".join(
                f"{pin.requirement.name}{pin.requirement.specifier} --hash{each}\n"
                for pin, each in zip(chosen, hashes, strict=True)
            )
        )
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        which = ["--require-hashes", "--only-binary", ":all:", "--implementation", "cp", "--python-version"]
        platforms = [option for each in TARGETS[target] for option in ("--platform", each)]
        done = subprocess.run(
            [*pip, *which, python, *platforms, "--dest", scratch, "-r", lock],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            print(f"{target}: no wheels for Python {python}:\n{done.stderr}", file=sys.stderr)
            return False
        for wheel in Path(scratch).glob("*.whl"):
            wheel.replace(folder / wheel.name)
    return True


def _pack(wheels: list[Path]) -> bytes:
    """The archive: the wheels, each without compression, and pip's requirements with their hashes."""
    contents = {wheel.name: _without_compression(wheel) for wheel in wheels}
    hashes: dict[str, list[str]] = {}
    for name, content in contents.items():
        project, version = name.split("-")[:2]
        pin = f"{project.replace('_', '-').lower()}=={version}"
        hashes.setdefault(pin, []).append(hashlib.sha256(content).hexdigest())
    lines = []
    for pin in pins():
        entry, _, marker = str(pin.requirement).partition(";")
        if pin.requirement.name != "pip" and (sums := hashes.get(entry.strip())):
            suffix = f" ;{marker}" if marker else ""
            lines.append(entry.strip() + suffix + "".join(f" --hash=sha256:{each}" for each in sums))
    contents["requirements.txt"] = ("\n".join(lines) + "\n").encode()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return _compressed(plain.getvalue())


def _compressed(content: bytes) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": _DICTIONARY}]
    return lzma.compress(content, check=lzma.CHECK_CRC32, filters=filters)


def _without_compression(wheel: Path) -> bytes:
    plain = io.BytesIO()
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as copy:
        for entry in source.infolist():
            same = zipfile.ZipInfo(entry.filename)
            same.external_attr = entry.external_attr
            copy.writestr(same, source.read(entry))
    return plain.getvalue()


def own_wheel() -> tuple[str, bytes]:
    """modgo's wheel, not compressed, and without the plugin for Aerospike servers, which no editor needs."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index"]
    environment = {name: text for name, text in os.environ.items() if name != "MODGO_SERVER_PLUGIN"}
    with tempfile.TemporaryDirectory() as folder:
        build = [*pip, "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
        subprocess.run(build, env=environment, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        return wheel.name, _without_compression(wheel)


def _write(name: str, content: bytes) -> dict[str, str]:
    (BUNDLED / name).write_bytes(content)
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest()}


def bundle(target: str) -> None:
    """Writes what the .vsix of a platform carries to vscode-extension/bundled/."""
    packed, pythons = archive(target)
    wheel, content = own_wheel()
    BUNDLED.mkdir()
    manifest = {
        "version": __version__,
        "target": target,
        "pythons": pythons,
        "archive": _write("wheels.tar.xz", packed.read_bytes()),
        "wheel": {
            **_write(f"{wheel}.xz", _compressed(content)),
            "wheelSha256": hashlib.sha256(content).hexdigest(),
        },
    }
    (BUNDLED / "bundle.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
