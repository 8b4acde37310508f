"""Fixes in every layout of the code around them: what else is on the line, calls over several lines, CRLF.

A fix changes nothing else, and leaves code that gofmt had formatted as gofmt formats it.
"""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.apply_fixes import apply
from modgo_lsp.lint.lint_paths import lint_paths

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/shop\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n"
UDFS = "\n\nfunc Add(rec *udf.Record) {}\n\nfunc Sub(rec *udf.Record) {}\n\nfunc f() {}\n"

# What follows a registration on its line.
TAILS = (
    "",
    " // comment",
    " /* comment */",
    "; f()",
    "; f() // comment",
    " // two // slashes",
    " /* a */ // b",
)
INITS = (
    'func init() {\n\tudf.Register("add", Add)TAIL\n}',
    'func init() {\n\tf()\n\tudf.Register("add", Add)TAIL\n\tf()\n}',
    'func init() {\n\tif true {\n\t\tudf.Register("add", Add)TAIL\n\t}\n}',
    'func init() {\n\tudf.Register(\n\t\t"add",\n\t\tAdd,\n\t)TAIL\n}',
    'func init() {\n\tudf.Register( /* the name */ "add", Add)TAIL\n}',
    'func init() {\n\tf()\n\n\tudf.Register("add", Add)TAIL\n\n\tf()\n}',
)
ONE_LINERS = ('func init() { udf.Register("add", Add) }', 'func init() { udf.Register("add", Add); f() }')


def gofmt(text: bytes) -> bytes:
    done = subprocess.run(["gofmt"], input=text, capture_output=True)
    assert done.returncode == 0, (done.stderr, text)
    return done.stdout


def fixed(folder: Path, text: str, code: str) -> bytes:
    """The text after the only fix of the first finding with that code; the fix makes the finding go away."""
    path = folder / "shop.go"
    (folder / "go.mod").write_text(GO_MOD)
    path.write_bytes(text.encode())
    outcome = lint_paths([str(folder)], DiskFiles())
    (finding, *others) = [each for each in outcome.findings if each.code == code]
    (fix,) = finding.fixes
    after = apply(outcome.documents[str(path)], list(fix.edits))
    path.write_bytes(after)
    left = [each.code for each in lint_paths([str(folder)], DiskFiles()).findings]
    assert left.count(code) == len(others), after.decode()
    assert "MG400" not in left, after.decode()
    return after


@pytest.mark.parametrize("windows", [False, True], ids=["", "windows"])
@pytest.mark.parametrize(
    ("init", "tail"), [*itertools.product(INITS, TAILS), *((each, "") for each in ONE_LINERS)]
)
def test_a_registration_is_added(tmp_path: Path, init: str, tail: str, windows: bool) -> None:
    text = f'package shop\n\nimport "{SDK}"\n\n{init.replace("TAIL", tail)}{UDFS}'
    if windows:
        text = text.replace("\n", "\r\n")
    after = fixed(tmp_path, text, "MG101").decode()
    assert after.count('udf.Register("sub", Sub)') == 1, after
    assert after.count("\r\n") == (after.count("\n") if windows else 0), after
    # All else but white space and semicolons is as it was. A registration behind a condition may not run: the
    # call goes to a new init.
    left = "".join(after.replace('udf.Register("sub", Sub)', "").replace(";", "").split())
    before = "".join(text.replace(";", "").split())
    assert left == (before.replace("funcf(){}", "funcinit(){}funcf(){}") if "if true" in init else before), (
        after
    )
    assert after.index('"add"') < after.index('"sub"'), after
    plain, was = after.replace("\r\n", "\n").encode(), text.replace("\r\n", "\n").encode()
    if gofmt(was) == was and "; f()" not in text:
        assert gofmt(plain) == plain, after


LOG = '"log"'
IMPORTS = {
    f'import "{SDK}"\nimport {LOG}\n': True,
    f'import {LOG}\nimport "{SDK}"\n': True,
    f'import (\n\t{LOG}\n\n\t"{SDK}"\n)\n': True,
    f'import (\n\t"{SDK}"\n\t{LOG}\n)\n': True,
    f'import (\n\t"{SDK}"\n)\n\nimport (\n\t{LOG}\n)\n': True,
    f'import (\n\t"{SDK}"\n\tl {LOG}\n)\n': True,
    # Something else stands on its line: the import stays, and Go says so.
    f'import "{SDK}"; import {LOG}\n': False,
    f'import {LOG}; import "{SDK}"\n': False,
    f'import (\n\t{LOG}; "{SDK}"\n)\n': False,
    f'import (\n\t"{SDK}"; {LOG}\n)\n': False,
    f'import "{SDK}"\nimport {LOG} // why\n': False,
    f'import "{SDK}"\n/* why */ import {LOG}\n': False,
    f'import (\n\t"{SDK}"\n\t{LOG} // why\n)\n': False,
}


@pytest.mark.parametrize("windows", [False, True], ids=["", "windows"])
@pytest.mark.parametrize("used_elsewhere", [False, True], ids=["", "used"])
@pytest.mark.parametrize("imports", IMPORTS)
def test_an_import_is_removed_with_its_last_use(
    tmp_path: Path, imports: str, used_elsewhere: bool, windows: bool
) -> None:
    name = "l" if f"l {LOG}" in imports else "log"
    text = (
        f'package shop\n\n{imports}\nfunc init() {{\n\tudf.Register("add", Add)\n}}\n\n'
        f"func Add(rec *udf.Record) error {{\n\t{name}.Fatal(rec.Update())\n\treturn nil\n}}\n"
    )
    if used_elsewhere:
        text += f"\nfunc note() {{\n\t{name}.Print(1)\n}}\n"
    if windows:
        text = text.replace("\n", "\r\n")
    after = fixed(tmp_path, text, "MG301").decode()
    assert (LOG in after) == (used_elsewhere or not IMPORTS[imports]), after
    assert f'"{SDK}"' in after
    assert after.count("\r\n") == (after.count("\n") if windows else 0), after
    assert ("// why" in after, "/* why */" in after) == ("// why" in text, "/* why */" in text)


@pytest.mark.parametrize("name", [".", "_"])
def test_an_import_without_a_name_of_its_own_stays(tmp_path: Path, name: str) -> None:
    call = "Fatal" if name == "." else "log.Fatal"
    other = "" if name == "." else f"\t{LOG}\n"
    text = (
        f'package shop\n\nimport (\n\t{name} {LOG}\n{other}\t"{SDK}"\n)\n\n'
        'func init() {\n\tudf.Register("add", Add)\n}\n\n'
        f"func Add(rec *udf.Record) error {{\n\t{call}(rec.Update())\n\treturn nil\n}}\n"
    )
    assert f"{name} {LOG}" in fixed(tmp_path, text, "MG301").decode()
