"""Linting in several processes: the same findings, and no process is left over, whatever happens to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from modgo_lsp.build import lint_workers as workers
from modgo_lsp.build.lint_worker_pool import LintWorkerPool
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import Outcome, lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.lint.package_linter import PackageLinter

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
TWO = Machine(workers=LintWorkerPool(None, cores=2, min_bytes=1))


@pytest.fixture
def root(module: Callable[[Mapping[str, str]], Path]) -> Path:
    """40 packages that import each other and register one name twice, and a module inside."""
    files = {"inner/go.mod": "module example.com/inner\n\ngo 1.24\n"}
    for number in range(40):
        path = f"p{number}/p.go" if number % 7 else f"inner/p{number}/p.go"
        imported = f'import _ "example.com/shop/p{number - 1}"\n' if number % 3 == 2 else ""
        files[path] = (
            f"package p{number}\n\n{SDK}{imported}\nvar _ = udf.Register(`same`, func() {{}})\n\n"
            f"func F{number}(rec *udf.Record, c chan int) {{ println(1) }} //modgo:ignore MG102\n"
        )
    return module(files)


def reported(outcome: Outcome) -> object:
    return outcome.findings, outcome.counts, outcome.modules, outcome.unread


@pytest.mark.parametrize("forks", [True, False])
def test_several_processes_report_what_one_reports(
    root: Path, monkeypatch: pytest.MonkeyPatch, forks: bool
) -> None:
    monkeypatch.setattr(workers, "_FORKS", forks)
    started: list[int] = []
    start = workers._started
    monkeypatch.setattr(workers, "_started", lambda end: started.append(1) or start(end))
    counted: list[tuple[int, int]] = []
    machine = Machine(workers=TWO.workers, progress=lambda done, total: counted.append((done, total)))
    one, two = (lint_paths([str(root)], DiskFiles(), machine=each) for each in (Machine(), machine))
    assert reported(one) == reported(two)
    assert {finding.code for finding in two.findings} >= {"MG101", "MG103", "MG501"}
    assert counted == [(done, 40) for done in range(1, 41)]
    assert not two.loaders
    assert len(started) == (0 if forks else 4)  # two for each of the two modules


@pytest.mark.parametrize("forks", [True, False])
@pytest.mark.parametrize("cores", [1, 2])
def test_a_full_worker_is_replaced(
    root: Path, monkeypatch: pytest.MonkeyPatch, forks: bool, cores: int
) -> None:
    monkeypatch.setattr(workers, "_FORKS", forks)
    here, before = os.getpid(), psutil.Process().children()
    pids: list[int] = []
    start = workers._Worker.start

    def recorded(worker: workers._Worker, others: Sequence[workers._Worker]) -> None:
        start(worker, others)
        assert worker.process.pid is not None
        pids.append(worker.process.pid)
        alive = [each for each in psutil.Process(here).children() if each not in before]
        assert sum(each.status() != psutil.STATUS_ZOMBIE for each in alive) <= cores

    monkeypatch.setattr(workers._Worker, "start", recorded)
    machine = Machine(workers=LintWorkerPool(None, cores, min_bytes=1, max_bytes=0))
    several = lint_paths([str(root)], DiskFiles(), machine=machine)
    assert reported(several) == reported(lint_paths([str(root)], DiskFiles()))
    assert len(set(pids)) >= 5  # 34 packages and 6, eight at a time
    assert psutil.Process().children() == before


def test_the_command_does_the_work_of_a_killed_worker(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, before = os.getpid(), psutil.Process().children()

    class Doomed(PackageLinter):
        def lint(self, directory: str) -> None:
            if directory.endswith("p20") and os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            super().lint(directory)

    monkeypatch.setattr(workers, "PackageLinter", Doomed)
    assert reported(lint_paths([str(root)], DiskFiles(), machine=TWO)) == reported(
        lint_paths([str(root)], DiskFiles())
    )
    assert psutil.Process().children() == before


def test_an_exception_in_a_worker_is_raised_with_its_text(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = psutil.Process().children()

    class Broken(PackageLinter):
        def lint(self, directory: str) -> None:
            raise ZeroDivisionError("in a rule")

    monkeypatch.setattr(workers, "PackageLinter", Broken)
    with pytest.raises(workers.WorkerError, match="ZeroDivisionError: in a rule"):
        lint_paths([str(root)], DiskFiles(), machine=TWO)
    assert psutil.Process().children() == before


@pytest.mark.parametrize(("cores", "min_bytes", "several"), [(1, 1, False), (2, 10**9, False), (2, 1, True)])
def test_small_runs_start_no_process(
    root: Path, monkeypatch: pytest.MonkeyPatch, cores: int, min_bytes: int, several: bool
) -> None:
    started: list[int] = []
    lint = workers.lint_in_workers

    def recorded(count: int, *arguments: object) -> object:
        started.append(count)
        return lint(count, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(workers, "lint_in_workers", recorded)
    lint_paths([str(root)], DiskFiles(), machine=Machine(workers=LintWorkerPool(None, cores, min_bytes)))
    assert bool(started) is several


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="on one core there are no workers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_the_command(
    module: Callable[[Mapping[str, str]], Path], number: signal.Signals
) -> None:
    body = "".join(
        f"func f{each}(a, b int) (int, error) {{ return a*{each} + b, nil }}\n" for each in range(9000)
    )
    root = module({f"p{each}/p.go": f"package p\n\n{SDK}\n{body}" for each in range(16)})
    command = [sys.executable, "-m", "modgo_lsp", "lint", "--no-cache", str(root)]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    process = psutil.Process(started.pid)
    children: list[psutil.Process] = []
    while not children and started.poll() is None:
        children = process.children(recursive=True)
        time.sleep(0.01)
    assert children
    if number is signal.SIGINT:
        os.killpg(started.pid, number)  # as a terminal does
    else:
        started.send_signal(number)
    output, errors = started.communicate(timeout=60)
    assert (output, errors.strip()) == ("", "")
    assert started.returncode == (-number if number is signal.SIGKILL else 128 + number)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
