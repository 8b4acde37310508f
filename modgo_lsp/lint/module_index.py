"""Facts of the Go files of one module, found without parsing them whole: which belong to packages, and what
they import. The facts are cached between runs: a file that has not changed is not even read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.golang.files import Files, Stamp, are_unchanged, is_unchanged, join
from modgo_lsp.golang.modules.module_tree import is_module_root, is_searched, listing, module_folders
from modgo_lsp.model.sdk import SDK_PATH

# A run of `modgo lint` that finds every result in the cache takes 65 ms, and needs no digest (OpenSSL takes
# 3 ms to load), no parser (5 ms) and no build constraints (2 ms).
if TYPE_CHECKING:
    from modgo_lsp.golang.modules.build_constraints import BuildContext


class FileFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Facts of a Go file's bytes. `chosen` is whether a build compiles the file; `package` and `imports`
    are those of its Header, empty if it doesn't. `text` is False where the bytes can't be Go source."""

    digest: bytes
    chosen: bool
    package: str
    imports: tuple[str, ...]
    text: bool = True

    @property
    def visible(self) -> tuple[bool, str, tuple[str, ...]]:
        """The facts that other packages may depend on."""
        return self.chosen, self.package, self.imports


class PackageFacts(msgspec.Struct, frozen=True, array_like=True):
    """Facts of the files of a package. `names` are their base names, `digest` covers all of them, `size`
    is in bytes. `imports_sdk` is whether one of them may import the SDK. `all_imports`, all that they may
    import, is decoded on demand."""

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
        """None if no file would be built."""
        built = [name for name, each in files.items() if each.chosen and each.package != "documentation"]
        if not built:
            return None
        digests = [files[name].digest for name in built]
        # The names of tests count, too; those whose content matters become file dependencies.
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
    """Facts of the Go files of a folder. `stamps` are those of the files that a build may compile when
    they were read, by base name, None for a file without one; `others` are the names of tests. `package`
    is None where nothing would be built. `files` are the FileFacts in the order of the stamps, decoded on
    demand. `has_unread` is whether a file could not be read or was too large."""

    stamps: dict[str, Stamp | None]
    others: tuple[str, ...]
    package: PackageFacts | None
    files: msgspec.Raw
    has_unread: bool

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
    from hashlib import sha256

    return sha256(data).digest()[:16]  # the fastest digest, where the processor has instructions for it


class ModuleIndex:
    """The packages of the module at `root`, as Go 1.`release` builds them; of that folder alone if
    `go_mod` is False. `known` are the facts of an earlier run, which began at `as_of`. Folders are read on
    demand, each once; `facts` has those that were."""

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
        # Go files in the folders of `facts` that could not be read or are too large.
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
        """The digest of a Go file that a build may compile; None for other files, and in folders that were
        not read."""
        if directory not in self.facts or name not in self.facts[directory].stamps:
            return None
        return self.files(directory)[name].digest

    # --- the whole module

    @cached_property
    def directories(self) -> list[str]:
        """The directories that `./...` means in the module."""
        return module_folders(self.root, self._entries) if self.go_mod else [self.root]

    def of(self, path: str, root: str) -> list[str] | None:
        """The directories of the module in which a file that would be built may import `path`; None if
        `root` is not this module's."""
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
        """Whether the index would be the same with the file or folder `path` as it is in `files`."""
        directory, name = os.path.split(path)
        if path in self.facts:
            return False  # a folder, in which anything may have happened
        if directory not in self.facts:
            return not self._may_be_inside(directory, files)
        if name == "go.mod":
            return False
        if _may_be_built(name):
            before, now = self.files(directory).get(name), self._file(files, path, name, None)
            return (None if before is None else before.visible) == (None if now is None else now.visible)
        return not is_searched(name) or (name, True) not in listing(files)(directory)

    def _may_be_inside(self, directory: str, files: Files) -> bool:
        """Whether a new folder may belong to the module."""
        entries = listing(files)
        while directory not in self.facts:
            parent, name = os.path.split(directory)
            if parent == directory or not is_searched(name) or is_module_root(directory, entries):
                return False
            directory = parent
        return True

    @cached_property
    def is_unchanged(self) -> bool:
        """Whether no file of the module has changed since the earlier run, which read the same folders."""
        for directory in self.directories:
            self.folder(directory)
        # Facts of folders that are gone should leave the cache.
        gone = self._known.keys() - self.facts.keys()
        self.changed = self.changed or any(self._files.stamp(directory) is None for directory in gone)
        return not self.changed and not gone

    # --- folders and files

    def folder(self, directory: str) -> FolderFacts:
        """Facts of the Go files in a folder."""
        found = self.facts.get(directory)
        if found is None:
            names: list[str] = []
            others: list[str] = []
            for name, is_directory in self._entries(directory):
                if name.endswith(".go") and not is_directory:
                    (others if _is_never_built(name) else names).append(name)
            found = self._known.get(directory)
            if found is None or not self._is_unchanged(directory, names, others, found):
                self.changed = True
                found = self._read_folder(directory, names, others, found)
            self.facts[directory] = found
        return found

    def files(self, directory: str) -> Mapping[str, FileFacts]:
        """The Go files in a folder that a build may compile, by base name."""
        folder = self.folder(directory)
        if directory not in self._files_of:
            self._files_of[directory] = folder.by_name()
        return self._files_of[directory]

    def _is_unchanged(
        self, directory: str, names: Sequence[str], others: Sequence[str], known: FolderFacts
    ) -> bool:
        if known.has_unread or others != list(known.others) or names != list(known.stamps):
            return False
        return are_unchanged(self._files, directory, known.stamps, self._as_of)

    def _read_folder(
        self, directory: str, names: Sequence[str], others: Sequence[str], known: FolderFacts | None
    ) -> FolderFacts:
        """The facts of the folder as it is now; files that have not changed keep theirs."""
        before = {} if known is None else known.by_name()
        now: dict[str, FileFacts] = {}
        stamps: dict[str, Stamp | None] = {}
        for name in names:
            path = join(directory, name)
            stamp = self._files.stamp(path)
            facts = before.get(name)
            if facts is None or known is None or not is_unchanged(stamp, known.stamps[name], self._as_of):
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
    return name.endswith(".go") and not _is_never_built(name)


def _is_never_built(name: str) -> bool:
    """Whether no build compiles a Go file of that name."""
    return name.endswith("_test.go") or name[0] in "._"
