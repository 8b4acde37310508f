"""Random Go modules on the disk: packages that register, packages that they import, and where those come
from: the module itself, the module cache, a replacement, vendor/, a workspace.

Not for: what is in a file (source.py, registering.py).
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import zipfile
from pathlib import Path

from tests.agreement.registering import Registering
from tests.agreement.source import SDK, File, Package

ROOT = Path(__file__).parents[2]
LAYOUTS = ("plain", "plain", "vendor", "workspace")


def write_module(
    folder: Path, seed: int, size: int, environment: dict[str, str], layout: str | None = None
) -> tuple[Path, str]:
    """A module of `size` packages that register; gives its folder and its layout. `environment` gets what go
    needs to find the modules."""
    rng = random.Random(seed)
    layout = layout or rng.choice(LAYOUTS)
    proxy = folder / "proxy"
    environment["GOPROXY"] = proxy.as_uri()
    third = Package("example.org/Third/v2/deep", "deeper")
    local = Package("example.net/local/inner", "inner")
    neighbour = Package("example.com/neighbour", "neighbour")
    shared = Package("example.com/gen/internal/shared", "shared")
    _publish(proxy, "example.org/Third/v2", "v2.1.0", {"deep/deep.go": _library(rng, third, [])}, "")
    _write(folder / "local/go.mod", "module example.net/local\n\ngo 1.24\n")
    _write(folder / "local/inner/inner.go", _library(rng, local, []))
    app = folder / "app"
    _write(app / "internal/shared/shared.go", _library(rng, shared, [third, local]))
    others = [third, local, shared]
    if layout == "workspace":
        _write(folder / "neighbour/go.mod", "module example.com/neighbour\n\ngo 1.24\n")
        _write(folder / "neighbour/n.go", _library(rng, neighbour, []))
        _write(
            folder / "go.work",
            f"go 1.24\n\nuse (\n\t./app\n\t./neighbour\n)\n\nreplace {SDK} => {ROOT}/udf\n",
        )
        others.append(neighbour)
    _write(
        app / "go.mod",
        f"module example.com/gen\n\ngo 1.24\n\nrequire (\n\t{SDK} v1.0.0\n\texample.org/Third/v2 v2.1.0\n"
        f"\texample.net/local v0.0.0\n)\n\nreplace example.net/local => ../local\n\n"
        f"replace {SDK} => {ROOT}/udf\n",
    )
    registering: list[Package] = []
    for number in range(size):
        before = rng.sample(registering, min(len(registering), rng.choice([0, 0, 0, 1, 2])))
        registering.append(_udf_package(rng, app, number, [*others, *before]))
        registering = [package for package in registering[-8:] if package.types or package.functions]
    if layout != "workspace":
        _go(app, environment, "mod", "tidy")
    else:
        _go(app, environment, "mod", "download", "all")
    if layout == "vendor":
        _go(app, environment, "mod", "vendor")
    return app, layout


def write_sweep(folder: Path, program: Path, pattern: str, environment: dict[str, str]) -> Path:
    """A module with a package for each one that `pattern` matches (of Go's library: `std`): it registers
    every function and method that one exports, and functions that take every type. Gives its folder."""
    app = folder / "app"
    _write(
        app / "go.mod",
        f"module example.com/gen\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n",
    )
    ran = subprocess.run(
        [program, pattern], cwd=app, env=environment, capture_output=True, text=True, check=True
    )
    for number, line in enumerate(ran.stdout.splitlines()):
        one = json.loads(line)
        parts = one["path"].split("/")
        used = [*one["functions"], *one["types"]]
        if "internal" in parts or "vendor" in parts or one["name"] == "main" or not used:
            continue
        calls = [
            *one["functions"],
            *(f"func({type_}) {{}}" for type_ in one["types"]),
            *(f"func() (_ {type_}) {{ panic(0) }}" for type_ in one["types"]),
        ]
        lines = [f'\tudf.Register("f{n}", {call.replace("%", "p")})' for n, call in enumerate(calls)]
        head = f'package s{number}\n\nimport (\n\tp "{one["path"]}"\n\t"{SDK}"\n)\n\nfunc init() {{\n'
        _write(app / f"s{number}/s.go", head + "\n".join(lines) + "\n}\n")
    return app


_TYPES = re.compile(
    r"\*udf\.(?:Record|Stream)|udf\.\w+|time\.\w+|\[\]string|\b(?:int|int64|string|float64|error|bool|any)\b"
)
_OTHERS = [
    "chan int",
    "[]int",
    "int8",
    "*int",
    "error",
    "*udf.Record",
    "*udf.Stream",
    "udf.Record",
    "uintptr",
    "any",
]


def write_mutants(folder: Path, seed: int, count: int) -> Path:
    """A module with mutants of the examples' packages, one change or two in each. Gives its folder."""
    rng = random.Random(seed)
    app = folder / "app"
    mod = f"module example.com/gen\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n"
    _write(app / "go.mod", mod)
    sources = sorted(path for path in (ROOT / "examples").glob("*/*.go") if "_test" not in path.name)
    for number in range(count):
        source = rng.choice(sources)
        text = source.read_text()
        for _ in range(rng.choice([1, 1, 2])):
            text = _mutated(rng, text)
        for other in source.parent.glob("*.go"):
            if "_test" not in other.name:
                _write(app / f"m{number}" / other.name, text if other == source else other.read_text())
    return app


def _mutated(rng: random.Random, text: str) -> str:
    """`text` with a type, a name or a line changed."""
    kind = rng.random()
    if kind < 0.6:
        found = list(_TYPES.finditer(text))
        chosen = rng.choice(found)
        return text[: chosen.start()] + rng.choice(_OTHERS) + text[chosen.end() :]
    if kind < 0.7:
        return (
            text.replace('"', '"-', 1)
            if rng.random() < 0.1
            else re.sub(r'(Register\()"', r'\1"-', text, count=1)
        )
    lines = text.split("\n")
    calls = [index for index, line in enumerate(lines) if "Register(" in line]
    if not calls:
        return text
    index = rng.choice(calls)
    line = lines[index]
    change = rng.choice([[], [line, line], [f"\tif len(`a`) > 0 {{ {line} }}"], [f"\tdefer {line.strip()}"]])
    return "\n".join([*lines[:index], *change, *lines[index + 1 :]])


def _udf_package(rng: random.Random, app: Path, number: int, others: list[Package]) -> Package:
    package = Package(f"example.com/gen/p{number}", f"p{number}")
    _write(app / f"p{number}/a_types.go", _types(rng, package, others, exported=False))
    seen = Package(package.path, package.name)
    for index in range(rng.choice([1, 1, 2])):
        file = File(rng, package, others)
        file.qualifier(SDK)
        writing = Registering(file, f"{'ab'[index]}")
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
            writing.registration()
        if rng.random() < 0.2:
            writing.unregistered()
        suffix = rng.choice(["", "", "_linux", "_windows", "_test"])
        if suffix in ("", "_linux"):
            seen.functions += [name for name in writing.functions if name[0].isupper()]
            if not seen.setups and rng.random() < 0.3:
                seen.setups.append("Setup")
                file.body.append(f"func Setup() {{ {writing.call()} }}")
        for other in others:
            if other.setups and rng.random() < 0.6:
                file.body.append(f"func init() {{ {file.qualifier(other.path)}Setup() }}")
        # What is imported must be used.
        for path in file.names:
            file.body.append(_use(file, path))
        _write(app / f"p{number}/m{index}{suffix}.go", file.text())
    seen.types = [name for name in package.types if name[0].isupper()]
    return seen


def _use(file: File, path: str) -> str:
    uses = {SDK: "Value", "strings": "Builder", "strconv": "NumError", "math": "", "slices": "", "errors": ""}
    name = file.qualifier(path)
    values = {
        "math": "Sqrt",
        "slices": "Sort[[]int]",
        "errors": "New",
        "path": "Join",
        "path/filepath": "Join",
        "unicode/utf8": "RuneLen",
    }
    if path in values:
        return f"var _ = {name}{values[path]}"
    from tests.agreement.source import LIBRARY

    known = next((other for other in file.others if other.path == path), None)
    types = known.types if known is not None else LIBRARY.get(path, [])
    if not types and known is not None:
        return f"var _ = {name}{known.functions[0]}"
    chosen = uses.get(path) or types[0]
    return f"var _ *{name}{chosen.replace('X', 'int')}"


def _library(rng: random.Random, package: Package, others: list[Package]) -> str:
    return _types(rng, package, others, exported=True)


def _types(rng: random.Random, package: Package, others: list[Package], exported: bool) -> str:
    """The declarations of types, and for a package that others import of functions and constants."""
    file = File(rng, package, others)
    for number in range(rng.randrange(3, 9)):
        stem = "L" if exported else rng.choice(["T", "t"])
        form = rng.random()
        if form < 0.2:
            # Known to its own declaration's successors alone, so that recursion stays legal.
            file.body.append(f"type {stem}{number}[P any] struct {{ V []P; W {file.type(2)} }}")
            package.types.append(f"{stem}{number}[X]")
            continue
        if form < 0.4:
            file.body.append(f"type {stem}{number} = {file.type(1)}")
        elif form < 0.7:
            file.body.append(f"type {stem}{number} {file.struct(0)}")
        elif form < 0.8:
            file.body.append(f"type {stem}{number} struct {{ Next *{stem}{number}; List []{stem}{number} }}")
        else:
            file.body.append(f"type {stem}{number} {file.type(1)}")
        package.types.append(f"{stem}{number}")
    if exported:
        for number in range(3):
            file.body.append(f"func Func{number}{file.signature()} {{ panic(0) }}")
            package.functions.append(f"Func{number}")
        file.body.append(f"var Held = struct{{ F func{file.signature()} }}{{}}")
        package.functions.append("Held.F")
        file.body.append('const (\n\tfirst = "c" + "_"\n\tTail\n\tOther = first + "x"\n\tBad = "-"\n)')
        package.constants += ["Tail", "Other", "Bad"]
    for path in file.names:
        file.body.append(_use(file, path))
    return file.text()


def _publish(proxy: Path, path: str, version: str, files: dict[str, str], requires: str) -> None:
    """Puts a module into a file-system proxy."""
    folder = proxy / "".join(f"!{c.lower()}" if c.isupper() else c for c in path) / "@v"
    mod = f"module {path}\n\ngo 1.24\n{requires}"
    if SDK in "".join(files.values()):
        mod += f"\nrequire {SDK} v1.0.0\n"
    _write(folder / "list", f"{version}\n")
    _write(folder / f"{version}.info", f'{{"Version":"{version}","Time":"2026-01-01T00:00:00Z"}}')
    _write(folder / f"{version}.mod", mod)
    with zipfile.ZipFile(folder / f"{version}.zip", "w") as archive:
        for name, text in {"go.mod": mod, **files}.items():
            archive.writestr(f"{path}@{version}/{name}", text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _go(folder: Path, environment: dict[str, str], *arguments: str) -> None:
    ran = subprocess.run(
        ["go", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"go {' '.join(arguments)}: {ran.stderr}")
