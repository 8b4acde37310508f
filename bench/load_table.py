"""Shared by bench.load and bench.asd: medians of rounds in Go and in Lua, and the table with the goals."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

FUNCTIONS = {
    "get_bin": "get an integer bin",
    "add": "read, modify and write, in a helper function",
    "sum": "sum of a list of 100",
    "top": "top 10 of a map of 100",
    "order": "JSON of 4 KB",
}
MODES = ("lua", "unfenced", "fenced")


class Round(NamedTuple):
    operations: float  # a second
    cpu: float  # µs an operation, of all processes


# The results of a function, by mode. Rounds with the same index ran one after another.
Rounds = Mapping[str, Sequence[Round]]


class Goal(NamedTuple):
    """Limits for Go in a server, as multiples of Lua's figures; 0 for none."""

    cpu: float = 0
    operations: float = 0

    def __str__(self) -> str:
        parts = [f"CPU ≤ {self.cpu:g} ×"] * (self.cpu > 0)
        parts += [f"ops ≥ {self.operations:g} ×"] * (self.operations > 0)
        return ", ".join(parts)

    def is_met(self, cpu: float, operations: float) -> bool:
        return (self.cpu == 0 or cpu <= self.cpu) and operations >= self.operations


FENCED = {
    "get_bin": Goal(cpu=1.5, operations=0.75),
    "add": Goal(cpu=1.5, operations=0.75),
    "sum": Goal(operations=1),
    "top": Goal(operations=1.4),
    "order": Goal(operations=3.5),
}
UNFENCED = Goal(cpu=1)


def goal_of(function: str, mode: str) -> Goal:
    return FENCED[function] if mode == "fenced" else UNFENCED


def ratios(rounds: Rounds, mode: str) -> Round:
    """The medians of each round's figures by Lua's in the same round."""
    pairs = list(zip(rounds[mode], rounds["lua"], strict=True))
    return Round(
        statistics.median(go.operations / lua.operations for go, lua in pairs),
        statistics.median(go.cpu / lua.cpu for go, lua in pairs),
    )


def medians(rounds: Sequence[Round]) -> Round:
    return Round(
        statistics.median(one.operations for one in rounds), statistics.median(one.cpu for one in rounds)
    )


def figures(results: Mapping[str, Rounds]) -> dict[str, float]:
    """All medians and ratios, for the JSON file."""
    found = {}
    for function, rounds in results.items():
        for mode in MODES:
            both = medians(rounds[mode])
            found[f"{function}_{mode}_ops"], found[f"{function}_{mode}_cpu_us"] = both
            if mode != "lua":
                found[f"{function}_{mode}_ops_ratio"], found[f"{function}_{mode}_cpu_ratio"] = ratios(
                    rounds, mode
                )
    return found


HEADER = (
    "operations a second (CPU µs each)",
    "Lua",
    "unfenced",
    "× Lua",
    "fenced",
    "× Lua",
    "goal beside Lua",
)


def rows(results: Mapping[str, Rounds], compared: bool) -> list[tuple[str, ...]]:
    """A row a function. If `compared`, each goal says whether it is met."""
    return [_row(function, rounds, compared) for function, rounds in results.items()]


def _row(function: str, rounds: Rounds, compared: bool) -> tuple[str, ...]:
    cells = [FUNCTIONS[function], _cell(medians(rounds["lua"]))]
    goals = []
    for mode in MODES[1:]:
        times = ratios(rounds, mode)
        goal = goal_of(function, mode)
        cells += [_cell(medians(rounds[mode])), f"{times.operations:.2f} ({times.cpu:.2f})"]
        verdict = ("met: " if goal.is_met(times.cpu, times.operations) else "MISSED: ") if compared else ""
        goals.append(f"{mode} {verdict}{goal}")
    return *cells, "\n".join(goals)


def _cell(both: Round) -> str:
    return f"{both.operations:,.0f} ({both.cpu:.1f})"
