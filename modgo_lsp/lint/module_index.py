"""What a run knows of the files of one Go module without parsing them: which belong to packages, and what
those import. Kept from run to run, so that a file that has not changed is not even read.

Not for: what is said about packages (lint_result.py), nor where the index is kept (result_cache.py).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.golang.files import Files, Stamp, are_as_before, is_as_before, join
from modgo_lsp.golang.modules.module_tree import is_module_root, is_searched, listing, module_folders
from modgo_lsp.model.sdk import SDK_PATH

if TYPE_CHECKING:
    from modgo_lsp.golang.modules.build_constraints import BuildContext


class FileFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the bytes of a Go file say. `chosen`: a build takes the file; `package` and `imports` as in its
    Header, nothing where it doesn't. `text`: they may be Go source at all."""

    digest: bytes
    chosen: bool
    package: str
    imports: tuple[str, ...]
    text: bool = True

    @property
    def says(self) -> tuple[bool, str, tuple[str, ...]]:
        """What others may know of the file without reading it."""
        return self.chosen, self.package, self.imports


class PackageFacts(msgspec.Struct, frozen=True, array_like=True):
    """The files of a package: their base names, a digest of all, their size, whether one of them may import
    the SDK, and whether all are text. All that they may import is decoded when somebody asks for it."""

    names: tuple[str, ...]
    digest: bytes
    size: int
    imports_sdk: bool
    is_text: bool
    all_imports: msgspec.Raw

    @property
    def imports(self) -> frozenset[str]:
        return msgspec.msgpack.decode(self.all_imports, type=frozenset[str])

    @classmethod
    def of(
        cls, files: Mapping[str, FileFacts], stamps: Mapping[str, Stamp | None], others: Sequence[str]
    ) -> PackageFacts | None:
        """None where no file would be built."""
        built = [name for name, each in files.items() if each.chosen and each.package != "documentation"]
        if not built:
            return None
        digests = [files[name].digest for name in built]
        # Which tests there are counts as well: what stands in those that matter is
        # looked at (file_dependencies.py).
        names = "\0".join([*built, "", *others])
        imports = {path for name in built for path in files[name].imports}
        return cls(
            tuple(built),
            digest_of(b"".join(digests) + names.encode("utf-8", "surrogateescape")),
            sum(stamp.size for name in built if (stamp := stamps[name]) is not None),
            SDK_PATH in imports,
            all(files[name].text for name in built),
            msgspec.Raw(msgspec.msgpack.encode(imports)),
        )


class FolderFacts(msgspec.Struct, frozen=True, array_like=True):
    """What the Go files of a folder say. `stamps` are those of the files that a build may take, by base name,
    when they were read, None for one that has none; `others` are the names of those that no build takes:
    tests. `package` is None where nothing would be built. `files` are the FileFacts, in the order of the
    stamps: nobody asks for them where nothing has changed. `has_unread`: there were files that couldn't be
    read, or were too large."""

    stamps: dict[str, Stamp | None]
    others: tuple[str, ...]
    package: PackageFacts | None
    files: msgspec.Raw
    has_unread: bool = False

    @classmethod
    def of(
        cls,
        files: Mapping[str, FileFacts],
        stamps: dict[str, Stamp | None],
        others: Sequence[str],
        unread: Sequence[str],
    ) -> FolderFacts:
        encoded = msgspec.Raw(msgspec.msgpack.encode(tuple(files.values())))
        return cls(
            stamps,
            tuple(others),
            PackageFacts.of(files, stamps, [*others, "", *unread]),
            encoded,
            bool(unread),
        )

    def by_name(self) -> dict[str, FileFacts]:
        files = msgspec.msgpack.decode(self.files, type=tuple[FileFacts, ...])
        return dict(zip(self.stamps, files, strict=True))


# By folder.
Facts = Mapping[str, FolderFacts]


def digest_of(data: bytes) -> bytes:
    # Most runs find nothing to digest, and this loads OpenSSL.
    from hashlib import sha256

    return sha256(data).digest()[:16]  # of all digests the fastest, for the processor has instructions for it


class ModuleIndex:
    """The packages of the module at `root`, as Go 1.`release` sees them; where `go_mod` is False, of that
    folder alone. `known` are the facts of a run that began at `as_of`. Folders are looked at when they are
    asked for, each once; `facts` has those that were."""

    def __init__(
        self,
        root: str,
        go_mod: bool,
        files: Files,
        release: int | None = None,
        known: Facts | None = None,
        as_of: int = 0,
    ) -> None:
        self.root = root
        self.go_mod = go_mod
        self.facts: dict[str, FolderFacts] = {}
        self.changed = False
        # Go files that could not be read, or are too large, of the folders in `facts`.
        self.unread: list[str] = []
        self._files_of: dict[str, dict[str, FileFacts]] = {}
        self._files = files
        self._entries = listing(files)
        self._release = release
        self._known: Facts = known or {}
        self._as_of = as_of

    def package(self, directory: str) -> PackageFacts | None:
        """The package of `directory`; None where no file there would be built."""
        return self.folder(directory).package

    def imports_sdk(self, directory: str) -> bool:
        """Whether a file of the package there may import the SDK."""
        package = self.package(directory)
        return package is not None and package.imports_sdk

    def is_linted(self, directory: str) -> bool:
        """Whether the rules may find anything in the package there."""
        package = self.package(directory)
        return package is not None and (package.imports_sdk or not package.is_text)

    def digest(self, directory: str, name: str) -> bytes | None:
        """That of a Go file which a build may take; None for any other file, or where nobody has looked."""
        if directory not in self.facts or name not in self.facts[directory].stamps:
            return None
        return self.files(directory)[name].digest

    # --- the whole module

    @cached_property
    def directories(self) -> list[str]:
        """The directories that `./...` means in the module."""
        return module_folders(self.root, self._entries) if self.go_mod else [self.root]

    def of(self, path: str, root: str) -> list[str] | None:
        """The directories of the module in which a file that would be built may import `path`; None for
        another module."""
        if root != self.root:
            return None
        return self._importing.get(path, [])

    @cached_property
    def _importing(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for directory in self.directories:
            package = self.package(directory)
            for path in () if package is None else package.imports:
                found.setdefault(path, []).append(directory)
        return found

    def holds(self, path: str, files: Files) -> bool:
        """Whether all that is told of the whole module would be the same with `path` as it is in `files`."""
        directory, name = os.path.split(path)
        if path in self.facts:
            return False  # a folder, in which anything may have happened
        if directory not in self.facts:
            return not self._may_be_inside(directory, files)
        if name == "go.mod":
            return False
        if _may_be_built(name):
            before, now = self.files(directory).get(name), self._file(files, path, name, None)
            return (None if before is None else before.says) == (None if now is None else now.says)
        return not is_searched(name) or (name, True) not in listing(files)(directory)

    def _may_be_inside(self, directory: str, files: Files) -> bool:
        """Whether a folder that was not there before may be one of the module."""
        entries = listing(files)
        while directory not in self.facts:
            parent, name = os.path.split(directory)
            if parent == directory or not is_searched(name) or is_module_root(directory, entries):
                return False
            directory = parent
        return True

    @cached_property
    def is_as_known(self) -> bool:
        """Whether all of the module is as it was in the run before, which looked at the same folders."""
        for directory in self.directories:
            self.folder(directory)
        # Where folders have gone, the facts are worth writing anew.
        gone = self._known.keys() - self.facts.keys()
        self.changed = self.changed or any(self._files.stamp(directory) is None for directory in gone)
        return not self.changed and not gone

    # --- folders and files

    def folder(self, directory: str) -> FolderFacts:
        """What its Go files say."""
        found = self.facts.get(directory)
        if found is None:
            names: list[str] = []
            others: list[str] = []
            for name, is_directory in self._entries(directory):
                if name.endswith(".go") and not is_directory:
                    (others if _is_left_out(name) else names).append(name)
            found = self._known.get(directory)
            if found is None or not self._is_as_before(directory, names, others, found):
                self.changed = True
                found = self._looked_at(directory, names, others, found)
            self.facts[directory] = found
        return found

    def files(self, directory: str) -> Mapping[str, FileFacts]:
        """By base name, the Go files there that a build may take."""
        folder = self.folder(directory)
        if directory not in self._files_of:
            self._files_of[directory] = folder.by_name()
        return self._files_of[directory]

    def _is_as_before(
        self, directory: str, names: Sequence[str], others: Sequence[str], known: FolderFacts
    ) -> bool:
        if known.has_unread or others != list(known.others) or names != list(known.stamps):
            return False
        return are_as_before(self._files, directory, known.stamps, self._as_of)

    def _looked_at(
        self, directory: str, names: Sequence[str], others: Sequence[str], known: FolderFacts | None
    ) -> FolderFacts:
        """What the files say that are as before, and what others say now."""
        before = {} if known is None else known.by_name()
        now: dict[str, FileFacts] = {}
        stamps: dict[str, Stamp | None] = {}
        for name in names:
            path = join(directory, name)
            stamp = self._files.stamp(path)
            facts = before.get(name)
            if facts is None or known is None or not is_as_before(stamp, known.stamps[name], self._as_of):
                facts = self._file(self._files, path, name, facts)
            if facts is not None:
                now[name], stamps[name] = facts, stamp
        self._files_of[directory] = now
        unread = [name for name in names if name not in now]
        self.unread += [join(directory, name) for name in unread]
        return FolderFacts.of(now, stamps, others, unread)

    def _file(self, files: Files, path: str, name: str, before: FileFacts | None) -> FileFacts | None:
        try:
            text = files.read(path)
        except OSError:
            return None
        digest = digest_of(text)
        return before if before is not None and before.digest == digest else self._read(name, text, digest)

    def _read(self, name: str, text: bytes, digest: bytes) -> FileFacts:
        # A run in which nothing has changed needs none of this.
        from modgo_lsp.golang.modules.build_constraints import is_chosen
        from modgo_lsp.golang.syntax.file_header import is_text, read_header

        if not is_chosen(name, text, self._context):
            return FileFacts(digest, False, "", ())
        header = read_header(text)
        return FileFacts(digest, True, header.package, header.imports, is_text(text))

    @cached_property
    def _context(self) -> BuildContext:
        from modgo_lsp.golang.modules.build_constraints import context_of

        return context_of(self._release)


def _may_be_built(name: str) -> bool:
    return name.endswith(".go") and not _is_left_out(name)


def _is_left_out(name: str) -> bool:
    """Whether no build takes a Go file of that name."""
    return name.endswith("_test.go") or name[0] in "._"
