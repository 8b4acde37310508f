"""Prints agreements and disagreements between lint and the oracle, over generated modules.

`python -m tests.agreement --packages 5000 --seed 1`; exits with 1 where there is a disagreement.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from bench.figures import report
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.lint.check import judge
from modgo_lsp.model.files import DiskFiles
from modgo_lsp.model.load import Loader
from tests.agreement.modules import write_module, write_mutants, write_sweep

ORACLE = Path(__file__).parent / "oracle"


def build_oracle(folder: Path) -> Path:
    """The oracle's program, built with the real Go."""
    program = folder / "oracle"
    subprocess.run(["go", "build", "-buildvcs=false", "-o", str(program), "."], cwd=ORACLE, check=True)
    return program


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "GOFLAGS": "-modcacherw",
        "GOMODCACHE": str(folder / "cache"),
        "GONOSUMDB": "*",
        "GONOSUMCHECK": "1",
        "GOTOOLCHAIN": "local",
        "GODEBUG": "goindex=0",
    }


def oracle_says(
    program: Path, module: Path, variables: dict[str, str]
) -> dict[str, tuple[list[str], list[str]]]:
    """By folder, the errors of go/types and the findings."""
    ran = subprocess.run([program], cwd=module, env=variables, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    return {line["dir"]: (line["errors"] or [], line["findings"]) for line in lines}


def lint_says(loader: Loader, directory: str) -> list[str]:
    """The findings of MG1xx and MG2xx in a package, as the oracle writes them."""
    package = loader.package(directory)
    found = []
    for finding in [] if package is None else judge(package):
        if finding.code < "MG3":
            path, span = finding.location.path, finding.location.span
            line = Path(path).read_bytes()[: span.start].count(b"\n") + 1
            found.append(f"{finding.code} {Path(path).name}:{line}")
    return sorted(found)


def run_batch(
    folder: Path, program: Path, seed: int, size: int, layout: str | None = None
) -> tuple[int, int, list[str]]:
    """Writes a module of `size` packages and judges it twice: how many packages go/types accepts and both say
    the same of, how many it doesn't accept, and what the disagreements are."""
    folder.mkdir(parents=True)
    variables = environment(folder)
    module, layout = write_module(folder, seed, size, variables, layout)
    return compare(program, module, variables, f"seed {seed} ({layout})")


def run_sweep(folder: Path, program: Path, pattern: str) -> tuple[int, int, list[str]]:
    """Likewise, with all registered that the packages of Go's library export that `pattern` matches."""
    folder.mkdir(parents=True)
    variables = environment(folder)
    return compare(program, write_sweep(folder, program, pattern, variables), variables, pattern)


def run_mutants(folder: Path, program: Path, seed: int, size: int) -> tuple[int, int, list[str]]:
    """Likewise, with mutants of the examples."""
    folder.mkdir(parents=True)
    variables = environment(folder)
    return compare(program, write_mutants(folder, seed, size), variables, f"mutants of seed {seed}")


def compare(
    program: Path, module: Path, variables: dict[str, str], called: str
) -> tuple[int, int, list[str]]:
    theirs = oracle_says(program, module, variables)
    found = find_go_environment()
    found = msgspec.structs.replace(found, module_cache=variables["GOMODCACHE"], mod="")
    loader = Loader(DiskFiles(), environment=found)
    agreed = refused = 0
    different = []
    for directory, (errors, findings) in theirs.items():
        ours = lint_says(loader, directory)
        if errors:
            refused += 1
        elif ours == findings:
            agreed += 1
        else:
            different.append(f"{called} {directory}\n  lint {ours}\n  Go   {findings}")
    return agreed, refused, different


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.agreement")
    parser.add_argument("--packages", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=200, help="packages in one Go module")
    parser.add_argument("--keep", type=Path, help="leave the modules here")
    given = parser.parse_args()
    modules = 0
    with tempfile.TemporaryDirectory() as scratch:
        program = build_oracle(Path(scratch))
        agreed, refused, swept = run_sweep((given.keep or Path(scratch)) / "library", program, "std")
        disagreed = len(swept)
        print(*swept, f"Go's library: {agreed} agreements, {disagreed} disagreements", sep="\n", flush=True)
        same, ill, different = run_mutants(
            (given.keep or Path(scratch)) / "mutants", program, given.seed, 500
        )
        agreed, refused, disagreed = agreed + same, refused + ill, disagreed + len(different)
        print(*different, f"mutants of the examples: {same} agreements of {same + len(different)}", sep="\n")
        while agreed + disagreed < given.packages:
            seed = given.seed + modules
            folder = (given.keep or Path(scratch)) / f"seed{seed}"
            same, ill, different = run_batch(folder, program, seed, given.batch)
            agreed, refused, disagreed = agreed + same, refused + ill, disagreed + len(different)
            modules += 1
            print(*different, sep="\n" if different else "", end="\n" if different else "")
            print(f"{agreed} agreements, {disagreed} disagreements ({refused} not type-correct)", flush=True)
    report(
        "agreement",
        {"modules": agreed + disagreed, "agreements": agreed, "disagreements": disagreed},
        [(str(agreed + disagreed), str(agreed), str(disagreed), str(refused))],
        ("UDF modules", "agreements", "disagreements", "not type-correct"),
    )
    return int(disagreed > 0)


if __name__ == "__main__":
    sys.exit(main())
