"""Cover profiles of what modules counted, which may be anything."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from modgo_lsp.build.cover_profile import cover_profile, percentage
from modgo_lsp.build.toolchain import Go, ToolchainError


def test_a_profile_that_is_not_utf_8(tmp_path: Path) -> None:
    """The names in it are the module's."""
    go = tmp_path / "go"
    go.write_text(
        '#!/bin/sh\nfor word; do case "$word" in -o=*) out="${word#-o=}";; esac; done\n'
        'printf "mode: set\\n\\377.go:1.1,2.1 3 1\\nb.go:1.1,2.1 1 0\\n" > "$out"\n'
    )
    go.chmod(0o755)
    counted = [(b"m" * 64, b"c")]
    profile = asyncio.run(cover_profile(Go(str(go), "1.26.0", "path", {}, {}), counted))
    assert profile == "mode: set\n\ufffd.go:1.1,2.1 3 1\nb.go:1.1,2.1 1 0\n"
    assert percentage(profile) == 75.0


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo first >&2; echo 'bad meta-data' >&2; exit 1", "bad meta-data"),
        ("exit 1", "it did not say why"),
        ("exit 0", "it did not say why"),  # and has written nothing
    ],
)
def test_go_that_makes_no_profile(tmp_path: Path, script: str, reason: str) -> None:
    go = tmp_path / "go"
    go.write_text(f"#!/bin/sh\n{script}\n")
    go.chmod(0o755)
    with pytest.raises(ToolchainError, match=f"^go tool covdata failed: {reason}; run `modgo doctor`"):
        asyncio.run(cover_profile(Go(str(go), "1.26.0", "path", {}, {}), [(b"m" * 64, b"c")]))


def test_an_empty_profile_is_of_nothing() -> None:
    assert percentage("mode: set\n") == 0.0
