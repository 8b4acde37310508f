"""A Go module in a temporary folder, for the tests of the linter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GO_MOD = "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"

Write = Callable[[dict[str, "str | bytes"]], Path]


@pytest.fixture
def module(tmp_path: Path) -> Write:
    """Writes texts by relative path, with a go.mod beside them, and gives the folder."""

    def write(files: dict[str, str | bytes]) -> Path:
        for name, text in {"go.mod": GO_MOD, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write
