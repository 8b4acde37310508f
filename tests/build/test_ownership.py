"""Which files another user could have changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modgo_lsp.build import ownership
from modgo_lsp.build.ownership import foreign_hand

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "program"
    path.parent.mkdir(mode=0o755)
    path.touch(mode=0o755)
    assert foreign_hand(str(path)) is None
    return path


@pytest.mark.parametrize("part", ["program", "folder"])
def test_what_everybody_can_write_to(program: Path, part: str) -> None:
    changed = program if part == "program" else program.parent
    changed.chmod(0o757)
    assert foreign_hand(str(program)) == f"everybody can write to {changed}"


def test_a_folder_with_the_sticky_bit(program: Path) -> None:
    program.parent.chmod(0o1777)
    assert foreign_hand(str(program)) is None
    program.chmod(0o1757)
    assert foreign_hand(str(program)) == f"everybody can write to {program}"


@pytest.mark.skipif(not IS_ROOT, reason="only root gives files away")
@pytest.mark.parametrize("part", ["program", "folder"])
def test_what_belongs_to_somebody_else(program: Path, part: str) -> None:
    changed = program if part == "program" else program.parent
    os.chown(changed, 54321, -1)
    assert foreign_hand(str(program)) == f"{changed} belongs to user 54321"


@pytest.mark.skipif(not IS_ROOT, reason="only root gives files away")
def test_a_link_of_somebody_else(program: Path) -> None:
    link = program.parent / "link"
    link.symlink_to("program")
    assert foreign_hand(str(link)) is None
    os.chown(link, 54321, -1, follow_symlinks=False)
    assert foreign_hand(str(link)) == f"{link} belongs to user 54321"


@pytest.mark.skipif(not IS_ROOT, reason="only root gives files away")
def test_a_group(program: Path) -> None:
    program.chmod(0o775)
    os.chown(program, -1, 54321)
    assert foreign_hand(str(program)) == f"a group of users can write to {program}"


def test_links_are_followed_as_the_system_does(program: Path) -> None:
    other = program.parent.parent / "other"
    other.mkdir()
    (other / "relative").symlink_to("../folder/./program")
    (other / "absolute").symlink_to(program)
    (program.parent / "up").symlink_to("../other")
    for path in (other / "relative", other / "absolute", program.parent / "up" / "relative"):
        assert foreign_hand(str(path)) is None
        program.chmod(0o757)
        assert foreign_hand(str(path)) == f"everybody can write to {program}"
        program.chmod(0o755)
    with pytest.raises(FileNotFoundError):
        foreign_hand(str(other / "nothing"))


def test_as_many_links_as_the_system_follows(program: Path) -> None:
    before = program
    for number in range(41):
        link = program.parent / f"link{number}"
        link.symlink_to(before.name)
        before = link
    assert foreign_hand(str(program.parent / "link39")) is None
    last = str(program.parent / "link40")
    assert foreign_hand(last) == f"{last} leads through too many links"


def test_on_windows_owners_are_unknown(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program.chmod(0o757)
    monkeypatch.setattr(ownership.sys, "platform", "win32")
    assert foreign_hand(str(program)) is None
