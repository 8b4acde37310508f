"""Finding Go's library and module cache without running Go, compared with the output of `go env`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from modgo_lsp.build import go_environment
from modgo_lsp.build.go_environment import find_go_environment, wheel_folder

# The machine's Go comes before the wheel's, whose script is first in the PATH of `make`.
GO = next(path for path, _, _ in go_environment.go_candidates())


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GOROOT", "GOFLAGS", "GOWORK", "GOMODCACHE", "GOPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOENV", str(tmp_path / "env"))
    monkeypatch.setenv("PATH", f"{Path(str(GO)).parent}{os.pathsep}{os.environ['PATH']}")


def go_says() -> dict[str, str]:
    command = [str(GO), "env", "-json", "GOROOT", "GOMODCACHE", "GOVERSION", "GOWORK"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    return dict(json.loads(ran.stdout))


def test_it_finds_what_go_says() -> None:
    found, variables = find_go_environment(), go_says()
    assert os.path.realpath(str(found.goroot)) == os.path.realpath(variables["GOROOT"])
    assert found.module_cache == variables["GOMODCACHE"]
    assert f"go{found.version}" == variables["GOVERSION"]
    assert found.release == int(variables["GOVERSION"].split(".")[1])


def test_variables_come_from_the_environment_then_from_go_env_w(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "env").write_text("# kept\nGOPATH=/kept:/other\nGOFLAGS=-trimpath -mod=vendor\nGOWORK=off\n")
    found = find_go_environment()
    assert found.module_cache == go_says()["GOMODCACHE"] == "/kept/pkg/mod"
    assert (found.mod, found.work) == ("vendor", "off")
    monkeypatch.setenv("GOMODCACHE", "/mine")
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    assert find_go_environment().module_cache == "/mine"
    assert find_go_environment().mod == "mod"


def _goroot(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "src" / "builtin").mkdir(parents=True)
    (folder / "VERSION").write_text(f"go{version}\ntime 2026-01-01T00:00:00Z\n")
    command = folder / "bin" / "go"
    command.write_text("#!/bin/sh\nexit 1\n")
    command.chmod(0o755)
    return command


def test_a_link_leads_to_its_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command = _goroot(tmp_path / "sdk", "1.25.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "go").symlink_to(command)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    found = find_go_environment()
    assert (found.goroot, found.version, found.release) == (str(tmp_path / "sdk"), "1.25.1", 25)


def test_the_setting_goes_before_the_path_and_one_that_is_too_old_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = _goroot(tmp_path / "old", "1.23.4")
    assert find_go_environment(str(old)).version == "1.23.4"
    assert find_go_environment(str(tmp_path / "nothing")).goroot is None
    monkeypatch.setenv("PATH", str(old.parent))
    monkeypatch.setattr(go_environment, "wheel_folder", lambda _: None)
    assert find_go_environment().goroot is None


@pytest.mark.parametrize("packages", ["lib/python3.12/site-packages", "Lib/site-packages"])
def test_the_wheel_s_script_lies_beside_the_wheel(tmp_path: Path, packages: str) -> None:
    root = tmp_path / "venv" / packages / "go"
    _goroot(root, "1.27.3")
    script = tmp_path / "venv" / "bin" / "go"
    script.parent.mkdir()
    script.write_text("#!/usr/bin/python3\nfrom go import main\nmain()\n")
    script.chmod(0o755)
    assert find_go_environment(str(script)).goroot == str(root)


def test_a_script_needs_the_variable_goroot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _goroot(tmp_path / "sdk", "1.26.0")
    script = tmp_path / "shims" / "go"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nexec somewhere/else/go\n")
    script.chmod(0o755)
    assert find_go_environment(str(script)).goroot is None
    monkeypatch.setenv("GOROOT", str(tmp_path / "sdk"))
    assert find_go_environment(str(script)).goroot == str(tmp_path / "sdk")


def test_goenv_off_reads_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "off").write_text("GOPATH=/saved\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOENV", "off")
    assert find_go_environment().module_cache == go_says()["GOMODCACHE"] != "/saved/pkg/mod"


def test_a_folder_without_a_version_is_no_goroot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command = _goroot(tmp_path / "sdk", "1.26.0")
    assert find_go_environment(str(command)).goroot == str(tmp_path / "sdk")
    (tmp_path / "sdk" / "VERSION").unlink()
    assert find_go_environment(str(command)).goroot is None


def test_a_package_that_is_half_imported_is_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "half", ModuleType("half"))  # without __spec__: ValueError
    assert wheel_folder("half") is None
    assert wheel_folder("half.inner") is None  # no package: ImportError
    assert wheel_folder("msgspec") == str(Path(msgspec.__file__).parent)
    assert wheel_folder("modgo_lsp.version") is None  # a module has no folder


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        *(("win32", "appdata"), ("darwin", "home/Library/Application Support")),
        *(("linux", "home/.config"), ("linux", "config")),
    ],
)
def test_the_file_that_go_env_w_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, folder: str
) -> None:
    (tmp_path / folder / "go").mkdir(parents=True)
    (tmp_path / folder / "go" / "env").write_text("GOMODCACHE=/saved\n")
    monkeypatch.delenv("GOENV")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "appdata"))
    if folder == "config":
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(go_environment.sys, "platform", platform)
    assert find_go_environment().module_cache == "/saved"
