"""Runs a function in a process of its own, with bounds on its processor time and memory.

The process is forked, so that modgo is imported once for all inputs; time is processor time, so that
it doesn't depend on other processes.
"""

from __future__ import annotations

import os
import resource
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """`failed` is the failure, or "". `seconds` is processor time; `megabytes` is the growth of memory at its
    peak."""

    seconds: float
    megabytes: float
    failed: str


def run(work: Callable[[], None], seconds: int, megabytes: int, output: Path) -> Run:
    """Runs `work` in a fork that writes to `output`, within bounds."""
    sys.stdout.flush()
    sys.stderr.flush()
    before = _resident()
    child = os.fork()
    if child == 0:
        _child(work, seconds, megabytes + before, output)
    _, status, usage = os.wait4(child, 0)
    taken = usage.ru_utime + usage.ru_stime
    failed = ""
    if os.WIFSIGNALED(status):
        failed = f"ended by signal {os.WTERMSIG(status)}"
    elif os.WEXITSTATUS(status):
        failed = output.read_text(errors="replace")[-2000:]
    return Run(taken, usage.ru_maxrss / 1024 - before, failed)


def _child(work: Callable[[], None], seconds: int, megabytes: int, output: Path) -> None:
    code = 1
    try:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, 1)
        os.dup2(target, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + (megabytes << 20),) * 2)
        work()
        code = 0
    except BaseException:  # the test reports it
        os.write(2, traceback.format_exc()[-4000:].encode())
    finally:
        os._exit(code)


def _resident() -> int:
    """The resident memory of this process in megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20
