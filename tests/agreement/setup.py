"""Compares lint's errors with the SDK's errors at setup: each package of a generated module is imported by a
program, which Go builds and runs.

Packages whose registrations depend on run-time values are left out, because setup can report more or less.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.run_rules import run_rules
from modgo_lsp.model.load import BuildContext, Loader
from modgo_lsp.model.package import Package
from modgo_lsp.rules.catalogue import RULES
from tests.agreement.compare import Outcome, environment_of
from tests.agreement.modules import ROOT, write
from tests.agreement.oracle import Oracle
from tests.agreement.source import SDK

# A file in the overlay prints setup's errors. Without cgo there is no C to compile.
_REPORTING = "package udf\n\nfunc SetupError() string { return loaded().failure }\n"


def compare_setup(oracle: Oracle, module: Path, most: int) -> Outcome:
    """Compares at most `size` packages of a generated module that need no cgo and are type-correct."""
    context = BuildContext(cgo=False)
    loader = Loader(DiskFiles(), context, environment=environment_of(oracle))
    verdicts = {each["dir"]: each for each in oracle.asks("judge", "./...", module)}
    chosen = [
        package
        for directory, verdict in verdicts.items()
        if not verdict["errors"]
        and (package := loader.package(directory)) is not None
        and _is_static(package)
    ][:most]
    overlay = module / "overlay.json"
    reporting = module / "setup.txt"
    write(reporting, _REPORTING)
    write(overlay, json.dumps({"Replace": {str(ROOT / "udf" / "setup_error.go"): str(reporting)}}))
    for number, package in enumerate(chosen):
        text = f'package main\n\nimport (\n\t"{SDK}"\n\t_ "{package.import_path}"\n)\n\n'
        write(module / "run" / f"r{number}" / "main.go", text + "func main() { print(udf.SetupError()) }\n")
    programs = module / "programs"
    programs.mkdir()
    environment = {**oracle.environment, "CGO_ENABLED": "0"}
    command = ["go", "build", "-overlay", overlay, "-o", f"{programs}/", "./run/..."]
    subprocess.run(command, cwd=module, env=environment, check=True)
    outcome = Outcome()
    for number, package in enumerate(chosen):
        ran = subprocess.run([programs / f"r{number}"], capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            outcome += _compared(
                package, [line for line in set(ran.stderr.splitlines()) if _reports_problem(line)]
            )
    return outcome


def _is_static(package: Package) -> bool:
    """Whether every registration, here and in imported packages, certainly runs. Some importers call a
    Setup function, and they need not be in the program."""
    members = (package, *package.dependencies)
    return (
        package.name != "main"
        and all(
            registration.dynamic is None and registration.reachable
            for member in members
            for registration in member.registrations
        )
        and not any(b"func Setup()" in file.document.text for member in members for file in member.files)
    )


def _reports_problem(line: str) -> bool:
    """Whether a line of setup's output reports a problem."""
    return line.startswith('- "')


def _depends_on_values(line: str) -> bool:
    """Whether a problem depends on run-time values: setup checks nothing else of a nil function."""
    return "the function is nil" in line


def _compared(package: Package, reported: list[str]) -> Outcome:
    members = (package, *package.dependencies)
    errors = [
        f"{finding.code} {finding.message}"
        for member in members
        for finding in run_rules(member)
        if RULES[finding.code].severity == "error" and finding.code < "MG3"
    ]
    refused = reported if errors else [line for line in reported if not _depends_on_values(line)]
    if bool(errors) == bool(refused):
        return Outcome(agreed=1)
    return Outcome(different=(f"{package.directory}\n  lint  {errors}\n  setup {reported}",))
