"""The process that lints all UDF packages of a workspace. background_index.py starts it.

It reads an Order from its input, and writes Progress while it works, the results as Results, and an End.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

import msgspec

from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.server.workspace.child_process import begin, read, write


class Order(msgspec.Struct, frozen=True):
    """`roots` are the folders to index, `overrides` the editor's settings; `cores` is None for all."""

    roots: tuple[str, ...]
    overrides: dict[str, Any]
    cores: int | None


class Progress(msgspec.Struct, frozen=True, tag=True):
    """How many packages of how many are linted."""

    linted: int
    total: int


class Results(msgspec.Struct, frozen=True, tag=True):
    """Lint results of packages that import the SDK, a few at a time: reading many would hold up the
    server."""

    results: tuple[LintResult, ...]


class End(msgspec.Struct, frozen=True, tag=True):
    """Everything was written. The packages and bytes that were read."""

    packages: int
    bytes: int


Message = Union[Progress, Results, End]
_AT_ONCE = 10
# Bytes of source that one process lints: it takes up to 200 MB then.
_MOST = 4_500_000
# Bytes of code whose trees each process caches.
_TREES = 1_000_000


def _can_be_written(result: LintResult) -> bool:
    """False where the name of a file is not UTF-8: such a package is linted when it is open."""
    try:
        "".join((result.directory, *result.paths)).encode()
    except UnicodeEncodeError:
        return False
    return True


def index(order: Order, say: Callable[[Message], None]) -> None:
    """Lints the packages, and writes the messages with `say`. Results are cached from run to run."""
    # The server imports this module too, for its messages.
    from modgo_lsp.build.facts_cache import DiskFactsCache
    from modgo_lsp.build.go_environment import find_go_environment
    from modgo_lsp.build.lint_store import DiskStore
    from modgo_lsp.build.lint_worker_pool import LintWorkerPool
    from modgo_lsp.golang.files import CachedListings, DiskFiles
    from modgo_lsp.golang.syntax.tree_cache import hold_at_most
    from modgo_lsp.lint.config import Settings, configuration
    from modgo_lsp.lint.linted_modules import Machine, linted_modules
    from modgo_lsp.lint.target_folders import find_targets

    hold_at_most(_TREES)
    files = CachedListings(DiskFiles())
    cache = DiskFactsCache()
    machine = Machine(
        find_go_environment, cache, DiskStore(), LintWorkerPool(cache, order.cores, max_bytes=_MOST)
    )
    targets, _ = find_targets(order.roots, files)
    settings = configuration(targets[0].directory, files, order.overrides).settings if targets else Settings()
    files.largest = settings.largest_file
    modules = linted_modules(targets, files, find_go_environment(settings.go), machine.store)
    total = sum(len(module.pending) for module in modules)
    linted = 0

    def done() -> None:
        nonlocal linted
        linted += 1
        say(Progress(linted, total))

    other = None
    for module in modules:
        module.lint(machine, None, other, done)
        other = module.loader or other
    results = [each for module in modules for each in module.results.values() if _can_be_written(each)]
    for start in range(0, len(results), _AT_ONCE):
        say(Results(tuple(results[start : start + _AT_ONCE])))
    facts = [module.index.package(target.directory) for module in modules for target, _ in module.packages()]
    say(End(len(facts), sum(each.size for each in facts if each is not None)))


def main() -> None:
    stdin, stdout = begin()
    body = read(stdin)
    if body is not None:
        order = msgspec.msgpack.decode(body, type=Order)
        index(order, lambda message: write(stdout, message))
