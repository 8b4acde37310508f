"""modgo modules against a cluster in which one node runs Go and one does not."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.asd.cluster import Asd, clusters, require_asd
from tests.modgo_command import modgo

require_asd()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, shops: tuple[bytes, bytes]) -> Iterator[list[Asd]]:
    """Two nodes with a module, of which the first has the plugin."""
    plugin = {"LD_PRELOAD": os.environ["MODGO_TEST_PLUGIN"], "MODGO_WORKER": os.environ["MODGO_WORKER"]}
    with clusters(tmp_path_factory) as start:
        nodes = start(2, [plugin])
        folder = tmp_path_factory.mktemp("shop")
        (folder / "shop.so").write_bytes(shops[0])
        done = modgo("deploy", "shop.so", "--hosts", nodes[0].hosts, "--no-probe", cwd=folder)
        assert done.returncode == 0, done.stderr
        yield nodes


def test_a_node_without_the_plugin_is_an_error(cluster: list[Asd]) -> None:
    one, two = cluster
    done = modgo("modules", "--hosts", one.hosts)
    assert done.returncode == 1
    nodes, modules, counters, problems = done.stdout.split("\n\n")
    first, second = nodes.splitlines()[1:]
    assert first.startswith(f"A1 ({one.hosts})")
    assert "fenced, fence standard" in first
    assert second.split() == ["A2", f"({two.hosts})", "no"]
    assert "all 2 agree" in modules
    assert counters.splitlines()[1].split()[:3] == ["shop", "A1", "0"]
    reason = "the plugin libmod_go_asd.so is not loaded there"
    assert problems == f"A2 ({two.hosts}) does not run Go modules: {reason}\n"


def test_json_and_metrics_say_so_too(cluster: list[Asd]) -> None:
    done = modgo("modules", "--hosts", cluster[1].hosts, "--json")
    assert done.returncode == 1
    first, second = json.loads(done.stdout)["nodes"]
    assert (first["runs_go"], first["mode"], first["modules"][0]["name"]) == (True, "fenced", "shop")
    assert (second["runs_go"], "is not loaded there" in second["problem"]) == (False, True)
    done = modgo("modules", "--hosts", cluster[1].hosts, "--metrics")
    assert done.returncode == 1
    metrics = {one.name: one.samples for one in text_string_to_metric_families(done.stdout)}
    runs = {sample.labels["node"]: sample.value for sample in metrics["modgo_node_runs_go"]}
    assert runs == {"A1": 1, "A2": 0}
    assert {sample.labels["node"] for sample in metrics["modgo_worker_memory_bytes"]} == {"A1"}


def test_deploy_refuses_a_cluster_with_such_a_node(
    cluster: list[Asd], tmp_path: Path, shops: tuple[bytes, bytes]
) -> None:
    (tmp_path / "shop.so").write_bytes(shops[1])
    done = modgo("deploy", "shop.so", "--yes", "--hosts", cluster[0].hosts, cwd=tmp_path)
    assert done.returncode == 2
    assert f"A2 ({cluster[1].hosts}) does not run Go modules" in done.stderr
    assert "A1" not in done.stderr
    assert "compile error" not in cluster[0].log  # asking leaves no warning in the log of a node that runs Go


def test_watching_shows_the_cluster_until_an_interrupt(cluster: list[Asd]) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "modules", "--watch", "--hosts", cluster[0].hosts],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while shown.count(b"Ctrl-C ends it.") < 2:
        shown += os.read(ours, 65536)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    os.close(ours)
    assert shown.count(b"CALLS/S") == 1
    assert b"Traceback" not in shown
