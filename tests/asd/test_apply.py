"""modgo deploy and apply against a cluster of two real servers with the plugin.

test_server.py tests the plugin itself. Run by `make -f libmod_go/asd.mk plugin-test`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.ship.cluster import connected
from modgo_lsp.ship.cluster_access import Access, read_seeds
from tests.asd.cluster import Asd, StartCluster, clusters, require_asd
from tests.modgo_command import modgo

require_asd()

ROOT = Path(__file__).parents[2]
PATIENT = {"total_timeout": 10_000}  # a busy machine must not fail a test
KEY = '["test", "demo", "k1"]'


def plugin() -> dict[str, str]:
    return {"LD_PRELOAD": os.environ["MODGO_TEST_PLUGIN"], "MODGO_WORKER": os.environ["MODGO_WORKER"]}


@pytest.fixture(scope="module")
def start_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartCluster]:
    with clusters(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Has calls.so."""
    folder = tmp_path_factory.mktemp("calls")
    done = modgo("build", str(ROOT / "tests" / "asd" / "go" / "calls"), "-o", "calls.so", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def cluster(start_cluster: StartCluster, folder: Path) -> list[Asd]:
    """Two nodes that have the module."""
    nodes = start_cluster(2, plugin())
    done = modgo("deploy", "calls.so", "--hosts", nodes[0].hosts, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return nodes


@pytest.fixture
def apply(cluster: list[Asd], tmp_path: Path) -> Any:
    def call(*words: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
        return modgo("apply", *words, "--hosts", cluster[0].hosts, "--key", key, cwd=tmp_path)

    return call


def test_records_on_every_node_are_changed(apply: Any, cluster: list[Asd]) -> None:
    for number in range(6):
        key = f'["test", "demo", {number}]'
        assert apply("calls", "add", "hits", "5", key=key).stdout == "5\n"
        report = json.loads(apply("calls", "add", "hits", "-2", "--json", key=key).stdout)
        assert (report["ok"], report["result"], report["key"]) == (True, 3, ["test", "demo", number])
        assert report["elapsed_ns"] > 0


def test_batches_and_queries_in_the_background_change_records(cluster: list[Asd]) -> None:
    import aerospike

    keys = [("test", "many", number) for number in range(40)]
    with connected(Access(read_seeds(cluster[0].hosts))) as open_cluster:
        client = open_cluster.client
        for key in keys:
            client.put(key, {"hits": 1}, policy=PATIENT)
        done = client.batch_apply(keys, "calls", "add", ["hits", 2])
        assert [(one.result, one.record[2]) for one in done.batch_records] == [(0, {"SUCCESS": 3})] * 40
        query = client.query("test", "many")
        query.apply("calls", "add", ["hits", 4])
        job = query.execute_background()
        until = time.monotonic() + 30
        while client.job_info(job, aerospike.JOB_QUERY)["status"] == aerospike.JOB_STATUS_INPROGRESS:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert [client.get(key)[2] for key in keys] == [{"hits": 7}] * 40


@pytest.mark.parametrize(
    "value",
    [
        "null",
        "true",
        "-9223372036854775808",
        "1.5",
        '{"$double": "NaN"}',
        '"é"',
        '{"$bytes": "AAE="}',
        '{"$geojson": "{\\"type\\": \\"Point\\", \\"coordinates\\": [1, 2]}"}',
        '[1, [2.5, "x"], {"a": null}]',
        '{"$map": [[3, 1], ["a", [{"$bytes": "AA=="}]]], "order": "k"}',
    ],
)
def test_values_come_back_as_they_went(apply: Any, value: str) -> None:
    done = apply("calls", "echo", value, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    expected = json.loads(value)
    if expected == -(2**63):
        expected = {"$int": "-9223372036854775808"}
    assert json.loads(done.stdout)["result"] == expected


@pytest.mark.parametrize(
    ("words", "code", "kind", "message", "frames"),
    [
        (("calls", "fail"), 1, "udf", "sold out", []),
        (("calls", "dereference"), 1, "panic", "nil pointer dereference", ["calls.go:"]),
        (("calls", "exit"), 1, "crash", "its worker ended with exit code 3", []),
        (("calls", "sleep", "5", "--timeout", "1"), 1, "timeout", "sleep", []),
        (("calls", "ad"), 2, "usage", "no function ad is registered; did you mean add?", []),
        (("calls", "total", "v"), 2, "usage", "total is a stream UDF", []),
        (("call", "add"), 2, "usage", "the cluster has no module call; did you mean calls?", []),
        (("calls", "echo", '{"$list": [1], "order": "ordered"}'), 2, "usage", "an ordered list", []),
    ],
)
def test_failures_have_their_kinds(
    apply: Any, words: tuple[str, ...], code: int, kind: str, message: str, frames: list[str]
) -> None:
    done = apply(*words, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"], report["error"]["kind"]) == (code, False, kind), report
    assert message in report["error"]["message"]
    assert len(report["error"]["frames"]) >= len(frames)
    assert all(
        frame.startswith(begin) for frame, begin in zip(report["error"]["frames"], frames, strict=False)
    )
    shown = apply(*words)
    assert shown.returncode == code
    assert shown.stderr.startswith(f"{kind}: ")
    assert "Traceback" not in shown.stderr


@pytest.fixture
def stream(cluster: list[Asd], folder: Path) -> Any:
    """Calls over the set "sums", in which the bin n of 100 records has 0 to 99."""
    with connected(Access(read_seeds(cluster[0].hosts))) as open_cluster:
        for number in range(100):
            open_cluster.client.put(("test", "sums", number), {"n": number}, policy=PATIENT)

    def call(*words: str, of: str = "sums") -> subprocess.CompletedProcess[str]:
        hosts = ("--hosts", cluster[0].hosts, "--module", "calls.so")
        return modgo("apply", "--stream", *words, *hosts, "--namespace", "test", "--set", of, cwd=folder)

    return call


def test_a_stream_runs_on_the_nodes_and_the_client(stream: Any) -> None:
    done = stream("calls", "total", "n", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"], report["result"]) == (0, True, [4950])
    assert len(report["partial"]) > 1
    assert sum(report["partial"]) == 4950
    assert stream("calls", "total", "n").stdout.splitlines()[0] == "4950"
    values = json.loads(stream("calls", "values", "n", "--json").stdout)["result"]
    assert sorted(values) == list(range(100))
    assert json.loads(stream("calls", "total", "n", "--json", of="nothing").stdout)["result"] == []


@pytest.mark.parametrize(
    ("words", "code", "kind", "message"),
    [
        (("calls", "spoil"), 1, "panic", "the client: too much"),
        (("calls", "total"), 2, "usage", "total expects 1 argument, got 0"),
        (("calls", "add"), 2, "usage", "add is a record UDF"),
        (("calls", "totl"), 2, "usage", "did you mean total?"),
        (("call", "total", "n"), 2, "usage", "the cluster has no module call; did you mean calls?"),
    ],
)
def test_what_goes_wrong_with_a_stream(
    stream: Any, words: tuple[str, ...], code: int, kind: str, message: str
) -> None:
    done = stream(*words, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"], report["error"]["kind"]) == (code, False, kind), report
    assert message in report["error"]["message"]


def test_ctrl_c_waits_for_no_answer(start_cluster: StartCluster, folder: Path, tmp_path: Path) -> None:
    (node,) = start_cluster(1, plugin())  # the call occupies one of its few service threads for a minute
    assert modgo("deploy", "calls.so", "--hosts", node.hosts, cwd=folder).returncode == 0
    command = ["apply", "calls", "sleep", "60", "--timeout", "90", "--hosts", node.hosts, "--key", KEY]
    process = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)  # the answer comes after 60 s
    assert (process.returncode, output, errors.strip()) == (130, "", "")


def test_keys_are_checked_first(apply: Any) -> None:
    for key in ("k1", '{"a": 1}', '["test", "demo", null]', '["test", "demo", 1.5]'):
        done = apply("calls", "echo", "1", key=key)
        assert done.returncode == 2, key
        assert "key" in done.stderr
    done = apply("calls", "echo", "1", key='["nowhere", "demo", 1]')
    assert done.returncode == 2
    assert "the cluster has no namespace nowhere" in done.stderr
    assert "it has test" in done.stderr


def test_a_module_is_replaced_under_load_and_no_call_fails(
    start_cluster: StartCluster, folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "calls"
    shutil.copytree(ROOT / "tests" / "asd" / "go" / "calls", source)
    code = (source / "calls.go").read_text()
    (source / "calls.go").write_text(code.replace("int { return 1 }", "int { return 2 }"))
    assert modgo("build", str(source), "-o", str(tmp_path / "calls.so"), cwd=tmp_path).returncode == 0
    nodes = start_cluster(2, plugin())
    assert modgo("deploy", "calls.so", "--hosts", nodes[0].hosts, cwd=folder).returncode == 0
    answers: list[list[int]] = [[], [], [], []]
    over = threading.Event()
    with connected(Access(read_seeds(nodes[0].hosts))) as cluster:

        def load(number: int) -> None:
            policy = {"max_retries": 0, "total_timeout": 10_000}
            while not over.is_set():
                answer = cluster.client.apply(("test", "demo", number), "calls", "version", [], policy)
                answers[number].append(answer)

        with ThreadPoolExecutor(4) as threads:
            calls = [threads.submit(load, number) for number in range(4)]
            done = modgo("deploy", "calls.so", "--hosts", nodes[0].hosts, "--yes", cwd=tmp_path)
            over.set()
        assert done.returncode == 0, done.stderr
        assert [call.exception() for call in calls] == [None] * 4
        assert all(len(some) > 100 and some[0] == 1 and some == sorted(some) for some in answers)
        for number in range(20):
            assert cluster.client.apply(("test", "demo", number), "calls", "version", []) == 2


def test_a_library_that_is_no_module_is_refused_before_loading(cluster: list[Asd], tmp_path: Path) -> None:
    (tmp_path / "empty.c").write_text("int x;\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "empty.so", "empty.c"], cwd=tmp_path, check=True)
    done = modgo("deploy", "empty.so", "--hosts", cluster[0].hosts, cwd=tmp_path)
    assert done.returncode == 1
    assert "empty.so is not a UDF module: it exports no function of the ABI" in done.stderr
    assert "empty" not in cluster[0].info("udf-list")


def test_a_module_that_cannot_be_set_up_is_not_sent(cluster: list[Asd], tmp_path: Path) -> None:
    """It passes inspection, but has the next major version of the ABI, which only loading shows."""
    command = ["cc", "-shared", "-fPIC", "-DMAJOR=2", "-I", str(ROOT / "libmod_go" / "include")]
    source = ROOT / "tests" / "host" / "modules" / "good.c"
    subprocess.run([*command, "-o", "later.so", str(source)], cwd=tmp_path, check=True)
    done = modgo("deploy", "later.so", "--hosts", cluster[0].hosts, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "later.so cannot be loaded" in done.stderr
    assert "later" not in cluster[0].info("udf-list")
    for _ in range(2):
        done = modgo("deploy", "later.so", "--hosts", cluster[0].hosts, "--no-load", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "every node has the files of later, but cannot load it: A1 (" in done.stderr
        assert all(f"{node.hosts}): " in done.stderr for node in cluster)
        assert "speaks version 2.0 of the UDF ABI" in done.stderr
    done = modgo("modules", "--hosts", cluster[0].hosts, cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(rf"later: A2 \({cluster[1].hosts}\) cannot load it: .*version 2.0", done.stdout)
    done = modgo("apply", "later", "add", "--hosts", cluster[0].hosts, "--key", KEY, cwd=tmp_path)
    assert done.returncode == 1
    assert "speaks version 2.0 of the UDF ABI" in done.stderr
    modgo("undeploy", "later", "--yes", "--hosts", cluster[0].hosts, cwd=tmp_path)


def test_a_node_without_the_plugin_is_named(start_cluster: StartCluster, folder: Path) -> None:
    with_it, without = start_cluster(2, [plugin(), {}])
    done = modgo("deploy", "calls.so", "--hosts", with_it.hosts, cwd=folder)
    assert done.returncode == 2
    assert f"A2 ({without.hosts}) does not run Go modules" in done.stderr
    assert with_it.hosts not in done.stderr
    assert [node.info("udf-list") for node in (with_it, without)] == ["", ""]
