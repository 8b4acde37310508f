"""UDFs in a real server, called by the official Go client: unfenced, fenced, and in Lua.

MODGO_ASD names the server's binary. Two nodes run, of which one runs modules fenced and the other unfenced;
four threads of a client (bench/client) call a function on one of them for a moment, in each mode in turns.
CPU is that of the server and its workers. Last, each mode adds up a bin of many records.

    MODGO_ASD=asd python -m bench.asd [--rounds 5] [--milliseconds 1000] [--records 60000]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.abi import TARGET, make
from bench.figures import ROOT, report
from bench.load_table import FUNCTIONS, HEADER, MODES, Round, Rounds, figures, rows
from modgo_lsp.ship.server_files import package
from tests.asd.real_server import RealServer

CALLERS = 4
MODULES = ROOT / "libmod_go" / "bench" / "load"
FENCED_AGGREGATE, UNFENCED_AGGREGATE = 1.3, 1.0  # times as long as Lua


class Node:
    """A server with both modules, and a client of it."""

    def __init__(self, server: RealServer, client: Path) -> None:
        assert server.process is not None
        self._process = psutil.Process(server.process.pid)
        self._client = subprocess.Popen(
            [client, f"127.0.0.1:{server.port}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, command: str) -> str:
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(command + "\n")
        self._client.stdin.flush()
        answer = self._client.stdout.readline()
        if not answer:
            sys.exit("bench.asd: the client has ended")
        return answer.strip()

    def run(self, module: str, function: str, milliseconds: int) -> Round:
        before = self._cpu()
        calls, seconds = self.ask(f"run {module} {function} {CALLERS} {milliseconds}").split()
        return Round(int(calls) / float(seconds), (self._cpu() - before) / int(calls) * 1e6)

    def _cpu(self) -> float:
        own = self._process.cpu_times()
        workers = [child.cpu_times() for child in self._process.children(recursive=True)]
        return float(
            own.children_user + own.children_system + sum(one.user + one.system for one in [own, *workers])
        )

    def close(self) -> None:
        self._client.kill()
        self._client.wait()


@contextmanager
def _nodes(asd: Path, folder: Path) -> Iterator[dict[str, Node]]:
    """The node of each mode."""
    make("-f", "asd.mk", "plugin")
    module, client = folder / "load.so", folder / "client"
    subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "build", "--release", MODULES, "-o", module], check=True
    )
    environment = {**os.environ, "GOWORK": "off"}
    subprocess.run(
        ["go", "build", "-o", client, "."], cwd=ROOT / "bench" / "client", env=environment, check=True
    )
    files = [*package("load", module.read_bytes()), ("load_lua.lua", (MODULES / "load_lua.lua").read_bytes())]
    servers: list[RealServer] = []
    nodes: dict[str, Node] = {}
    try:
        for mode in ("unfenced", "fenced"):
            settings = {
                "LD_PRELOAD": str(TARGET / "lib" / "libmod_go_asd.so"),
                "MODGO_WORKER": str(TARGET / "bin" / "mod-go-worker"),
                "MODGO_MODE": mode,
            }
            servers.append(RealServer(asd, folder / mode, settings))
            servers[-1].start()
            servers[-1].put_all(files)
            nodes[mode] = Node(servers[-1], client)
        yield {**nodes, "lua": nodes["fenced"]}
    finally:
        for node in nodes.values():
            node.close()
        for server in servers:
            server.stop()


def _calls(nodes: dict[str, Node], rounds: int, milliseconds: int) -> dict[str, Rounds]:
    results: dict[str, dict[str, list[Round]]] = {name: {mode: [] for mode in MODES} for name in FUNCTIONS}
    for _ in range(rounds):
        for function in FUNCTIONS:
            for mode in MODES:
                module = "load_lua" if mode == "lua" else "load"
                results[function][mode].append(nodes[mode].run(module, function, milliseconds))
    return dict(results)


def _aggregations(nodes: dict[str, Node], rounds: int, records: int, folder: Path) -> dict[str, list[float]]:
    """Seconds of each aggregation."""
    (folder / "load_lua.lua").write_bytes((MODULES / "load_lua.lua").read_bytes())
    # The last phase, on the results of each part of a node's records.
    (folder / "load.lua").write_text(
        "function total(s) return s : reduce(function(a, b) return a + b end) end\n"
    )
    times: dict[str, list[float]] = {mode: [] for mode in MODES}
    expected = records * (records - 1) // 2
    for _ in range(rounds):
        for mode in MODES:
            module = "load_lua" if mode == "lua" else "load"
            result, seconds = nodes[mode].ask(f"aggregate {module} {folder}").split()
            if float(result) != expected:
                sys.exit(f"bench.asd: {mode} adds up to {result} instead of {expected}")
            times[mode].append(float(seconds))
    return times


def _aggregation_row(times: dict[str, list[float]], records: int) -> tuple[str, ...]:
    def milliseconds(mode: str) -> str:
        return f"{statistics.median(times[mode]) * 1000:.0f} ms"

    def beside_lua(mode: str) -> float:
        return _ratio(times[mode], times["lua"])

    goals = [
        f"{mode} {'met' if beside_lua(mode) <= most else 'MISSED'}: time ≤ {most:g} ×"
        for mode, most in (("unfenced", UNFENCED_AGGREGATE), ("fenced", FENCED_AGGREGATE))
    ]
    cells = [f"aggregation of {records:,} records", milliseconds("lua")]
    for mode in ("unfenced", "fenced"):
        cells += [milliseconds(mode), f"{beside_lua(mode):.2f}"]
    return *cells, "\n".join(goals)


def _ratio(times: Sequence[float], lua: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(times, lua, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.asd")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--milliseconds", type=int, default=1000)
    parser.add_argument("--records", type=int, default=60_000)
    options = parser.parse_args()
    asd = os.environ.get("MODGO_ASD")
    if not asd:
        sys.exit("bench.asd: MODGO_ASD names no server; set it to the path of an asd binary")
    with tempfile.TemporaryDirectory() as name, _nodes(Path(asd), Path(name)) as nodes:
        for mode in ("unfenced", "fenced"):
            nodes[mode].ask(f"fill {options.records}")
        results = _calls(nodes, options.rounds, options.milliseconds)
        times = _aggregations(nodes, options.rounds, options.records, Path(name))
    found = figures(results)
    found |= {f"aggregate_{mode}_ms": statistics.median(times[mode]) * 1000 for mode in MODES}
    found |= {f"aggregate_{mode}_ratio": _ratio(times[mode], times["lua"]) for mode in MODES[1:]}
    report("asd", found, [*rows(results, compared=True), _aggregation_row(times, options.records)], HEADER)
    print("× Lua: operations (CPU); of the aggregation its time.")


if __name__ == "__main__":
    main()
