"""Lint on real Go modules from the module proxy: `python -m tests.agreement.real MODULE@VERSION…`.

For each Go module: modgo reports nothing about its packages, which do not import the SDK, and never fails.
It gives expressions the same types as go/types. Once each package has a file that registers its own
functions and methods, lint and the oracle report the same, and with --calls these reach the functions that
x/tools finds. Prints counts, and exits with 1 if they differ. Downloads go to Go's module cache and to a
temporary folder.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.figures import report
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import Machine, lint_paths
from tests.agreement.compare import Outcome, compare
from tests.agreement.modules import ROOT
from tests.agreement.oracle import Oracle, build_oracle
from tests.agreement.reach import Reached, build_callgraph, compare_reach
from tests.agreement.source import SDK
from tests.agreement.typed import Typed, compare_types

MODULES = [
    "k8s.io/kubernetes@v1.33.0",
    "github.com/prometheus/prometheus@v0.304.0",
    "github.com/gohugoio/hugo@v0.147.0",
]

# At most so many functions of a package are registered, so that no package dominates.
_REGISTERED = 60


class Silence(NamedTuple):
    """The number of packages without the SDK that were linted, and the findings and failures."""

    packages: int
    reports: tuple[str, ...]


def folder_name(module: str) -> str:
    """The name of a module's copy. The last element is not enough: many modules end in /v2."""
    return module.replace("/", "+").replace("@", "+")


def fetch(module: str, folder: Path, environment: Mapping[str, str]) -> Path:
    """Copies a Go module, and downloads its requirements to the module cache. Returns the folder."""
    ran = _go(ROOT, environment, "mod", "download", "-json", module)
    copy = folder / folder_name(module)
    shutil.copytree(json.loads(ran)["Dir"], copy)
    for path in (copy, *copy.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    # A published module lacks its vendor folder and its nested modules.
    shutil.rmtree(copy / "vendor", ignore_errors=True)
    (copy / "go.work").unlink(missing_ok=True)
    for replace in json.loads(_go(copy, environment, "mod", "edit", "-json")).get("Replace") or ():
        path, new = replace["Old"]["Path"], replace["New"]["Path"]
        if new.startswith(".") and not (copy / new / "go.mod").exists():
            sibling = module.partition("@")[2].replace("v1.", "v0.", 1)  # as Kubernetes numbers them
            _go(copy, environment, "mod", "edit", f"-dropreplace={path}", f"-require={path}@{sibling}")
    _go(copy, environment, "mod", "tidy", "-e")
    return copy


def silence(folder: Path) -> Silence:
    """Lints a tree without the SDK as `modgo lint` does."""
    outcome = lint_paths([str(folder)], DiskFiles(), machine=Machine(lambda _: find_go_environment()))
    reports = [f"{each.location.path}: {each.code} {each.message}" for each in outcome.findings]
    return Silence(outcome.counts.packages, (*reports, *map(str, outcome.problems)))


def register_all(folder: Path, oracle: Oracle, pattern: str = "./...") -> int:
    """Adds to each package of a Go module a file that registers its declarations, up to a limit. Returns
    the number of packages."""
    _go(folder, oracle.environment, "mod", "edit", f"-require={SDK}@v1.0.0", f"-replace={SDK}={ROOT}/udf")
    written = 0
    for one in list(oracle.asks("members", pattern, folder)):
        if one["errors"] or not one["functions"]:
            continue
        rng = random.Random(one["path"])
        calls = [call.replace("%", "") for call in one["functions"]]
        calls = rng.sample(calls, min(len(calls), _REGISTERED))
        for name in rng.sample(one["types"], min(len(one["types"]), _REGISTERED // 4)):
            calls.append(f"func(_ {name.replace('%', '')}) (_ {name.replace('%', '')}) {{ panic(0) }}")
        lines = [f'\tmodgo_udf.Register("p{written}_f{n}", {call})' for n, call in enumerate(calls)]
        text = f'package {one["name"]}\n\nimport modgo_udf "{SDK}"\n\nfunc init() {{\n'
        Path(one["dir"], "zz_modgo_udf.go").write_text(text + "\n".join(lines) + "\n}\n")
        written += 1
    _go(folder, oracle.environment, "mod", "tidy", "-e")
    return written


def _go(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    ran = subprocess.run(
        ["go", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"go {' '.join(arguments)}: {ran.stderr[-2000:]}")
    return ran.stdout


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.agreement.real")
    parser.add_argument("modules", nargs="*", default=MODULES, help="as MODULE@VERSION")
    parser.add_argument("--pattern", default="./...", help="which packages get registrations")
    parser.add_argument("--keep", type=Path, help="leave the copies here")
    parser.add_argument("--calls", action="store_true", help="follow calls too; takes much memory and time")
    given = parser.parse_args()
    rows = []
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        oracle = build_oracle(Path(scratch))
        for module in given.modules:
            started = time.monotonic()
            folder = fetch(module, given.keep or Path(scratch), oracle.environment)
            quiet = silence(folder)
            typed = compare_types(oracle, folder, given.pattern)
            registering = register_all(folder, oracle, given.pattern)
            outcome = compare(oracle, folder, module, given.pattern)
            reached = Reached()
            if given.calls:
                program = build_callgraph(Path(scratch), oracle.environment)
                reached = compare_reach(program, oracle, folder, given.pattern, cgo=False)
            calls = (*reached.not_followed, *reached.guessed)
            print(*quiet.reports, *typed.different, *outcome.different, *calls, sep="\n")
            wrong += len(quiet.reports) + len(typed.different) + len(outcome.different) + len(calls)
            rows.append(_row(module, quiet, typed, registering, outcome, reached))
            print(*rows[-1], f"{time.monotonic() - started:.0f} s", sep="  ", flush=True)
    report(
        "agreement-real",
        {"wrong": wrong},
        rows,
        (
            "Go module",
            "packages",
            "findings in them",
            "expressions",
            "not known",
            "differ",
            "UDF packages",
            "agree",
            "functions reached",
            "wrongly",
        ),
    )
    return int(wrong > 0)


def _row(
    module: str, quiet: Silence, typed: Typed, registering: int, outcome: Outcome, reached: Reached
) -> tuple[str, ...]:
    numbers = (
        quiet.packages,
        len(quiet.reports),
        typed.same + len(typed.unknown) + len(typed.different),
        len(typed.unknown),
        len(typed.different),
        registering,
        outcome.agreed,
        reached.functions,
        len(reached.not_followed) + len(reached.guessed),
    )
    return (module, *map(str, numbers))


if __name__ == "__main__":
    sys.exit(main())
