"""What a snapshot shows of the files of a workspace: documents, packages and findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.load import Loader
from modgo_lsp.report.fingerprint import fingerprint
from modgo_lsp.report.sources import Sources
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.workspace.revision_process import BASE
from modgo_lsp.server.workspace.snapshot import Snapshot

from .analysed_files import AnalysedFiles
from .conftest import CLEAN, GO_MOD, UNREGISTERED

LARGE = "// " + "x" * 1000 + "\n"
PLAIN = "package stats\n\nfunc Plain() {}\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AnalysedFiles:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = AnalysedFiles(tmp_path / "m")
    found.write("go.mod", GO_MOD)
    found.write("stats.go", UNREGISTERED)
    return found


def codes(snapshot: Snapshot, files: AnalysedFiles, *folders: str) -> dict[str, list[str]]:
    by_path = snapshot.by_path([files.path(each).rstrip("/") for each in folders or ("",)])
    return {
        str(Path(path).relative_to(files.root)): [each.code for each in found]
        for path, found in by_path.items()
    }


def test_each_file_of_a_package_has_its_findings_or_none(files: AnalysedFiles) -> None:
    files.write("plain.go", PLAIN)
    files.write("other/other.go", "package other\n")
    assert codes(files.snapshot(), files) == {"stats.go": ["MG101"], "plain.go": []}
    snapshot = files.snapshot()
    assert [each.code for each in snapshot.findings_of(files.path("stats.go"))] == ["MG101"]
    assert snapshot.findings_of(files.path("plain.go")) == []
    assert snapshot.findings_of(files.path("nothing.go")) == []
    assert codes(snapshot, files, "other") == {"other/other.go": []}
    assert codes(snapshot, files, "nothing") == {}
    everything = {"stats.go": ["MG101"], "plain.go": [], "other/other.go": []}
    assert codes(snapshot, files, "", "other", "nothing") == everything
    assert snapshot.package(files.path("nothing")) is None


def test_findings_of_the_revision_are_not_reported(files: AnalysedFiles) -> None:
    files.write("more/more.go", UNREGISTERED)
    every = files.snapshot()
    found = every.findings_of(files.path("stats.go"))
    known = [fingerprint(each, Sources(every.files, BASE), {}) for each in found]
    assert codes(every, files, "", "more") == {"stats.go": ["MG101"], "more/more.go": ["MG101"]}
    after = codes(files.snapshot(known=known), files, "", "more")
    assert after == {"stats.go": [], "more/more.go": ["MG101"]}


SMALL_LIMIT = {"max-file-size": "1 kB"}


@pytest.mark.parametrize(
    ("name", "text", "overrides", "found"),
    [
        ("stats.go", UNREGISTERED + LARGE, {}, ["MG101"]),
        ("stats.go", UNREGISTERED + LARGE, SMALL_LIMIT, ["MG410"]),
        ("stats.go", UNREGISTERED, SMALL_LIMIT, ["MG101"]),
        ("stats.go", UNREGISTERED + LARGE, {**SMALL_LIMIT, "ignore": ["MG410"]}, []),
        ("stats.go", PLAIN + LARGE, SMALL_LIMIT, []),
        ("more.go", CLEAN.replace("add", "more") + LARGE, SMALL_LIMIT, ["MG410"]),
    ],
)
def test_a_document_that_is_too_large_has_a_finding_about_that(
    files: AnalysedFiles, name: str, text: str, overrides: dict[str, Any], found: list[str]
) -> None:
    files.open(name, text)
    assert codes(files.snapshot(overrides), files)[name] == found
    assert codes(files.snapshot(overrides), files, "other") == {}


def test_a_large_document_that_is_no_go_file_has_no_findings(files: AnalysedFiles) -> None:
    files.open("notes.md", UNREGISTERED + LARGE)
    assert codes(files.snapshot(SMALL_LIMIT), files) == {"stats.go": ["MG101"]}


def test_the_documents_and_lines_of_files(files: AnalysedFiles) -> None:
    files.write("small.go", PLAIN)
    files.write("large.go", PLAIN + LARGE)
    files.write("other/small.go", PLAIN)
    files.write("other/large.go", PLAIN + LARGE)
    files.open("open.go", PLAIN)
    files.open("open_large.go", PLAIN + LARGE)
    snapshot = files.snapshot(SMALL_LIMIT)

    def count(name: str) -> int | None:
        lines = snapshot.lines(files.path(name))
        return None if lines is None else lines.line_count

    def text(name: str) -> str | None:
        document = snapshot.document(files.path(name))
        return None if document is None else document.source.decode()

    names = [
        "small.go",
        "other/small.go",
        "open.go",
        "other/large.go",
        "open_large.go",
        "nothing.go",
        "other",
    ]
    for read in ("first", "cached"):
        assert [count(each) for each in names] == [4, 4, 4, 5, 1, None, None], read
    assert [text(each) for each in names if "/large" not in each] == [PLAIN, PLAIN, PLAIN, None, None, None]
    assert snapshot.document(files.path("open.go")) is files.documents.by_path[files.path("open.go")].document
    assert snapshot.uri(files.path("a b.go")) == files.uri("a b.go")


def test_the_uri_of_an_open_document_is_the_clients(files: AnalysedFiles) -> None:
    path = files.path("stats.go")
    uri = files.uri("stats.go").replace("stats", "%73tats")
    files.documents.open(wire.Item(uri, CLEAN, 1))
    assert files.snapshot().uri(path) == uri


def built(files: AnalysedFiles, code: str, start: int, end: int) -> Finding:
    return Finding(code, "error", "of the build", Location(files.path("stats.go"), Span(start, end)))


def test_findings_of_a_build_are_beside_those_of_rules(files: AnalysedFiles) -> None:
    (linted,) = files.snapshot().findings_of(files.path("stats.go"))
    place = linted.location.span
    same = built(files, linted.code, place.start, place.end)
    first, last = built(files, "MG401", 0, 3), built(files, "MG401", len(UNREGISTERED) - 1, len(UNREGISTERED))
    elsewhere = Finding("MG401", "error", "elsewhere", Location(files.path("gone.go"), Span(0, 1)))
    snapshot = files.snapshot(built={str(files.root): (last, elsewhere, same, first)})
    assert snapshot.directories() == {str(files.root)}
    assert snapshot.by_path([str(files.root)]) == {
        files.path("stats.go"): [first, linted, last],
        files.path("gone.go"): [elsewhere],
    }
    assert snapshot.by_path([files.path("other")]) == {}


def test_findings_of_a_build_are_at_their_places_in_open_documents(files: AnalysedFiles) -> None:
    """The text of an open document has capacity between declarations, so its offsets are others."""
    start = UNREGISTERED.index("Extra")
    files.open("stats.go")
    for code in ("MG401", "MG101"):
        finding = built(files, code, start, start + 5)
        snapshot = files.snapshot(built={str(files.root): (finding,)})
        found = snapshot.findings_of(files.path("stats.go"))
        assert [each.code for each in found] == sorted({"MG101", code})
        line = UNREGISTERED.count("\n", 0, start)
        lines = snapshot.lines(files.path("stats.go"))
        assert lines is not None
        for each in found:
            assert lines.encoded(each.location.span.start, "utf-16") == (line, 5)
            assert lines.encoded(each.location.span.end, "utf-16") == (line, 10)


def stale(files: AnalysedFiles, name: str) -> LintResult:
    return LintResult(files.path(name), (), (), {}, (), (), False, True, True)


def test_packages_that_an_edit_may_concern_are_not_taken_from_the_index(files: AnalysedFiles) -> None:
    sdk = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
    for name, imports in (("a", "b"), ("b", ""), ("c", "a"), ("d", ""), ("e", "d")):
        imported = f'import "example.com/stats/{imports}"\n\nvar _ = {imports}.X\n' if imports else ""
        text = f'package {name}\n\n{sdk}{imported}\nvar X = 1\n\nvar _ = udf.Register("{name}", U)\n\n'
        files.write(f"{name}/{name}.go", text + "func U(r *udf.Record) {}\n")
    indexed = {files.path(name): stale(files, name) for name in "edcba"}
    files.open("a/a.go")
    snapshot = files.snapshot(indexed=indexed)
    results = snapshot.workspace_results()
    assert [each.directory for each in results] == [files.path(name) for name in "abcde"]
    assert [each is indexed[each.directory] for each in results] == [False, False, False, True, True]
    assert snapshot.with_importers([files.path("a")]) == {files.path("a"), files.path("c")}
    files.close("a/a.go")
    assert files.snapshot(indexed=indexed).workspace_results() == [indexed[files.path(n)] for n in "abcde"]


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("stats.go", "stats"),
        ("stats_test.go", "stats"),
        ("testdata/udf/add.case.json", "stats"),
        ("testdata/udf/add.record.json", "stats"),
        ("testdata/udf/deep/add.case.json", None),
        ("add.case.json", None),
        ("other/other.go", None),
        ("go.mod", None),
    ],
)
def test_the_package_of_a_file(
    files: AnalysedFiles, caplog: pytest.LogCaptureFixture, name: str, package: str | None
) -> None:
    found = files.snapshot().package_of(files.path(name))
    assert (None if found is None else found.name) == package
    assert caplog.messages == []


@pytest.mark.parametrize(
    "names", [["stats.go"], ["testdata/udf/a.json"], ["stats.go", "testdata/udf/a.json"]]
)
def test_edits_of_every_document_are_worked_in_before_diagnostics(
    files: AnalysedFiles, names: list[str]
) -> None:
    for name in names:
        files.open(name, "package stats\n")
        files.insert(name, 0, "\n")
    assert files.documents.pending == 401 * len(names)
    files.publish()
    assert files.documents.pending == 0


def failing(*_: object) -> None:
    raise ZeroDivisionError


def test_a_package_that_cannot_be_loaded_is_logged_once_and_left_out(
    files: AnalysedFiles, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    files.open("stats.go")
    monkeypatch.setattr(Loader, "package", failing)
    snapshot = files.snapshot()
    assert codes(snapshot, files) == {}
    assert snapshot.workspace_results() == []
    assert snapshot.package(str(files.root)) is None
    assert caplog.messages == [f"Could not load the package in {files.root}"]


def test_a_package_that_cannot_be_linted_has_no_findings(
    files: AnalysedFiles, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("modgo_lsp.server.workspace.analysis.lint_package", failing)
    snapshot = files.snapshot()
    assert codes(snapshot, files) == {"stats.go": []}
    assert snapshot.findings_of(files.path("stats.go")) == []
    assert caplog.messages == [f"Could not lint {files.root}"]


def test_settings_are_read_again_when_they_may_have_changed(files: AnalysedFiles) -> None:
    files.write("modgo.toml", 'ignore = ["MG101"]\n')
    root, overrides = str(files.root), {"severity": {"MG102": "error"}}
    first = files.snapshot(overrides).configuration(root)
    assert first.settings.ignore == ("MG101",)
    files.write("stats.go", CLEAN)
    files.open("stats.go", UNREGISTERED)
    assert files.snapshot(overrides).configuration(root) is first
    other = files.snapshot({}).configuration(root)
    assert other is not first
    assert other.settings.severity != first.settings.severity
    files.write("modgo.toml", 'ignore = ["MG103"]\n')
    assert files.snapshot(overrides).configuration(root).settings.ignore == ("MG103",)
    files.open("modgo.toml", 'ignore = ["MG104"]\n')
    assert files.snapshot(overrides).configuration(root).settings.ignore == ("MG104",)
    files.open("new.go", CLEAN)
    snapshot = files.snapshot(overrides)
    assert snapshot.configuration(root) is snapshot.configuration(root)
    assert snapshot.configuration(files.path("other")).settings.ignore == ("MG104",)


def test_a_loader_is_released_when_it_is_replaced(files: AnalysedFiles) -> None:
    def released(overrides: dict[str, Any] | None = None) -> int:
        before = files.released
        files.snapshot(overrides).package(str(files.root))
        return files.released - before

    files.open("stats.go")
    old = files.snapshot()
    assert released() == 0
    assert released() == 0
    files.insert("stats.go", 9, "\n")
    assert released() == 0
    assert not files.snapshot().is_superseded
    assert old.is_superseded
    old.package(str(files.root))
    assert files.released == 1  # that of the old one
    assert released() == 0
    assert released({"go": "/no/such/go"}) == 1
    assert released({"go": "/no/such/go"}) == 0
