"""`modgo sdk` as a process: afterwards plain Go builds without the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """With a module cache of its own, and no network."""
    cache = {"GOMODCACHE": str(cwd / "modcache"), "GOFLAGS": "-modcacherw", "GOPROXY": "off"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **cache}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120, env=environment
    )


def test_install_write_makes_plain_go_work(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    (inner / "m.go").write_text((UDFS / "shared" / "shared.go").read_text())
    assert run("go", "vet", "./...", cwd=tmp_path).returncode != 0
    done = run(
        sys.executable, "-m", "modgo_lsp", "sdk", "install", "--write", "--path", "inner", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "go.mod requires it, and go.sum has its checksums.\n" in done.stdout
    done = run("go", "vet", "./...", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_write_raises_a_go_line_that_is_too_old(tmp_path: Path) -> None:
    go_mod = tmp_path / "go.mod"
    for line, says in (
        ("go 1.16\n", "it was 1.16"),
        ("", "it was missing"),
        ("go 1.24.1\n", ""),
        ("go 1.26\n", ""),
    ):
        go_mod.write_text(f"module example.com/m\n\n{line}")
        done = run(sys.executable, "-m", "modgo_lsp", "sdk", "install", "--write", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert ("Its go line is 1.24 now" in done.stdout) == bool(says)
        assert says in done.stdout
        assert ("go 1.24\n" if says else line) in go_mod.read_text()


@pytest.mark.parametrize(
    ("line", "says", "place"), [("go 1.16\n", "has go 1.16", 3), ("", "has no go line", 1)]
)
def test_a_build_says_how_to_raise_the_go_line(tmp_path: Path, line: str, says: str, place: int) -> None:
    sdk = "require github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
    (tmp_path / "go.mod").write_text(f"module example.com/m\n\n{line}{sdk}")
    (tmp_path / "m.go").write_text((UDFS / "shared" / "shared.go").read_text())
    done = run(sys.executable, "-m", "modgo_lsp", "build", cwd=tmp_path)
    assert done.returncode == 2
    assert f"go.mod {says}, and the SDK needs 1.24; run `modgo sdk install --write`" in done.stdout
    assert f"go.mod:{place}:1" in done.stdout
    run(sys.executable, "-m", "modgo_lsp", "sdk", "install", "--write", cwd=tmp_path)
    done = run(sys.executable, "-m", "modgo_lsp", "build", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_proxy_comes_before_those_in_use(tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "modgo_lsp", "sdk", "proxy", cwd=tmp_path)
    ours, *others = done.stdout.strip().split(",")
    assert others == ["off"]
    assert list(Path(ours.removeprefix("file://")).rglob("*.zip"))


def test_path_is_where_go_has_it(tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "modgo_lsp", "sdk", "path", cwd=tmp_path)
    assert done.stdout.startswith(str(tmp_path / "modcache"))
    assert (Path(done.stdout.strip()) / "register.go").is_file()


def test_all_of_it_as_json(tmp_path: Path) -> None:
    def answer(*words: str) -> dict[str, object]:
        done = run(sys.executable, "-m", "modgo_lsp", "sdk", *words, "--json", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        found: dict[str, object] = json.loads(done.stdout)
        return found

    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    installed = answer("install")
    folder = Path(str(installed["path"]))
    assert (folder / "register.go").is_file()
    assert folder.is_relative_to(tmp_path / "modcache")
    assert folder.name == f"udf@{installed['version']}"
    assert installed["go_mod"] is None
    assert answer("install", "--write") == {**installed, "go_mod": str(tmp_path / "go.mod")}
    assert answer("path") == {"version": installed["version"], "path": str(folder)}
    (proxies,) = answer("proxy").values()
    assert str(proxies).startswith("file://")
    assert str(proxies).endswith(",off")


def test_a_proxy_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    done = run(sys.executable, "-m", "modgo_lsp", "sdk", "proxy", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Help: set XDG_CACHE_HOME to a folder that can be written" in done.stderr


def test_without_go_mod(tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "modgo_lsp", "sdk", "install", "--write", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no go.mod" in done.stderr
    assert "Help: run `go mod init" in done.stderr
