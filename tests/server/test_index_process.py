"""What the process of the background index writes for a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from modgo_lsp.server.workspace.index_process import End, Order, Progress, Results, index

from .conftest import CLEAN, GO_MOD, UNREGISTERED


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = tmp_path / "w"
    made.mkdir()
    return made


def write(root: Path, name: str, text: str) -> int:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return len(text.encode()) if name.endswith(".go") else 0


def said(
    *roots: Path, overrides: dict[str, Any] | None = None
) -> tuple[list[Progress], list[list[str]], End]:
    """The progress, the names of the folders in each message with results, and the end."""
    order = Order(tuple(map(str, roots)), overrides or {}, 1)
    messages: list[Any] = []
    index(msgspec.msgpack.decode(msgspec.msgpack.encode(order), type=Order), messages.append)
    progress = [each for each in messages if isinstance(each, Progress)]
    results = [
        [Path(result.directory).name for result in each.results]
        for each in messages
        if isinstance(each, Results)
    ]
    assert messages == [*progress, *(each for each in messages if isinstance(each, Results)), messages[-1]]
    return progress, results, messages[-1]


def test_results_come_in_tens_and_are_cached(root: Path) -> None:
    write(root, "go.mod", GO_MOD)
    size = 0
    for number in range(11):
        text = UNREGISTERED.replace("package stats", f"package p{number:02}")
        size += write(root, f"p{number:02}/a.go", text.replace('"add"', f'"add{number}"'))
    size += write(root, "plain/a.go", "package plain\n")
    progress, results, end = said(root)
    assert progress == [Progress(number + 1, 11) for number in range(11)]
    names = [f"p{number:02}" for number in range(11)]
    assert results == [names[:10], names[10:]]
    assert end == End(12, size)
    assert said(root) == ([], results, end)


def test_settings_of_the_editor_are_those_of_the_index(root: Path) -> None:
    write(root, "go.mod", GO_MOD)
    write(root, "a/a.go", UNREGISTERED.replace("package stats", "package a") + "//" + "x" * 2000 + "\n")
    write(root, "b/b.go", CLEAN.replace("package stats", "package b").replace('"add"', '"b"'))
    _, results, end = said(root)
    assert results == [["a", "b"]]
    _, limited, smaller = said(root, overrides={"max-file-size": "1 kB"})
    assert limited == [["b"]]
    assert smaller.bytes < end.bytes


def test_a_workspace_without_packages_has_an_end(root: Path) -> None:
    assert said(root) == ([], [], End(0, 0))
    assert said() == ([], [], End(0, 0))


def test_a_package_whose_name_is_not_utf_8_is_left_out(root: Path) -> None:
    write(root, "go.mod", GO_MOD)
    write(root, "a/a.go", UNREGISTERED.replace("package stats", "package a"))
    write(root, "b\udcff/a.go", UNREGISTERED.replace("package stats", "package b"))
    write(root, "c/c\udcff.go", UNREGISTERED.replace("package stats", "package c"))
    assert said(root)[1] == [["a"]]
