"""Which folders belong to a Go module, and which language version its go.mod names."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.modules.go_mod import GoMod
from modgo_lsp.golang.modules.module_tree import listing, module_folders


def test_a_module_ends_where_another_begins(tmp_path: Path) -> None:
    for folder in ("in/deep", "testdata/in", "vendor/x", ".git", "_old", "nested/in", "odd/go.mod"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "go.mod").write_text("module m\n")
    (tmp_path / "nested" / "go.mod").write_text("module n\n")
    found = module_folders(str(tmp_path), listing(DiskFiles()))
    # A folder called go.mod begins no module, for the go command neither.
    expected = [".", "in", "in/deep", "odd", "odd/go.mod"]
    assert [Path(folder).relative_to(tmp_path).as_posix() for folder in found] == expected


@pytest.mark.parametrize(
    ("directive", "language"),
    [(None, (1, 16)), ("1.17", (1, 17)), ("1.27.3", (1, 27)), ("1.27rc1", (1, 27)), ("next", ())],
)
def test_the_language_version_is_the_go_directive_s(directive: str | None, language: tuple[int, ...]) -> None:
    assert GoMod(go=directive).language == language
