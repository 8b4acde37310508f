"""A module as the files that a server is given: a single file, or numbered parts and a manifest. Bytes in,
bytes out.

libmod_go reads the format; docs/server-files.md and libmod_go/src/asd/package.h define it, too.
"""

from __future__ import annotations

import hashlib
import lzma
import re
from collections.abc import Iterable, Mapping

import msgspec

LIMIT = 1_048_575
"""Bytes of one file's content: what the server takes as base64 must decode to at most 1 MiB, in threes."""

MOST_PARTS = 256
MOST_BYTES = 256 * 1024 * 1024
"""Of a module unpacked: the plugin refuses more, so that a small file cannot fill a server's memory."""

NAME_LIMIT = 103
"""Bytes of a module's name: those of a server's file name, 127, less what the longest part adds."""

ELF_MAGIC = b"\x7fELF"
XZ_MAGIC = b"\xfd7zXZ\0"
HEAD_MAGIC = b"modgo-parts "

_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{NAME_LIMIT}}}")
_FILE = re.compile(r"(?P<module>[A-Za-z0-9_-]+)(?:\.(?P<set>[0-9a-f]{16})-(?P<index>[1-9][0-9]{0,2}))?\.so")
_HEAD = re.compile(
    rb"modgo-parts 1\nparts ([1-9][0-9]{0,2})\n"
    rb"packed-size ([1-9][0-9]{0,9})\npacked-sha256 ([0-9a-f]{64})\n"
    rb"size ([1-9][0-9]{0,9})\nsha256 ([0-9a-f]{64})\n"
)


class PackageError(Exception):
    """Why there is no package: one sentence, and what to do next."""


class Head(msgspec.Struct, frozen=True):
    """What the head of a part set says. `packed_*` is of the joined parts, an xz stream."""

    parts: int
    packed_size: int
    packed_sha256: str
    size: int
    sha256: str

    @property
    def set(self) -> str:
        """What the names of the set's parts have in common."""
        return self.packed_sha256[:16]


class FileName(msgspec.Struct, frozen=True):
    """The name of a file on a server: of the module itself, or of part `index` (from 1) of a set."""

    module: str
    set: str | None = None
    index: int = 0

    def __str__(self) -> str:
        part = f".{self.set}-{self.index}" if self.set is not None else ""
        return f"{self.module}{part}.so"


def file_name(text: str) -> FileName | None:
    """`text` taken apart; None for one that package would not give."""
    found = _FILE.fullmatch(text)
    if found is None:
        return None
    return FileName(found["module"], found["set"], int(found["index"] or 0))


def package(module: str, content: bytes, *, limit: int = LIMIT) -> list[tuple[str, bytes]]:
    """The files (name, content) that make a server run the shared object `content` as `module`, in the order
    in which to put them: what the others are needed for comes last. `limit` is of a file's bytes.

    The parts of two versions have different names, so that one set stays whole until the next one is.
    Raises PackageError.
    """
    check_name(module)
    if not content.startswith(ELF_MAGIC):
        raise PackageError(
            f"{module} is not a shared object for Linux: build it with modgo build --target linux/…"
        )
    if len(content) > MOST_BYTES:
        raise PackageError(f"{module} has {len(content):,} bytes, and a server takes {MOST_BYTES:,} at most")
    packed = lzma.compress(content, preset=6)
    if len(packed) <= limit:
        return [(f"{module}.so", packed)]
    slices = [packed[at : at + limit] for at in range(0, len(packed), limit)]
    if len(slices) > MOST_PARTS:
        raise PackageError(
            f"{module} has {len(packed):,} bytes compressed, and a server takes {MOST_PARTS * limit:,} at "
            "most: build it with --release, or import less"
        )
    head = Head(len(slices), len(packed), _sha256(packed), len(content), _sha256(content))
    parts = [(str(FileName(module, head.set, index)), part) for index, part in enumerate(slices, 1)]
    return [*parts, (f"{module}.so", head_bytes(head))]


def check_name(module: str) -> None:
    """Raises PackageError for a name that no module on a server can have."""
    if _NAME.fullmatch(module) is None:
        raise PackageError(
            f'"{module}" cannot be the name of a module on a server: use 1 to {NAME_LIMIT} letters, digits, '
            '"_" and "-", no dot (clients call by what stands before the first)'
        )


def head_bytes(head: Head) -> bytes:
    """The head as the file of the module itself."""
    return (
        f"modgo-parts 1\nparts {head.parts}\n"
        f"packed-size {head.packed_size}\npacked-sha256 {head.packed_sha256}\n"
        f"size {head.size}\nsha256 {head.sha256}\n"
    ).encode("ascii")


def read_head(content: bytes) -> Head | None:
    """The head that `content` is; None where it is none (but a module by itself). Raises PackageError for a
    damaged one."""
    if not content.startswith(HEAD_MAGIC):
        return None
    found = _HEAD.fullmatch(content)
    if found is None:
        raise PackageError(
            "the head of the parts is damaged, or of a newer version of modgo: put the module again"
        )
    parts, packed_size, packed_sha256, size, sha256 = (text.decode("ascii") for text in found.groups())
    return Head(int(parts), int(packed_size), packed_sha256, int(size), sha256)


def needed(module: str, content: bytes) -> list[str]:
    """The names of the parts that the file of the module, with this content, needs. Raises as read_head."""
    head = read_head(content)
    return [] if head is None else [str(FileName(module, head.set, i)) for i in range(1, head.parts + 1)]


def files_of(module: str, names: Iterable[str]) -> list[str]:
    """Which of a server's files belong to `module`, in the order in which to remove them: itself first, so
    that no node ever sees a set with a part missing."""
    known = [(found, name) for name in names if (found := file_name(name)) is not None]
    own = [(found.set or "", found.index, name) for found, name in known if found.module == module]
    return [name for _, _, name in sorted(own)]


def unpack(module: str, files: Mapping[str, bytes]) -> bytes:
    """The shared object that a server's files (name → content) hold for `module`. Raises PackageError."""
    own = files.get(f"{module}.so")
    if own is None:
        raise PackageError(f"there is no {module}.so")
    head = read_head(own)
    if head is None:
        return own if own.startswith(ELF_MAGIC) else _decompressed(module, own)
    missing = [name for name in needed(module, own) if name not in files]
    if missing:
        raise PackageError(f"{module}.so is in {head.parts} parts, of which {', '.join(missing)} is missing")
    packed = b"".join(files[name] for name in needed(module, own))
    if len(packed) != head.packed_size or _sha256(packed) != head.packed_sha256:
        raise PackageError(f"the parts of {module}.so are not those that its head names: put it again")
    content = _decompressed(module, packed)
    if len(content) != head.size or _sha256(content) != head.sha256:
        raise PackageError(f"{module}.so unpacked is not what its head names: put it again")
    return content


def _decompressed(module: str, packed: bytes) -> bytes:
    decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
    try:
        content = decompressor.decompress(packed, MOST_BYTES + 1)
    except lzma.LZMAError as error:
        raise PackageError(
            f"{module}.so is neither a shared object nor whole when decompressed ({error})"
        ) from error
    if len(content) > MOST_BYTES:
        raise PackageError(f"{module}.so has more than {MOST_BYTES:,} bytes unpacked")
    if not decompressor.eof or decompressor.unused_data:
        raise PackageError(f"{module}.so is cut short, or has something after its end")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
