"""Folders that are written whole or not at all: what is refused and why, and what is left after a failure."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modgo_lsp.file_writer import WriteRefusedError
from modgo_lsp.folder_writer import check_new_folder, write_folder

FILES = {"a.go": b"package a\n", "in/b.go": b"package in\n", "in/c/d.json": b"{}"}


class Files(dict[str, bytes]):
    """Calls `then` when the last file was written."""

    def __init__(self, files: dict[str, bytes], then: Callable[[], object]) -> None:
        super().__init__(files)
        self._then = then

    def items(self) -> Iterator[tuple[str, bytes]]:  # type: ignore[override]
        yield from super().items()
        self._then()


def tree(folder: Path) -> dict[str, bytes | None]:
    """The content of each file below a folder, by path; None for folders."""
    paths = {str(path.relative_to(folder)): path for path in folder.rglob("*")}
    return {name: path.read_bytes() if path.is_file() else None for name, path in paths.items()}


WRITTEN = {**FILES, "in": None, "in/c": None}


def nothing(path: Path) -> None:
    """No folder."""


def entries(*names: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.mkdir()
        for name in names:
            (path / name).touch()

    return make


def link_to_folder(path: Path) -> None:
    (path.parent / "real").mkdir()
    path.symlink_to("real")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("make", "below", "reason"),
    [
        (nothing, "", None),
        (nothing, "a/b", None),
        (entries(), "", None),
        (entries(".git"), "", None),
        (entries(".git", "x"), "", "it is not empty: it has x"),
        (entries("3", "1", "2"), "", "it is not empty: it has 1, 2, 3"),
        (entries("3", "1", "5", ".git", "4", "2"), "", "it is not empty: it has 1, 2, 3 and 2 more"),
        (link_to_folder, "", None),
        (dangling, "", "it is a symbolic link that leads nowhere"),
        (dangling, "a/b", "{path} is not a folder"),
        (Path.touch, "", "it is not a folder"),
        (Path.touch, "a/b", "{path} is not a folder"),
    ],
)
@pytest.mark.parametrize("check", [check_new_folder, lambda path, beside: write_folder(path, FILES, beside)])
def test_what_is_there(
    tmp_path: Path, check: Callable[..., None], make: Callable[[Path], None], below: str, reason: str | None
) -> None:
    make(tmp_path / "new")
    path = tmp_path / "new" / below
    before = tree(tmp_path)
    if reason is None:
        check(path, {".git"})
        after = (
            {name: content for name, content in tree(path).items() if name != ".git"} if path.exists() else {}
        )
        assert after in ({}, WRITTEN)
        return
    with pytest.raises(WriteRefusedError) as refused:
        check(path, {".git"})
    assert refused.value.filename == str(path)
    assert refused.value.strerror == reason.format(path=tmp_path / "new")
    assert refused.value.remedy == "choose another name, or an empty folder"
    assert tree(tmp_path) == before


def test_another_error_names_the_folder(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path / "loop", tmp_path / ("x" * 300)):
        with pytest.raises(
            OSError, match=r"(Too many levels of symbolic links|File name too long)"
        ) as failed:
            check_new_folder(path, ())
        assert failed.value.filename == str(path)
        assert failed.value.errno


@pytest.mark.parametrize("exists", [False, True])
def test_the_files_are_written_and_nothing_else(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "a" / "b" / "new"
    beside: dict[str, bytes] = {}
    if exists:
        path.mkdir(parents=True)
        (path / ".git").touch()
        beside = {".git": b""}
    meanwhile: list[str] = []

    def look() -> None:  # the new folder may be on another file system than the one above
        meanwhile.extend(each.name for each in (path if exists else path.parent).iterdir())

    write_folder(path, Files(FILES, look), beside)
    assert [name.partition("-")[0] for name in sorted(meanwhile)] == sorted([*beside, ".modgo"])
    assert tree(path) == WRITTEN | beside
    assert [each.name for each in path.parent.iterdir()] == ["new"]
    made = tmp_path / "plain"
    made.mkdir()
    for folder in (path, path.parent, path / "in"):
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(made.stat().st_mode)


def test_a_folder_without_files_is_made(tmp_path: Path) -> None:
    write_folder(tmp_path / "new", {})
    assert tree(tmp_path) == {"new": None}


@pytest.mark.parametrize("exists", [False, True])
def test_nothing_is_left_after_a_failure(tmp_path: Path, exists: bool) -> None:
    (tmp_path / "kept").mkdir()
    path = tmp_path / "kept" / "a" / "b" / "new"
    if exists:
        path.mkdir(parents=True)
    before = tree(tmp_path)
    for files, reason in (
        ({**FILES, "a.go/in": b""}, "File exists"),
        ({**FILES, "x" * 300: b""}, "too long"),
    ):
        with pytest.raises(OSError, match=reason) as failed:
            write_folder(path, files)
        assert failed.value.filename == str(path)
        assert tree(tmp_path) == before
    with pytest.raises(KeyboardInterrupt):
        write_folder(path, Files(FILES, interrupted))
    assert tree(tmp_path) == before


def interrupted() -> None:
    raise KeyboardInterrupt


def test_a_folder_above_that_somebody_else_uses_meanwhile_stays(tmp_path: Path) -> None:
    def use() -> None:
        (tmp_path / "a" / "theirs").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "a" / "b" / "new", Files(FILES, use))
    assert tree(tmp_path) == {"a": None, "a/theirs": b""}


def test_a_folder_that_is_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new"

    def make() -> None:
        path.mkdir()
        (path / "theirs").touch()

    with pytest.raises(OSError, match="not empty") as failed:
        write_folder(path, Files(FILES, make))
    assert failed.value.filename == str(path)
    assert tree(tmp_path) == {"new": None, "new/theirs": b""}


@pytest.mark.parametrize("theirs", ["one", "two", "three"])
def test_an_entry_that_is_made_meanwhile_is_not_replaced(tmp_path: Path, theirs: str) -> None:
    """Whatever was moved before it is removed again."""
    files = {"one": b"1", "two/in": b"2", "three": b"3"}
    with pytest.raises(FileExistsError, match="somebody else is writing there") as failed:
        write_folder(tmp_path, Files(files, lambda: (tmp_path / theirs).symlink_to("nowhere")))
    assert failed.value.filename == str(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [theirs]
    assert (tmp_path / theirs).is_symlink()
