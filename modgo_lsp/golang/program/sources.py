"""The files of a world. Each is read and parsed once; unchanged ones are taken over from an earlier world."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from typing import NamedTuple

from modgo_lsp.golang.files import DiskFiles, Files, FileTooLargeError, join
from modgo_lsp.golang.modules.build_constraints import BuildContext, is_chosen
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.program.outlined_files import FactsCache, PackageFacts
from modgo_lsp.golang.program.parsed_file import Parsed, head
from modgo_lsp.golang.syntax import document
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.file_header import Header, read_header

_log = logging.getLogger(__name__)


class Built(NamedTuple):
    """A file of a package that has not been parsed."""

    path: str
    text: bytes
    header: Header


def _read(files: Files, path: str) -> bytes | None:
    try:
        return files.read(path)
    except OSError:
        return None


def _begin_alike(before: Document, now: Document) -> bool:
    """Whether two documents are equal up to their first declaration and no import can have been added after
    it. Faster than comparing their texts."""
    declares = False
    for old, new in zip(before.parts, now.parts, strict=False):
        if old is not new:
            break
        declares = declares or new.kinds.declares
    return declares and not any(b"import" in part.text for part in set(now.parts).difference(before.parts))


class _NewWorldError(Exception):
    """More has changed than a world can be updated for."""


class Sources:
    """The files of one world. `previous` are those of an earlier one."""

    def __init__(
        self,
        files: Files,
        context: BuildContext,
        environment: GoEnvironment,
        cache: FactsCache | None,
        previous: Sources | None,
    ) -> None:
        self.context = context
        self.environment = environment
        self._files = files
        self._cache = cache
        self._earlier: dict[str, Parsed] = {} if previous is None else previous._parsed
        self._parsed: dict[str, Parsed] = {}
        self._texts: dict[str, bytes | None] = {}
        self._too_large: set[str] = set()
        self._entries: dict[str, list[tuple[str, bool]] | None] = {}
        self._chosen: dict[str, list[tuple[str, bytes]]] = {}
        self._built: dict[str, list[Built]] = {}
        self._headers_before = {} if previous is None else previous._headers
        self._headers: dict[str, tuple[bytes, Header]] = {}
        # GOROOT and the module cache do not change on the disk while this process runs.
        self._immutable: dict[str, PackageFacts] = {}
        self._facts: dict[str, PackageFacts] = {}
        self._facts_before: dict[str, PackageFacts] = {}
        known = (context, environment)
        if previous is not None and (previous.context, previous.environment) == known:
            self._immutable, self._facts_before = previous._immutable, previous._facts

    def text(self, path: str) -> bytes | None:
        """The bytes of a file; None if it cannot be read."""
        if path not in self._texts:
            try:
                self._texts[path] = self._files.read(path)
            except OSError as error:
                self._texts[path] = None
                if isinstance(error, FileTooLargeError):
                    self._too_large.add(path)
        return self._texts[path]

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        """The entries of a folder, as Files returns them; none if it cannot be read."""
        if directory not in self._entries:
            try:
                self._entries[directory] = self._files.entries(directory)
            except OSError:
                self._entries[directory] = None
        return self._entries[directory] or []

    def use_disk(self, directory: str) -> None:
        """Reads a folder's Go files from the disk instead of the world's files. Raises OSError."""
        disk = DiskFiles()
        self._entries[directory] = listed = disk.entries(directory)
        self._chosen.pop(directory, None)
        for name, is_directory in listed:
            if not is_directory and name.endswith(".go"):
                path = join(directory, name)
                try:
                    self._texts[path] = disk.read(path)
                except OSError:
                    continue

    def chosen(self, directory: str) -> list[tuple[str, bytes]]:
        """The path and text of each file in `directory` that `go build` would compile."""
        if directory not in self._chosen:
            self._chosen[directory] = self._choose(directory, self.context)
        return self._chosen[directory]

    def unreadable(self, directory: str) -> tuple[str, ...]:
        """The files in `directory` that `go build` would try to compile but that cannot be read."""
        return tuple(
            path
            for name, is_directory in self.entries(directory)
            if not is_directory and name.endswith(".go") and is_chosen(name, b"", self.context)
            if self.text(path := join(directory, name)) is None
        )

    def is_too_large(self, path: str) -> bool:
        """Whether a file cannot be read because it exceeds the size limit."""
        return path in self._too_large

    def _choose(self, directory: str, context: BuildContext) -> list[tuple[str, bytes]]:
        found = []
        for name, is_directory in self.entries(directory):
            if is_directory or not name.endswith(".go"):
                continue
            path = join(directory, name)
            text = self.text(path) if is_chosen(name, b"", context) else None
            if text is not None and is_chosen(name, text, context):
                found.append((path, text))
        return found

    def is_mentioned(self, directory: str, name: str) -> bool:
        """Whether an identifier occurs in a Go file of `directory` that a build leaves out, such as a
        test."""
        word = re.compile(rb"\b%s\b" % re.escape(name.encode("utf-8", "surrogateescape")))
        chosen = {path for path, _ in self.chosen(directory)}
        others = (
            join(directory, found) for found, is_directory in self.entries(directory) if not is_directory
        )
        return any(
            word.search(self.text(path) or b"") is not None
            for path in others
            if path.endswith(".go") and path not in chosen
        )

    def built(self, directory: str) -> list[Built]:
        """The files of the package in `directory`. Files of package documentation are left out, as are files
        that need cgo where it is off."""
        if directory not in self._built:
            chosen = (Built(path, text, self._header(path, text)) for path, text in self.chosen(directory))
            self._built[directory] = [file for file in chosen if self._is_built(file)]
        return self._built[directory]

    def _is_built(self, file: Built) -> bool:
        if file.header.package == "documentation":
            return False
        if self.context.cgo or "C" not in file.header.imports:
            return True
        return not any(spec.path == "C" for spec in self.parse(file.path, file.text).syntax.imports)

    def _header(self, path: str, text: bytes) -> Header:
        known = self._headers.get(path) or self._headers_before.get(path)
        if known is None or known[0] != text:
            known = (text, read_header(text))
        self._headers[path] = known
        return known[1]

    def parse(self, path: str, text: bytes) -> Parsed:
        known = self._parsed.get(path)
        if known is not None:
            return known
        opened = self._files.document(path)
        earlier = self._earlier.get(path)
        if earlier is not None and (
            earlier.document is opened or (opened is None and earlier.document.source == text)
        ):
            parsed = earlier
        else:
            parsed = Parsed(document.parse(path, text) if opened is None else opened)
        self._parsed[path] = parsed
        return parsed

    def document(self, path: str) -> Document | None:
        """The document of a file that was parsed whole; None if it was not."""
        parsed = self._parsed.get(path)
        return None if parsed is None else parsed.document

    def documents(self) -> dict[str, Document]:
        """The documents of the files that were parsed whole so far, by path."""
        return {path: parsed.document for path, parsed in self._parsed.items()}

    def advance(
        self, files: Files, index_is_valid: Callable[[str, Files], bool]
    ) -> dict[str, Parsed | None] | None:
        """Updates to a later state of the files. Returns the changed files by path, each with its new tree,
        or None if it has not been parsed. Returns None, without an effect, if more than texts with the same
        imports has changed. `index_is_valid` says whether an external index of imports remains valid for a
        path."""
        try:
            return self._advance(files, index_is_valid)
        except _NewWorldError as error:
            _log.debug("a new world: %s: %s", *error.args)
            return None

    def _advance(
        self, files: Files, index_is_valid: Callable[[str, Files], bool]
    ) -> dict[str, Parsed | None]:
        paths = files.since(self._files)
        if paths is None:
            raise _NewWorldError("all files", "there is no record of what changed")
        texts: dict[str, bytes | None] = {}
        changed: dict[str, Parsed | None] = {}
        for path in paths:
            if not self._is_listed_as_before(files, path):
                raise _NewWorldError(path, "the listing of its folder changed")
            opened = files.document(path)
            if (path not in self._texts or opened is None) and not index_is_valid(path, files):
                raise _NewWorldError(path, "the index of imports changed")
            if os.path.dirname(path) in self._facts and opened is not self._files.document(path):  # noqa: PTH120
                raise _NewWorldError(path, "outlines hold offsets in the open document")
            if path not in self._texts:
                continue
            before, text = self._texts[path], _read(files, path)
            known = self._parsed.get(path)
            if text == before and (known is None or opened is None or opened is known.document):
                continue
            if before is None or text is None:
                raise _NewWorldError(path, "it was created or deleted")
            if not path.endswith(".go"):
                raise _NewWorldError(path, "it changed, and is not a Go file")
            if not self._stays(path, before, text, opened):
                raise _NewWorldError(path, "its header or its build constraints changed")
            texts[path] = text
            changed[path] = None
            if known is not None:
                parsed = Parsed(document.parse(path, text) if opened is None else opened)
                if head(parsed) != head(known):
                    raise _NewWorldError(path, "its package clause or its imports changed")
                changed[path] = parsed
        self._files = files
        self._texts |= texts
        self._parsed |= {path: parsed for path, parsed in changed.items() if parsed is not None}
        for path in changed:
            self._replace(path)
        return changed

    def _replace(self, path: str) -> None:
        """Replaces a file's text in the lists of its folder."""
        directory, text = os.path.dirname(path), self._texts[path]  # noqa: PTH120
        for index, (other, _) in enumerate(self._chosen.get(directory, ())):
            if other == path and text is not None:
                self._chosen[directory][index] = (path, text)
        for index, file in enumerate(self._built.get(directory, ())):
            if file.path == path and text is not None:
                self._built[directory][index] = file._replace(text=text)

    def _is_listed_as_before(self, files: Files, path: str) -> bool:
        """Whether the listing of the folder of `path` has the same entry for it as before, if it was read."""
        if path in self._entries:
            return False  # a folder: anything in it may have changed
        directory, name = os.path.split(path)
        listed = self._entries.get(directory)
        if directory not in self._entries:
            return True
        try:
            now = files.entries(directory)
        except OSError:
            return listed is None
        if now is listed:
            return True
        before = next((entry for entry in listed or () if entry[0] == name), None)
        return before == next((entry for entry in now if entry[0] == name), None)

    def _stays(self, path: str, before: bytes, text: bytes, opened: Document | None) -> bool:
        """Whether a Go file remains in its package with the same imports, and the package is parsed whole."""
        directory, name = os.path.split(path)
        if directory in self._facts:
            return False
        known, parsed = self._header(path, before), self._parsed.get(path)
        alike = parsed is not None and opened is not None and _begin_alike(parsed.document, opened)
        if not (alike and known.sure):
            if is_chosen(name, before, self.context) != is_chosen(name, text, self.context):
                return False
            # If the imports in the header are uncertain, only the parsed files can be compared.
            if read_header(text) != known or not (known.sure or parsed is not None):
                return False
        self._headers[path] = (text, known)
        return True

    def facts(
        self, directory: str, immutable: bool, context: BuildContext | None = None
    ) -> PackageFacts | None:
        """The outlined files of a package outside the main modules; None if a build would compile none of its
        files."""
        if directory not in self._facts:
            self._facts[directory] = self._find_facts(directory, immutable, context)
        found = self._facts[directory]
        return found if found.sources else None

    def _find_facts(self, directory: str, immutable: bool, context: BuildContext | None) -> PackageFacts:
        known = self._immutable.get(directory) if immutable else None
        if known is not None and not self._has_open(known):
            return known
        chosen = self.chosen(directory) if context is None else self._choose(directory, context)
        # Spans are offsets in the text of an open document, whose parts have gaps between them.
        sources = [
            (path, text if (opened := self._files.document(path)) is None else opened.text)
            for path, text in chosen
        ]
        found = self._facts_before.get(directory)
        if found is None or found.sources != tuple(sources):
            found = PackageFacts(sources, self.context.cgo, self._cache)
        if immutable and not self._has_open(found):
            self._immutable[directory] = found
        return found

    def _has_open(self, facts: PackageFacts) -> bool:
        """Whether a file of the package is open in an editor."""
        return any(self._files.document(path) is not None for path, _ in facts.sources)
