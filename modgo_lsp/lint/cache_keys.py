"""Cache keys of lint results.

Design note. A package's key changes whenever anything in its Go module changes that its lint result may
depend on.

- A result depends on the files of its package, and on those of the packages that it imports, directly or
  not. The digests of files are those of their bytes; which files a build takes is part of a package's digest.
- The result of a package with UDFs depends on the packages that import it, too: they may call what it
  registers, or refer to its functions. Such imports are edges in both directions, which makes cycles. All
  packages of a strongly connected component share one key, made of the digests of its members and the keys of
  the components that it leads to.
- A package that imports none with UDFs, directly or not, has edges to its imports alone.
- The folder is part of the key: paths are in the findings.

The key holds nothing from outside the module. Go's release, the machine, modgo's own code and the largest
file read are checked when the cache is opened (build/lint_store.py, result_cache.py), and the files outside
the module that a result depended on are stored beside it with their digests (file_dependencies.py). If a
dependency were left out of all three, a stale finding would be reported forever: tests/lint/histories.py
looks for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from modgo_lsp.golang.files import join
from modgo_lsp.lint.module_index import ModuleIndex, digest_of

Graph = Mapping[str, Iterable[str]]


def package_keys(index: ModuleIndex, imports: Graph) -> dict[str, bytes]:
    """By folder, the cache keys of the packages in `imports`."""
    graph = {directory: {*imported} for directory, imported in imports.items()}
    importers: dict[str, list[str]] = {}
    for directory in imports.keys() & set(index.directories):
        for imported in imports[directory]:
            importers.setdefault(imported, []).append(directory)
    pending = [directory for directory in imports if index.imports_sdk(directory)]
    related = set(pending)
    while pending:
        directory = pending.pop()
        for importer in importers.get(directory, ()):
            graph[directory].add(importer)
            if importer not in related:
                related.add(importer)
                pending.append(importer)
    digests = {each: package.digest for each in imports if (package := index.package(each)) is not None}
    return _keys(graph, digests)


def imports_inside(index: ModuleIndex, module: str, folders: Iterable[str]) -> dict[str, list[str]]:
    """By folder of a package, the folders that it imports of the same module, whose path is `module`. Has
    all packages that `./...` means, and those in `folders`."""
    packages = {directory: index.package(directory) for directory in {*index.directories, *folders}}
    own = {directory: package for directory, package in packages.items() if package is not None}
    if not module:
        return {directory: [] for directory in own}
    prefix = f"{module}/"
    known: dict[str, str | None] = {}  # by import path; None for other modules

    def folder(path: str) -> str | None:
        if path not in known:
            inside = path == module or path.startswith(prefix)
            found = (
                join(index.root, *path[len(prefix) :].split("/")) if inside and path != module else index.root
            )
            known[path] = found if inside and found in own else None
        return known[path]

    return {
        directory: sorted(
            {found for path in package.imports if (found := folder(path)) and found != directory}
        )
        for directory, package in own.items()
    }


def _keys(graph: Graph, digests: Mapping[str, bytes]) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for component in components(graph):
        members = set(component)
        outside = {keys[other] for member in component for other in graph[member] if other not in members}
        shared = _digest([*sorted(digests[member] for member in component), b"", *sorted(outside)])
        for member in component:
            keys[member] = shared
    return {directory: _digest((_encoded(directory), key)) for directory, key in keys.items()}


def components(graph: Graph) -> list[list[str]]:
    """The strongly connected components, each after those that it has edges to (Tarjan's algorithm)."""
    found: list[list[str]] = []
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for start in graph:
        if start in numbers:
            continue
        work = [(start, iter(graph[start]))]
        numbers[start] = lowest[start] = len(numbers)
        path.append(start)
        on_path.add(start)
        while work:
            node, others = work[-1]
            for other in others:
                if other not in numbers:
                    numbers[other] = lowest[other] = len(numbers)
                    path.append(other)
                    on_path.add(other)
                    work.append((other, iter(graph[other])))
                    break
                if other in on_path:
                    lowest[node] = min(lowest[node], numbers[other])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == numbers[node]:
                    component = [path.pop()]
                    while component[-1] != node:
                        component.append(path.pop())
                    on_path.difference_update(component)
                    found.append(component)
    return found


def _digest(parts: Iterable[bytes]) -> bytes:
    return digest_of(b"".join(len(part).to_bytes(4, "big") + part for part in parts))


def _encoded(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
