"""MG311 with more unsaved changes than a condition is compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import lint_paths

GO_MOD = "module example.com/m\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
HEAD = 'package m\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\nvar _ = udf.Register("a", A)\n\n'


@pytest.mark.parametrize("stored", ["", "\tif n > 200 {\n\t\trec.Update()\n\t}\n", "\trec.Update()\n"])
def test_the_first_of_many_changes_is_reported(tmp_path: Path, stored: str) -> None:
    changes = "".join(f'\tif p{i} {{\n\t\trec.Set("b{i}", n)\n\t}}\n' for i in range(200))
    parameters = ", ".join(f"p{i}" for i in range(200))
    (tmp_path / "go.mod").write_text(GO_MOD)
    (tmp_path / "m.go").write_text(
        f"{HEAD}func A(rec *udf.Record, n int64, {parameters} bool) {{\n{changes}{stored}}}\n"
    )
    found = [each for each in lint_paths([str(tmp_path)], DiskFiles()).findings if each.code == "MG311"]
    assert len(found) == (stored != "\trec.Update()\n")
    text = (tmp_path / "m.go").read_bytes()
    assert all(text[each.location.span.start :].startswith(b'rec.Set("b0", n)') for each in found)
