"""What nodes report of themselves: parsing, JSON, and Prometheus's text format by Prometheus's own parser."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from modgo_lsp.cli.modules_tables import tables
from modgo_lsp.ship.cluster import Cluster, Node
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.module_listing import RemoteModule
from modgo_lsp.ship.node_status import (
    FILE,
    NO_PLUGIN,
    NodeReport,
    ask_nodes,
    check_plugin,
    parse_status,
    percentile_us,
    report_json,
)
from modgo_lsp.ship.prometheus_text import prometheus_text
from tests.ship.stand_in import StandIn

LATENCY = [0] * 64
LATENCY[12:15] = [50, 40, 10]  # up to 8.2, 16.4 and 32.8 us
MODULE: dict[str, Any] = {
    "name": "shop",
    "calls": {"ok": 1600, "failed": 7, "deadline": 3},
    "latency": LATENCY,
    "workers": 4,
    "busy": 1,
    "memory": 3 << 20,
    "restarts": 2,
    "failed_starts": 0,
    "crashes": 1,
    "timeouts": 3,
    "replacements": 0,
    "dropped_output": 4096,
}
STATUS: dict[str, Any] = {
    "modgo-node": 1,
    "server": "8.1.2.0",
    "mode": "fenced",
    "fence": "standard",
    "lacks": "",
    "since": 1_796_000_000,
    "modules": [MODULE],
}
UNFENCED = {key: MODULE[key] for key in ("name", "calls", "latency")}
A1, A2 = Node("A1", "127.0.0.1:3000"), Node("A2", "127.0.0.1:3010")
SHOP = RemoteModule("shop", "go", ("shop.so",), 2_540_488, "85f6aeb0d221" + "0" * 52, 817_288, 0, 2)


def report(**more: Any) -> NodeReport:
    return NodeReport(A1, parse_status(json.dumps({**STATUS, **more}).encode()))


SILENT = NodeReport(A2, None, "does not run Go modules")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"modules": []},
        {"modules": [UNFENCED], "mode": "unfenced", "fence": ""},
        {"a newer plugin's": 1},
    ],
)
def test_statuses(more: dict[str, Any]) -> None:
    status = report(**more).status
    assert status is not None
    assert (status.server, status.since) == ("8.1.2.0", 1_796_000_000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        json.dumps({**STATUS, "modgo-node": 2}).encode(),
        json.dumps({**STATUS, "since": 10**15}).encode(),
        json.dumps({**STATUS, "since": -1}).encode(),
        json.dumps({**STATUS, "mode": "open"}).encode(),
        json.dumps({**STATUS, "modules": [{**MODULE, "latency": [1]}]}).encode(),
        json.dumps({**STATUS, "modules": [{**MODULE, "memory": 10**400}]}).encode(),
        json.dumps({**STATUS, "modules": [{**MODULE, "calls": {"ok": -1}}]}).encode(),
        b"[" * 100_000,
    ],
)
def test_other_contents(content: bytes) -> None:
    assert parse_status(content) is None


def answer_all(two: list[StandIn], content: bytes = json.dumps(STATUS).encode()) -> None:
    for node in two:
        node.files[FILE] = content


def test_nodes_are_asked(cluster: Cluster, two: list[StandIn]) -> None:
    answer_all(two)
    one, other = ask_nodes(cluster)
    assert one == NodeReport(cluster.nodes()[0], parse_status(json.dumps(STATUS).encode()))
    assert (other.node.name, other.problem) == ("A2", "")
    check_plugin(cluster)
    two[1].files[FILE] = b"{}"
    assert ask_nodes(cluster)[1].problem == "has a plugin of another version than this modgo"
    two[1].answers["udf-get"] = "ERROR:9:no time"
    assert ask_nodes(cluster)[1] == NodeReport(other.node, None, "does not answer: no time")
    check_plugin(cluster)  # only an answer counts


def test_nodes_without_the_plugin(cluster: Cluster, two: list[StandIn]) -> None:
    answer_all(two)
    del two[0].files[FILE]
    assert ask_nodes(cluster)[0] == NodeReport(cluster.nodes()[0], None, NO_PLUGIN)
    for names, node in ((f"{two[0]} does", two[1]), (f"{two[0]}, {two[1]} do", two[1])):
        with pytest.raises(ShipError) as caught:
            check_plugin(cluster)
        assert caught.value.message == f"{names} {NO_PLUGIN.removeprefix('does ')}"
        assert caught.value.usage
        assert "--no-probe" in caught.value.remedy
        node.files.clear()


def test_a_user_who_may_not_ask(cluster: Cluster, two: list[StandIn]) -> None:
    two[1].answers["udf-get"] = "ERROR:81:role violation"
    with pytest.raises(ShipError, match="does not let this user manage UDFs"):
        ask_nodes(cluster)


def test_percentiles() -> None:
    assert [percentile_us(LATENCY, percent) for percent in (50, 51, 90, 99)] == [
        8.192,
        16.384,
        16.384,
        32.768,
    ]
    assert percentile_us([0] * 64, 50) is None


def test_json() -> None:
    found = report_json(report())
    assert (found["runs_go"], found["since"]) == (True, "2026-11-30T00:53:20+00:00")
    (module,) = found["modules"]
    assert (module["calls"]["failed"], module["p50_us"], module["p99_us"]) == (7, 8.192, 32.768)
    assert "workers" not in report_json(report(modules=[UNFENCED]))["modules"][0]
    assert report_json(SILENT) == {
        "name": "A2",
        "address": "127.0.0.1:3010",
        "runs_go": False,
        "problem": "does not run Go modules",
    }


def samples(text: str) -> dict[tuple[str, ...], float]:
    """The samples by their name and the values of their labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.type != "unknown"
        for sample in family.samples:
            found[(sample.name, *sample.labels.values())] = sample.value
    return found


def test_metrics() -> None:
    text = prometheus_text([report(), SILENT], [SHOP])
    found = samples(text)
    assert found["modgo_node_runs_go", "A1", A1.address] == 1
    assert found["modgo_node_runs_go", "A2", A2.address] == 0
    assert found["modgo_node_info", "A1", "8.1.2.0", "fenced", "standard", ""] == 1
    assert found["modgo_node_start_time_seconds", "A1"] == 1_796_000_000
    assert found["modgo_module_agrees", "shop"] == 1
    assert found["modgo_calls_total", "A1", "shop", "ok"] == 1600
    assert found["modgo_worker_memory_bytes", "A1", "shop"] == 3 << 20
    assert found["modgo_worker_timeouts_total", "A1", "shop"] == 3
    buckets = [value for key, value in found.items() if key[0] == "modgo_call_duration_seconds_bucket"]
    assert buckets == sorted(buckets)
    assert found["modgo_call_duration_seconds_bucket", "A1", "shop", "8.192e-06"] == 50
    assert found["modgo_call_duration_seconds_bucket", "A1", "shop", "+Inf"] == 100
    assert found["modgo_call_duration_seconds_count", "A1", "shop"] == 100


def test_metrics_of_texts_that_need_escapes_and_of_nothing() -> None:
    lacks = 'a "kernel" \\ old\nby far'
    assert ("modgo_node_info", "A1", "8.1.2.0", "fenced", "standard", lacks) in samples(
        prometheus_text([report(lacks=lacks)], [])
    )
    unfenced = samples(prometheus_text([report(modules=[UNFENCED])], []))
    assert ("modgo_calls_total", "A1", "shop", "ok") in unfenced
    assert not any(key[0].startswith("modgo_worker") for key in unfenced)
    assert samples(prometheus_text([SILENT], [])) == {("modgo_node_runs_go", "A2", A2.address): 0}


def test_tables() -> None:
    unfenced = NodeReport(
        Node("B", "127.0.0.1:40"), parse_status(json.dumps({**STATUS, "fence": ""}).encode())
    )
    lua = RemoteModule("rate", "lua", ("rate.lua",), 12, "1" * 64, 9, 2, 2)
    nodes, modules, counters = "\n".join(tables([report(), SILENT, unfenced], [SHOP, lua])).split("\n\n")
    since = datetime.fromtimestamp(STATUS["since"]).strftime("%Y-%m-%d %H:%M")
    assert nodes.splitlines() == [
        "NODE                 GO                      SERVER   SINCE",
        f"A1 (127.0.0.1:3000)  fenced, fence standard  8.1.2.0  {since}",
        "A2 (127.0.0.1:3010)  no",
        f"B (127.0.0.1:40)     fenced                  8.1.2.0  {since}",
    ]
    assert modules.splitlines() == [
        "MODULE  KIND      BYTES  SHA256        PARTS  NODES",
        "shop    Go    2,540,488  85f6aeb0d221      1  all 3 agree",
        "rate    Lua          12  111111111111      2  all 3 agree",
    ]
    assert counters.splitlines() == [
        "MODULE  NODE  CALLS  FAILED      50%      99%  WORKERS  BUSY  RESTARTS   MEMORY",
        "shop    A1    1,610      10  8.19 us  32.8 us        4     1         2  3.0 MiB",
        "shop    B     1,610      10  8.19 us  32.8 us        4     1         2  3.0 MiB",
    ]


def test_tables_of_nothing() -> None:
    unknown = NodeReport(A2, None)
    nodes, modules = "\n".join(tables([SILENT, unknown], [])).split("\n\n")
    assert [line.split()[2:] for line in nodes.splitlines()[1:]] == [["no"], ["?"]]
    assert modules == "The cluster has no modules."
    assert len("\n".join(tables([SILENT], [SHOP])).split("\n\n")) == 2


def test_tables_of_an_incomplete_module() -> None:
    half = RemoteModule("half", "mixed", (), None, None, 9, 3, 1, ("a part is missing",))
    row = "\n".join(tables([SILENT, SILENT], [half])).split("\n\n")[1].splitlines()[1]
    assert row == "half    Go and other      ?  ?           3  1 of 2, see below"


def test_tables_of_a_module_without_timed_calls() -> None:
    quiet = {**UNFENCED, "calls": {}, "latency": [0] * 64}
    assert list(tables([report(modules=[quiet])], [SHOP]))[-1].split() == ["shop", "A1", "0", "0"]


@pytest.mark.parametrize(
    ("power", "shown"),
    [(9, "1.02 us"), (18, "524 us"), (19, "1.05 ms"), (28, "537 ms"), (29, "1.07 s")],
)
def test_times_in_tables(power: int, shown: str) -> None:
    latency = [0] * 64
    latency[power] = 1
    row = list(tables([report(modules=[{**UNFENCED, "latency": latency}])], [SHOP]))[-1]
    assert re.findall(r"\S+ (?:us|ms|s)(?!\S)", row) == [shown, shown]


def test_tables_of_what_changed() -> None:
    slower = [*LATENCY[:20], 5, *LATENCY[21:]]
    later = {**MODULE, "calls": {"ok": 1800, "failed": 7, "deadline": 3}, "latency": slower, "restarts": 3}
    before, now = report(), report(modules=[later])
    counters = "\n".join(tables([now], [SHOP], [before], 2)).split("\n\n")[2]
    assert counters.splitlines() == [
        "MODULE  NODE  CALLS/S  FAILED     50%     99%  WORKERS  BUSY  RESTARTS   MEMORY",
        "shop    A1        100       0  2.1 ms  2.1 ms        4     1         1  3.0 MiB",
    ]
    loaded_again = "\n".join(tables([before], [SHOP], [now], 2)).split("\n\n")[2]
    assert loaded_again.splitlines()[1].split()[2:4] == ["805", "10"]
