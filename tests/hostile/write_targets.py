"""What may be at the path that a command writes, and the workspace around it."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from tests.elf_files import PROGRAM, SHARED_OBJECT

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/m\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n"
UNREGISTERED = f'package m\n\nimport "{SDK}"\n\nfunc Add(r *udf.Record, n int64) int64 {{ return n }}\n'
BASELINE = b'{"version": 1, "findings": {}}\n'
Attack = Callable[[str], None]


class World:
    """A workspace that is under attack, and a folder beside it that must stay as it is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.workspace = root / "workspace"
        self.outside = root / "outside"
        for folder in (self.workspace, self.outside):
            folder.mkdir()
        (self.workspace / ".git").mkdir()
        (self.workspace / "go.mod").write_text(GO_MOD)
        (self.workspace / "m.go").write_text(UNREGISTERED)
        for name, content in (("m.so", SHARED_OBJECT), ("b.json", BASELINE), ("x.go", UNREGISTERED.encode())):
            (self.outside / name).write_bytes(content)

    def tree(self) -> dict[str, tuple[object, ...]]:
        """The mode, inode and content of every file, by path."""
        return {str(path.relative_to(self.root)): _facts(path) for path in sorted(self.root.rglob("*"))}


def _facts(path: Path) -> tuple[object, ...]:
    state = path.lstat()
    content = ""
    if stat.S_ISREG(state.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(state.st_mode):
        content = str(path.readlink())
    return state.st_mode, state.st_ino, content


def _file(content: bytes) -> Callable[[Path, World, bytes], None]:
    return lambda place, world, own: place.write_bytes(content) and None


def _link(target: str) -> Callable[[Path, World, bytes], None]:
    def make(place: Path, world: World, own: bytes) -> None:
        place.symlink_to(target.format(outside=world.outside, name=place.name))

    return make


def _link_to_own_kind(place: Path, world: World, own: bytes) -> None:
    (world.outside / "own").write_bytes(own)
    place.symlink_to(world.outside / "own")


def _link_upwards(place: Path, world: World, own: bytes) -> None:
    (world.outside / "own").write_bytes(own)
    place.symlink_to(os.path.relpath(world.outside / "own", place.parent))


def _link_over_a_link(place: Path, world: World, own: bytes) -> None:
    (world.outside / "own").write_bytes(own)
    (world.workspace / "first").symlink_to(world.outside)
    place.symlink_to(world.workspace / "first" / "own")


def _read_only(place: Path, world: World, own: bytes) -> None:
    place.write_bytes(own)
    place.chmod(0o444)


def _full_folder(place: Path, world: World, own: bytes) -> None:
    place.mkdir()
    (place / "kept").write_bytes(own)


def _socket(place: Path, world: World, own: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(place))  # the path of a socket must be short


def _device(place: Path, world: World, own: bytes) -> None:
    try:
        os.mknod(place, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        os.mkfifo(place)


# Each puts something at a path; it is given the world, and the content of a file that the writer may replace.
PLACES: dict[str, Callable[[Path, World, bytes], object]] = {
    "text": _file(b"notes\n"),
    "empty": _file(b""),
    "go.mod": _file(GO_MOD.encode()),
    "go source": _file(UNREGISTERED.encode()),
    "database": _file(b"SQLite format 3\0" + bytes(84)),
    "program": _file(PROGRAM),
    "nearly a module": _file(SHARED_OBJECT[:40]),
    "nearly a baseline": _file(BASELINE[:-2] + b', "more": 1}'),
    "json": _file(b'{"version": 1}'),
    "folder": lambda place, world, own: place.mkdir(),
    "full folder": _full_folder,
    "pipe": lambda place, world, own: os.mkfifo(place),
    "socket": _socket,
    "device": _device,
    "dangling link": _link("nowhere"),
    "dangling link out": _link("{outside}/new"),
    "link to itself": _link("{name}"),
    "link out": _link("{outside}/x.go"),
    "link out to the own kind": _link_to_own_kind,
    "link upwards": _link_upwards,
    "link over a link": _link_over_a_link,
    "link to a folder out": _link("{outside}"),
    "link to a device": _link("/dev/null"),
    "link to standard output": _link("/dev/stdout"),
    "read-only": _read_only,
}
