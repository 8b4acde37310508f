"""modgo deploy and undeploy as processes: what they print, ask and exit with. tests/ship has the rest."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.ship.node_status import FILE
from modgo_lsp.ship.server_files import package
from tests.modgo_command import modgo
from tests.ship.stand_in import StandIn

ROOT = Path(__file__).parents[2]
STATUS = b"""{"modgo-node": 1, "server": "8.1", "mode": "fenced", "fence": "strict", "lacks": "",
              "since": 1796000000, "modules": []}"""


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A module written in C."""
    output = tmp_path_factory.mktemp("good") / "good.so"
    command = ["cc", "-shared", "-fPIC", "-I", str(ROOT / "libmod_go" / "include"), "-o", str(output)]
    subprocess.run([*command, str(ROOT / "tests" / "host" / "modules" / "good.c")], check=True)
    return output.read_bytes()


@pytest.fixture
def path(good: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "counters.so"
    path.write_bytes(good)
    return path


def deploy(path: Path, two: list[StandIn], *options: str) -> subprocess.CompletedProcess[str]:
    return modgo("deploy", path.name, "--no-load", "--hosts", two[1].hosts, *options, cwd=path.parent)


def test_a_module_is_deployed_and_then_unchanged(path: Path, two: list[StandIn]) -> None:
    content = path.read_bytes()
    ((_, packed),) = package("counters", content)
    digest = hashlib.sha256(content).hexdigest()[:12]
    described = f"{len(content):,} bytes ({len(packed):,} compressed), sha256 {digest}…"
    have = "".join(f"  {node} has it, checksum verified\n" for node in two)
    done = deploy(path, two, "--no-probe")
    assert (done.returncode, done.stdout) == (0, f"counters deployed: {described}\n{have}"), done.stderr
    assert two[0].changes == ["put counters.so"]
    assert [node.files for node in two] == [{"counters.so": packed}] * 2
    done = deploy(path, two, "--no-probe")
    assert (done.returncode, done.stdout) == (0, f"counters was already deployed: {described}\n{have}")
    assert two[0].changes == ["put counters.so"]
    done = deploy(path, two, "--timeout", "0.01")
    assert (done.returncode, "has not loaded it after 0.01 s" in done.stderr) == (1, True)


@pytest.mark.slow
def test_another_version_replaces_it_only_if_the_user_agrees(path: Path, two: list[StandIn]) -> None:
    old = path.read_bytes()
    for node in two:
        node.files = dict(package("counters", old))
    path.write_bytes(old + os.urandom(1_200_000))
    done = deploy(path, two, "--no-probe")
    assert (done.returncode, two[0].changes) == (2, [])
    sha256 = hashlib.sha256(old).hexdigest()[:12]
    assert f"the cluster has a module counters (sha256 {sha256}…)" in done.stderr
    assert "add --yes to replace it" in done.stderr
    done = deploy(path, two, "--no-probe", "--yes")
    assert done.stdout.startswith(f"counters replaced: {len(old) + 1_200_000:,} bytes (")
    assert " compressed in 3 files), " in done.stdout
    two[1].files["counters.so"] = b"modgo-parts 2"
    done = deploy(path, two, "--no-probe")
    assert "the cluster has a module counters" in done.stderr
    done = deploy(path, two, "--no-probe", "--yes", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["change"], len(report["files"])) == (0, "replaced", 3)


def test_nodes_must_run_go_and_load_the_module(path: Path, two: list[StandIn]) -> None:
    done = deploy(path, two)
    assert (done.returncode, two[0].changes) == (2, [])
    assert f"{two[0]}, {two[1]} do not run Go modules" in done.stderr
    ((_, packed),) = package("counters", path.read_bytes())
    digest = hashlib.sha256(packed).hexdigest()
    for node in two:
        node.files[FILE] = STATUS
        node.files["counters.state"] = f"modgo-state 1\nfile-sha256 {digest}\nstate loaded\n".encode()
    done = deploy(path, two)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("".join(f"  {node} has it, checksum verified, loaded\n" for node in two))


def test_a_name_that_is_taken(path: Path, two: list[StandIn]) -> None:
    two[1].files["counters.lua"] = b"--"
    done = deploy(path, two, "--no-probe", "--yes")
    assert (done.returncode, two[0].changes) == (2, [])
    assert "the cluster has counters.lua" in done.stderr


def test_undeploying(two: list[StandIn]) -> None:
    for node in two:
        node.files = {"counters.so": b"", "other.so": b""}
    words = ("undeploy", "counters.so", "--hosts", two[0].hosts)
    done = modgo(*words)
    assert (done.returncode, two[0].changes) == (2, [])
    assert "2 nodes would lose the module counters" in done.stderr
    assert "add --yes to remove it" in done.stderr
    done = modgo(*words, "--yes")
    gone = "".join(f"  {node} no longer has it\n" for node in two)
    assert (done.returncode, done.stdout) == (0, f"counters undeployed\n{gone}")
    assert [node.files for node in two] == [{"other.so": b""}] * 2
    done = modgo(*words, "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (2, False)
    assert "the cluster has no Go module counters; it has other" in done.stdout
    done = modgo("undeploy", "other", "--hosts", two[0].hosts, "--yes", "--json")
    assert json.loads(done.stdout)["files"] == ["other.so"]
