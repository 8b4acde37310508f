"""A Go module in a temporary folder, loaded as a package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package


@pytest.fixture
def package_of(module: Callable[..., Path]) -> Callable[..., Package]:
    """Loads the package `stats` from files given by keyword: `stats="package stats…"` is stats.go."""

    def make(**files: str) -> Package:
        folder = module({f"stats/{name}.go": text for name, text in files.items()}) / "stats"
        package = Loader(DiskFiles()).package(str(folder))
        assert package is not None
        return package

    return make
