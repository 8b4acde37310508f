"""What all tests share: a Go module cache and a state folder of their own, Go modules in temporary folders.

The cache has this checkout's SDK, and the developer's stays as it is.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

GO_MOD = "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    help_ = "write the golden files of tests/server/workspaces/ anew"
    parser.addoption("--update-golden", action="store_true", help=help_)


@pytest.fixture(scope="session", autouse=True)
def signals_count() -> None:
    """Tests in the background of a script, or under nohup, would hand down that signals are ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOMODCACHE", str(tmp_path_factory.mktemp("modules")))
        patch.setenv("GOFLAGS", "-modcacherw")
        # Go remembers a cached module's files by its path for ever, and pytest's temporary paths come again.
        patch.setenv("GODEBUG", "goindex=0")
        # Calls that fail here are not the developer's.
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def module(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Writes texts by relative path, with a go.mod beside them, and gives the folder."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, text in {"go.mod": GO_MOD, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write
