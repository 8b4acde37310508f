"""Shared by all benchmarks: timing of processes, percentiles, the table and the JSON file of results."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench" / "out"

# An installed modgo has its bytecode. Where writing it is forbidden, the compiler would be measured too.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


class Goal(NamedTuple):
    """A goal, the figure as it is shown, and whether it meets the goal."""

    text: str
    value: str
    met: bool


def goal_rows(goals: Iterable[Goal], columns: int) -> Iterator[tuple[str, ...]]:
    """The goals as the last rows of a table of so many columns."""
    yield "[bold]goals[/]", *("",) * (columns - 1)
    for goal in goals:
        yield goal.text, goal.value, "met" if goal.met else "[red]MISSED[/]", *("",) * (columns - 3)


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample at the quantile `share` (0 to 1), by nearest rank."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def process_seconds(
    command: Sequence[str | Path], runs: int = 7, best: bool = False, **options: object
) -> float:
    """The median of `runs` runs of a whole process after one warm-up, in seconds; or the `best` one, which
    the rest of the machine disturbed least."""
    samples = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
        samples.append(time.perf_counter() - start)
    return min(samples[1:]) if best else statistics.median(samples[1:])


def peak_megabytes(command: Sequence[str | Path], **options: object) -> float:
    """The largest resident size of one run of a process, in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_maxrss / 1024


def report(
    name: str, figures: Mapping[str, float], rows: Sequence[tuple[str, ...]], header: Sequence[str]
) -> None:
    """Prints `rows` under `header` and writes bench/out/NAME.json."""
    table = Table(*header, title=name, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    Console(width=130).print(table)
    OUT.mkdir(parents=True, exist_ok=True)
    content = {
        "name": name,
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "figures": {key: round(value, 4) for key, value in figures.items()},
    }
    target = OUT / f"{name}.json"
    target.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    print(f"→ {target.relative_to(ROOT)}")
