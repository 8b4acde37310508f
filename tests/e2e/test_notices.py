"""THIRD_PARTY_NOTICES lists the packages that the lock files pin. `make notices` updates it."""

from __future__ import annotations

import importlib.metadata
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "vscode-extension"


def sections(folder: Path) -> dict[str, str]:
    """The licence texts by "NAME VERSION"."""
    text = (folder / "THIRD_PARTY_NOTICES").read_text("utf-8")
    parts = re.split(r"^=+\n(.*)\n.*\n=+\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_locked_python_package_is_listed() -> None:
    lock = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    pins = {f"{name} {version}" for name, version in re.findall(r"^(\S+)==(\S+)", lock, re.MULTILINE)}
    assert {title for title in sections(ROOT) if "in the server plugin" not in title} == pins


def test_the_texts_are_those_of_the_packages() -> None:
    compared = 0
    for title, text in sections(ROOT).items():
        name, _, version = title.partition(" ")
        try:
            package = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another version of Python or platform, or in the server plugin
        if package.version == version:
            compared += 1
            for file in package.files or ():
                if re.match(r"(?i)(licen|copying|notice)", file.name) and ".dist-info" in str(file):
                    assert Path(str(file.locate())).read_text("utf-8").strip("\n") in text, str(file)
    assert compared > 15


def test_each_locked_npm_package_is_listed() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))["packages"]
    pins = {
        f"{place.rpartition('node_modules/')[2]} {entry['version']}"
        for place, entry in lock.items()
        if place and not entry.get("dev")
    }
    assert sections(EXTENSION).keys() == pins


def test_imports_of_the_extension_are_no_development_dependencies() -> None:
    """esbuild bundles both kinds, but notices and SBOM list `dependencies` only."""
    imported = {
        name
        for folder in ("src", "webview")
        for path in (EXTENSION / folder).rglob("*.ts")
        for name in re.findall(r'(?:from|import) "((?:@[\w.-]+/)?[\w-]+)', path.read_text("utf-8"))
        if not re.match(r"node\b|vscode$", name)
    }
    # esbuild.mjs copies files of packages.
    imported |= set(
        re.findall(r"node_modules/(@[\w-]+/[\w-]+)", (EXTENSION / "esbuild.mjs").read_text("utf-8"))
    )
    allowed = json.loads((EXTENSION / "package.json").read_text("utf-8"))["dependencies"]
    assert imported == allowed.keys()
