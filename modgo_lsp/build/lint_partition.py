"""Divides packages among lint processes, so that packages with the same imports go to the same process.

Linting a package also reads its imports, and processes share nothing: divided by name alone, each of two
processes read a quarter of a large module a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from modgo_lsp.lint.cache_keys import Graph


def shares(
    directories: Collection[str], imports: Graph, size: Callable[[str], int], count: int
) -> list[list[str]]:
    """Divides `directories` into `count` lists of about the same work. A package goes with its imports to the
    list that has most of them already, unless that list would get more than its share. The largest come
    first, because small ones fill the gaps. `imports` maps a package to those it imports, `size` to the bytes
    of its source."""
    totals = {directory: sum(map(size, _reached(directory, imports, ()))) for directory in directories}
    everything: set[str] = set()
    for directory in directories:
        everything.update(_reached(directory, imports, everything))
    fair = sum(map(size, everything)) / count
    pending = set(directories)
    assigned: list[set[str]] = [set() for _ in range(count)]
    loads = [0] * count
    found: list[list[str]] = [[] for _ in range(count)]
    for directory in sorted(directories, key=lambda each: (-totals[each], each)):
        if directory not in pending:
            continue
        missing = [_reached(directory, imports, own) for own in assigned]
        added = [sum(map(size, each)) for each in missing]
        costs = [new + max(0, load + new - fair) for new, load in zip(added, loads, strict=True)]
        best = min(range(count), key=lambda each: (costs[each], loads[each]))
        assigned[best].update(missing[best])
        loads[best] += added[best]
        theirs = [each for each in missing[best] if each in pending]
        found[best] += theirs
        pending.difference_update(theirs)
    return found


def _reached(start: str, imports: Graph, known: Collection[str]) -> list[str]:
    """A package and its transitive imports without those in `known`, which contains their imports, too."""
    found: dict[str, None] = {}
    pending = [start]
    while pending:
        directory = pending.pop()
        if directory not in found and directory not in known:
            found[directory] = None
            pending += imports.get(directory, ())
    return list(found)
