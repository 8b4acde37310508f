"""Files on the disk: size limits, and when a stamp shows whether a file has changed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import (
    CachedListings,
    DiskFiles,
    Files,
    FileTooLargeError,
    OverlayFiles,
    Stamp,
    are_unchanged,
    is_unchanged,
    join,
    may_hide_changes,
    upwards,
)
from modgo_lsp.golang.syntax.document import parse

SECOND = 10**9
READ_AT = 1000 * SECOND
OLD = Stamp(modified=900 * SECOND, changed=900 * SECOND, size=7, inode=3)


class Stamped(DiskFiles):
    """Files with the given stamps, whatever is on the disk."""

    def __init__(self, stamps: dict[str, Stamp | None]) -> None:
        super().__init__()
        self.stamps = stamps

    def stamp(self, path: str) -> Stamp | None:
        return self.stamps.get(path)


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (OLD, True),
        (None, False),
        *((msgspec.structs.replace(OLD, **{field: getattr(OLD, field) + step}), False)
          for field in ("modified", "changed", "size", "inode") for step in (1, -1)),
    ],
)  # fmt: skip
def test_each_field_of_a_stamp_counts(now: Stamp | None, same: bool) -> None:
    assert is_unchanged(now, OLD, READ_AT) is same
    assert are_unchanged(Stamped({"/p/a.go": now}), "/p", {"a.go": OLD}, READ_AT) is same


@pytest.mark.parametrize(
    ("before_reading", "certain"),
    [
        (3 * SECOND, True),
        (2 * SECOND + 1, True),
        (2 * SECOND, False),
        (1, False),
        (0, False),
        (-SECOND, False),
    ],
)
def test_a_recent_stamp_may_hide_a_change(before_reading: int, certain: bool) -> None:
    stamp = msgspec.structs.replace(OLD, changed=READ_AT - before_reading)
    assert may_hide_changes(stamp, READ_AT) is not certain
    assert is_unchanged(stamp, stamp, READ_AT) is certain
    assert are_unchanged(Stamped({"/p/a.go": stamp}), "/p", {"a.go": stamp}, READ_AT) is certain


def test_a_folder_is_unchanged_if_all_its_files_are() -> None:
    other = msgspec.structs.replace(OLD, inode=4)
    stamps: dict[str, Stamp | None] = {"a.go": OLD, "b.go": other}
    assert are_unchanged(Stamped({"/p/a.go": OLD, "/p/b.go": other}), "/p", stamps, READ_AT)
    assert not are_unchanged(Stamped({"/p/a.go": OLD, "/p/b.go": OLD}), "/p", stamps, READ_AT)
    assert not are_unchanged(Stamped({"/p/b.go": other}), "/p", stamps, READ_AT)
    assert not are_unchanged(Stamped({"/p/a.go": OLD}), "/p", {"a.go": OLD, "c.go": None}, READ_AT)
    assert not is_unchanged(None, None, READ_AT)
    assert are_unchanged(Stamped({}), "/p", {}, READ_AT)


@pytest.mark.parametrize(("name", "most"), [("a.go", 100), ("go.mod", 16_000_000)])
def test_a_file_is_read_up_to_the_limit_of_its_kind(tmp_path: Path, name: str, most: int) -> None:
    path = tmp_path / name
    for size in (0, 1, 99, 100):
        path.write_bytes(b"x" * size)
        assert DiskFiles(100).read(str(path)) == b"x" * size
    with path.open("wb") as file:
        file.truncate(most)
    assert len(DiskFiles(100).read(str(path))) == most
    with path.open("wb") as file:
        file.truncate(most + 1)
    with pytest.raises(FileTooLargeError, match=r"it has more than [0-9,]+ bytes: .+"):
        DiskFiles(100).read(str(path))
    assert len(DiskFiles(100).read(str(path), most + 1)) == most + 1
    with pytest.raises(FileTooLargeError):
        DiskFiles(100).read(str(path), most)


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs a file whose size is 0 although it has content"
)
def test_a_file_with_more_bytes_than_its_size(tmp_path: Path) -> None:
    text = DiskFiles().read("/proc/self/status", 100_000)
    assert text.startswith(b"Name:")
    assert text.endswith(b"\n")
    with pytest.raises(FileTooLargeError):
        DiskFiles().read("/proc/self/status", len(text) // 2)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.go")
    (tmp_path / "folder.go").mkdir()
    (tmp_path / "to_folder").symlink_to(tmp_path / "folder.go")
    (tmp_path / "to_file.go").symlink_to(tmp_path / "file.go")
    (tmp_path / "file.go").write_text("package p")
    files = DiskFiles()
    for name in ("pipe.go", "folder.go", "missing.go"):
        with pytest.raises(OSError):  # noqa: PT011 (the subclass depends on the system)
            files.read(str(tmp_path / name))
    assert files.read(str(tmp_path / "to_file.go")) == b"package p"
    assert files.entries(str(tmp_path)) == [
        ("file.go", False),
        ("folder.go", True),
        ("pipe.go", False),
        ("to_file.go", False),
        ("to_folder", False),
    ]
    assert [files.stamp(str(tmp_path / name)) is None for name in ("pipe.go", "missing.go", "folder.go")] == [
        True,
        True,
        False,
    ]
    found = (tmp_path / "file.go").stat()
    expected = Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
    assert files.stamp(str(tmp_path / "file.go")) == expected == files.stamp(str(tmp_path / "to_file.go"))
    assert files.stamp("a\0b") is None


def test_paths() -> None:
    assert join("/a", "b", "c") == "/a/b/c"
    assert join("/", "b") == "/b"
    assert join("/a/", "b") == "/a/b"
    assert join("", "b") == "b"
    assert list(upwards("/a/b")) == ["/a/b", "/a", "/"]
    assert list(upwards("/")) == ["/"]


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file becomes a pipe between stat and open."""
    (tmp_path / "m.go").write_text("package m\n")
    os.mkfifo(tmp_path / "pipe.go")
    regular = (tmp_path / "m.go").stat()
    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", lambda _path: regular)
        read = DiskFiles().read(str(tmp_path / "pipe.go"))
    assert read == b""


def test_an_open_document_has_the_limits_of_its_file() -> None:
    text = b"package p\n" + b"/" * 90
    files = OverlayFiles(DiskFiles(100), {name: parse(name, text) for name in ("/p/a.go", "/p/go.mod")})
    assert files.read("/p/a.go") == files.read("/p/a.go", 100) == text
    with pytest.raises(FileTooLargeError, match="it has more than 99 bytes"):
        files.read("/p/a.go", 99)
    smaller = OverlayFiles(DiskFiles(99), {name: parse(name, text) for name in ("/p/a.go", "/p/go.mod")})
    assert smaller.read("/p/go.mod") == smaller.read("/p/a.go", 100) == text
    with pytest.raises(FileTooLargeError):
        smaller.read("/p/a.go")


def test_which_files_know_what_has_changed() -> None:
    """Only a disk that reports changes, and documents over one: otherwise anything may have changed."""
    disk = DiskCache()
    documents = {"/p/a.go": parse("/p/a.go", b"package p\n")}
    watched = OverlayFiles(disk.now(), {})
    assert OverlayFiles(disk.now(), documents).since(watched) == {"/p/a.go"}
    others: list[Files] = [DiskFiles(), CachedListings(disk.now()), OverlayFiles(DiskFiles(), documents)]
    for files in others:
        assert files.since(files) is None
        assert files.since(watched) is None
        assert watched.since(files) is None
