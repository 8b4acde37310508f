"""The types of expressions and variables compared with those that Go's own checker finds."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.model.package import Package
from modgo_lsp.model.type_text import go_source

GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/go/bin") or "go"

DATA = Path(__file__).parent / "types"
DECLARATIONS = (DATA / "declarations.txt").read_text("utf-8")
# Each compiles. No expression is a type or nil. USE in a statement is where the type of v is looked at.
CASES = [
    case
    for file in ("expressions", "statements")
    for case in (DATA / f"{file}.txt").read_text("utf-8").splitlines()
]


def function(case: str, use: str) -> str:
    """The body of a function that passes the value to `use`."""
    return case.replace("USE", use.format("v")) if "USE" in case else use.format(case)


@pytest.fixture(scope="module")
def of_go(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The types by Go's own checker."""
    folder = tmp_path_factory.mktemp("types")
    functions = "".join(f"func _() {{ {function(each, 'use({})')} }}\n" for each in CASES)
    (folder / "code.txt").write_text(f"package p\n{DECLARATIONS}func use(any) {{}}\n{functions}")
    command = [GO, "run", str(DATA / "printer" / "main.go"), str(folder / "code.txt")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    return dict(zip(CASES, done.stdout.splitlines(), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_types_are_those_of_go(udfs: Callable[..., Package], of_go: dict[str, str], case: str) -> None:
    found = udfs(
        f"{DECLARATIONS}\nfunc of[V any](v V) func(V) {{ return nil }}\n"
        f"func init() {{ {function(case, 'udf.Register(`f`, of({}))')} }}\n"
    )
    signature = found.registrations[0].signature
    assert signature is not None
    assert go_source(signature.parameters[0].type, "example.com/m", str) == of_go[case]
