"""modgo deploy, modules and undeploy against real servers.

The nodes run without the plugin, because these tests are about files only. test_apply.py tests calls.
"""

from __future__ import annotations

import base64
import json
import os
import pty
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modgo_lsp.ship.server_files import package
from tests.asd.cluster import Asd, StartCluster, clusters, require_asd
from tests.modgo_command import modgo

require_asd()

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def start_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartCluster]:
    with clusters(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def cluster(start_cluster: StartCluster) -> list[Asd]:
    return start_cluster(2)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small module written in C. It is never called."""
    output = tmp_path_factory.mktemp("built") / "good.so"
    command = ["cc", "-shared", "-fPIC", "-I", str(ROOT / "libmod_go" / "include")]
    subprocess.run([*command, "-o", output, ROOT / "tests" / "host" / "modules" / "good.c"], check=True)
    return output


@pytest.fixture
def files(built: Path, tmp_path: Path, cluster: list[Asd]) -> Iterator[Path]:
    """A folder with counters.so; the cluster is empty before and after."""
    shutil.copy(built, tmp_path / "counters.so")
    yield tmp_path
    for name in on_disk(cluster[0]):
        cluster[0].info(f"udf-remove:filename={name}")
    until = time.monotonic() + 10
    while any(node.info("udf-list") for node in cluster):
        assert time.monotonic() < until
        time.sleep(0.05)


def large(path: Path) -> Path:
    """The module with a megabyte of incompressible data at its end, so that it needs parts."""
    path.write_bytes(path.read_bytes() + random.Random(path.name).randbytes(1100 << 10))
    return path


def deploy(path: Path, node: Asd, *options: str) -> subprocess.CompletedProcess[str]:
    return modgo("deploy", path.name, "--hosts", node.hosts, "--no-probe", *options, cwd=path.parent)


def on_disk(node: Asd) -> dict[str, bytes]:
    folder = node.folder / "usr" / "udf" / "lua"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_module_reaches_every_node_and_leaves_it(files: Path, cluster: list[Asd]) -> None:
    module = files / "counters.so"
    done = deploy(module, cluster[1])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("counters deployed: ")
    assert done.stdout.count("has it, checksum verified") == 2
    for node in cluster:
        assert on_disk(node) == dict(package("counters", module.read_bytes()))
    done = modgo("undeploy", "counters", "--yes", "--hosts", cluster[0].hosts, cwd=files)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "counters undeployed")
    assert [on_disk(node) for node in cluster] == [{}, {}]


def test_parts_are_replaced_and_removed_as_sets(files: Path, cluster: list[Asd]) -> None:
    module = large(files / "counters.so")
    first = dict(package("counters", module.read_bytes()))
    assert len(first) == 3
    assert deploy(module, cluster[0]).returncode == 0
    module.write_bytes(module.read_bytes() + b"2")
    second = dict(package("counters", module.read_bytes()))
    done = deploy(module, cluster[0], "--yes", "--json")
    report = json.loads(done.stdout)
    assert (report["ok"], report["change"], len(report["nodes"])) == (True, "replaced", 2)
    assert [one["name"] for one in report["files"]] == list(second)
    assert [on_disk(node) for node in cluster] == [second, second]
    done = modgo("undeploy", "counters.so", "--yes", "--hosts", cluster[0].hosts, "--json", cwd=files)
    assert json.loads(done.stdout)["files"][0] == "counters.so"
    assert [on_disk(node) for node in cluster] == [{}, {}]


def test_replacing_asks_unless_the_module_is_the_same(files: Path, cluster: list[Asd]) -> None:
    module = files / "counters.so"
    assert deploy(module, cluster[0]).returncode == 0
    done = deploy(module, cluster[0])
    assert (done.returncode, done.stdout.startswith("counters was already deployed: ")) == (0, True)
    before = on_disk(cluster[0])
    module.write_bytes(module.read_bytes() + b"2")
    done = deploy(module, cluster[0])
    assert done.returncode == 2
    assert "the cluster has a module counters (sha256 " in done.stderr
    assert "--yes" in done.stderr
    assert on_disk(cluster[0]) == before


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_a_terminal_gets_a_question(files: Path, cluster: list[Asd], answer: str, code: int) -> None:
    module = files / "counters.so"
    assert deploy(module, cluster[0]).returncode == 0
    before = on_disk(cluster[0])
    module.write_bytes(module.read_bytes() + b"2")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "deploy", module.name, "--hosts", cluster[0].hosts, "--no-probe"],
        cwd=files,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.write(ours, f"{answer}\n".encode())
    _, errors = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, "Replace it? [y/N]" in errors) == (code, True), errors
    assert (on_disk(cluster[0]) == before) == (answer == "n")


def test_bytes_are_read_back_from_every_node(files: Path, cluster: list[Asd]) -> None:
    module = files / "counters.so"
    assert deploy(module, cluster[0]).returncode == 0
    damaged = cluster[1].folder / "usr" / "udf" / "lua" / "counters.so"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    done = deploy(module, cluster[0], "--timeout", "0.5")
    assert done.returncode == 1
    assert f"A2 ({cluster[1].hosts}) has other content in counters.so" in done.stderr
    assert cluster[0].hosts not in done.stderr


def test_a_name_that_lua_has_is_refused(files: Path, cluster: list[Asd]) -> None:
    lua = files / "counters.lua"
    lua.write_text("function one(rec) return 1 end\n")
    put_lua(lua, cluster[0])
    done = deploy(files / "counters.so", cluster[0])
    assert done.returncode == 2
    assert "the cluster has counters.lua" in done.stderr
    assert on_disk(cluster[0]) == {"counters.lua": lua.read_bytes()}
    done = modgo("undeploy", "counters", "--yes", "--hosts", cluster[0].hosts, cwd=files)
    assert (done.returncode, "counters is not a Go module but counters.lua" in done.stderr) == (2, True)


def test_servers_without_the_plugin_are_recognized(files: Path, cluster: list[Asd]) -> None:
    done = modgo("deploy", "counters.so", "--hosts", cluster[0].hosts, cwd=files)
    assert done.returncode == 2
    assert "do not run Go modules: the plugin libmod_go_asd.so is not loaded there" in done.stderr
    assert "A1" in done.stderr
    assert "A2" in done.stderr
    assert all(not on_disk(node) for node in cluster)


def test_calls_on_a_server_without_the_plugin_are_explained(files: Path, cluster: list[Asd]) -> None:
    (files / "calc.lua").write_text("function one(rec) return 1 end\n")
    put_lua(files / "calc.lua", cluster[0])
    assert deploy(files / "counters.so", cluster[0]).returncode == 0
    where = ("--hosts", cluster[0].hosts, "--key", '["test", "demo", 1]')
    done = modgo("apply", "counters", "add", *where, cwd=files)
    assert (done.returncode, "the node of this record does not run Go modules" in done.stderr) == (1, True)
    assert modgo("apply", "calc", "one", *where, cwd=files).stdout == "1\n"
    done = modgo("apply", "calc", "two", *where, cwd=files)
    assert (done.returncode, "the module calc has no function two" in done.stderr) == (2, True)


def test_modules_are_listed_with_what_is_wrong_with_them(files: Path, cluster: list[Asd]) -> None:
    done = modgo("modules", "--hosts", cluster[0].hosts, cwd=files)
    assert (done.returncode, "The cluster has no modules.\n" in done.stdout) == (1, True), done.stdout
    assert done.stdout.count(" does not run Go modules: the plugin libmod_go_asd.so is not loaded") == 2
    lua = files / "calc.lua"
    lua.write_text("function one(rec) return 1 end\n")
    put_lua(lua, cluster[0])
    module = large(files / "counters.so")
    assert deploy(module, cluster[0]).returncode == 0
    done = modgo("modules", "--hosts", cluster[1].hosts, "--json", cwd=files)
    assert done.returncode == 1, done.stdout
    assert [node["runs_go"] for node in json.loads(done.stdout)["nodes"]] == [False, False]
    calc, counters = json.loads(done.stdout)["modules"]
    assert (calc["kind"], calc["bytes"], calc["agree"]) == ("lua", lua.stat().st_size, True)
    assert (counters["kind"], counters["bytes"]) == ("go", module.stat().st_size)
    assert counters["parts"] == len(package("counters", module.read_bytes())) - 1

    part = next(name for name in on_disk(cluster[0]) if "-1." in name)
    assert cluster[0].info(f"udf-remove:filename={part}") == "ok"
    done = modgo("modules", "--hosts", cluster[1].hosts, cwd=files)
    assert done.returncode == 1
    assert f"counters: counters.so is in {counters['parts']} parts, of which {part} is missing" in done.stdout
    assert "left over" not in done.stdout


def test_a_node_that_never_gets_it_is_named(built: Path, tmp_path: Path, start_cluster: StartCluster) -> None:
    first, second = start_cluster(2, patience=100)
    module = tmp_path / "counters.so"
    module.write_bytes(built.read_bytes() + random.Random(1).randbytes(4 << 20))
    process = start_deploy(module, first, "--timeout", "2")
    wait_for_files(first)
    second.freeze()
    _, errors = process.communicate(timeout=100)
    second.thaw()
    assert process.returncode == 1, errors
    assert "not every node has the module after 2 s: " in errors
    assert f"A2 ({second.hosts}) " in errors
    assert "--timeout" in errors


def test_unreachable_nodes_are_named(built: Path, tmp_path: Path, start_cluster: StartCluster) -> None:
    first, second = start_cluster(2, patience=100)
    second.freeze()
    done = deploy(Path(shutil.copy(built, tmp_path / "counters.so")), first)
    second.thaw()
    assert done.returncode == 2
    assert f"answers, but not its nodes at {second.hosts}" in done.stderr


def test_one_seed_that_is_down_does_not_matter(cluster: list[Asd], tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{bound.getsockname()[1]}"
        done = modgo("modules", "--hosts", f"{nobody},{cluster[1].hosts}", cwd=tmp_path)
    assert (done.returncode, "The cluster has no modules.\n" in done.stdout) == (1, True), done.stderr


def test_a_cluster_without_security_and_tls(cluster: list[Asd], tmp_path: Path) -> None:
    hosts = ("--hosts", cluster[0].hosts)
    done = modgo("modules", *hosts, "--user", "ops", "--password", "env:HOME", cwd=tmp_path)
    assert (done.returncode, "leave out --user for a cluster without security" in done.stderr) == (2, True)
    done = modgo("modules", *hosts, "--tls-enable", cwd=tmp_path)
    assert (done.returncode, "check the TLS name" in done.stderr) == (2, True)


def test_an_interrupt_removes_the_files_that_were_put(files: Path, cluster: list[Asd]) -> None:
    module = large(files / "counters.so")
    process = start_deploy(module, cluster[0])
    wait_for_files(cluster[0])
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode in (130, 0)
    left = set(on_disk(cluster[0]))
    whole = set(dict(package("counters", module.read_bytes())))
    assert left == (whole if process.returncode == 0 else set())


def start_deploy(path: Path, node: Asd, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "modgo_lsp",
            "deploy",
            path.name,
            "--hosts",
            node.hosts,
            "--no-probe",
            *options,
        ],
        cwd=path.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def wait_for_files(node: Asd) -> None:
    until = time.monotonic() + 60
    while not on_disk(node):
        assert time.monotonic() < until
        time.sleep(0.002)


def put_lua(path: Path, node: Asd) -> None:
    """Sends the info command: the client would leave a copy in the current folder, where Lua finds it."""
    content = base64.b64encode(path.read_bytes()).decode()
    command = f"udf-put:filename={path.name};content={content};content-len={len(content)};udf-type=LUA;"
    assert node.info(command) == "ok"
