"""After each of many edits, the findings are those of a fresh run: nothing stale is reused."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import Files, OverlayFiles
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.lint_result import report_findings
from modgo_lsp.lint.run_rules import lint_package
from modgo_lsp.model.finding import Location
from modgo_lsp.model.load import Loader
from tests.edits import GO_MOD, SHOP, random_change

EDITS = int(os.environ.get("MODGO_EXAMPLES", "50"))


def findings(loader: Loader, folder: Path) -> list[object]:
    """The findings of the module, with lines and columns instead of offsets."""
    packages = [loader.package(str(folder / name)) for name in ("", "money", "stock")]
    ours = [package for package in packages if package is not None]
    lines = {file.document.path: file.document.lines for package in ours for file in package.files}

    def plain(value: object) -> object:
        if isinstance(value, Location):
            return value.path, lines[value.path].range(value.span)
        if isinstance(value, msgspec.Struct):
            return [plain(getattr(value, name)) for name in value.__struct_fields__]
        return [plain(each) for each in value] if isinstance(value, tuple) else value

    results = [result for package in ours if (result := lint_package(package)) is not None]
    return [plain(finding) for finding in report_findings(results, lambda _: Settings(root=str(folder)))]


def _next(loader: Loader, files: Files) -> Loader:
    after = loader.next(files)
    assert after is not None
    return after


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_findings_after_edits_are_those_of_a_fresh_run(
    module: Callable[[Mapping[str, bytes]], Path], seed: int
) -> None:
    choose = random.Random(seed)
    folder = module({"go.mod": GO_MOD, **SHOP})
    disk = DiskCache()
    documents = {str(folder / name): opened(str(folder / name), text) for name, text in SHOP.items()}
    undo: list[tuple[str, Document]] = []
    loader = Loader(OverlayFiles(disk.now(), documents))
    for step in range(EDITS):
        if undo and choose.random() < 0.3:
            path, documents[path] = undo.pop()
        else:
            path = choose.choice(list(documents))
            before = documents[path]
            change = random_change(choose, before.source)
            span = Span(before.from_source(change.start), before.from_source(change.end))
            undo.append((path, before))
            documents[path] = edit(before, [(span, change.new)])
            assert documents[path].source == change.apply(before.source)
        files: Files = OverlayFiles(disk.now(), documents)
        loader = loader.next(files) or Loader(files, previous=loader)
        fresh = {path: parse(path, document.source) for path, document in documents.items()}
        result, expected = findings(loader, folder), findings(Loader(OverlayFiles(disk.now(), fresh)), folder)
        assert result == expected, f"after edit {step} of {path}"


def test_an_edit_of_a_test_decides_whether_a_fix_is_safe(
    module: Callable[[Mapping[str, bytes]], Path],
) -> None:
    source = (
        b'package late\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
        b"var _ = udf.Register(`late`, come)\n\nfunc come(n int64, rec *udf.Record) {}\n"
    )
    folder = module({"go.mod": GO_MOD, "late.go": source, "late_test.go": b"package late\n"})
    test = str(folder / "late_test.go")
    disk = DiskCache()
    documents = {test: opened(test, b"package late\n")}
    loader = Loader(OverlayFiles(disk.now(), documents))

    def is_safe() -> bool:
        package = loader.package(str(folder))
        result = None if package is None else lint_package(package)
        assert result is not None
        (finding,) = (each for each in result.findings if each.code == "MG204")
        return finding.fixes[0].safe

    assert is_safe()
    documents[test] = parse(test, b"package late\n\nfunc init() { come(1, nil) }\n")
    files = OverlayFiles(disk.now(), documents)
    loader = _next(loader, files)
    assert not is_safe()


def test_code_that_no_longer_parses_may_declare_the_missing_names(
    module: Callable[[Mapping[str, bytes]], Path],
) -> None:
    source = (
        b'package late\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
        b'type inner struct{ Count int }\n\nfunc init() { udf.Register("count", Count) }\n\nvar n = 1\n'
    )
    folder = module({"go.mod": GO_MOD, "late.go": source})
    path = str(folder / "late.go")
    disk = DiskCache()
    documents = {path: opened(path, source)}
    loader = Loader(OverlayFiles(disk.now(), documents))

    def codes() -> list[str]:
        package = loader.package(str(folder))
        result = None if package is None else lint_package(package)
        assert result is not None
        return [finding.code for finding in result.findings]

    assert codes() == ["MG102"]
    whole = documents[path]
    at = whole.from_source(source.index(b"= 1"))
    for document, expected in ((edit(whole, [(Span(at, at), b"(")]), ["MG400"]), (whole, ["MG102"])):
        documents[path] = document
        files = OverlayFiles(disk.now(), dict(documents))
        loader = _next(loader, files)
        assert codes() == expected
