"""modgo modules as a process: tables, problems, JSON, metrics and exit codes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator

import pytest

from modgo_lsp.ship.node_status import FILE
from modgo_lsp.ship.server_files import package
from tests.modgo_command import modgo
from tests.ship.stand_in import StandIn

SHOP = dict(package("shop", b"\x7fELF" + bytes(1000)))
STATE = f"modgo-state 1\nfile-sha256 {'0' * 64}\nstate refused\nwhy no licence\n".encode()


def status(calls: int = 5, lacks: str = "") -> bytes:
    module = {"name": "shop", "calls": {"ok": calls}, "latency": [0] * 64}
    node = {"server": "8.1.2.0", "mode": "fenced", "fence": "standard", "since": 1_796_000_000}
    return json.dumps({"modgo-node": 1, **node, "lacks": lacks, "modules": [module]}).encode()


@pytest.fixture
def shops(two: list[StandIn]) -> list[StandIn]:
    """A cluster that runs Go and has a module."""
    for node in two:
        node.files = {**SHOP, FILE: status()}
    return two


def test_a_cluster_that_agrees(shops: list[StandIn]) -> None:
    done = modgo("modules", "--hosts", shops[1].hosts)
    assert (done.returncode, done.stderr) == (0, "")
    nodes, modules, counters = done.stdout.split("\n\n")
    assert [line.split()[0] for line in nodes.splitlines()] == ["NODE", "A1", "A2"]
    assert "all 2 agree" in modules
    assert [line.split()[:3] for line in counters.splitlines()] == [
        ["MODULE", "NODE", "CALLS"],
        ["shop", "A1", "5"],
        ["shop", "A2", "5"],
    ]


def test_its_json_and_metrics(shops: list[StandIn]) -> None:
    done = modgo("modules", "--hosts", shops[0].hosts, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, [node["runs_go"] for node in found["nodes"]]) == (0, [True, True])
    assert [(one["name"], one["bytes"], one["agree"]) for one in found["modules"]] == [("shop", 1004, True)]
    done = modgo("modules", "--hosts", shops[0].hosts, "--metrics")
    assert done.returncode == 0
    assert 'modgo_module_agrees{module="shop"} 1\n' in done.stdout


def test_what_is_wrong(shops: list[StandIn]) -> None:
    one, other = shops
    one.files = {**SHOP, FILE: status(lacks="landlock"), "shop.state": STATE}
    del other.files[FILE]
    done = modgo("modules", "--hosts", one.hosts)
    assert done.returncode == 1
    assert done.stdout.split("\n\n")[-1].splitlines() == [
        f"{one} lacks a part of the fence: landlock",
        f"{other} does not run Go modules: the plugin libmod_go_asd.so is not loaded there",
        f"shop: {one} cannot load it: no licence",
    ]
    one.files[FILE] = other.files[FILE] = status()
    assert modgo("modules", "--hosts", one.hosts, "--json").returncode == 1  # a module is enough
    del one.files["shop.state"]
    other.files[FILE] = b"of a later version"
    assert modgo("modules", "--hosts", one.hosts, "--metrics").returncode == 1  # a node is enough


def listings_of(lines: Iterable[str]) -> Iterator[str]:
    """What each round of --watch shows."""
    text = ""
    for line in lines:
        text += line
        if "every 2 s; Ctrl-C ends it." in line:
            yield text
            text = ""


@pytest.mark.slow
def test_watching_shows_what_changes(shops: list[StandIn]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "modules", "--watch", "--hosts", shops[0].hosts],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    listings = listings_of(process.stdout)
    assert "CALLS  " in next(listings)
    read = "udf-get:filename=shop.so"
    before = shops[0].asked.count(read)
    shops[0].files[FILE] = status(calls=5_000_000)
    rates = (re.search(r"CALLS/S(?s:.*)\nshop +A1 +([\d,]+)", text) for text in listings)
    rate = next(found[1] for found in rates if found and found[1] != "0")
    assert int(rate.replace(",", "")) < 4_999_995 / 1.99  # calls of two seconds and more
    assert shops[0].asked.count(read) == before
    for node in shops:
        node.answers["udf-list"] = "ERROR:81:no role"
    error = next(text for text in listings if "NODE" not in text)
    assert "does not let this user manage UDFs (no role)" in error
    for node in shops:
        node.answers["udf-list"] = "filename=web.so,hash=ab,type=LUA;"
    shown = next(text for text in listings if "NODE" in text)
    assert "web  " in shown
    assert "CALLS  " in shown
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    process.stdout.close()


@pytest.mark.parametrize("both", [("--watch", "--json"), ("--metrics", "--json"), ("--watch", "--metrics")])
def test_outputs_exclude_each_other(both: tuple[str, str]) -> None:
    done = modgo("modules", "--hosts", "127.0.0.1:1", *both)
    assert (done.returncode, "exclude each other" in done.stderr + done.stdout) == (2, True)
