"""The results of `modgo bench` as a table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.host.bench_statistics import summarize
from modgo_lsp.host.run_bench import Measured, Pair, verdict
from modgo_lsp.plural import counted

_COLOURS = {"faster": "green", "slower": "red"}


def show_bench(pairs: Sequence[Pair]) -> None:
    """Writes the results of each mode, what the fence costs, and the changes from an old module."""
    _show_table(
        ("mode", "time/call", "p50", "p99", "allocs/call", "floor"),
        [_cells(pair.new) for pair in pairs],
    )
    if any(pair.old is not None for pair in pairs):
        say()
        _show_changes(pairs)
    say()
    medians = {pair.new.mode: summarize(pair.new.means).median for pair in pairs}
    if len(medians) == 2:
        more = medians["fenced"] - medians["unfenced"]
        times = medians["fenced"] / max(1e-9, medians["unfenced"])
        say(f"The fence costs {_time(more)} a call ({times:.1f} times as long).")
    say(_about(pairs))
    if all(pair.new.allocs is None for pair in pairs):
        say("Allocations: the module does not count them; build it again with this modgo.")


def _cells(measured: Measured) -> tuple[str, ...]:
    rounds = measured.rounds
    return (
        measured.mode,
        _with_deviation(measured.means),
        _time(statistics.median(one.p50 for one in rounds)),
        _time(statistics.median(one.p99 for one in rounds)),
        "unknown" if measured.allocs is None else f"{measured.allocs:.4g}",
        _time(measured.floor),
    )


def _show_changes(pairs: Sequence[Pair]) -> None:
    rows, colours = [], []
    for pair in pairs:
        if pair.old is None:
            continue
        found = verdict(pair)
        change = "no change found" if pair.change is None else f"{pair.change:+.1%} ({found})"
        counts = f"p={pair.p:.3f} n={len(pair.old.rounds)}+{len(pair.new.rounds)}"
        means = (_with_deviation(pair.old.means), _with_deviation(pair.new.means))
        allocs = "→".join("?" if one.allocs is None else f"{one.allocs:.4g}" for one in (pair.old, pair.new))
        rows.append((pair.new.mode, *means, change, counts, allocs))
        colours.append(_COLOURS.get(found))
    _show_table(("mode", "old", "new", "change", "confidence", "allocs/call"), rows, colours)


def _show_table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], colours: Sequence[str | None] = ()
) -> None:
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
    say(_line(titles, widths))
    for index, row in enumerate(rows):
        colour = colours[index] if index < len(colours) else None
        say(painted(_line(row, widths), colour))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if index == 0 else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()


def _with_deviation(means: Sequence[float]) -> str:
    summary = summarize(means)
    deviation = "∞" if summary.deviation is None else f"{summary.deviation:.0%}"
    return f"{_time(summary.median)} ± {deviation}"


def _about(pairs: Sequence[Pair]) -> str:
    count = min(len(pair.new.rounds) for pair in pairs)
    calls = sum(one.calls for pair in pairs for one in pair.new.rounds)
    samples = counted(count, "sample")
    return f"Medians of {samples} with their 95 % confidence interval; {calls:,} calls."


def _time(nanoseconds: float) -> str:
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if abs(nanoseconds) >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.0f} ns"
