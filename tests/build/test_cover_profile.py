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


def test_a_block_is_executed_if_any_worker_executed_it() -> None:
    lines = (
        "a.go:1.1,2.1 3 0",
        "b.go:1.1,2.1 1 2",
        "a.go:1.1,2.1 3 1",
        "b.go:1.1,2.1 1 0",
        "b.go:3.1,4.1 4 0",
    )
    profile = "\n".join(("mode: count", *lines, "no line"))
    assert percentage(profile) == 50.0
    assert percentage(profile.replace("3 1", "3 0")) == 12.5


def test_the_files_are_those_that_gos_runtime_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    go = tmp_path / "go"
    go.write_text(
        '#!/bin/sh\necho "mode: $1 $2 $3 $VARIABLE" >profile\ncd "${4#-i=}" && for file in *; do\n'
        'printf "%s %s\\n" "$file" "$(cat $file)" >>../profile; done\n'
    )
    go.chmod(0o755)
    first, second = (bytes(24) + hashed * 16 + b"rest" for hashed in (b"\x01", b"\xfe"))
    counted = [(first, b"one"), (second, b"two"), (first, b"three")]
    found = Go(str(go), "1.26.0", "PATH", {}, {"VARIABLE": "x"})
    profile = asyncio.run(cover_profile(found, counted)).replace("\0", "")
    assert profile.splitlines() == [
        "mode: tool covdata textfmt x",
        f"covcounters.{'01' * 16}.0.0 one",
        f"covcounters.{'01' * 16}.2.2 three",
        f"covcounters.{'fe' * 16}.1.1 two",
        *(
            f"covmeta.{each * 16} {(chr(1) if each == '01' else chr(0xFFFD)) * 16}rest"
            for each in ("01", "fe")
        ),
    ]
    assert list((tmp_path / "cache" / "modgo" / "scratch").iterdir()) == []
