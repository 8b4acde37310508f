"""Which changes of files the index of a module's imports notices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.module_index import ModuleIndex

FILE = 'package p\n\nimport "fmt"\n\nfunc f() { fmt.Println() }\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "go.mod": "module example.com/p\n\ngo 1.24\n",
        "p.go": FILE,
        "q/q.go": FILE.replace("package p", "package q"),
        "q/q_test.go": FILE.replace("package p", "package q"),
        "testdata/t.go": FILE,
        "notes.txt": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def write(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


def make(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).mkdir(parents=True)


@pytest.mark.parametrize(
    ("change", "path", "holds"),
    [
        (write("p.go", FILE + "\nfunc g() {}\n"), "p.go", True),
        (write("p.go", FILE.replace('"fmt"', '"os"')), "p.go", False),
        (write("p.go", FILE.replace("package p", "package main")), "p.go", False),
        (write("p.go", FILE.replace("package p", "//go:build windows\n\npackage p")), "p.go", False),
        (remove("p.go"), "p.go", False),
        (write("new.go", FILE), "new.go", False),
        (write("new_windows.go", FILE), "new_windows.go", False),
        (write("q/q_test.go", "package q\n"), "q/q_test.go", True),
        (write("_new.go", FILE), "_new.go", True),
        (write("notes.txt", "more"), "notes.txt", True),
        (write("more.txt", ""), "more.txt", True),
        (write("go.mod", "module example.com/other\n"), "go.mod", False),
        (write("q/go.mod", "module example.com/q\n"), "q/go.mod", False),
        (make("new"), "new", False),
        (make("_new"), "_new", True),
        (make("testdata/more"), "testdata/more", True),
        (write("testdata/t.go", "package other\n"), "testdata/t.go", True),
        (write("testdata/new.go", FILE), "testdata/new.go", True),
        (write("new/below/n.go", FILE), "new/below/n.go", False),
        (write("new/_below/n.go", FILE), "new/_below/n.go", True),
        (write("new/go.mod", ""), "new/n.go", True),
        (write("p.go", FILE), "q", False),
    ],
)
def test_what_makes_an_index_old(root: Path, change: Callable[[Path], None], path: str, holds: bool) -> None:
    index = ModuleIndex(str(root), True, DiskFiles())
    assert index.of("fmt", str(root)) == [str(root), str(root / "q")]
    change(root)
    assert index.holds(str(root / path), DiskFiles()) == holds
