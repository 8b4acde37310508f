"""What is written, and what is refused and why: for each kind of existing file, and each option."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from modgo_lsp import file_writer
from modgo_lsp.file_writer import (
    ANYTHING,
    NOTHING,
    Kind,
    WriteRefusedError,
    check_place,
    content_is,
    content_where,
    explain,
    leads_out,
    workspace_of,
    write_file,
)

OURS = content_where("a list", lambda content: content.startswith(b"list"))


def nothing(path: Path) -> None:
    """No file."""


def ours(path: Path) -> None:
    path.write_bytes(b"list 1")


def other(path: Path) -> None:
    path.write_bytes(b"other")


def read_only(path: Path) -> None:
    path.write_bytes(b"list 1")
    path.chmod(0o444)


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def link(path: Path) -> None:
    path.with_name("target").write_bytes(b"list 1")
    path.symlink_to("target")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


Make = Callable[[Path], None]


def refusal(call: Callable[[], object]) -> WriteRefusedError | None:
    try:
        call()
    except WriteRefusedError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("make", "replaces", "force", "reason"),
    [
        (nothing, NOTHING, False, None),
        (nothing, OURS, False, None),
        (nothing, ANYTHING, False, None),
        (nothing, content_is(b""), False, "it is gone"),
        (nothing, content_is(b""), True, "it is gone"),
        (ours, NOTHING, False, "it is there already"),
        (ours, NOTHING, True, None),
        (ours, OURS, False, None),
        (ours, ANYTHING, False, None),
        (ours, content_is(b"list 1"), False, None),
        (ours, content_is(b"list"), False, "it is not as it was when it was read"),
        (ours, content_is(b"list 12"), False, "it is not as it was when it was read"),
        (other, OURS, False, "it is not a list"),
        (other, OURS, True, None),
        (other, ANYTHING, False, None),
        (read_only, OURS, False, "it is read-only"),
        (read_only, OURS, True, None),
        (folder, OURS, True, "it is a folder"),
        (pipe, OURS, True, "it is a pipe"),
        (bound_socket, OURS, True, "it is a socket"),
        (link, OURS, True, "it is a symbolic link"),
        (dangling, OURS, True, "it is a symbolic link"),
    ],
)
@pytest.mark.parametrize("write", ["write_file", "check_place"])
def test_what_is_there(
    tmp_path: Path, write: str, make: Make, replaces: Kind, force: bool, reason: str | None
) -> None:
    path = tmp_path / "file"
    make(path)
    before = os.lstat(path) if os.path.lexists(path) else None
    if write == "check_place" and replaces is ANYTHING:
        pytest.skip("its callers replace files of one kind")
    if write == "check_place":
        refused = refusal(lambda: check_place(path, replaces=replaces, force=force))
    else:
        refused = refusal(lambda: write_file(path, b"new", replaces=replaces, force=force))
    if reason is None:
        assert refused is None
    else:
        assert refused is not None
        assert str(refused) == f"{path} cannot be written: {reason}"
        assert refused.forcible == (make not in (nothing, folder, pipe, bound_socket, link, dangling))
    if write == "write_file" and reason is None:
        assert path.read_bytes() == b"new"
    elif before is not None:
        assert os.lstat(path).st_ino == before.st_ino
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]  # no temporary file


def test_a_device_is_named(tmp_path: Path) -> None:
    with pytest.raises(WriteRefusedError, match="it is a device"):
        check_place("/dev/null", force=True)


@pytest.mark.parametrize("replaces", [NOTHING, ANYTHING, OURS], ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    ("make", "reason"),
    [(nothing, None), (link, None), (dangling, "it is a symbolic link that leads nowhere")],
)
def test_links_within_a_folder(tmp_path: Path, make: Make, reason: str | None, replaces: Kind) -> None:
    """Even what replaces anything replaces only files of ours below `within`."""
    path = tmp_path / "file"
    make(path)
    is_refused = reason is not None or (make is link and replaces is NOTHING)
    refused = refusal(lambda: write_file(path, b"new", replaces=replaces, within=str(tmp_path)))
    if is_refused:
        assert refused is not None
        assert refused.strerror == (reason or "it is there already")
    else:
        assert refused is None
        assert path.read_bytes() == b"new"
        assert path.is_symlink() == (make is link)


@pytest.mark.parametrize("make", [folder, pipe])
def test_within_a_folder_no_other_kind_is_replaced(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "file")
    with pytest.raises(WriteRefusedError, match="cannot be written: it is a "):
        write_file(tmp_path / "file", b"new", replaces=ANYTHING, within=str(tmp_path))


def test_a_place_outside_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    (inside / "file").symlink_to(outside / "file")
    (outside / "file").write_text("x")
    for path, how in (
        (inside / "link" / "a", f"and a symbolic link leads out of it, to {outside}/a"),
        (inside / "file", f"and a symbolic link leads out of it, to {outside}/file"),
        (outside / "a", f"and it is {outside}/a"),
        (tmp_path / "inside" / "a", f"and it is {tmp_path}/inside/a"),
    ):
        with pytest.raises(WriteRefusedError) as refused:
            write_file(path, b"new", replaces=ANYTHING, within=str(inside))
        assert refused.value.strerror == f"it has to lie in {inside}, {how}"
    assert (outside / "file").read_text() == "x"
    write_file(inside / "a" / "b" / "c", b"new", within=str(inside))
    assert (inside / "a" / "b" / "c").read_bytes() == b"new"


def test_a_name_with_nul_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WriteRefusedError, match="no file can have that name"):
        write_file(f"{tmp_path}/a\0b", b"")


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file" / "inner"
    other(tmp_path / "file")
    with pytest.raises(WriteRefusedError, match=f"{tmp_path}/file is not a folder"):
        check_place(path)
    with pytest.raises(OSError, match="Not a directory") as failed:
        write_file(path, b"", within=str(tmp_path))
    assert failed.value.filename == str(path)


def test_modes(tmp_path: Path) -> None:
    write_file(tmp_path / "new", b"", mode=0o640)
    write_file(tmp_path / "old", b"", mode=0o604)
    write_file(tmp_path / "old", b"", mode=0o666, replaces=content_is(b""))
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o604


def test_a_new_file_has_the_mode_of_other_new_files(tmp_path: Path) -> None:
    write_file(tmp_path / "new", b"")
    (tmp_path / "other").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_of_a_replaced_file_permissions_and_owner_stay_but_no_set_user_id(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"list 1")
    with suppress(OSError):  # only root may, and not everywhere
        os.chown(path, 12345, 54321)
    path.chmod(0o4646)
    before = path.stat()
    write_file(path, b"list 2", replaces=OURS)
    after = path.stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert stat.S_IMODE(after.st_mode) == 0o646


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts the descriptors in /proc")
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("name", ["a/b/new", "a/b/x" + "x" * 300, "old/in"])
def test_no_descriptor_stays_open(tmp_path: Path, name: str, within: bool) -> None:
    (tmp_path / "old").touch()
    with suppress(OSError):
        write_file(tmp_path / name, b"new", within=str(tmp_path) if within else None)
    with suppress(OSError):
        check_place(tmp_path / name, within=str(tmp_path) if within else None)
    opened = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # that of the listing itself
            opened.append(str(descriptor.readlink()))
    assert [path for path in opened if path.startswith(str(tmp_path))] == []


def test_the_longest_name_is_written(tmp_path: Path) -> None:
    write_file(tmp_path / ("x" * 255), b"new")
    assert (tmp_path / ("x" * 255)).read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_noticed_before(tmp_path: Path) -> None:
    for mode in (0o500, 0o600):
        (tmp_path / "closed").mkdir()
        (tmp_path / "closed").chmod(mode)
        with pytest.raises(PermissionError) as failed:
            check_place(tmp_path / "closed" / "new")
        assert failed.value.filename == str(tmp_path / "closed" / "new")
        (tmp_path / "closed").rmdir()


def test_a_large_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_writer, "_LARGEST", 6)
    (tmp_path / "fits").write_bytes(b"list 1")
    (tmp_path / "large").write_bytes(b"list 12")
    write_file(tmp_path / "fits", b"new", replaces=OURS)
    with pytest.raises(WriteRefusedError, match="it is not a list"):
        write_file(tmp_path / "large", b"new", replaces=OURS)


def test_without_descriptors_of_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_writer, "_BY_DESCRIPTOR", False)
    write_file(tmp_path / "a" / "b", b"1", within=str(tmp_path))
    write_file(tmp_path / "a" / "b", b"2", within=str(tmp_path), replaces=content_is(b"1"))
    assert (tmp_path / "a" / "b").read_bytes() == b"2"
    with pytest.raises(WriteRefusedError, match="it is there already"):
        write_file(tmp_path / "a" / "b", b"3")


def test_a_file_that_is_made_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    urandom = os.urandom

    def random(size: int) -> bytes:
        (tmp_path / "file").write_text("theirs")
        return urandom(size)

    monkeypatch.setattr(os, "urandom", random)
    with pytest.raises(WriteRefusedError, match="it was made by somebody else meanwhile"):
        write_file(tmp_path / "file", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "theirs"


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="needs descriptors of folders")
@pytest.mark.parametrize("use", [check_place, partial(write_file, content=b"new")])
def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[..., object]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    inside = file_writer._inside

    def replaced_after(path: str, within: str) -> str:
        real = inside(path, within)
        (tmp_path / "in").rmdir()
        (tmp_path / "in").symlink_to(tmp_path / "out")
        return real

    monkeypatch.setattr(file_writer, "_inside", replaced_after)
    with pytest.raises(OSError, match=r"in/file"):
        use(tmp_path / "in" / "file", within=str(tmp_path))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_place_behind_a_link_that_the_user_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    assert check_place(tmp_path / "link" / "file") == str(tmp_path / "link" / "file")
    write_file(tmp_path / "link" / "file", b"new")
    assert (tmp_path / "folder" / "file").read_bytes() == b"new"


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    write_file(tmp_path / "file", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_what_to_do() -> None:
    refused = WriteRefusedError("f", "it is a folder", "move it")
    forcible = WriteRefusedError("f", "it is there already", "move it", forcible=True)
    assert explain(refused, "free space", force=True) == ("f cannot be written: it is a folder", "move it")
    assert explain(forcible, "free space") == ("f cannot be written: it is there already", "move it")
    assert explain(forcible, "", force=True)[1] == "move it, or say --force"
    full = OSError(28, "No space left on device", "f")
    assert explain(full, "free space") == ("f cannot be written (No space left on device)", "free space")


def test_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        monkeypatch.chdir(root)
        (root / "go.mod").mkdir()  # a folder is no mark
        inner = root / "outer" / "middle" / "inner"
        inner.mkdir(parents=True)
        assert workspace_of(inner / "f.go") == str(root)  # the working directory
        monkeypatch.chdir(inner.parent)
        assert workspace_of(root / "f.go") == str(root)  # its own folder: the other one is not above it
        for mark in ("go.mod", "go.work", "modgo.toml"):
            (root / "outer" / mark).touch()
            (inner / "go.mod").touch()
            assert workspace_of(inner / "f.go") == str(root / "outer"), mark
            (root / "outer" / mark).unlink()
        (inner.parent / ".git").touch()  # a worktree's
        (root / "outer" / "go.mod").touch()
        assert workspace_of(inner / "f.go") == str(inner.parent)
        (inner / "in.go").symlink_to(inner.parent / "x.go")
        (inner / "out.go").symlink_to(root / "outer" / "x.go")
        assert not leads_out(inner / "in.go")
        assert leads_out(inner / "out.go")
