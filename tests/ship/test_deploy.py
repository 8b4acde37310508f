"""Deploying and removing a module: the order of the changes, and what remains where one fails."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

import pytest

from modgo_lsp.ship.cluster import Cluster
from modgo_lsp.ship.deploy import (
    Deployed,
    ExistingFiles,
    Upload,
    confirm,
    deploy,
    deployed_json,
    find_existing,
    undeploy,
    undeployed_json,
)
from modgo_lsp.ship.failure import ShipError
from tests.ship.stand_in import StandIn, deserted

FILES = (
    ("m.0123456789abcdef-1.so", b"part 1"),
    ("m.0123456789abcdef-2.so", b"part 2"),
    ("m.so", b"manifest"),
)
PARTS = [name for name, _ in FILES[:-1]]
UPLOAD = Upload("m", "target/m.so", 30, "ab" * 32, FILES)
NOTHING = ExistingFiles((), ())
OLD = "m.fedcba9876543210-1.so"
PUTS = [f"put {name}" for name, _ in FILES]
STATE = f"modgo-state 1\nfile-sha256 {hashlib.sha256(b'manifest').hexdigest()}\nstate "


def ignore(_: str) -> None:
    pass


def files_only(
    cluster: Cluster,
    there: ExistingFiles = NOTHING,
    seconds: float = 0,
    report: Callable[[str], None] = ignore,
) -> Deployed:
    return deploy(cluster, UPLOAD, there, seconds, report, loads=False)


def all_have(two: list[StandIn], files: dict[str, bytes]) -> None:
    for node in two:
        node.files = dict(files)


def test_the_manifest_is_put_last(cluster: Cluster, two: list[StandIn]) -> None:
    reports: list[str] = []
    done = files_only(cluster, report=reports.append)
    assert two[0].changes == PUTS
    assert [node.files for node in two] == [dict(FILES)] * 2
    assert reports == [
        f"putting {PARTS[0]} (1 of 3, 6 bytes)",
        f"putting {PARTS[1]} (2 of 3, 6 bytes)",
        "putting m.so (3 of 3, 8 bytes)",
    ]
    assert (done.upload, done.change, [str(node) for node in done.nodes]) == (
        UPLOAD,
        "new",
        [str(node) for node in two],
    )


def test_the_manifest_waits_for_the_parts_on_every_node(cluster: Cluster, two: list[StandIn]) -> None:
    one, other = two
    one.shares = False
    reports: list[str] = []

    def report(text: str) -> None:
        reports.append(text.partition(" (")[0])
        if text.startswith("waiting"):
            other.files = dict(one.files)

    started = time.monotonic()
    done = files_only(cluster, seconds=100, report=report)
    assert 100 <= done.elapsed_ms <= (time.monotonic() - started) * 1000
    wait = "waiting for 1 node"
    assert reports == [*(f"putting {name}" for name in PARTS), wait, "putting m.so", wait]


def test_a_put_that_not_all_nodes_have_confirmed_is_waited_for(cluster: Cluster, two: list[StandIn]) -> None:
    one, other = two
    one.shares = one.confirms = False
    reports: list[str] = []

    def report(text: str) -> None:
        reports.append(text.split()[0])
        if text.startswith("waiting"):
            other.files = dict(one.files)

    files_only(cluster, seconds=100, report=report)
    assert reports == ["putting", "waiting"] * 3


def test_an_old_version_is_removed_once_the_new_one_is_loaded(cluster: Cluster, two: list[StandIn]) -> None:
    before = {OLD: b"part", "m.so": b"old manifest"}
    there = ExistingFiles(("m.so", OLD), ())
    all_have(two, before)
    with pytest.raises(ShipError, match="has not loaded it after 0 s"):
        deploy(cluster, UPLOAD, there, 0, ignore)
    assert two[1].files == {**before, **dict(FILES)}
    all_have(two, {**before, "m.state": f"{STATE}loaded\n".encode()})
    two[0].changes.clear()
    reports: list[str] = []
    assert deploy(cluster, UPLOAD, there, 0, reports.append).change == "replaced"
    assert two[0].changes == [*PUTS, f"remove {OLD}"]
    assert reports[-1] == f"removing {OLD}"
    assert OLD not in two[1].files


def test_a_node_on_which_the_old_version_remains_is_named(cluster: Cluster, two: list[StandIn]) -> None:
    all_have(two, {OLD: b"part", **dict(FILES)})
    two[0].shares = False
    with pytest.raises(ShipError) as caught:
        files_only(cluster, ExistingFiles(("m.so", OLD), ()))
    assert caught.value.message.endswith(f"{two[1]} still has {OLD}")


@pytest.mark.parametrize(
    ("answer", "message", "usage"),
    [
        ("error=compile_error;file=m.so;line=1;message=bm8gbW9kdWxl", "{} refused m: no module", False),
        ("ERROR:81:role violation", "{} does not let this user manage UDFs (role violation)", True),
        ("ERROR:9:no time", "{} did not accept m.so: no time", False),
    ],
)
def test_a_refused_manifest_leaves_only_what_was_there(
    cluster: Cluster, two: list[StandIn], answer: str | None, message: str, usage: bool
) -> None:
    all_have(two, {PARTS[0]: b"part 1"})
    two[0].answers["udf-put:filename=m.so;"] = answer
    with pytest.raises(ShipError) as caught:
        files_only(cluster, ExistingFiles((PARTS[0],), ()))
    assert caught.value.message.startswith(message.format(two[0]))
    assert caught.value.usage == usage
    # The manifest, too: the node may have accepted it nevertheless.
    assert two[0].changes == [*PUTS[:2], "remove m.so", f"remove {PARTS[1]}"]
    assert [node.files for node in two] == [{PARTS[0]: b"part 1"}] * 2


def test_an_interrupt_leaves_nothing(cluster: Cluster, two: list[StandIn]) -> None:
    two[0].answers[f"udf-remove:filename={PARTS[1]}"] = "ERROR:4:not now"

    def report(text: str) -> None:
        if "m.so" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files_only(cluster, report=report)
    assert two[0].changes == [*PUTS[:2], f"remove {PARTS[0]}"]


def test_an_unchanged_module_is_only_checked(cluster: Cluster, two: list[StandIn]) -> None:
    all_have(two, dict(FILES))
    done = confirm(cluster, UPLOAD, 0, ignore, loads=False)
    assert (done.upload, done.change, len(done.nodes)) == (UPLOAD, "unchanged", 2)
    with pytest.raises(ShipError, match="has not loaded it after 0 s"):
        confirm(cluster, UPLOAD, 0, ignore)
    for node in two:
        node.files["m.state"] = f"{STATE}refused\nwhy no licence\n".encode()
    with pytest.raises(ShipError, match=r"cannot load it: .*: no licence"):
        confirm(cluster, UPLOAD, 0, ignore)
    del two[1].files[PARTS[0]]

    def report(text: str) -> None:
        two[1].files = dict(FILES)

    started = time.monotonic()
    done = confirm(cluster, UPLOAD, 100, report, loads=False)
    assert 100 <= done.elapsed_ms <= (time.monotonic() - started) * 1000
    assert two[0].changes == []
    two[1].files = {}
    with pytest.raises(ShipError, match="lacks"):
        confirm(cluster, UPLOAD, 0, ignore, loads=False)


def test_the_manifest_is_removed_everywhere_before_the_parts(cluster: Cluster, two: list[StandIn]) -> None:
    all_have(two, dict(FILES))
    one, other = two
    one.shares = False
    reports: list[str] = []

    def report(text: str) -> None:
        reports.append(text)
        if text.startswith("waiting"):
            other.files = dict(one.files)

    there = find_existing(cluster, "m")
    assert there == ExistingFiles(("m.so", *PARTS), ())
    done = undeploy(cluster, "m", there, 100, report)
    wait = "waiting for 1 node"
    assert reports == ["removing m.so", wait, *(f"removing {name}" for name in PARTS), wait]
    assert (done.module, done.files, len(done.nodes)) == ("m", there.files, 2)


def test_a_single_file_is_removed(cluster: Cluster, two: list[StandIn]) -> None:
    all_have(two, {"m.so": b"", "n.so": b""})
    undeploy(cluster, "m", find_existing(cluster, "m"), 0, ignore)
    assert [node.files for node in two] == [{"n.so": b""}] * 2


@pytest.mark.parametrize(
    ("answer", "message", "usage"),
    [
        ("ERROR:81:role violation", "{} does not let this user manage UDFs (role violation)", True),
        ("ERROR:4:not now", "{} refused: not now", False),
        ("ERROR:9:no time", "{} did not remove m.so: no time", False),
    ],
)
def test_a_refused_removal(
    cluster: Cluster, two: list[StandIn], answer: str | None, message: str, usage: bool
) -> None:
    all_have(two, dict(FILES))
    two[0].answers["udf-remove"] = answer
    with pytest.raises(ShipError) as caught:
        undeploy(cluster, "m", find_existing(cluster, "m"), 0, ignore)
    assert caught.value.message.startswith(message.format(two[0]))
    assert caught.value.usage == usage
    assert two[0].changes == []


def test_what_cannot_be_removed(cluster: Cluster, two: list[StandIn]) -> None:
    def failure(name: str) -> tuple[str, str]:
        with pytest.raises(ShipError) as caught:
            find_existing(cluster, name)
        assert caught.value.usage
        return caught.value.message, caught.value.remedy

    assert failure("m") == ("the cluster has no Go module m", "no Go module is deployed")
    two[0].files = {"b.so": b"", "n.lua": b"", "m.lua": b""}
    two[1].files = {"a.so": b"", "m.txt": b""}
    assert failure("x") == ("the cluster has no Go module x", "it has a, b")
    message, remedy = failure("m")
    assert message == "m is not a Go module but m.lua, m.txt"
    assert "Go modules only" in remedy
    assert "cannot be the name of a module" in failure("a b")[0]


def test_a_cluster_that_all_nodes_left() -> None:
    with pytest.raises(ShipError, match="no node of the cluster can be reached any more"):
        files_only(deserted())


def test_json(cluster: Cluster, two: list[StandIn]) -> None:
    nodes = [{"name": node.name, "address": node.hosts} for node in two]
    done = files_only(cluster)
    assert deployed_json(done) == {
        "ok": True,
        "module": "m",
        "path": "target/m.so",
        "bytes": 30,
        "sha256": "ab" * 32,
        "files": [{"name": name, "bytes": len(content)} for name, content in FILES],
        "change": "new",
        "nodes": nodes,
        "elapsed_ms": done.elapsed_ms,
    }
    assert undeployed_json(undeploy(cluster, "m", find_existing(cluster, "m"), 0, ignore)) == {
        "ok": True,
        "module": "m",
        "files": ["m.so", *PARTS],
        "nodes": nodes,
    }
    assert UPLOAD.sent_bytes == 20
