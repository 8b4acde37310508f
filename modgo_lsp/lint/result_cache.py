"""What a run of lint keeps of a Go module for the next one: facts of its files, and results.

A judgement is taken from there if nothing has changed that it depends on: its key is the same, and so is all
that was read beyond the module. Not for: where it is kept (build/lint_store.py).
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

# For as many as a module has packages.
_JUDGEMENT = msgspec.msgpack.Decoder(LintResult)


class ResultStore(Protocol):
    """Where it is kept. What can't be read isn't there, what can't be written isn't kept."""

    def get(self, root: str, environment: GoEnvironment) -> bytes | memoryview | None:
        """What was last kept for the module at `root`, by this modgo, with this Go."""
        ...

    def put(self, root: str, environment: GoEnvironment, value: bytes) -> None: ...

    def now(self) -> int:
        """Nanoseconds since 1970, as the stamps of files count."""
        ...


class CachedModule(msgspec.Struct, frozen=True, array_like=True):
    """`as_of` is when the run began that wrote it, `dependencies` what its results depend on beyond the
    module. `results` have their keys, and are decoded when they are asked for. Where `module` is not None,
    those are what comes of the facts for a module of that name. `largest` is the largest Go file that was
    read."""

    as_of: int = 0
    module: str | None = None
    facts: dict[str, FolderFacts] = {}
    dependencies: tuple[FileDependency, ...] = ()
    results: dict[str, tuple[bytes, msgspec.Raw]] = {}
    largest: int = 0

    def judgement(self, folder: str, key: bytes | None) -> LintResult | None:
        """The judgement of the package there, if it was made for `key`; None stands for any."""
        found, raw = self.results.get(folder, (None, None))
        if raw is None or key not in (None, found):
            return None
        try:
            return _JUDGEMENT.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def checked(self, files: Files) -> CachedModule:
        """The same with results that still hold as far as it hangs on what lies beyond the module: all of
        them or none."""
        seen = [unchanged(each, files, self.as_of) for each in self.dependencies]
        dependencies = tuple(each for each in seen if each is not None)
        if len(dependencies) < len(seen):
            return CachedModule(self.as_of, self.module, self.facts, largest=self.largest)
        return msgspec.structs.replace(self, dependencies=dependencies)

    @property
    def trusted_facts(self) -> dict[str, FolderFacts]:
        """The facts, for who writes them as of later: stamps that can't be trusted are forgotten."""
        return {folder: self._trusted(facts) for folder, facts in self.facts.items()}

    def _trusted(self, facts: FolderFacts) -> FolderFacts:
        stamps = {
            name: None if stamp is None or may_hide_changes(stamp, self.as_of) else stamp
            for name, stamp in facts.stamps.items()
        }
        return msgspec.structs.replace(facts, stamps=stamps)

    def with_facts(self, as_of: int, facts: Facts) -> bytes | None:
        """The bytes to keep when only facts of files have been found, after `as_of`. This has been checked.
        None where a path can't be written."""
        merged = {**self.trusted_facts, **facts}
        try:
            kept = CachedModule(as_of, None, merged, self.dependencies, self.results, self.largest)
            return msgspec.msgpack.encode(kept)
        except UnicodeEncodeError:
            return None


def decode_module(value: bytes | memoryview | None, largest: int) -> CachedModule:
    """What is kept in these bytes; nothing where they are no good, or where Go files of more than another
    number of bytes than `largest` were left out."""
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
    """The bytes to keep after a run: what it found, and what is kept of what it didn't look at. `before` has
    been checked. `keys` are those of all the packages of `module`, none where nobody asked for them. None
    where a path or a message can't be written."""
    seen = {(each.path, each.is_folder): each for each in before.dependencies}
    old = before.results
    for each in dependencies:
        earlier = seen.setdefault((each.path, each.is_folder), each)
        if earlier.digest != each.digest:  # it has changed since it was checked
            old = {}
        seen[each.path, each.is_folder] = each
    if keys:
        facts = index.facts
        old = {folder: kept for folder, kept in old.items() if keys.get(folder) == kept[0]}
    else:
        facts = {**before.trusted_facts, **index.facts}
    try:
        new = {
            each.directory: (keys[each.directory], msgspec.Raw(msgspec.msgpack.encode(each)))
            for each in results
        }
        named = module if keys else None
        kept = CachedModule(as_of, named, facts, tuple(seen.values()), {**old, **new}, before.largest)
        return msgspec.msgpack.encode(kept)
    except UnicodeEncodeError:
        return None
