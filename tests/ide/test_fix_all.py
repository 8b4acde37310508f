"""Fix-all applies every safe fix, including those that become possible after others."""

from __future__ import annotations

from modgo_lsp.golang.files import DiskFiles, OverlayFiles
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.ide.fix_all import fix_all
from modgo_lsp.lint.apply_fixes import apply
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.run_rules import check_package
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package

SOURCE = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func First(rec *udf.Record) int64 { return 1 }

func Second(rec *udf.Record) int64 { return 2 }

func init() { udf.Register("third", Third) }

func Third(rec udf.Record) int64 { return 3 }
"""


def codes(package: Package) -> list[str]:
    return [finding.code for finding in check_package(package, Settings())]


def test_the_edits_include_all_rounds(package_of):
    package = package_of(stats=SOURCE)
    assert codes(package) == ["MG101", "MG101", "MG206"]
    document = package.files[0].document
    edits = fix_all(document.path, DiskFiles(), Loader(DiskFiles()), Settings())
    after = parse(document.path, apply(document, edits))
    mended = Loader(OverlayFiles(DiskFiles(), {document.path: after})).package(package.directory)
    assert mended is not None
    assert codes(mended) == []
    assert b"func Second(rec *udf.Record)" in after.text


def test_a_file_without_fixes_is_unchanged(package_of):
    source = SOURCE.replace("First", "first").replace("Second", "second").replace("rec udf.", "rec *udf.")
    clean = package_of(stats=source)
    assert codes(clean) == []
    assert fix_all(clean.files[0].document.path, DiskFiles(), Loader(DiskFiles()), Settings()) == ()


def test_deselected_rules_fix_nothing(package_of):
    package = package_of(stats=SOURCE)
    path = package.files[0].document.path
    assert fix_all(path, DiskFiles(), Loader(DiskFiles()), Settings(ignore=("MG1", "MG2"))) == ()


def test_unchanged_lines_stay_out_of_the_edits(package_of):
    """Also in a long file whose lines repeat."""
    functions = "".join(f"func F{each}(rec udf.Record) int64 {{\n\treturn 1\n}}\n\n" for each in range(60))
    registrations = "".join(f'\tudf.Register("f{each}", F{each})\n' for each in range(60))
    head = SOURCE[: SOURCE.index("func First")]
    package = package_of(stats=f"{head}func init() {{\n{registrations}}}\n\n{functions}")
    document = package.files[0].document
    edits = fix_all(document.path, DiskFiles(), Loader(DiskFiles()), Settings())
    changed = [document.text[each.location.span.start : each.location.span.end] for each in edits]
    assert changed == [f"func F{each}(rec udf.Record) int64 {{\n".encode() for each in range(60)]
