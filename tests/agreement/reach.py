"""Compares the functions that UDFs reach, by modgo, with two bounds of golang.org/x/tools: modgo must find
every function that calls with a known target reach (SSA), and none that no call can reach (VTA).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.load import BuildContext, Loader
from modgo_lsp.model.package import Package
from tests.agreement.compare import environment_of
from tests.agreement.oracle import Oracle

SOURCE = Path(__file__).parent / "callgraph"


class Reached(NamedTuple):
    """`functions` counts the functions that are reached. `not_followed` are reached by calls with a known
    target, and modgo misses them. `guessed` are reached only in modgo's opinion."""

    functions: int = 0
    not_followed: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()

    def __add__(self, other: object) -> Reached:
        assert isinstance(other, Reached)
        return Reached(
            self.functions + other.functions,
            (*self.not_followed, *other.not_followed),
            (*self.guessed, *other.guessed),
        )


def build_callgraph(folder: Path, environment: Mapping[str, str]) -> Path:
    """Builds the program that asks x/tools."""
    program = folder / "callgraph"
    command = ["go", "build", "-buildvcs=false", "-o", str(program), "."]
    subprocess.run(command, cwd=SOURCE, env=environment, check=True)
    return program


def compare_reach(
    program: Path, oracle: Oracle, module: Path, pattern: str = "./...", cgo: bool = True
) -> Reached:
    """Compares the packages of the Go module in `module` that match `pattern` with the bounds. x/tools sees
    the output of cgo instead of the source, so real modules are compared without cgo."""
    environment = {**oracle.environment, "CGO_ENABLED": str(int(cgo))}
    ran = subprocess.run(
        [program, pattern], cwd=module, env=environment, capture_output=True, text=True, check=True
    )
    loader = Loader(DiskFiles(), BuildContext(cgo=cgo), environment=environment_of(oracle))
    found = Reached()
    for line in ran.stdout.splitlines():
        found += _package(loader, json.loads(line))
    return found


def _package(loader: Loader, bounds: dict[str, list[str]]) -> Reached:
    package = loader.package(str(bounds["dir"]))
    ours = set() if package is None else _reached(package)
    least, most = set(bounds["static"] or ()), set(bounds["any"] or ())
    return Reached(
        len(ours), tuple(map(_readable, sorted(least - ours))), tuple(map(_readable, sorted(ours - most)))
    )


def _reached(package: Package) -> set[str]:
    """The functions that a package's UDFs reach, in x/tools' format. A closure counts as the function
    around it."""
    found = set()
    for code in package.reached:
        offset = code.declaration.span.start
        if isinstance(code.declaration, ast.FuncDecl):
            offset = code.declaration.name.span.start
        for decl in code.file.syntax.decls:
            if isinstance(decl, ast.FuncDecl) and decl.span.holds(offset):
                offset = decl.name.span.start
        found.add(f"{code.file.path}:{offset}")
    return found


def _readable(place: str) -> str:
    path, _, offset = place.rpartition(":")
    text = Path(path).read_bytes()
    line = text[: int(offset)].count(b"\n") + 1
    return f"{path}:{line}: {text[int(offset) :].splitlines()[0][:80].decode('utf-8', 'replace')}"
