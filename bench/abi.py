"""The cost of a UDF: with each kind of dispatch, fenced, and beside Lua, with its goals.

One run, one set of functions (libmod_go/bench/floor). Everything goes through Aerospike's own
as_module_apply_record on the same record; the floors beside it are an empty exported Go function, and for
fenced calls a bare round trip over shared memory. No host can save the time to enter Go, the work of
Aerospike's own library on the result, and the function's body on Go values: that is the lower bound.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.figures import ROOT, report

TARGET = ROOT / "target" / f"{platform.system()}-{platform.machine()}"
FUNCTIONS = {
    "get_bin": "get an integer bin",
    "set_bin": "get and set an integer bin",
    "string_arg": "a string argument, get that bin",
    "list10": "a list of 10, give a new one",
    "map10": "a map of 10, give a new one",
}
BODIES = ("list10", "map10")
FENCED = ("get_bin", "set_bin")
MODES = ("registry", "exported", "reflect")
CALLERS = (1, 2, 8, 64)

Figures = Mapping[str, float]


# A goal that leaves less than this beyond the lower bound is out of reach.
LEAST_MARGIN = 0.05


class Goal(NamedTuple):
    text: str
    met: bool

    @classmethod
    def at_most(cls, text: str, limit: float, value: float, least: float) -> Goal:
        """The goal of a time, of which the lower bound may leave nothing."""
        met = value <= limit
        if not met and least > limit * (1 - LEAST_MARGIN):
            text += f"; out of reach: the least is {least:.0f}"
        return cls(text, met)


def make(*arguments: str) -> str:
    modgo = Path(sys.executable).with_name("modgo")
    done = subprocess.run(
        ["make", "-s", "-C", "libmod_go", *arguments],
        cwd=ROOT,
        env={**os.environ, "MODGO": str(modgo)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.splitlines()[-1] if done.stdout else ""


def _figures(*command: str | Path) -> dict[str, float]:
    """The output of a benchmark program: a name and a number on each line."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {name: float(number) for name, number in (line.split() for line in done.stdout.splitlines())}


def _measure() -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Through as_module with the allocations; through the loader; through the loader, fenced."""
    make("bench")
    # It prints the programs to run, and their arguments.
    program, allocations, modules, worker = make("-f", "as_module.mk", "bench").split()
    server = _figures(program, modules, modules, worker) | _figures(program, modules, "dispatch", worker)
    server |= _figures(allocations, modules)
    floor = Path(modules) / "floor.so"
    loader = _figures(TARGET / "bin" / "bench-call", floor)
    return server, loader, _figures(TARGET / "bin" / "bench-fenced", floor)


def _least(f: Figures) -> dict[str, float]:
    least = {name: f["floor"] + f[f"host_{name}"] + f.get(f"body_{name}", 0) for name in FUNCTIONS}
    return least | {f"fenced_{name}": f["futex_floor"] + least[name] for name in FENCED}


def _goals(f: Figures) -> dict[str, Goal]:
    least = _least(f)
    fence = 1.5 * (f["futex_floor"] + f["get_bin"])

    def at_most(name: str, text: str, limit: float) -> Goal:
        return Goal.at_most(text, limit, f[name], least[name])

    return {
        "get_bin": at_most(
            "get_bin", "at most 3 × the floor, Lua 5 × as long", min(3 * f["floor"], f["lua_get_bin"] / 5)
        ),
        **{
            name: at_most(name, "Lua 3 × as long", f[f"lua_{name}"] / 3)
            for name in FUNCTIONS
            if name != "get_bin"
        },
        "fenced_get_bin": at_most(
            "fenced_get_bin",
            f"at most {fence:.0f} (1.5 × (round trip + unfenced)), less than Lua",
            min(fence, f["lua_get_bin"]),
        ),
        "threads2_speedup": Goal("at least 1.8", f["threads2_speedup"] >= 1.8),
        "allocs_host": Goal("the answer's as_val alone", f["allocs_host_get_bin"] <= 1),
        "allocs_go": Goal(
            "none for scalars, 1 for a string",
            f["allocs_go_get_bin"] < 0.05 and f["allocs_go_string_arg"] <= 1.05,
        ),
    }


def _rows(f: Figures) -> list[tuple[str, ...]]:
    goals = _goals(f)
    least = _least(f)
    floor = f["floor"]

    def row(
        what: str, key: str, value: str, times: str = "", lua: str = "", low: str = ""
    ) -> tuple[str, ...]:
        goal = goals.get(key)
        verdict = "" if goal is None else f"{'met' if goal.met else 'MISSED'}: {goal.text}"
        return what, value, times, lua, low, verdict

    def timed(what: str, key: str, peer: str = "") -> tuple[str, ...]:
        value, times = f"{f[key]:.0f}", f"{f[key] / floor:.1f} ×"
        if not peer:
            return row(what, key, value, times)
        lua = f[f"lua_{peer}"]
        return row(
            what,
            key,
            value,
            times,
            f"{lua:.0f} ({lua / f[key]:.1f} ×)",
            f"{least[key]:.0f} ({lua / least[key]:.1f} ×)",
        )

    return [
        timed("an empty exported Go function", "floor"),
        *(timed(what, name, name) for name, what in FUNCTIONS.items()),
        *(timed(f"get an integer bin, {mode}", f"dispatch_{mode}") for mode in MODES),
        *(timed(f"an empty UDF, {mode}", f"dispatch_{mode}_empty") for mode in MODES),
        timed("a bare round trip between processes", "futex_floor"),
        timed("fenced: get an integer bin", "fenced_get_bin", "get_bin"),
        timed("fenced: get and set an integer bin", "fenced_set_bin", "set_bin"),
        row("two threads beside one", "threads2_speedup", f"{f['threads2_speedup']:.2f} ×"),
        row("allocations of a get, in C", "allocs_host", f"{f['allocs_host_get_bin']:.2f}"),
        row("allocations of a get, in Go", "allocs_go", f"{f['allocs_go_get_bin']:.2f}"),
    ]


def main() -> None:
    server, loader, fenced = _measure()
    keys = {f"{name}_ns": server[name] for name in ("floor", *FUNCTIONS, "futex_floor")}
    keys |= {f"{part}_{name}_ns": server[f"{part}_{name}"] for part in ("lua", "host") for name in FUNCTIONS}
    keys |= {f"body_{name}_ns": server[f"body_{name}"] for name in BODIES}
    keys |= {f"least_{name}_ns": figure for name, figure in _least(server).items()}
    keys |= {f"dispatch_{mode}_ns": server[f"dispatch_{mode}"] for mode in MODES}
    keys |= {f"dispatch_{mode}_empty_ns": server[f"dispatch_{mode}_empty"] for mode in MODES}
    keys |= {f"fenced_{name}_ns": server[f"fenced_{name}"] for name in FENCED}
    keys |= {f"loader_{name}_ns": loader[name] for name in ("floor", *FUNCTIONS)}
    keys |= {f"loader_{name}_ns": figure for name, figure in fenced.items()}
    keys |= {name: figure for name, figure in server.items() if name.startswith("allocs_")}
    keys["allocs_per_call"] = server["allocs_host_get_bin"] + server["allocs_go_get_bin"]
    keys["threads2_speedup"] = server["threads2_speedup"]
    report(
        "abi",
        keys,
        _rows(server),
        ("through as_module, ns a call", "", "× floor", "Lua (beside it)", "the least", "goal"),
    )
    print("The least: an empty exported Go function, Aerospike's own part and the function's body together.")
    for name in FENCED:
        by_callers = [
            f"{fenced[f'fenced_{name}' if callers == 1 else f'fenced_{name}_{callers}']:.0f} ns"
            for callers in CALLERS
        ]
        callers = "/".join(map(str, CALLERS))
        print(f"fenced {name} through the loader, {callers} callers: {' / '.join(by_callers)}")


if __name__ == "__main__":
    main()
