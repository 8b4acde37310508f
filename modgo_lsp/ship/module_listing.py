"""The modules of a cluster: the UDF files of its nodes, grouped into modules, with the differences between
nodes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal

import msgspec

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.module_name import SUFFIX, stem
from modgo_lsp.ship.node_state import read_state
from modgo_lsp.ship.server_files import PackageError, files_of, needed, unpack
from modgo_lsp.ship.udf_registry import get_file, list_files

Kind = Literal["go", "lua", "mixed"]


class RemoteModule(msgspec.Struct, frozen=True):
    """A module in a cluster. `bytes` and `sha256` are of the unpacked module, None if it is incomplete.
    `sent_bytes` is the size of its files, `parts` the number of files beside the one with its name. Each of
    `problems` names the nodes that have it."""

    name: str
    kind: Kind
    files: tuple[str, ...]
    bytes: int | None
    sha256: str | None
    sent_bytes: int
    parts: int
    nodes: int
    problems: tuple[str, ...] = ()

    @property
    def agree(self) -> bool:
        return not self.problems


class Survey(msgspec.Struct, frozen=True):
    """The UDF files (name → hash) of each node that answered, and the errors of the others."""

    files: Mapping[Node, Mapping[str, str]]
    silent: Mapping[Node, str]

    def names(self) -> tuple[str, ...]:
        """The names of all files on any node."""
        return tuple(sorted({name for files in self.files.values() for name in files}))


def survey(cluster: Cluster) -> Survey:
    """Lists the files of every node. Raises ShipError if no node answers or the user lacks the permission."""
    files: dict[Node, Mapping[str, str]] = {}
    silent: dict[Node, str] = {}
    for node in cluster.nodes():
        try:
            files[node] = {file.name: file.hash for file in list_files(cluster, node)}
        except RefusedError as refusal:
            raise refused(refusal, node) from None
        except NodeError as error:
            silent[node] = str(error)
    if not files:
        reasons = "; ".join(f"{node}: {reason}" for node, reason in silent.items()) or "it has none"
        raise ShipError(f"no node of the cluster answers ({reasons})", "check that the nodes run")
    return Survey(files, silent)


def list_modules(cluster: Cluster, found: Survey) -> tuple[RemoteModule, ...]:
    """All modules of the cluster, Go and Lua, sorted by name. Reads the files of Go modules whole."""
    by_name: dict[str, list[str]] = {}
    for filename in found.names():
        by_name.setdefault(stem(filename), []).append(filename)
    return tuple(_module(cluster, found, name, files) for name, files in sorted(by_name.items()))


def find_module(cluster: Cluster, found: Survey, name: str) -> RemoteModule | None:
    """The module of that name, or None."""
    files = [filename for filename in found.names() if stem(filename) == name]
    return _module(cluster, found, name, files) if files else None


def module_json(module: RemoteModule) -> dict[str, Any]:
    return {**msgspec.structs.asdict(module), "agree": module.agree}


def refused(refusal: RefusedError, node: Node) -> ShipError:
    """The error to show for a command that a node refused."""
    if refusal.forbidden:
        return ShipError(
            f"{node} does not let this user manage UDFs ({refusal})",
            "give the user the role udf-admin, or name another with --user",
            usage=True,
        )
    return ShipError(f"{node} refused: {refusal}")


def _module(cluster: Cluster, found: Survey, name: str, files: list[str]) -> RemoteModule:
    go = files_of(name, files)
    kind: Kind = "lua" if not go else "go" if len(go) == len(files) else "mixed"
    problems = [f"{node} does not answer: {reason}" for node, reason in found.silent.items()]
    problems += _disagreements(found, files)
    if kind == "mixed":
        others = ", ".join(filename for filename in files if filename not in go)
        problems.append(f"{others} has the same module name")
    contents = _contents(cluster, found, files)
    content = contents.get(f"{name}{SUFFIX}") if go else contents.get(files[0])
    needs: list[str] = []
    if go:
        try:
            needs = needed(name, contents.get(f"{name}{SUFFIX}", b""))
            content = unpack(name, contents)
        except PackageError as error:
            problems.append(str(error))
            content = None
        if stale := [one for one in go if one not in needs and one != f"{name}{SUFFIX}"]:
            problems.append(f"left over from another version: {', '.join(stale)}")
    return RemoteModule(
        name=name,
        kind=kind,
        files=tuple(files),
        bytes=None if content is None else len(content),
        sha256=None if content is None else hashlib.sha256(content).hexdigest(),
        sent_bytes=sum(map(len, contents.values())),
        parts=len(needs),
        nodes=sum(any(one in there for one in files) for there in found.files.values()),
        problems=tuple(problems),
    )


def with_load_problems(
    cluster: Cluster, found: Survey, running: Collection[Node], module: RemoteModule
) -> RemoteModule:
    """Adds the nodes of `running`, which run Go, that cannot load the module, and why, to its problems."""
    problems = []
    for node, there in found.files.items():
        if node not in running or f"{module.name}{SUFFIX}" not in there:
            continue
        with suppress(NodeError):
            state = read_state(cluster, node, module.name)
            if state is not None and state.word == "refused":
                problems.append(f"{node} cannot load it: {state.why}")
    return msgspec.structs.replace(module, problems=(*module.problems, *problems))


def _disagreements(found: Survey, files: Iterable[str]) -> list[str]:
    """The nodes that lack a file or have other content than most nodes."""
    problems = []
    for filename in files:
        hashes = {node: there.get(filename) for node, there in found.files.items()}
        usual = Counter(one for one in hashes.values() if one is not None).most_common(1)[0][0]
        problems += [f"{node} lacks {filename}" for node, one in hashes.items() if one is None]
        problems += [
            f"{node} has another {filename}" for node, one in hashes.items() if one not in (None, usual)
        ]
    return problems


def _contents(cluster: Cluster, found: Survey, files: Iterable[str]) -> dict[str, bytes]:
    """The files' contents, each from the first node that returns it."""
    contents = {}
    for filename in files:
        for node, there in found.files.items():
            if filename in there:
                try:
                    contents[filename] = get_file(cluster, node, filename)
                except NodeError:
                    continue
                break
    return contents
