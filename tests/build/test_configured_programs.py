"""Only builds run the programs that a configuration file names, and only if nobody else can change it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.build import configured_programs
from modgo_lsp.build.configured_programs import Tools, building_tools, named_by_file, own_tools
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.config import Configuration, configuration

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can give a file to somebody else")
OTHER = 12345


@pytest.fixture(autouse=True)
def open_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)


def found(folder: Path, **overrides: Any) -> Configuration:
    return configuration(str(folder), DiskFiles(), overrides)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("modgo.toml", 'go = "tools/go"\ncc = "./tools/cc -O2"\n'),
        ("pyproject.toml", '[tool.modgo]\ngo = "./tools/go"\ncc = "tools/../tools/cc -O2"\n'),
    ],
)
def test_their_paths_are_relative_to_the_folder_of_the_file(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    (tmp_path / "pkg").mkdir()
    there = found(tmp_path / "pkg")
    assert own_tools(there) == Tools(None, None)
    assert building_tools(there) == Tools(f"{tmp_path}/tools/go", f"{tmp_path}/tools/cc -O2")
    assert set(named_by_file(there)) == {"go", "cc"}


@pytest.mark.parametrize("program", ["clang", "~/bin/cc", "/usr/bin/cc", "'unclosed ./x"])
def test_names_and_absolute_paths_are_unchanged(tmp_path: Path, program: str) -> None:
    (tmp_path / "modgo.toml").write_text(f'cc = "{program}"\n')
    assert building_tools(found(tmp_path)).cc == program


def test_programs_that_the_user_names_are_used_everywhere(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('go = "tools/go"\ncc = "tools/cc"\n')
    (tmp_path / "modgo.toml").chmod(0o666)
    there = found(tmp_path, go="./go", cc="clang")
    assert own_tools(there) == building_tools(there) == Tools("./go", "clang")


def world_writable_file(folder: Path) -> None:
    (folder / "modgo.toml").chmod(0o666)


def world_writable_folder(folder: Path) -> None:
    folder.chmod(0o777)


def world_writable_above(folder: Path) -> None:
    folder.parent.chmod(0o777)


def link_to_what_others_write(folder: Path) -> None:
    (folder.parent / "real.toml").write_bytes((folder / "modgo.toml").read_bytes())
    (folder.parent / "real.toml").chmod(0o666)
    (folder / "modgo.toml").unlink()
    (folder / "modgo.toml").symlink_to(folder.parent / "real.toml")


def given_away_file(folder: Path) -> None:
    os.chown(folder / "modgo.toml", OTHER, -1)


def given_away_folder(folder: Path) -> None:
    os.chown(folder, OTHER, -1)


@pytest.mark.parametrize(
    "change",
    [
        world_writable_file,
        world_writable_folder,
        world_writable_above,
        link_to_what_others_write,
        pytest.param(given_away_file, marks=needs_root),
        pytest.param(given_away_folder, marks=needs_root),
    ],
)
@pytest.mark.parametrize("key", ["go", "cc"])
def test_a_file_that_somebody_else_could_change_names_nothing(tmp_path: Path, change: Any, key: str) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "modgo.toml").write_text(f'\n{key} = "./evil"\n')
    change(folder)
    with pytest.raises(ToolchainError) as error:
        building_tools(found(folder))
    assert f"{folder}/modgo.toml:2 names the" in error.value.message
    assert f"{folder}/evil, which is not run:" in error.value.message
    assert "--go" in error.value.remedy or "--cc" in error.value.remedy
    assert own_tools(found(folder)) == Tools(None, None)


def test_a_sticky_folder_such_as_tmp_is_fine_above(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "modgo.toml").write_text('cc = "./cc"\n')
    tmp_path.chmod(0o1777)
    assert building_tools(found(folder)).cc == f"{folder}/cc"


def test_on_windows_a_file_names_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modgo.toml").write_text('cc = "./cc"\n')
    there = found(tmp_path)
    monkeypatch.setattr(configured_programs.sys, "platform", "win32")
    with pytest.raises(ToolchainError, match="owner is unknown on Windows"):
        building_tools(there)


def test_a_file_that_is_gone_names_nothing(tmp_path: Path) -> None:
    """As one that an editor has not saved yet."""
    (tmp_path / "modgo.toml").write_text('cc = "./cc"\n')
    there = found(tmp_path)
    (tmp_path / "modgo.toml").unlink()
    with pytest.raises(ToolchainError) as error:
        building_tools(there)
    assert error.value.message.endswith(f"{tmp_path}/modgo.toml: No such file or directory")
