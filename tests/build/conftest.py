"""What the builder's tests share: Go modules written on the spot, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.model.sdk import SDK_PATH

GO_MOD = f"module example.com/m\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write("m.go", text, …) makes a Go module of the files and gives its folder; go.mod unless given."""

    def write_module(*files: str) -> Path:
        folder = tmp_path / "m"
        pairs = dict(zip(files[::2], files[1::2], strict=True))
        for name, text in {"go.mod": GO_MOD, **pairs}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))  # for what is not UTF-8
        return folder

    return write_module
