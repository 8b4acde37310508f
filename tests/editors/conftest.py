"""The environment of an editor: a home directory, modgo on the PATH, a module with an unregistered UDF.

`make test-editors` runs these tests, because they need editors; `make test` doesn't.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.go_tools import go_tool, newest_go

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "editors"
# A step takes a second, but much longer on a loaded machine and while gopls has an empty cache.
SECONDS = 400

UNREGISTERED = '\tudf.Register("take", Take)\n'
# A mistake that gopls reports and that compiles.
SELF_ASSIGNED = "\nfunc again(n int) int {\n\tn = n\n\treturn n\n}\n\nvar _ = again\n"


@pytest.fixture
def counters(tmp_path: Path) -> Path:
    """examples/counters without the registration of Take. Its SDK is installed: gopls works offline."""
    folder = tmp_path / "counters"
    shutil.copytree(ROOT / "examples" / "counters", folder, ignore=shutil.ignore_patterns("*.so"))
    source = folder / "counters.go"
    source.write_text(source.read_text().replace(UNREGISTERED, ""))
    (folder / "testdata" / "udf" / "take.record.json").unlink()  # a test creates it
    install = [sys.executable, "-m", "modgo_lsp", "sdk", "install", "--write", "--path", folder]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """As in the shell of a user who installed modgo: its commands are on the PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    go_cache = os.environ.get("GOCACHE", str(Path(cache) / "go-build"))
    variables = {**os.environ, "PATH": path, "HOME": str(home), "XDG_CACHE_HOME": cache, "GOCACHE": go_cache}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        variables.pop(name, None)
    return {**variables, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "GOPROXY": "off", "GOTOOLCHAIN": "local"}


def program(name: str) -> str:
    """The path of an editor. It must be installed: `run` installs it."""
    found = shutil.which(name)
    assert found is not None, f"{name} is not installed: run `make test-editors`"
    return found


@pytest.fixture
def gopls(environment: dict[str, str]) -> Path:
    """The gopls of the benchmarks on the PATH, with the Go that it needs."""
    binary = go_tool("gopls")
    path = newest_go().get("PATH", os.environ["PATH"])
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), str(binary.parent), path])
    return binary


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[..., str]:
    """Runs an editor in the module's folder until it exits, and returns its output."""

    def to_the_end(command: list[str], folder: Path, **variables: str) -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        # When it exits on a loaded machine, Neovim may still write to a server that has exited.
        assert done.returncode in (0, -signal.SIGPIPE), done.stdout
        return done.stdout

    return to_the_end
