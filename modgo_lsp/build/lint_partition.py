"""Divides packages among the processes that lint them, so that packages that import the same ones go to the
same process.

Linting a package reads its imports as well, and no process sees what another has read: when packages were
divided by name alone, each of two processes read a quarter of a large module a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from modgo_lsp.lint.cache_keys import Graph


def shares(
    directories: Collection[str], imports: Graph, size: Callable[[str], int], count: int
) -> list[list[str]]:
    """The folders in `directories`, each once, as `count` lists of about the same work: a package with all
    that it leads to goes where most of that is already, unless more than its share would be there then.
    The largest such heaps come first, for small ones fill what is left. `imports` has for each package those
    that it imports, `size` the bytes of its source."""
    heaps = {directory: sum(map(size, _reached(directory, imports, ()))) for directory in directories}
    everything: set[str] = set()
    for directory in directories:
        everything.update(_reached(directory, imports, everything))
    fair = sum(map(size, everything)) / count
    pending = set(directories)
    known: list[set[str]] = [set() for _ in range(count)]
    loads = [0] * count
    found: list[list[str]] = [[] for _ in range(count)]
    for directory in sorted(directories, key=lambda each: (-heaps[each], each)):
        if directory not in pending:
            continue
        news = [_reached(directory, imports, own) for own in known]
        added = [sum(map(size, each)) for each in news]
        costs = [new + max(0, load + new - fair) for new, load in zip(added, loads, strict=True)]
        best = min(range(count), key=lambda each: (costs[each], loads[each]))
        known[best].update(news[best])
        loads[best] += added[best]
        theirs = [each for each in news[best] if each in pending]
        found[best] += theirs
        pending.difference_update(theirs)
    return found


def _reached(start: str, imports: Graph, known: Collection[str]) -> list[str]:
    """A package with all that it leads to, less `known`, which has whatever its own lead to."""
    found: dict[str, None] = {}
    pending = [start]
    while pending:
        directory = pending.pop()
        if directory not in found and directory not in known:
            found[directory] = None
            pending += imports.get(directory, ())
    return list(found)
