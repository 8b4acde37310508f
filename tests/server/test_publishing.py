"""Which diagnostics are sent to which client, as a whole, and when the client is asked to ask again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import Client

from .analysed_files import AnalysedFiles
from .conftest import CLEAN, GO_MOD, UNREGISTERED

SEES_ALL = {"related_information": True, "code_description": True, "unnecessary": True}

# Three findings: one with a related place in the other file, one with a tag.
TEXT = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

var _ = udf.Register("twice", Twice) //modgo:ignore MG102 not needed

func Twice(r *udf.Record) int64 { return 2 }

func Extra(r *udf.Record) int64 { return 1 }
"""
OTHER = 'package stats\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n\
var _ = udf.Register("twice", Twice)\n'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def opened(root: Path, name: str = "stats.go", text: str = TEXT, **capabilities: bool) -> AnalysedFiles:
    files = AnalysedFiles(root / "m", Client(**capabilities))
    files.write("go.mod", GO_MOD)
    files.write(name, text)
    files.open(name)
    return files


def place(text: str, of: str) -> wire.Range:
    start = text.index(of)
    line, column = text.count("\n", 0, start), start - text.rfind("\n", 0, start) - 1
    return wire.Range(wire.Position(line, column), wire.Position(line, column + len(of)))


@pytest.mark.parametrize("lacks", [None, *SEES_ALL])
def test_a_diagnostic_has_what_the_client_can_show(tmp_path: Path, lacks: str | None) -> None:
    can = {name: name != lacks for name in SEES_ALL}
    files = opened(tmp_path, **can)
    files.write("other.go", OTHER)
    (report,) = files.publish()
    assert (report.uri, report.version) == (files.uri("stats.go"), None)
    twice, unused, extra = report.items

    def expected(found: wire.Diagnostic, code: str, severity: int, at: wire.Range, **more: Any) -> Any:
        page = wire.CodeDescription(RULES[code].url) if can["code_description"] else None
        return wire.Diagnostic(at, found.message, severity, code, page, "modgo", **more)

    first = wire.Location(files.uri("other.go"), place(OTHER, '"twice"'))
    related = (wire.Related(first, "registered here first"),) if can["related_information"] else None
    assert twice == expected(twice, "MG103", 1, place(TEXT, '"twice"'), related_information=related)
    tags = (1,) if can["unnecessary"] else None
    assert unused == expected(unused, "MG501", 2, place(TEXT, "MG102"), tags=tags)
    assert extra == expected(extra, "MG101", 2, place(TEXT, "Extra"))
    assert ['"twice"' in twice.message, "MG102" in unused.message, "Extra" in extra.message] == [True] * 3


def test_a_finding_of_a_build_in_a_file_that_is_gone_is_at_its_start(tmp_path: Path) -> None:
    files = opened(tmp_path, text=CLEAN, code_description=True)
    finding = Finding("MG401", "error", "undefined: x", Location(files.path("gone.go"), Span(3, 5)))
    gone, stats = files.publish(files.snapshot(built={str(files.root): (finding,)}))
    start = wire.Range(wire.Position(0, 0), wire.Position(0, 0))
    page = wire.CodeDescription(RULES["MG401"].url)
    found = wire.Diagnostic(start, "undefined: x", 1, "MG401", page, "modgo")
    assert gone == wire.Report(files.uri("gone.go"), None, (found,))
    assert stats == wire.Report(files.uri("stats.go"), None, ())


def reported(reports: list[wire.Report]) -> list[tuple[str, int | None, list[str | None]]]:
    return [
        (each.uri.rpartition("/")[2], each.version, [item.code for item in each.items]) for each in reports
    ]


@pytest.mark.parametrize("versions", [False, True])
def test_only_what_differs_is_sent(tmp_path: Path, versions: bool) -> None:
    files = opened(tmp_path, text=UNREGISTERED, diagnostic_versions=versions)
    first = 1 if versions else None
    assert reported(files.publish()) == [("stats.go", first, ["MG101"])]
    assert files.publish() == []
    end = UNREGISTERED.count("\n")
    files.insert("stats.go", end, "\n", 2)
    assert reported(files.publish()) == ([("stats.go", 2, ["MG101"])] if versions else [])
    files.insert("stats.go", 0, "\n", 3)  # the finding moves
    assert reported(files.publish()) == [("stats.go", 3 if versions else None, ["MG101"])]
    files.insert("stats.go", 0, "\n", None)
    assert reported(files.publish()) == [("stats.go", None, ["MG101"])]
    files.close("stats.go")
    assert reported(files.publish()) == [("stats.go", None, [])]
    assert files.publish() == []
    files.open("stats.go", CLEAN)
    assert reported(files.publish()) == [("stats.go", first, [])]
    files.close("stats.go")
    assert files.publish() == []  # the client has none of it


@pytest.mark.parametrize("pulls", [False, True])
def test_documents_that_the_client_pulls_are_not_pushed(tmp_path: Path, pulls: bool) -> None:
    files = opened(tmp_path, text=CLEAN, pull_diagnostics=pulls)
    files.write("more.go", UNREGISTERED.partition("func init")[0] + "func More(r *udf.Record) {}\n")
    files.write("fine.go", "package stats\n")
    pushed = [("more.go", None, ["MG101"]), ("stats.go", None, [])]
    assert reported(files.publish()) == (pushed[:1] if pulls else pushed)
    files.open("more.go")
    assert reported(files.publish()) == ([("more.go", None, [])] if pulls else [])


TOML = 'selct = ["MG"]\nignore = ["MG101"]\n\tignor = 1 # é\r\n'


@pytest.mark.parametrize("is_open", [False, True])
def test_problems_of_the_configuration_are_on_their_lines(tmp_path: Path, is_open: bool) -> None:
    files = opened(tmp_path, text=UNREGISTERED, diagnostic_versions=True)
    files.write("modgo.toml", TOML)
    if is_open:
        files.open("modgo.toml", version=7)
    toml, stats = files.publish(files.snapshot({"severty": {}}))
    assert (stats.uri, stats.items) == (files.uri("stats.go"), ())
    assert (toml.uri, toml.version) == (files.uri("modgo.toml"), 7 if is_open else None)
    for each, line, end, name in zip(toml.items, (0, 2), (14, 14), ("selct", "ignor"), strict=True):
        assert name in each.message
        assert each == wire.Diagnostic(
            wire.Range(wire.Position(line, 0), wire.Position(line, end)), each.message, 2, source="modgo"
        )
    files.write("modgo.toml", 'ignore = ["MG101"]\n')
    if is_open:
        files.open("modgo.toml", version=8)
    assert reported(files.publish()) == [("modgo.toml", None, [])]


REFRESHES = {
    "lens_refresh": "workspace/codeLens/refresh",
    "hint_refresh": "workspace/inlayHint/refresh",
    "token_refresh": "workspace/semanticTokens/refresh",
}


@pytest.mark.parametrize("capability", REFRESHES)
def test_the_client_is_asked_for_what_it_can_refresh(tmp_path: Path, capability: str) -> None:
    assert changed(tmp_path, {capability: True}) == [REFRESHES[capability]]


def changed(
    root: Path, capabilities: dict[str, bool], edit: str = "twice", opens: Any = ("other.go",)
) -> Any:
    """What is asked for after an edit of stats.go."""
    files = opened(root, **capabilities)
    files.write("other.go", "package stats\n")
    for name in opens:
        files.open(name, "package other\n")
    files.publish()
    assert files.asked() == []
    files.open("stats.go", TEXT.replace(edit, "renamed"))
    files.publish()
    found = files.asked()
    files.publish()
    assert files.asked() == []
    return found


@pytest.mark.parametrize(
    ("edit", "opens", "is_asked"),
    [
        ('"twice"', ["other.go"], True),
        ("Twice", ["other.go"], True),
        ("int64 { return 2", ["other.go"], True),
        ("return 1", ["other.go"], False),
        ("\n\nfunc Extra", ["other.go"], False),
        ('"twice"', [], False),  # the client asks again for the file that is edited
        ('"twice"', ["p/other.go"], False),
    ],
)
def test_it_is_asked_where_another_open_file_may_show_the_change(
    tmp_path: Path, edit: str, opens: list[str], is_asked: bool
) -> None:
    replaced = {"return 1": "renamed"}.get(edit, edit)
    everything = list(REFRESHES.values()) if is_asked else []
    assert changed(tmp_path, dict.fromkeys(REFRESHES, True), replaced, opens) == everything


def test_it_is_asked_after_a_change_on_disk(tmp_path: Path) -> None:
    files = opened(tmp_path, **dict.fromkeys(REFRESHES, True))
    files.close("stats.go")
    built: dict[str, Any] = {str(files.root): ()}
    files.publish(files.snapshot(built=built))
    files.write("stats.go", TEXT.replace('"twice"', '"renamed"'))
    files.publish(files.snapshot(built=built))
    assert files.asked() == list(REFRESHES.values())
