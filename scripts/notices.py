"""Writes THIRD_PARTY_NOTICES of the Python package and of the extension: the licences of their dependencies.

The texts come from the packages that the lock files pin: it downloads wheels and reads npm packages in
node_modules. scripts/notices/plugin.txt describes the contents of the server plugin, and NAME.txt there
has the licence of an npm package whose repository has no licence file.
"""

from __future__ import annotations

import email.parser
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from locked import EXTENSION, ROOT, Package, locked_npm, locked_python

LINE = "=" * 110
PLUGIN = ROOT / "scripts" / "notices" / "plugin.txt"
LICENCE_FILES = ("licen", "copying", "notice")
# SPDX identifiers of licences that packages name differently.
SPDX = {
    "MIT License": "MIT",
    "Public domain": "LicenseRef-public-domain",
}
# Packages without a licence file, and the package of the same repository that has it.
LICENCE_IN = {"@lit-labs/ssr-dom-shim": "lit"}
PYTHON_HEAD = """\
modgo is under the Apache License 2.0 (LICENSE). It depends on the Python packages below, which pip installs
beside it. The server plugin in its wheels contains the parts named at the end. Their licences follow.
"""
EXTENSION_HEAD = """\
The extension is under the Apache License 2.0 (LICENSE). Its bundle contains the npm packages below. Their
licences follow. A .vsix for one platform also contains Python packages, as wheels in bundled/, which have
their licences in them.
"""


def section(title: str, spdx: str, texts: Iterable[str]) -> str:
    return "\n".join((LINE, title, spdx, LINE, "", *(text.strip("\n") + "\n" for text in texts)))


def python_notices() -> str:
    parts = [PYTHON_HEAD]
    with tempfile.TemporaryDirectory() as folder:
        for package in locked_python("runtime"):
            pin = f"{package.name}=={package.version}"
            options = ["--no-deps", "--only-binary", ":all:", "--quiet", "--disable-pip-version-check"]
            requirement = Path(folder, "requirement.txt")
            requirement.write_text(pin + "".join(f" --hash=sha256:{each}" for each in package.hashes))
            place = Path(folder, pin)
            download = [
                "download",
                "--require-hashes",
                *options,
                "--dest",
                str(place),
                "-r",
                str(requirement),
            ]
            # Any version of Python will do, because the wheel is only read.
            subprocess.run([sys.executable, "-m", "pip", *download], check=True)
            (wheel,) = place.iterdir()
            parts.append(_of_wheel(package, wheel))
    return "\n".join([*parts, PLUGIN.read_text("utf-8")])


def _of_wheel(package: Package, path: Path) -> str:
    with zipfile.ZipFile(path) as wheel:
        names = sorted(name for name in wheel.namelist() if ".dist-info/" in name)
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        spdx = _licence(email.parser.Parser().parsestr(wheel.read(metadata).decode()))
        texts = [wheel.read(name).decode() for name in names if is_licence(name)]
    if not texts:
        raise SystemExit(f"{path.name} has no licence file")
    return section(f"{package.name} {package.version}", spdx, texts)


def _licence(metadata: email.message.Message) -> str:
    if expression := metadata["License-Expression"]:
        return str(expression)
    classifiers = (each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier", ()))
    for name in (metadata["License"], *(each for each in classifiers if each in SPDX)):
        if name and "\n" not in name:
            return SPDX.get(name, name)
    raise SystemExit(f"{metadata['Name']} names no licence")


def is_licence(name: str) -> bool:
    return name.rpartition("/")[2].lower().startswith(LICENCE_FILES)


def extension_notices() -> str:
    parts = [EXTENSION_HEAD]
    for package in locked_npm():
        folder = EXTENSION / "node_modules" / package.name
        manifest = json.loads((folder / "package.json").read_text("utf-8"))
        if manifest["version"] != package.version:
            raise SystemExit(f"{folder} has {manifest['version']}: run npm ci in vscode-extension/ first")
        licensed = EXTENSION / "node_modules" / LICENCE_IN.get(package.name, package.name)
        files = sorted(path for path in licensed.iterdir() if is_licence(path.name))
        files = files or list(PLUGIN.parent.glob(f"{package.name}.txt"))
        if not files:
            raise SystemExit(f"{folder} has no licence file")
        texts = [path.read_text("utf-8") for path in files]
        parts.append(section(f"{package.name} {package.version}", manifest["license"], texts))
    return "\n".join(parts)


def main() -> None:
    (ROOT / "THIRD_PARTY_NOTICES").write_text(python_notices(), "utf-8")
    (EXTENSION / "THIRD_PARTY_NOTICES").write_text(extension_notices(), "utf-8")


if __name__ == "__main__":
    main()
