"""A Go module in a temporary folder, and the package that the model makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.model.files import DiskFiles
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package

GO_MOD = "module example.com/stats\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"


@pytest.fixture
def package_of(tmp_path: Path) -> Callable[..., Package]:
    """Makes the package `stats` of files given by keyword: `stats="package stats…"` is stats.go."""

    def make(**files: str) -> Package:
        folder = tmp_path / "stats"
        folder.mkdir(exist_ok=True)
        (folder / "go.mod").write_text(GO_MOD)
        for name, text in files.items():
            (folder / f"{name}.go").write_text(text)
        package = Loader(DiskFiles()).package(str(folder))
        assert package is not None
        return package

    return make
