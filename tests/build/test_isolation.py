"""A child process imports what modgo imports, and nothing from its own or modgo's current folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import modgo_lsp
from modgo_lsp.build import isolation
from modgo_lsp.build.isolation import find_program, leave_out_relative_folders, python_command

ROOT = Path(modgo_lsp.__file__).parents[1]
# A module of "ours" that prints which modules it can import, and from where.
PROBE = """
import json, sys
def main():
    import msgspec, modgo_lsp
    print(json.dumps([sys.argv[1:], sys.path, modgo_lsp.__file__]))
"""


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)
    return folder / name


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with modules that must not be imported."""
    folder = tmp_path / "hostile"
    for name in ("msgspec", "json", "os", "re", "encodings", "importlib", "modgo_lsp", "site"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise SystemExit('HOSTILE')")
    monkeypatch.chdir(folder)
    return folder


def ran(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=60, check=False
    )


def test_a_child_imports_nothing_from_its_current_folder(
    tmp_path: Path, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "probe.py").write_text(PROBE)
    # The entries of sys.path for `python -m`, for PYTHONPATH=":/ours" and for the user's own packages.
    monkeypatch.setattr(sys, "path", ["", str(hostile), ".", str(tmp_path / "ours"), *sys.path])
    done = ran(python_command("probe", "a", "b"), PYTHONPATH=os.pathsep + str(hostile))
    assert done.returncode == 0, done.stderr
    arguments, path, ours = json.loads(done.stdout)
    assert arguments == ["a", "b"]
    assert ours == modgo_lsp.__file__
    assert str(tmp_path / "ours") in path
    assert not {"", ".", str(hostile)} & set(path)


def test_it_finds_modgo_where_that_is_the_current_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT)])
    assert ran([*python_command("modgo_lsp.build.lint_workers"), "x"]).stderr.count("ValueError") == 1


def test_it_finds_modules_in_an_archive(
    tmp_path: Path, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "ours.pyz", "w") as archive:
        archive.writestr("probe.py", PROBE)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "ours.pyz"), *sys.path])
    assert ran(python_command("probe")).returncode == 0


@pytest.mark.parametrize("entry", ["", ".", "bin", "./bin"])
def test_programs_are_found_in_absolute_folders_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    program(tmp_path / "hostile", "go")
    program(tmp_path / "hostile" / "bin", "go")
    own = program(tmp_path / "own", "go")
    monkeypatch.chdir(tmp_path / "hostile")
    for name in ("PATH", "PYTHONPATH"):
        monkeypatch.setenv(name, os.pathsep.join((entry, str(tmp_path / "own"), entry)))
    assert find_program("go") == str(own)
    assert find_program("gcc") is None
    leave_out_relative_folders()
    assert os.environ["PATH"] == os.environ["PYTHONPATH"] == str(tmp_path / "own")
    monkeypatch.setenv("PATH", entry)
    assert find_program("go") is None


def test_a_path_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program(tmp_path / "own", "go")
    monkeypatch.chdir(tmp_path)
    assert find_program(str(own)) == find_program("own/go") == find_program("./own/go") == str(own)
    assert find_program("./own") is None
    own.chmod(0o644)
    assert find_program(str(own)) is None


def test_a_current_folder_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", ["", str(ROOT), *(each for each in sys.path if each != str(ROOT))])
    done = ran([*python_command("modgo_lsp.build.lint_workers"), "x"])
    assert done.stderr.count("ValueError") == 1, done.stderr


def test_on_windows_a_program_may_have_an_extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("go.EXE", "cc.x", "cc.x.EXE"):
        program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program("go") is None
    monkeypatch.setattr(isolation.sys, "platform", "win32")
    for extensions in (None, ".X;.EXE"):
        monkeypatch.delenv("PATHEXT", raising=False) if extensions is None else monkeypatch.setenv(
            "PATHEXT", extensions
        )
        assert find_program("go") == find_program(str(tmp_path / "go")) == str(tmp_path / "go.EXE")
        assert find_program("go.exe") is None  # as this system's files have a case
        assert find_program("go.EXE") == str(tmp_path / "go.EXE")
        assert find_program("cc.x") == str(tmp_path / ("cc.x.EXE" if extensions is None else "cc.x"))
    monkeypatch.setenv("NODEFAULTCURRENTDIRECTORYINEXEPATH", "")
    leave_out_relative_folders()
    assert os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] == "1"
