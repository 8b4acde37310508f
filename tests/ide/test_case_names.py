"""The names in case files, which are untrusted input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.ide import case_files
from modgo_lsp.ide.case_files import names_in
from modgo_lsp.ide.document_links import sample_links
from modgo_lsp.ide.hover import hover
from modgo_lsp.ide.new_sample import NoSuchUdfError, new_sample
from modgo_lsp.model.package import Package

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
ONE = f"package stats\n\n{SDK}\nvar _ = udf.Register(`a`, func() {{}})\n"


def names(path: Path) -> list[str]:
    return [each.text for each in names_in(str(path), DiskFiles())]


def test_what_is_no_case_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.case.json"
    path.write_text(json.dumps([7, "x", None, [{"function": "no"}], {"function": "a"}, {"function": ["no"]}]))
    assert names(path) == ["a"]
    for text in ("", "7", "[", "function: [", "- a: 1\n b"):
        path.write_text(text)
        assert names(path) == []


def test_the_largest_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.case.yaml"
    path.write_text("function: a\n")
    monkeypatch.setattr(case_files, "_LARGEST", 12)
    assert names(path) == ["a"]
    path.write_text("function: ab\n")
    assert names(path) == []


def test_a_module_without_samples_has_no_links(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=ONE)
    folder = Path(package.directory) / "testdata" / "udf"
    path = str(folder / "x.case.yaml")
    assert sample_links(package, path, DiskFiles()) == []
    folder.mkdir(parents=True)
    Path(path).write_text("{function: a, record: one.record.json}\n")
    assert sample_links(package, path, DiskFiles()) == []
    (folder / "one.record.json").write_text("{}")
    (link,) = sample_links(package, path, DiskFiles())
    assert link.target == str(folder / "one.record.json")


def test_hover_is_on_functions_alone(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=ONE)
    folder = Path(package.directory) / "testdata" / "udf"
    folder.mkdir(parents=True)
    path = folder / "x.case.yaml"
    text = b"{function: a, record: one.record.json}\n"
    path.write_bytes(text)
    document = parse(str(path), text)
    found = [bool(hover(package, document, offset, DiskFiles(), lambda: True)) for offset in range(len(text))]
    assert [offset for offset, each in enumerate(found) if each] == [11, 12]


def test_the_only_udf_is_the_default(package_of: Callable[..., Package]) -> None:
    assert Path(new_sample(package_of(stats=ONE), None).path).name == "a.record.json"


def test_a_module_without_udfs(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=f"package stats\n\n{SDK}\nvar _ udf.Value\n")
    message = 'no function is registered as "a": the module registers none'
    with pytest.raises(NoSuchUdfError, match=message):
        new_sample(package, "a")
