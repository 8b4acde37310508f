"""The files of a package outside the main modules, of which only the requested declarations are parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import msgspec

from modgo_lsp.golang.program import outline
from modgo_lsp.golang.program.outline import Outline
from modgo_lsp.golang.program.parsed_file import Parsed
from modgo_lsp.golang.syntax import ast, document, lower
from modgo_lsp.golang.syntax.positions import Span


class FactsCache(Protocol):
    """A cache that outlives the process. A key contains everything that its value depends on."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes) -> None: ...


_NOTHING = Outline(0, False, (), {}, {})


class PackageFacts:
    """The files of an outlined package. Declarations are parsed on demand; their spans come from the cache if
    it has them."""

    def __init__(self, sources: Sequence[tuple[str, bytes]], cgo: bool, cache: FactsCache | None) -> None:
        self.sources = tuple(sources)
        self._cgo = cgo
        self._cache = cache
        self._parts: dict[tuple[int, int], tuple[ast.Decl, ...]] = {}
        self._headers: dict[int, Parsed] = {}

    @cached_property
    def name(self) -> str:
        found = (outline.package_name(text) for _, text in self.sources)
        return next((name for name in found if name and name != "documentation"), "")

    @cached_property
    def outlines(self) -> tuple[Outline, ...]:
        """The outline of each file, in order. Without cgo, files that need it have an empty outline."""
        found = self._outlines()
        return found if self._cgo else tuple(_NOTHING if each.cgo else each for each in found)

    def _outlines(self) -> tuple[Outline, ...]:
        key = self._key()
        if self._cache is not None and (cached := self._cache.get(key)) is not None:
            try:
                found = msgspec.msgpack.decode(cached, type=tuple[Outline, ...])
            except msgspec.DecodeError:
                found = ()
            if len(found) == len(self.sources):
                return found
        made = tuple(outline.outline(text) for _, text in self.sources)
        if self._cache is not None:
            self._cache.put(key, msgspec.msgpack.encode(made))
        return made

    def _key(self) -> str:
        digest = hashlib.sha256(f"outline {outline.VERSION}".encode())
        for _, text in self.sources:
            digest.update(hashlib.sha256(text).digest())
        return digest.hexdigest()[:40]

    def header(self, index: int) -> Parsed:
        """The package clause and imports of a file. The tree contains nothing else."""
        if index not in self._headers:
            path, text = self.sources[index]
            span = Span(0, self.outlines[index].header)
            self._headers[index] = Parsed(document.parse_piece(path, text, span))
        return self._headers[index]

    def declarations(self, index: int, number: int) -> tuple[ast.Decl, ...]:
        """The declaration of a file with this number in the outline. Broken code may have several."""
        key = (index, number)
        if key not in self._parts:
            path, text = self.sources[index]
            span = Span(*self.outlines[index].spans[number])
            self._parts[key] = lower.lower(document.parse_piece(path, text, span)).decls
        return self._parts[key]
