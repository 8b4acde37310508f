"""What a call costs from C into Go: through the loader, fenced, and through as_module beside Lua.

One run, one set of functions (libmod_go/bench/floor), each program with its own floor: an empty exported
function, or a bare round trip over shared memory.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from bench.figures import ROOT, report

TARGET = ROOT / "target" / f"{platform.system()}-{platform.machine()}"
FUNCTIONS = {
    "get_bin": "get an integer bin",
    "set_bin": "get and set an integer bin",
    "string_arg": "a string argument, get that bin",
    "list10": "a list of 10, give a new one",
    "map10": "a map of 10, give a new one",
}
CALLERS = (1, 2, 8, 64)


def _make(*arguments: str) -> str:
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
    """What a benchmark program prints: a name and a number a line."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {name: float(number) for name, number in (line.split() for line in done.stdout.splitlines())}


def main() -> None:
    _make("bench")
    as_module = _make("-f", "as_module.mk", "bench").split()  # it says how to run its program
    module = as_module[1]
    loader = _figures(TARGET / "bin" / "bench-call", module)
    fenced = _figures(TARGET / "bin" / "bench-fenced", module)
    server = _figures(*as_module)

    floor, loader_floor, futex = server["floor"], loader["floor"], fenced["futex_floor"]
    goal = 1.5 * (futex + loader["get_bin"])
    rows = [
        ("an empty exported Go function", f"{loader_floor:.0f}", f"{floor:.0f}", "", ""),
        *(
            (
                what,
                f"{loader[name]:.0f} ({loader[name] / loader_floor:.1f} ×)",
                f"{server[name]:.0f} ({server[name] / floor:.1f} ×)",
                f"{server[f'lua_{name}']:.0f}",
                f"{server[f'lua_{name}'] / server[name]:.1f} ×",
            )
            for name, what in FUNCTIONS.items()
        ),
        ("two threads beside one", "", f"{server['threads2_speedup']:.2f} ×", "", ""),
    ]
    keys = {f"{name}_ns": server[name] for name in ("floor", *FUNCTIONS)}
    keys |= {f"lua_{name}_ns": server[f"lua_{name}"] for name in FUNCTIONS}
    keys |= {f"loader_{name}_ns": loader[name] for name in ("floor", *FUNCTIONS)}
    keys |= {f"{name}_ns": figure for name, figure in fenced.items()}
    keys["threads2_speedup"] = server["threads2_speedup"]
    report("abi", keys, rows, ("ns a call", "loader", "as_module", "Lua", "Lua / as_module"))
    for name in ("get_bin", "set_bin"):
        by_callers = [
            f"{fenced[f'fenced_{name}' if callers == 1 else f'fenced_{name}_{callers}']:.0f} ns"
            for callers in CALLERS
        ]
        print(f"fenced {name}, {'/'.join(map(str, CALLERS))} callers: {' / '.join(by_callers)}")
    print(
        f"floor of fenced: {futex:.0f} ns a round trip; 1.5 × (it + the unfenced get_bin) is {goal:.0f} ns, "
        f"Lua's get_bin through as_module {server['lua_get_bin']:.0f} ns"
    )


if __name__ == "__main__":
    main()
