"""Which Delve is found; cli/ debugs with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.build import delve
from modgo_lsp.build.delve import Delve, find_delve, install_delve
from modgo_lsp.build.toolchain import Go, ToolchainError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PATH", "GOBIN", "GOPATH", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def dlv(folder: Path, script: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dlv").write_text(script)
    (folder / "dlv").chmod(0o755)
    return str(folder / "dlv")


def of_version(version: str) -> str:
    return f"#!/bin/sh\necho Delve Debugger\necho Version: {version}\n"


async def test_what_is_not_delve_or_too_old_is_passed_over(home: Path) -> None:
    cached = dlv(home / "XDG_CACHE_HOME" / "modgo" / "delve" / delve.VERSION, of_version("1.27.2"))
    assert await find_delve() == Delve(cached, "1.27.2", "cache")
    of_path = dlv(home / "GOPATH" / "bin", of_version("1.22.0"))
    assert await find_delve() == Delve(of_path, "1.22.0", "GOBIN")
    for script in ("\0", "#!/bin/sh\n", "#!/bin/sh\necho Version: 2.0.0\nexit 1\n", of_version("1.21.9")):
        dlv(home / "GOBIN", script)
        dlv(home / "PATH", script)
        assert await find_delve() == Delve(of_path, "1.22.0", "GOBIN")
    on_path = dlv(home / "PATH", of_version("2.0.0"))
    assert await find_delve() == Delve(on_path, "2.0.0", "PATH")


async def test_the_first_that_is_too_old_is_named(home: Path) -> None:
    with pytest.raises(ToolchainError, match="was not found on PATH, in Go's bin folder or in modgo's cache"):
        await find_delve()
    dlv(home / "PATH", "\0")
    old = dlv(home / "GOBIN", of_version("1.9.0"))
    dlv(home / "GOPATH" / "bin", of_version("1.10.0"))
    with pytest.raises(ToolchainError, match=f"{old} is Delve 1.9.0, and modgo needs 1.22 or newer"):
        await find_delve()


async def test_one_that_was_installed_and_does_not_run(home: Path) -> None:
    cached = dlv(home / "XDG_CACHE_HOME" / "modgo" / "delve" / delve.VERSION, "\0")
    go = Go("/no/such/go", "1.26.0", "path", {}, {})
    with pytest.raises(ToolchainError, match=f"{cached} does not run; remove its folder"):
        await install_delve(go, lambda _: None)
