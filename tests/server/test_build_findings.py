"""Which changes remove the findings of a build: those of files that it may have read, since it began."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.server.workspace.build_findings import BuildFindings, Reading

FOUND = Finding("MG401", "error", "undefined: x", Location("/m/a.go", Span(0, 1)))
OTHER = Finding("MG402", "error", "no SDK", Location("/m/a.go", Span(2, 3)))
GO_MOD = """module example.com/m

replace example.com/local => ../local

replace example.com/remote => example.com/fork v1.0.0
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the modules m and used, and a package of m in m/p."""
    for name, text in (
        ("go.work", "go 1.24\n\nuse (\n\t./m\n\t./used\n)\n"),
        ("m/go.mod", GO_MOD),
        ("m/p/p.go", "package p\n"),
        ("local/local.go", "package local\n"),
        ("used/go.mod", "module example.com/used\n"),
        ("other/go.mod", "module example.com/other\n"),
    ):
        path = tmp_path / "w" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "w"


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("m/p/p.go", True),
        ("m/q/q.go", True),  # of the same module
        ("m/data.txt", True),
        ("m/go.mod", True),
        ("m", True),  # the whole folder
        ("", True),
        ("m/p/bin/p.so", False),
        ("m/p/testdata/udf/add.json", False),
        ("m/testdata", False),
        ("m/testdata.go", True),
        ("mm/x.go", False),
        ("local/local.go", True),
        ("used/x.go", True),
        ("example.com/fork/x.go", False),
        ("m/example.com/fork/x.go", True),
        ("other/other.go", False),
        ("go.work", True),
        ("go.work.sum", True),
        ("modgo.toml", True),
        ("pyproject.toml", True),
        ("go.sum", False),
        ("../modgo.toml", True),
        ("other/modgo.toml", False),
    ],
)
def test_what_a_build_may_read(root: Path, path: str, is_read: bool) -> None:
    reading = Reading(str(root / "m" / "p"), DiskFiles())
    assert reading.holds(str((root / path).resolve())) is is_read


def test_the_outermost_module_does_not_count(root: Path) -> None:
    (root / "go.mod").write_text("module example.com/outer\n\nreplace example.com/x => ./x\n")
    assert Reading(str(root / "m" / "p"), DiskFiles()).folders == {
        str(root / name) for name in ("m", "used", "local", "x")
    }


def test_a_go_work_below_the_module_is_not_its_root(tmp_path: Path) -> None:
    (tmp_path / "p" / "in").mkdir(parents=True)
    (tmp_path / "go.mod").write_text("module example.com/m\n")
    (tmp_path / "p" / "go.work").write_text("go 1.24\n")
    assert Reading(str(tmp_path / "p" / "in"), DiskFiles()).folders == {str(tmp_path)}


def test_without_a_module_the_package_is_read(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    assert Reading(str(tmp_path / "p"), DiskFiles()).folders == {str(tmp_path / "p")}


def shown(root: Path, *names: str) -> BuildFindings:
    """With a finding in each of these folders."""
    found = BuildFindings()
    for name in names:
        with found.reading(str((root / name).resolve())) as reading:
            pass
        found.replace(reading, [FOUND])
    return found


def test_an_edit_removes_the_findings_that_it_concerns(root: Path) -> None:
    found = shown(root, "m/p", "../alone")
    before = found.by_directory
    assert before == {str(root / "m/p"): (FOUND,), str(root.parent / "alone"): (FOUND,)}
    assert found.concerns(str(root / "m/go.mod"))
    assert not found.concerns(str(root / "elsewhere/x.go"))
    assert not found.text_changed(str(root / "elsewhere/x.go"))
    assert found.by_directory is before
    assert found.text_changed(str(root / "m/p/p.go"))
    assert found.by_directory == {str(root.parent / "alone"): (FOUND,)}
    assert before.keys() == {str(root / "m/p"), str(root.parent / "alone")}  # a snapshot keeps it
    assert not found.concerns(str(root / "m/go.mod"))
    assert not found.text_changed(str(root / "m/p/p.go"))
    assert not found.is_empty
    assert found.text_changed(str(root.parent / "alone/x.go"))
    assert found.is_empty
    assert not found.text_changed(str(root.parent / "alone/x.go"))


def test_the_next_build_replaces_the_findings(root: Path) -> None:
    found = shown(root, "m/p", "../alone")
    with found.reading(str(root / "m/p")) as reading:
        assert str(root / "m/p") in found.by_directory  # while it is running
    found.replace(reading, [OTHER, FOUND])
    assert found.by_directory == {str(root / "m/p"): (OTHER, FOUND), str(root.parent / "alone"): (FOUND,)}
    found.replace(reading, [])
    assert found.by_directory == {str(root.parent / "alone"): (FOUND,)}
    assert not found.concerns(str(root / "m/go.mod"))


def test_a_change_during_a_build_makes_its_findings_outdated(root: Path) -> None:
    found = BuildFindings()
    assert found.is_empty
    with (
        found.reading(str(root / "m/p")) as reading,
        found.reading(str(root.parent / "alone")) as unconcerned,
    ):
        assert not found.is_empty
        assert not found.concerns(str(root / "m/p/p.go"))  # nothing is shown
        assert not found.text_changed(str(root / "m/p/p.go"))
    assert found.is_empty
    assert (reading.outdated, unconcerned.outdated) == (True, False)
    found.replace(reading, [FOUND])
    found.replace(unconcerned, [OTHER])
    assert found.by_directory == {str(root.parent / "alone"): (OTHER,)}
    with pytest.raises(ZeroDivisionError), found.reading(str(root / "m/p")):
        _ = 1 // 0
    assert found.text_changed(str(root.parent / "alone/x.go"))
    assert found.is_empty  # also after a build that failed


def test_a_file_that_was_saved_before_the_build_removes_nothing(root: Path) -> None:
    path = root / "m/p/p.go"
    found = BuildFindings()
    assert not found.file_changed(str(path))
    saved = path.stat().st_ctime_ns
    for begun, is_removed in ((saved + 1, False), (saved, True), (saved - 1, True)):
        with found.reading(str(root / "m/p")) as reading:
            reading.begun = begun
            assert not found.file_changed(str(path))
        assert reading.outdated is is_removed
        reading.outdated = False
        found.replace(reading, [FOUND])
        assert found.file_changed(str(path)) is is_removed
        assert found.is_empty is is_removed
    found.replace(reading, [FOUND])
    path.unlink()
    assert found.file_changed(str(path))
