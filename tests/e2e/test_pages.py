"""The commands of console blocks run as the pages show them, in a folder with the examples, or in the example
that the page is about.

Commands that need a cluster, the server plugin or a C library for another machine are not run here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_commands import ROOT, command_lines

EXAMPLES = sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("examples/*/README.md"))
PAGES = ("README.md", "docs/building.md", "examples/README.md", *EXAMPLES)
RUN = ("lint", "rule", "build", "inspect", "load", "call", "doctor", "config")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Has the examples, as ./NAME and ./examples/NAME, and counters.so."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(ROOT / "examples", folder / "examples")
    for package in (folder / "examples").glob("*/go.mod"):
        (folder / package.parent.name).symlink_to(package.parent)
    assert bash("modgo build ./counters", folder).returncode == 0
    return folder


def bash(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.parametrize("page", PAGES)
def test_commands_succeed(page: str, folder: Path) -> None:
    lines = [line.partition(" |")[0] for line in command_lines(ROOT / page)]
    commands = (*RUN, "test") if page in EXAMPLES else RUN
    run = [
        line
        for line in lines
        if line.startswith("modgo ") and line.split()[1] in commands and "--target" not in line
    ]
    assert run
    for line in run:
        done = bash(line, folder / Path(page).parent if page in EXAMPLES else folder)
        assert done.returncode == 0, (line, done.stdout + done.stderr)
