"""Writes requirements/*.txt: versions and hashes of the Python packages that the Makefile and CI install.

There is a file for the dependencies of modgo, for each extra and for each dependency group in pyproject.toml.
All are resolved together, so a package has the same version in all of them. The files name no registry: pip
uses the one that is configured.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"


def requirement_sets(project: dict[str, Any]) -> dict[str, list[str]]:
    """The requirements in pyproject.toml, by the name of the lock file that pins them."""
    return {
        "runtime": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
        **project["dependency-groups"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions, not those locked")
    upgrade = parser.parse_args().upgrade
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    sets = requirement_sets(project)
    oldest_python = project["project"]["requires-python"].removeprefix(">=")
    with tempfile.TemporaryDirectory() as scratch:
        everything = Path(scratch, "everything.txt")
        if not upgrade:  # uv prefers the versions in the file that it writes to
            everything.write_text("".join(path.read_text("utf-8") for path in sorted(LOCKS.glob("*.txt"))))
        _compile([each for name in sets for each in sets[name]], oldest_python, everything)
        for name, requirements in sets.items():
            lock = LOCKS / f"{name}.txt"
            lock.unlink(missing_ok=True)
            _compile(requirements, oldest_python, lock, "--constraints", str(everything))
    for path in LOCKS.glob("*.txt"):
        if path.stem not in sets:
            path.unlink()


def _compile(requirements: list[str], oldest_python: str, lock: Path, *options: str) -> None:
    """Pins `requirements` and their dependencies, for all platforms and Python `oldest_python` or newer."""
    command = ["uv", "pip", "compile", "-", "--universal", "--python-version", oldest_python]
    command += ["--generate-hashes", "--no-annotate", "--quiet", "--output-file", str(lock), *options]
    subprocess.run(
        command,
        input="\n".join(requirements),
        text=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"},
        cwd=ROOT,
        check=True,
    )


if __name__ == "__main__":
    main()
