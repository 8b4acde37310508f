"""Deploys, replaces and removes a module on a cluster, without ever leaving a node with an incomplete one.

Parts are put before the manifest and removed after it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError
from modgo_lsp.ship.failure import ShipError, usage_error
from modgo_lsp.ship.module_listing import Survey, refused, survey
from modgo_lsp.ship.module_name import SUFFIX, checked_name, module_name, stem
from modgo_lsp.ship.node_agreement import wait_for
from modgo_lsp.ship.node_state import wait_loaded
from modgo_lsp.ship.server_files import PackageError, files_of, package
from modgo_lsp.ship.udf_registry import put_file, remove_file

Report = Callable[[str], None]

WAIT_SECONDS = 30.0


class Upload(msgspec.Struct, frozen=True):
    """A module ready to be deployed: size and digest of the .so, and its files in the order to put them."""

    module: str
    path: str
    size: int
    sha256: str
    files: tuple[tuple[str, bytes], ...]

    @property
    def sent_bytes(self) -> int:
        return sum(len(content) for _, content in self.files)


class ExistingFiles(msgspec.Struct, frozen=True):
    """The files of a module's name on any node: `files` of the Go module, `others` of other languages."""

    files: tuple[str, ...]
    others: tuple[str, ...]


class Deployed(msgspec.Struct, frozen=True):
    """A module that every node has. `change` compares it with what the cluster had before."""

    upload: Upload
    nodes: tuple[Node, ...]
    change: Literal["new", "replaced", "unchanged"]
    elapsed_ms: int


class Undeployed(msgspec.Struct, frozen=True):
    module: str
    files: tuple[str, ...]
    nodes: tuple[Node, ...]


def load_upload(path: Path) -> Upload:
    """Reads, checks and packs a module. Raises ShipError for a name or file that no server accepts."""
    name = module_name(path)
    try:
        found = inspect(path)
        if not found.is_module:
            raise ShipError(f"{path} is not a UDF module: {'; '.join(found.problems)}")
        content = path.read_bytes()
    except OSError as error:
        remedy = "build it with `modgo build`"
        raise usage_error(f"{path} cannot be read ({error.strerror or error})", remedy) from None
    try:
        files = tuple(package(name, content))
    except PackageError as error:
        raise ShipError(str(error)) from None
    return Upload(name, str(path), len(content), hashlib.sha256(content).hexdigest(), files)


def existing_files(found: Survey, name: str) -> ExistingFiles:
    """The files of module `name` in the cluster."""
    same = [filename for filename in found.names() if stem(filename) == name]
    files = tuple(files_of(name, same))
    return ExistingFiles(files, tuple(filename for filename in same if filename not in files))


def check_free(name: str, there: ExistingFiles) -> None:
    """Raises ShipError if a module of another language has the name."""
    if there.others:
        raise usage_error(
            f"the cluster has {', '.join(there.others)}, but clients call it {name!r} as they would "
            f"{name}{SUFFIX}",
            f"build the module under another name (modgo build -o OTHER{SUFFIX}), or remove the other first",
        )


def deploy(
    cluster: Cluster,
    upload: Upload,
    there: ExistingFiles,
    seconds: float,
    report: Report,
    *,
    loads: bool = True,
) -> Deployed:
    """Puts the module's files, the manifest last, waits until every node has them (and, with `loads`, has
    loaded the module), and then removes the files of an older version. If a put fails, removes the files that
    it has put. Raises ShipError."""
    started = time.monotonic()
    node = _first(cluster)
    put: list[str] = []
    try:
        for number, (filename, content) in enumerate(upload.files, 1):
            report(f"putting {filename} ({number} of {len(upload.files)}, {len(content):,} bytes)")
            put.append(filename)
            known = put_file(cluster, node, filename, content)
            # Waits before the manifest, which the server checks against the parts, and for slow nodes.
            if not known or number == len(upload.files) - 1:
                wait_for(cluster, dict(upload.files[:number]), (), seconds, report)
    except BaseException as error:
        _take_back(cluster, node, [name for name in put if name not in there.files], upload)
        if isinstance(error, RefusedError):
            raise _refused(error, node, upload) from None
        if isinstance(error, NodeError):
            raise ShipError(f"{node} did not accept {put[-1]}: {error}", "run the command again") from None
        raise
    nodes = wait_for(cluster, dict(upload.files), (), seconds, report)
    if loads:
        wait_loaded(cluster, upload.module, upload.files[-1][1], nodes, seconds, report)
    stale = [name for name in there.files if name not in dict(upload.files)]
    _remove(cluster, node, stale, report)
    nodes = wait_for(cluster, dict(upload.files), stale, seconds, report)
    elapsed = int((time.monotonic() - started) * 1000)
    return Deployed(upload, nodes, "replaced" if there.files else "new", elapsed)


def confirm(
    cluster: Cluster, upload: Upload, seconds: float, report: Report, *, loads: bool = True
) -> Deployed:
    """The result of `deploy` if the cluster has exactly this module already. Raises ShipError if a node lacks
    it or could not load it."""
    started = time.monotonic()
    nodes = wait_for(cluster, dict(upload.files), (), seconds, report)
    if loads:
        wait_loaded(cluster, upload.module, upload.files[-1][1], nodes, seconds, report)
    return Deployed(upload, nodes, "unchanged", int((time.monotonic() - started) * 1000))


def find_existing(cluster: Cluster, name: str) -> ExistingFiles:
    """The files to undeploy. Raises ShipError if there is no Go module of that name."""
    checked_name(name)
    found = survey(cluster)
    there = existing_files(found, name)
    if there.files:
        return there
    if there.others:
        remedy = "modgo removes Go modules only; use the tool that put it there"
        raise usage_error(f"{name} is not a Go module but {', '.join(there.others)}", remedy)
    known = sorted({stem(filename) for filename in found.names() if filename.endswith(SUFFIX)})
    remedy = f"it has {', '.join(known)}" if known else "no Go module is deployed"
    raise usage_error(f"the cluster has no Go module {name}", remedy)


def undeploy(cluster: Cluster, name: str, there: ExistingFiles, seconds: float, report: Report) -> Undeployed:
    """Removes a module's files, the manifest first, and waits until no node has any. Raises ShipError."""
    node = _first(cluster)
    manifest, parts = there.files[:1], there.files[1:]
    _remove(cluster, node, manifest, report)
    if parts:  # after the manifest is gone everywhere
        wait_for(cluster, {}, manifest, seconds, report)
        _remove(cluster, node, parts, report)
    return Undeployed(name, there.files, wait_for(cluster, {}, there.files, seconds, report))


def deployed_json(result: Deployed) -> dict[str, Any]:
    upload = result.upload
    return {
        "ok": True,
        "module": upload.module,
        "path": upload.path,
        "bytes": upload.size,
        "sha256": upload.sha256,
        "files": [{"name": name, "bytes": len(content)} for name, content in upload.files],
        "change": result.change,
        "nodes": nodes_json(result.nodes),
        "elapsed_ms": result.elapsed_ms,
    }


def undeployed_json(result: Undeployed) -> dict[str, Any]:
    return {
        "ok": True,
        "module": result.module,
        "files": list(result.files),
        "nodes": nodes_json(result.nodes),
    }


def nodes_json(nodes: tuple[Node, ...]) -> list[dict[str, str]]:
    return [{"name": node.name, "address": node.address} for node in nodes]


def _first(cluster: Cluster) -> Node:
    nodes = cluster.nodes()
    if not nodes:
        raise ShipError("no node of the cluster can be reached any more", "check that the nodes run")
    return nodes[0]


def _remove(cluster: Cluster, node: Node, names: Sequence[str], report: Report) -> None:
    for filename in names:
        report(f"removing {filename}")
        try:
            remove_file(cluster, node, filename)
        except RefusedError as refusal:
            raise refused(refusal, node) from None
        except NodeError as error:
            message = f"{node} did not remove {filename}: {error}"
            raise ShipError(message, "run the command again") from None


def _take_back(cluster: Cluster, node: Node, names: list[str], upload: Upload) -> None:
    """Removes the new files of a failed deployment, the manifest first: the server may have
    accepted it although the put was interrupted."""
    for filename in files_of(upload.module, names):
        with suppress(NodeError):
            remove_file(cluster, node, filename)


def _refused(refusal: RefusedError, node: Node, upload: Upload) -> ShipError:
    if refusal.forbidden:
        return refused(refusal, node)
    return ShipError(f"{node} refused {upload.module}: {refusal}")
