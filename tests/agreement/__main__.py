"""Prints agreements and disagreements between lint and the oracle, over generated modules.

`python -m tests.agreement --packages 5000 --seed 1` exits with 1 if there is a disagreement.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.figures import report
from tests.agreement.calling import write_calling
from tests.agreement.compare import Outcome, compare
from tests.agreement.modules import (
    write_every_mutant,
    write_module,
    write_mutants,
    write_oddities,
    write_sweep,
)
from tests.agreement.oracle import Oracle, build_oracle
from tests.agreement.reach import Reached, build_callgraph, compare_reach
from tests.agreement.setup import compare_setup

# Packages in one module of calls.
_CALLING = 40


def run_batch(folder: Path, oracle: Oracle, seed: int, size: int, layout: str | None = None) -> Outcome:
    """Writes a module of `size` packages and compares lint with the oracle on it."""
    folder.mkdir(parents=True)
    oracle = oracle.with_cache(folder)
    module, layout = write_module(folder, seed, size, oracle.environment, layout)
    return compare(oracle, module, f"seed {seed} ({layout})")


def run_sweep(folder: Path, oracle: Oracle, pattern: str) -> Outcome:
    """The same for a module that registers all exports of the packages of Go's library that match
    `pattern`."""
    folder.mkdir(parents=True)
    return compare(oracle, write_sweep(folder, oracle, pattern), pattern)


def run_mutants(folder: Path, oracle: Oracle, seed: int, size: int) -> Outcome:
    """The same for mutants of the examples."""
    folder.mkdir(parents=True)
    return compare(oracle, write_mutants(folder, seed, size), f"mutants of seed {seed}")


def run_every_mutant(folder: Path, oracle: Oracle) -> Outcome:
    """The same for all mutants of the examples with one change."""
    folder.mkdir(parents=True)
    return compare(oracle, write_every_mutant(folder), "mutants with one change")


def run_oddities(folder: Path, oracle: Oracle, seed: int) -> Outcome:
    """The same for each odd form, once."""
    folder.mkdir(parents=True)
    return compare(oracle, write_oddities(folder, seed), f"oddities of seed {seed}")


def run_setup(folder: Path, oracle: Oracle, seed: int, size: int) -> Outcome:
    """Compares lint's errors with the SDK's errors at setup, for `size` packages."""
    outcome = Outcome()
    while size > 0:
        here = folder / f"setup{seed}"
        here.mkdir(parents=True)
        with_cache = oracle.with_cache(here)
        module, _ = write_module(here, seed, 80, with_cache.environment, "plain")
        outcome += compare_setup(with_cache, module, min(size, 40))
        seed, size = seed + 1, size - 40
    return outcome


def run_calling(folder: Path, oracle: Oracle, seed: int, size: int) -> Reached:
    """Compares the functions that UDFs reach with x/tools, in modules made of calls."""
    folder.mkdir(parents=True)
    program = build_callgraph(folder, oracle.environment)
    found = Reached()
    for number in range(max(1, size // _CALLING)):
        module = write_calling(folder / f"calls{number}", seed + number, _CALLING)
        found += compare_reach(program, oracle, module)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.agreement")
    parser.add_argument("--packages", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=200, help="packages in one Go module")
    parser.add_argument("--setup", type=int, default=200, help="packages that are built and set up")
    parser.add_argument("--calling", type=int, default=400, help="packages whose calls are followed")
    parser.add_argument("--keep", type=Path, help="leave the modules here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        oracle = build_oracle(Path(scratch))
        total = run_sweep(folder / "library", oracle, "std")
        _print("Go's library", total, total)
        outcome = run_oddities(folder / "oddities", oracle, given.seed)
        total += outcome
        _print("oddities", outcome, total)
        outcome = run_every_mutant(folder / "changes", oracle)
        total += outcome
        _print("mutants of the examples with one change", outcome, total)
        outcome = run_mutants(folder / "mutants", oracle, given.seed, 500)
        total += outcome
        _print("mutants of the examples", outcome, total)
        seed = given.seed
        while total.agreed + len(total.different) < given.packages:
            outcome = run_batch(folder / f"seed{seed}", oracle, seed, given.batch)
            total += outcome
            _print(f"seed {seed}", outcome, total)
            seed += 1
        outcome = run_setup(folder / "setup", oracle, given.seed, given.setup)
        total += outcome
        _print("built and set up", outcome, total)
        reached = run_calling(folder / "calling", oracle, given.seed, given.calling)
        _print_reached(reached)
    disagreed = len(total.different) + len(reached.not_followed) + len(reached.guessed)
    compared = total.agreed + len(total.different)
    report(
        "agreement",
        {
            "modules": compared,
            "agreements": total.agreed,
            "disagreements": disagreed,
            "ill-typed": total.ill,
            "functions reached": reached.functions,
        },
        [(str(compared), str(total.agreed), str(total.ill), str(reached.functions), str(disagreed))],
        ("UDF modules", "agreements", "and not type-correct", "functions reached", "disagreements"),
    )
    return int(disagreed > 0)


def _print(what: str, outcome: Outcome, total: Outcome) -> None:
    print(*outcome.different, sep="\n", end="\n" if outcome.different else "")
    print(
        f"{what}: {outcome.agreed} agreements, {len(outcome.different)} disagreements "
        f"({outcome.ill} not type-correct); {total.agreed} in all",
        flush=True,
    )


def _print_reached(reached: Reached) -> None:
    for place in reached.not_followed:
        print(f"not followed: {place}")
    for place in reached.guessed:
        print(f"guessed: {place}")
    wrong = len(reached.not_followed) + len(reached.guessed)
    print(f"calls: {reached.functions} functions reached, {wrong} disagreements", flush=True)


if __name__ == "__main__":
    sys.exit(main())
