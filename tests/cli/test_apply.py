"""modgo apply as a process: results and failures of records and streams, and options of the cluster."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from tests.modgo_command import modgo
from tests.ship.stand_in import Answer, StandIn

KEY = '["test", "demo", 1]'
STREAMS = Path(__file__).parents[1] / "host" / "modules" / "streams"


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("streams") / "streams.so"
    assert asyncio.run(build_module(BuildRequest((STREAMS,), output=output))).ok
    return output


def apply(two: list[StandIn], answer: Answer, *options: str) -> subprocess.CompletedProcess[str]:
    two[0].call = lambda module, function: [answer] if (module, function) == ("shop", "buy") else []
    return modgo("apply", "shop", "buy", "5", "--key", KEY, "--hosts", two[0].hosts, *options)


def test_a_result(two: list[StandIn]) -> None:
    done = apply(two, 7)
    assert (done.returncode, done.stdout) == (0, "7\n")
    assert re.fullmatch(r"in \d+\.\d{3} ms\n", done.stderr)
    report = json.loads(apply(two, 7, "--json").stdout)
    assert report == {"ok": True, "result": 7, "key": ["test", "demo", 1], "elapsed_ns": report["elapsed_ns"]}


def test_failures(two: list[StandIn]) -> None:
    done = apply(two, "sold out")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "udf: sold out\n")
    done = apply(two, "no function buy is registered", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"], report["error"]["kind"]) == (2, False, "usage")


@pytest.mark.slow  # builds a module
def test_a_stream(two: list[StandIn], streams: Path) -> None:
    two[0].call = lambda module, function: [3, 4] if (module, function) == ("shop", "total") else []
    two[1].call = lambda module, function: [5]
    words = ("apply", "shop", "total", "--stream", "--hosts", two[0].hosts, "--namespace", "test")
    done = modgo(*words, "--module", streams, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"], report["result"]) == (0, True, [12]), report
    assert sorted(report["partial"]) == [3, 4, 5]
    assert "nodes" not in report
    assert report["elapsed_ns"] > 0
    done = modgo(*words, "--module", streams, "--set", "demo")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "12")


@pytest.mark.parametrize(
    ("answer", "code", "kind", "message"),
    [
        ("UDF: Execution Error 2 : sold out", 1, "udf", "sold out"),
        (
            "UDF: Execution Error 1",
            2,
            "usage",
            "the cluster has no module shop; deploy it with `modgo deploy`",
        ),
        (b"\x14", 2, "usage", "the cluster has no namespace test; it has test, other"),
    ],
)
def test_failures_of_the_nodes_part(
    two: list[StandIn], tmp_path: Path, answer: Answer, code: int, kind: str, message: str
) -> None:
    for node in two:
        node.call = lambda module, function: [answer]
    module = tmp_path / "unused.so"
    module.touch()
    words = ("apply", "shop", "total", "--stream", "--hosts", two[0].hosts, "--namespace", "test")
    done = modgo(*words, "--module", module, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["error"]["kind"], report["error"]["message"]) == (code, kind, message)
    assert "elapsed_ns" in report
    if code == 1:
        done = modgo(*words, "--module", module)
        assert (done.returncode, done.stderr) == (1, f"{kind}: {message}\n")


def test_the_client_s_part_can_fail(two: list[StandIn], tmp_path: Path) -> None:
    for node in two:
        node.call = lambda module, function: [1]
    module = tmp_path / "no_module.so"
    module.write_text("text")
    words = ("apply", "shop", "total", "--stream", "--hosts", two[0].hosts, "--namespace", "test")
    done = modgo(*words, "--module", module, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"], "partial" in report) == (2, False, False), report
    assert "is not a shared object" in report["error"]["message"]


@pytest.mark.slow
def test_a_package_that_does_not_build(two: list[StandIn], module: Path) -> None:
    package = module / "counters"
    (package / "more.go").write_text("package counters\n\nvar x int = y\n")
    words = ("apply", "shop", "total", "--stream", "--hosts", two[0].hosts, "--namespace", "test")
    done = modgo(*words, "--module", package)
    assert done.returncode == 1
    assert "undefined: y" in done.stdout + done.stderr
    assert two[0].asked == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--key", '["test", "demo", null]'), "--key has no key"),
        (
            ("--key", KEY, "--allow-network"),
            "--allow-network and --allow-read are for the part of a stream UDF",
        ),
        (("--key", KEY, "--tls-capath", __file__), "is not a folder"),
        (("--key", KEY, "--tls-cafile", "/"), "/ is not a regular file"),
        (("--key", KEY, "--user", "u", "--password", "file:/nothing"), "/nothing cannot be read (["),
        (("--key", KEY, "--user", "u", "--password", "file"), "--password does not take the secret itself"),
        (("--key", KEY, "--tls-keyfile-password", "env:NONE"), "name another with --tls-keyfile-password"),
    ],
)
def test_wrong_options(options: tuple[str, ...], message: str) -> None:
    done = modgo("apply", "shop", "buy", "--hosts", "127.0.0.1:1", *options)
    assert done.returncode == 2
    assert message in done.stderr


def test_pki_needs_neither_user_nor_password(two: list[StandIn]) -> None:
    done = modgo("modules", "--hosts", two[0].hosts, "--auth", "pki")
    assert "but the client could not connect" in done.stderr
    assert "check user, password and --auth" in done.stderr
