"""Packs a module into the files that a server accepts: a single file, or numbered parts and a manifest.

libmod_go reads the format; docs/server-files.md and libmod_go/src/asd/package.h define it, too.
"""

from __future__ import annotations

import hashlib
import lzma
import re
from collections.abc import Iterable, Mapping

import msgspec

LIMIT = 1_048_575
"""Bytes of one file's content: the largest multiple of 3 (base64) below the server's limit of 1 MiB."""

MOST_PARTS = 256
MOST_BYTES = 256 * 1024 * 1024
"""The limit of an unpacked module, so that a small file can't fill the memory of the server."""

NAME_LIMIT = 103
"""Bytes of a module's name: 127, the limit of a server's file name, minus the longest suffix of a part."""

ELF_MAGIC = b"\x7fELF"
MANIFEST_MAGIC = b"modgo-parts "

_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{NAME_LIMIT}}}")
_FILE = re.compile(r"(?P<module>[A-Za-z0-9_-]+)(?:\.(?P<set>[0-9a-f]{16})-(?P<index>[1-9][0-9]{0,2}))?\.so")
_MANIFEST = re.compile(
    rb"modgo-parts 1\nparts ([1-9][0-9]{0,2})\n"
    rb"packed-size ([1-9][0-9]{0,9})\npacked-sha256 ([0-9a-f]{64})\n"
    rb"size ([1-9][0-9]{0,9})\nsha256 ([0-9a-f]{64})\n"
)


class PackageError(Exception):
    """A module that cannot be packed or unpacked. The message is one sentence and what to do next."""


class Manifest(msgspec.Struct, frozen=True):
    """The manifest of a part set. `packed_*` describe the joined parts, an xz stream."""

    parts: int
    packed_size: int
    packed_sha256: str
    size: int
    sha256: str

    @property
    def set(self) -> str:
        """The part of the file names that identifies the set."""
        return self.packed_sha256[:16]


class FileName(msgspec.Struct, frozen=True):
    """A file name on a server: of the module itself, or of part `index` (from 1) of a set."""

    module: str
    set: str | None = None
    index: int = 0

    def __str__(self) -> str:
        part = f".{self.set}-{self.index}" if self.set is not None else ""
        return f"{self.module}{part}.so"


def file_name(text: str) -> FileName | None:
    """Parses a file name; None for one that `package` never makes."""
    found = _FILE.fullmatch(text)
    if found is None:
        return None
    return FileName(found["module"], found["set"], int(found["index"] or 0))


def package(module: str, content: bytes, *, limit: int = LIMIT) -> list[tuple[str, bytes]]:
    """The files (name, content) that make a server run the shared object `content` as `module`, in the order
    in which to put them: the manifest comes last. `limit` is the largest file in bytes.

    The parts of two versions have different names, so that the old set stays complete until the new one is.
    Raises PackageError.
    """
    check_name(module)
    if not content.startswith(ELF_MAGIC):
        raise PackageError(
            f"{module} is not a shared object for Linux: build it with modgo build --target linux/…"
        )
    if len(content) > MOST_BYTES:
        raise PackageError(f"{module} has {len(content):,} bytes; a server accepts at most {MOST_BYTES:,}")
    packed = lzma.compress(content, preset=6)
    if len(packed) <= limit:
        return [(f"{module}.so", packed)]
    slices = [packed[at : at + limit] for at in range(0, len(packed), limit)]
    if len(slices) > MOST_PARTS:
        raise PackageError(
            f"{module} has {len(packed):,} bytes compressed; a server accepts at most "
            f"{MOST_PARTS * limit:,}: build it with --release, or import less"
        )
    manifest = Manifest(len(slices), len(packed), _sha256(packed), len(content), _sha256(content))
    parts = [(str(FileName(module, manifest.set, index)), part) for index, part in enumerate(slices, 1)]
    return [*parts, (f"{module}.so", manifest_bytes(manifest))]


def check_name(module: str) -> None:
    """Raises PackageError for a name that no module on a server can have."""
    if _NAME.fullmatch(module) is None:
        raise PackageError(
            f'"{module}" cannot be the name of a module on a server: use 1 to {NAME_LIMIT} letters, digits, '
            '"_" and "-", no dot (clients call the module by the name before the first one)'
        )


def manifest_bytes(manifest: Manifest) -> bytes:
    """The content of the manifest's file, which has the module's name."""
    return (
        f"modgo-parts 1\nparts {manifest.parts}\n"
        f"packed-size {manifest.packed_size}\npacked-sha256 {manifest.packed_sha256}\n"
        f"size {manifest.size}\nsha256 {manifest.sha256}\n"
    ).encode("ascii")


def read_manifest(content: bytes) -> Manifest | None:
    """Parses a manifest; None if `content` is the module itself. Raises PackageError for a damaged one."""
    if not content.startswith(MANIFEST_MAGIC):
        return None
    found = _MANIFEST.fullmatch(content)
    if found is None:
        raise PackageError("the manifest is damaged, or of a newer version of modgo: deploy the module again")
    parts, packed_size, packed_sha256, size, sha256 = (text.decode("ascii") for text in found.groups())
    return Manifest(int(parts), int(packed_size), packed_sha256, int(size), sha256)


def needed(module: str, content: bytes) -> list[str]:
    """The names of the parts in the manifest `content`; none for a single file. Raises PackageError."""
    manifest = read_manifest(content)
    if manifest is None:
        return []
    return [str(FileName(module, manifest.set, index)) for index in range(1, manifest.parts + 1)]


def files_of(module: str, names: Iterable[str]) -> list[str]:
    """Those of a server's files that belong to `module`, in the order in which to remove them: the manifest
    first, so that no node ever reads a set with a part missing."""
    known = [(found, name) for name in names if (found := file_name(name)) is not None]
    own = [(found.set or "", found.index, name) for found, name in known if found.module == module]
    return [name for _, _, name in sorted(own)]


def unpack(module: str, files: Mapping[str, bytes]) -> bytes:
    """Unpacks the shared object of `module` from a server's files (name → content). Raises PackageError."""
    own = files.get(f"{module}.so")
    if own is None:
        raise PackageError(f"there is no {module}.so")
    manifest = read_manifest(own)
    if manifest is None:
        return own if own.startswith(ELF_MAGIC) else _decompressed(module, own)
    missing = [name for name in needed(module, own) if name not in files]
    if missing:
        raise PackageError(
            f"{module}.so is in {manifest.parts} parts, of which {', '.join(missing)} is missing"
        )
    packed = b"".join(files[name] for name in needed(module, own))
    if len(packed) != manifest.packed_size or _sha256(packed) != manifest.packed_sha256:
        raise PackageError(f"the parts of {module}.so do not match its manifest: deploy the module again")
    content = _decompressed(module, packed)
    if len(content) != manifest.size or _sha256(content) != manifest.sha256:
        raise PackageError(f"{module}.so decompressed does not match its manifest: deploy the module again")
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
        raise PackageError(f"{module}.so is cut short, or has data after its end")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
