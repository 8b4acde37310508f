"""UDFs under more callers than processors, without a server: unfenced, fenced, and in Lua.

Four threads on two processors call a function through Aerospike's own as_module_apply_record, for a moment in
each mode in turns. CPU is that of all processes, workers among them. The goals are those of calls in a server
(bench.asd), whose own work for each call makes the difference to Lua smaller than it is here.

    python -m bench.load [--rounds 7] [--milliseconds 200]
"""

from __future__ import annotations

import argparse
import subprocess
from collections import defaultdict

from bench.abi import make
from bench.figures import report
from bench.load_table import FUNCTIONS, HEADER, MODES, Round, Rounds, figures, rows


def _measure(rounds: int, milliseconds: int) -> dict[str, Rounds]:
    # It prints the program to run, and its arguments.
    command = make("-f", "as_module.mk", "bench-load").split()
    done = subprocess.run(
        [*command, str(rounds), str(milliseconds)], check=True, stdout=subprocess.PIPE, text=True
    )
    results: dict[str, dict[str, list[Round]]] = defaultdict(lambda: {mode: [] for mode in MODES})
    for line in done.stdout.splitlines():
        function, mode, operations, cpu = line.split()
        results[function][mode].append(Round(float(operations), float(cpu)))
    return {function: results[function] for function in FUNCTIONS}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.load")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--milliseconds", type=int, default=200)
    options = parser.parse_args()
    results = _measure(options.rounds, options.milliseconds)
    report("load", figures(results), rows(results, compared=False), HEADER)
    print("× Lua: operations (CPU). The goals are for calls in a server: make bench-asd.")


if __name__ == "__main__":
    main()
