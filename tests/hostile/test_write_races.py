"""The tree changes between the check of a path and the write, or the write is interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modgo_lsp import file_writer
from modgo_lsp.build.module_file import SHARED_OBJECT as MODULE
from modgo_lsp.file_writer import WriteRefusedError, content_is, write_file
from tests.elf_files import SHARED_OBJECT
from tests.hostile.write_targets import Attack, World


def test_a_file_that_changed_meanwhile_is_not_fixed(tmp_path: Path, attack: Attack) -> None:
    attack("writers")
    path = tmp_path / "m.go"
    path.write_text("package m // edited")
    with pytest.raises(WriteRefusedError, match="it is not as it was"):
        write_file(path, b"package m", replaces=content_is(b"package m\n"), within=str(tmp_path))
    assert path.read_text() == "package m // edited"


@pytest.fixture
def swapped(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], None]]]:
    """The functions in the list run right after a path was checked."""
    swaps: list[Callable[[], None]] = []
    inside = file_writer._inside

    def checked(path: str, within: str) -> str:
        real = inside(path, within)
        while swaps:
            swaps.pop()()
        return real

    monkeypatch.setattr(file_writer, "_inside", checked)
    yield swaps
    assert not swaps


def test_a_folder_that_becomes_a_link(
    world: World, swapped: list[Callable[[], None]], attack: Attack
) -> None:
    attack("writers")
    folder = world.workspace / "out"
    folder.mkdir()

    def swap() -> None:
        folder.rename(world.workspace / "gone")
        folder.symlink_to(world.outside)

    swapped.append(swap)
    with pytest.raises(OSError, match=r"out/m\.so"):
        write_file(folder / "m.so", b"new", replaces=MODULE, within=str(world.workspace))
    assert (world.outside / "m.so").read_bytes() == SHARED_OBJECT


@pytest.mark.parametrize("own", [True, False])
def test_a_file_that_becomes_a_link(
    own: bool, world: World, swapped: list[Callable[[], None]], attack: Attack
) -> None:
    attack("writers")
    place = world.workspace / "m.so"
    if own:
        place.write_bytes(SHARED_OBJECT)

    def swap() -> None:
        place.unlink(missing_ok=True)
        place.symlink_to(world.outside / "m.so")

    swapped.append(swap)
    with pytest.raises(OSError, match="it is a symbolic link"):
        write_file(place, b"new", replaces=MODULE, within=str(world.workspace))
    assert (world.outside / "m.so").read_bytes() == SHARED_OBJECT


def test_a_file_that_appears_stays(world: World, monkeypatch: pytest.MonkeyPatch, attack: Attack) -> None:
    attack("writers")
    place = world.workspace / "new.so"
    link = os.link

    def late(*arguments: object, **options: object) -> None:
        place.write_text("somebody's")
        link(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(WriteRefusedError, match="meanwhile"):
        write_file(place, b"new", replaces=MODULE, within=str(world.workspace))
    assert place.read_text() == "somebody's"
    assert sorted(path.name for path in world.workspace.iterdir()) == [".git", "go.mod", "m.go", "new.so"]


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
def test_an_interrupted_write_leaves_the_old_file(
    step: str, world: World, monkeypatch: pytest.MonkeyPatch, attack: Attack
) -> None:
    attack("writers")
    place = world.workspace / "m.so"
    place.write_bytes(SHARED_OBJECT)
    before = world.tree()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(place, b"new", replaces=MODULE, within=str(world.workspace))
    assert world.tree() == before
