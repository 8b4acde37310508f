"""The known bins. Their names are untrusted input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

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
