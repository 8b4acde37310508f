"""A byte order mark before JSON or TOML, as editors on Windows write it, is skipped."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.host.records_file import read_records_file
from modgo_lsp.host.sample import read_sample_file
from modgo_lsp.lint.baseline import is_baseline, read_baseline
from modgo_lsp.lint.config import configuration

BOM = b"\xef\xbb\xbf"


def test_samples_and_records(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(BOM + b'{"bins": {"a": 1}}')
    assert read_sample_file(path).bins == {"a": 1}
    assert read_records_file(path)[0].record.bins == {"a": 1}


def test_baselines() -> None:
    text = BOM + b'{"version": 1, "findings": {"a.go": {"MG101": 1}}}'
    assert is_baseline(text)
    assert read_baseline(text, "/x") == {"/x/a.go": {"MG101": 1}}


def test_configuration(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_bytes(BOM + b'fail-on = "error"\nunknown = 1\n')
    found = configuration(str(tmp_path), DiskFiles())
    assert found.settings.fail_on == "error"
    assert found.sources["fail-on"].endswith(":1")
    assert [(each.line, "unknown" in each.message) for each in found.problems] == [(2, True)]
