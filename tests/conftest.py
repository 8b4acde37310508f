"""Shared by all tests: their own Go module cache and state folder, and Go modules in temporary folders.

The cache has this checkout's SDK. The developer's cache is not touched.
"""

from __future__ import annotations

import logging
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Examples have no time limit: other programs run, too. CI tries the same ones each time, `make fuzz` more.
settings.register_profile(
    "modgo",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=int(os.environ.get("MODGO_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("modgo")

GO_MOD = "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    help_ = "write the golden files of tests/server/workspaces/"
    parser.addoption("--update-golden", action="store_true", help=help_)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Counts the attacks of tests/hostile by kind. Reports carry them from the workers of pytest-xdist."""
    attacks: Counter[str] = Counter()
    succeeded = 0
    for outcome in ("passed", "failed", "error"):
        reports = terminalreporter.stats.get(outcome, [])
        for report in (each for each in reports if isinstance(each, pytest.TestReport)):
            attacks.update(value for name, value in report.user_properties if name == "attack")
            succeeded += outcome != "passed" and report.nodeid.startswith("tests/hostile/")
    if attacks:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(attacks.items()))
        terminalreporter.write_line(f"Attacks made: {kinds}; tests that let one succeed: {succeeded}")


@pytest.fixture(scope="session", autouse=True)
def signals_count() -> None:
    """A script's background jobs, and nohup, ignore signals, and child processes would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """Commands and sessions that run in this process set the level and the handlers of modgo's log."""
    logger = logging.getLogger("modgo_lsp")
    level, handlers, propagates = logger.level, logger.handlers[:], logger.propagate
    yield
    logger.setLevel(level)
    logger.handlers, logger.propagate = handlers, propagates


@pytest.fixture(scope="session", autouse=True)
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOMODCACHE", str(tmp_path_factory.mktemp("modules")))
        patch.setenv("GOFLAGS", "-modcacherw")
        # Go's build cache would follow XDG_CACHE_HOME, which many tests set, and an empty one costs 20 s.
        if "GOCACHE" not in os.environ:
            caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            patch.setenv("GOCACHE", str(Path(caches, "go-build")))
        # Go indexes a cached module by its path forever, and pytest uses temporary paths again.
        patch.setenv("GODEBUG", "goindex=0")
        # Tests that look at these set them.
        for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
            patch.delenv(name, raising=False)
        # Failed calls are recorded there.
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def module(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Writes files by relative path, and a go.mod; returns the folder."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, text in {"go.mod": GO_MOD, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write
