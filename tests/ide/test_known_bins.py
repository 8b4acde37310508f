"""The known bins. Their names are untrusted input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.ide.known_bins import known_bins
from modgo_lsp.model.package import Package

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'


def test_a_name_that_needs_escapes_is_left_out(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=f"package stats\n\n{SDK}\nvar _ = udf.Register(`a`, func() {{}})\n")
    names = ["count", "é", "a b", "`x`", 'x")\nrun("', "back\\slash", "\x1b[31m", "\u202e", "nul\0", '"']
    folder = Path(package.directory) / "testdata" / "udf"
    folder.mkdir(parents=True)
    (folder / "one.record.json").write_text(json.dumps({"bins": dict.fromkeys(names, 1)}))
    assert {each.name for each in known_bins(package, DiskFiles())} == {"count", "é", "a b", "`x`"}


def test_an_unchanged_file_is_searched_once(
    package_of: Callable[..., Package], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f'package stats\n\n{SDK}\nfunc add(r *udf.Record) {{ r.Int("count") }}\n'
    package = package_of(stats=source)
    assert [each.name for each in known_bins(package, DiskFiles())] == ["count"]
    monkeypatch.setattr("modgo_lsp.ide.known_bins._search", None)
    assert [each.name for each in known_bins(package, DiskFiles())] == ["count"]


def test_damaged_samples_are_passed_over(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=f"package stats\n\n{SDK}\nvar _ = udf.Register(`a`, func() {{}})\n")
    folder = Path(package.directory) / "testdata" / "udf"
    folder.mkdir(parents=True)
    for name, text in {
        "1.record.json": "{",
        "2.record.json": "[]",
        "3.record.json": '{"bins": 1}',
        "4.record.json": "[" * 100_000,
        "5.case.json": '{"bins": {"none": 1}}',
        "6.record.json": '{"bins": {"count": 1}}',
    }.items():
        (folder / name).write_text(text)
    found = {each.name: each.origin for each in known_bins(package, DiskFiles())}
    assert found == {"count": "in 6.record.json"}
