"""What lint caches of a Go module between runs: facts of its files, and lint results.

A cached result is used if its key is the same (cache_keys.py), and every file outside the module that the
results depended on is unchanged (file_dependencies.py). build/lint_store.py writes the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from modgo_lsp.golang.files import Files, may_hide_changes
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint.file_dependencies import FileDependency, unchanged
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.lint.module_index import Facts, FolderFacts, ModuleIndex

_RESULT = msgspec.msgpack.Decoder(LintResult)


class ResultStore(Protocol):
    """Stores cached modules. Failures to read or write are cache misses."""

    def get(self, root: str, environment: GoEnvironment) -> bytes | memoryview | None:
        """What this version of modgo stored last for the module at `root`, with this Go."""

    def put(self, root: str, environment: GoEnvironment, value: bytes) -> None: ...

    def now(self) -> int:
        """Nanoseconds since 1970, as in the stamps of files."""


class CachedModule(msgspec.Struct, frozen=True, array_like=True):
    """What a run that began at `as_of` stored. `results` have their keys, and are decoded on demand.
    `dependencies` are the files outside the module that they depended on. Where `module` is not None, the
    results are complete for these facts and a module of that path. Go files of more than `largest` bytes
    were left out."""

    as_of: int = 0
    module: str | None = None
    facts: dict[str, FolderFacts] = {}
    dependencies: tuple[FileDependency, ...] = ()
    results: dict[str, tuple[bytes, msgspec.Raw]] = {}
    largest: int = 0

    def result(self, folder: str, key: bytes | None) -> LintResult | None:
        """The result of the package in `folder`, if it is cached for `key`; None stands for any key."""
        found, raw = self.results.get(folder, (None, None))
        if raw is None or key not in (None, found):
            return None
        try:
            return _RESULT.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def checked(self, files: Files) -> CachedModule:
        """The same, without the results unless every file that they depended on is unchanged."""
        now = [unchanged(each, files, self.as_of) for each in self.dependencies]
        dependencies = tuple(each for each in now if each is not None)
        if len(dependencies) < len(now):
            return CachedModule(self.as_of, self.module, self.facts, largest=self.largest)
        return msgspec.structs.replace(self, dependencies=dependencies)

    @property
    def trusted_facts(self) -> dict[str, FolderFacts]:
        """The facts, to be stored as of a later run: without the stamps that might hide a change."""
        return {folder: self._trusted(facts) for folder, facts in self.facts.items()}

    def _trusted(self, facts: FolderFacts) -> FolderFacts:
        stamps = {
            name: None if stamp is None or may_hide_changes(stamp, self.as_of) else stamp
            for name, stamp in facts.stamps.items()
        }
        return msgspec.structs.replace(facts, stamps=stamps)

    def with_facts(self, as_of: int, facts: Facts) -> bytes | None:
        """The bytes to store where only facts are new, read after `as_of`. This module was `checked`. None
        if a path can't be encoded."""
        merged = {**self.trusted_facts, **facts}
        try:
            cached = CachedModule(as_of, None, merged, self.dependencies, self.results, self.largest)
            return msgspec.msgpack.encode(cached)
        except UnicodeEncodeError:
            return None


def decode_module(value: bytes | memoryview | None, largest: int) -> CachedModule:
    """The module that is stored in these bytes; an empty one if they are damaged, or were stored for another
    `largest`."""
    nothing = CachedModule(largest=largest)
    try:
        found = nothing if value is None else msgspec.msgpack.decode(value, type=CachedModule)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return nothing
    return found if found.largest == largest else nothing


def encode_module(
    as_of: int,
    before: CachedModule,
    index: ModuleIndex,
    module: str,
    keys: Mapping[str, bytes],
    dependencies: Iterable[FileDependency],
    results: Iterable[LintResult],
) -> bytes | None:
    """The bytes to store after a run: what it found, and what `before`, which was `checked`, has of
    packages that the run did not lint. `keys` are those of all packages of `module`, empty if it has no
    results. None if a path or a message can't be encoded."""
    merged = {(each.path, each.is_folder): each for each in before.dependencies}
    old = before.results
    for each in dependencies:
        earlier = merged.setdefault((each.path, each.is_folder), each)
        if earlier.digest != each.digest:  # it has changed since it was checked
            old = {}
        merged[each.path, each.is_folder] = each
    if keys:
        facts = index.facts
        old = {folder: cached for folder, cached in old.items() if keys.get(folder) == cached[0]}
    else:
        facts = {**before.trusted_facts, **index.facts}
    try:
        new = {
            each.directory: (keys[each.directory], msgspec.Raw(msgspec.msgpack.encode(each)))
            for each in results
        }
        named = module if keys else None
        cached = CachedModule(as_of, named, facts, tuple(merged.values()), {**old, **new}, before.largest)
        return msgspec.msgpack.encode(cached)
    except UnicodeEncodeError:
        return None
