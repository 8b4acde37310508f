"""A repository that tries to run code. Code that runs leaves a mark.

It has modules under every name that modgo, its dependencies or Python itself may import, and programs under
every name that they may start, in each folder that may be the current one. Its configuration names programs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Names that are or could be imported, from the dependencies, the standard library and this project.
_IMPORTED = """
import importlib, importlib.metadata, json, pkgutil, sys
import modgo_lsp
for found in pkgutil.walk_packages(modgo_lsp.__path__, "modgo_lsp."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
names = {name.partition(".")[0] for name in sys.modules}
names |= set(importlib.metadata.packages_distributions()) | set(sys.stdlib_module_names)
names |= {"sitecustomize", "usercustomize", "pytest", "conftest", "setup", "probe"}
print(json.dumps(sorted(name for name in names if name.isidentifier() and name != "__main__")))
"""
_GO_TOOLS = ("go", "gofmt", "cgo", "compile", "link", "asm")
_C_TOOLS = ("gcc", "g++", "clang", "cc", "c++", "zig", "as", "ld", "collect2", "ar", "pkg-config", "make")
_SYSTEM = (
    "bash",
    "sh",
    "env",
    "uname",
    "file",
    "ldconfig",
    "less",
    "more",
    "mkdir",
    "dirname",
    "cat",
    "ln",
    "id",
)
_PYTHONS = ("python", "python3", "pip", "modgo", "modgo-lsp", "mod-go-worker", "git", "node", "gopls")
PROGRAMS = (*_GO_TOOLS, *_C_TOOLS, *_SYSTEM, *_PYTHONS)
SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO = f"""package shop

import "{SDK}"

func init() {{
	udf.Register("add", Add)
}}

// Add adds.
func Add(a, b int64) int64 {{ return a + b }}

func Forgotten(rec *udf.Record) int64 {{ return 1 }}
"""


@cache
def module_names() -> tuple[str, ...]:
    """Every top-level name that could be imported."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _IMPORTED], capture_output=True, text=True, check=True, cwd="/"
    )
    names: list[str] = json.loads(done.stdout)
    assert {"re", "os", "msgspec", "modgo_lsp", "click", "pygls", "venv", "multiprocessing"} <= set(names)
    return tuple(names)


class Hostile:
    """The repository in `folder`. Code that has run leaves a file in `marks`, outside of it."""

    def __init__(self, folder: Path, marks: Path) -> None:
        self.folder = folder
        self.marks = marks
        marks.mkdir()
        folder.mkdir(exist_ok=True)
        if not (folder / "go.mod").exists():
            write_go(folder)
        (folder / "inner").mkdir(exist_ok=True)
        for place in (folder, folder / "inner"):
            self.add_modules(place)
            for name in PROGRAMS:
                self.add_program(place / name)
        (folder / ".vscode").mkdir()
        settings = {"modgo.interpreter": "./python", "modgo.go.path": "./go", "modgo.c.compiler": "./cc"}
        (folder / ".vscode" / "settings.json").write_text(json.dumps(settings))

    def add_modules(self, place: Path) -> None:
        """Each as a module and as a package, because Python looks for both."""
        for name in module_names():
            # Where encodings is imported there is no open() yet.
            mark = str(self.marks / f"import-{name}")
            text = f"import posix\nposix.open({mark!r}, posix.O_CREAT)\nraise ImportError('hostile')\n"
            (place / name).mkdir()
            (place / f"{name}.py").write_text(text)
            (place / name / "__init__.py").write_text(text)
            (place / name / "__main__.py").write_text(text)

    def add_program(self, path: Path) -> None:
        if path.is_dir():  # a package has that name
            path = path.with_name(f"{path.name}.exe")
        path.write_text(f"#!/bin/sh\n: >'{self.marks / f'run-{path.name}'}'\nexit 1\n")
        path.chmod(0o755)

    def name_programs(self, file: str = "modgo.toml", mode: int = 0o644) -> None:
        """Writes a configuration that names the folder's programs."""
        header = "[tool.modgo]\n" if file == "pyproject.toml" else ""
        (self.folder / file).write_text(f'{header}go = "./go.sh"\ncc = "./cc.sh"\n')
        (self.folder / file).chmod(mode)
        for name in ("go.sh", "cc.sh"):
            self.add_program(self.folder / name)

    def restore(self) -> None:
        write_go(self.folder)
        for mark in self.marks.iterdir():
            mark.unlink()

    def ran(self) -> list[str]:
        return sorted(path.name for path in self.marks.iterdir())


def write_go(folder: Path) -> None:
    """A UDF module with an inner package. Its files ask for other toolchains."""
    (folder / "inner").mkdir(exist_ok=True)
    go_mod = f"module example.com/shop\n\ngo 1.24\n\ntoolchain go1.99.0\n\nrequire {SDK} v1.0.0\n"
    (folder / "go.mod").write_text(go_mod)
    (folder / "shop.go").write_text(GO)
    text = GO.replace("package shop", "package inner").replace('"add"', '"inner_add"')
    (folder / "inner" / "inner.go").write_text(text)
