"""Random Go modules on disk: packages that register, and packages that they import from the module itself,
the module cache, a replacement, vendor/ or a workspace.
"""

from __future__ import annotations

import random
import re
import subprocess
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.agreement.oddities import (
    CONSTRAINTS,
    PREFIXES,
    SHADOWS,
    SUFFIXES,
    forms,
    newest_go,
    odd_declarations,
)
from tests.agreement.oracle import Oracle
from tests.agreement.registering import Registering
from tests.agreement.source import LIBRARY, SDK, File, Package

ROOT = Path(__file__).parents[2]
LAYOUTS = ("plain", "plain", "vendor", "workspace")


def write_module(
    folder: Path, seed: int, size: int, environment: Mapping[str, str], layout: str | None = None
) -> tuple[Path, str]:
    """Writes a module of `size` packages that register. Returns its folder and its layout. `environment` is
    that of the go command."""
    rng = random.Random(seed)
    layout = layout or rng.choice(LAYOUTS)
    proxy = folder / "proxy"
    third = Package("example.org/Third/v2/deep", "deeper")
    local = Package("example.net/local/inner", "inner")
    neighbour = Package("example.com/neighbour", "neighbour")
    shared = Package("example.com/gen/internal/shared", "shared")
    # Of two required versions the higher one is used. A replaced module is elsewhere.
    base = Package("example.org/base/in", "in")
    moved = Package("example.org/moved", "moved")
    _publish(proxy, "example.org/base", "v1.0.0", {"in/in.go": _decoy(base)}, "")
    _publish(proxy, "example.org/base", "v1.2.0", {"in/in.go": _library(rng, base, [])}, "")
    _publish(proxy, "example.org/fork", "v1.1.0", {"moved.go": _library(rng, moved, [])}, "")
    third_files = {"deep/deep.go": _library(rng, third, [base])}
    _publish(proxy, "example.org/Third/v2", "v2.1.0", third_files, "\nrequire example.org/base v1.2.0\n")
    write(folder / "local/go.mod", "module example.net/local\n\ngo 1.24\n")
    write(folder / "local/inner/inner.go", _library(rng, local, []))
    app = folder / "app"
    write(app / "internal/shared/shared.go", _library(rng, shared, [third, local]))
    others = [third, local, shared, base, moved]
    # A nested module is not part of this one.
    write(app / "apart/go.mod", "module example.com/apart\n\ngo 1.24\n")
    write(app / "apart/apart.go", 'package apart\n\nimport _ "example.com/nowhere"\n')
    if layout == "workspace":
        write(folder / "neighbour/go.mod", "module example.com/neighbour\n\ngo 1.24\n")
        write(folder / "neighbour/n.go", _library(rng, neighbour, []))
        write(
            folder / "go.work",
            f"go 1.{newest_go()}\n\nuse (\n\t./app\n\t./neighbour\n)\n\nreplace {SDK} => {ROOT}/udf\n",
        )
        others.append(neighbour)
    write(
        app / "go.mod",
        f"module example.com/gen\n\ngo {rng.choice(['1.24', '1.24', f'1.{newest_go()}'])}\n\nrequire (\n"
        f"\t{SDK} v1.0.0\n\texample.org/Third/v2 v2.1.0\n\texample.net/local v0.0.0\n"
        f"\texample.org/base v1.0.0\n\texample.org/moved v1.0.0\n)\n\n"
        f"replace example.net/local => ../local\n\nreplace example.org/moved => example.org/fork v1.1.0\n\n"
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


def write_sweep(folder: Path, oracle: Oracle, pattern: str) -> Path:
    """Writes a module with a package for each package that matches `pattern` (`std` for Go's library),
    which registers its exported functions and methods, and functions that take its types. Returns the
    folder."""
    app = folder / "app"
    write(
        app / "go.mod",
        f"module example.com/gen\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n",
    )
    for number, one in enumerate(oracle.asks("exports", pattern, app)):
        parts = one["path"].split("/")
        used = [*one["functions"], *one["types"]]
        if "internal" in parts or "vendor" in parts or one["name"] == "main" or not used:
            continue
        calls = [
            *one["functions"],
            *(f"func({type_}) {{}}" for type_ in one["types"]),
            *(f"func() (_ {type_}) {{ panic(0) }}" for type_ in one["types"]),
        ]
        lines = [f'\tudf.Register("f{n}", {call.replace("%", "p.")})' for n, call in enumerate(calls)]
        head = f'package s{number}\n\nimport (\n\tp "{one["path"]}"\n\t"{SDK}"\n)\n\nfunc init() {{\n'
        write(app / f"s{number}/s.go", head + "\n".join(lines) + "\n}\n")
    return app


def write_oddities(folder: Path, seed: int) -> Path:
    """Writes a module with a package for each odd form. Returns its folder."""
    rng = random.Random(seed)
    app = folder / "app"
    head = f"module example.com/gen\n\ngo 1.{newest_go()}\n\n"
    write(app / "go.mod", f"{head}require {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n")
    for number, form in enumerate(forms()):
        file = File(rng, Package(f"example.com/gen/o{number}", f"o{number}"), [])
        file.qualifier(SDK)
        file.body.append(odd_declarations(file, "odd", ['"name"', '"other"'], form))
        for path in file.names:
            file.body.append(_use(file, path))
        write(app / f"o{number}" / "o.go", file.text())
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
    """Writes a module with mutants of the examples, with one or two changes each. Returns its folder."""
    rng = random.Random(seed)
    sources = _examples()
    mutants = []
    for _ in range(count):
        source = rng.choice(sources)
        text = source.read_text()
        for _ in range(rng.choice([1, 1, 2])):
            text = _mutated(rng, text)
        mutants.append((source, text))
    return _write_examples(folder, mutants)


def write_every_mutant(folder: Path) -> Path:
    """The same with every mutant that has one change."""
    return _write_examples(
        folder, [(source, text) for source in _examples() for text in _every(source.read_text())]
    )


def _examples() -> list[Path]:
    """Of a few examples: every change of each is a package."""
    return [ROOT / "examples" / name / f"{name}.go" for name in ("counters", "hello", "profile", "sales")]


def _write_examples(folder: Path, mutants: Sequence[tuple[Path, str]]) -> Path:
    app = folder / "app"
    mod = f"module example.com/gen\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n"
    write(app / "go.mod", mod)
    for number, (source, text) in enumerate(mutants):
        for other in source.parent.glob("*.go"):
            if "_test" not in other.name:
                write(app / f"m{number}" / other.name, text if other == source else other.read_text())
    return app


def _every(text: str) -> Iterator[str]:
    """Every text that differs by one change."""
    for found in _TYPES.finditer(text):
        for other in _OTHERS:
            if other != found[0]:
                yield text[: found.start()] + other + text[found.end() :]
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if "Register(" in line:
            yield "\n".join(
                [*lines[:index], line.replace('Register("', 'Register("-', 1), *lines[index + 1 :]]
            )
            for change in _changes(line):
                yield "\n".join([*lines[:index], *change, *lines[index + 1 :]])


def _changes(line: str) -> list[list[str]]:
    """The lines that can replace a registration."""
    return [[], [line, line], [f"\tif len(`a`) > 0 {{ {line} }}"], [f"\tdefer {line.strip()}"]]


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
    change = rng.choice(_changes(line))
    return "\n".join([*lines[:index], *change, *lines[index + 1 :]])


def _udf_package(rng: random.Random, app: Path, number: int, others: list[Package]) -> Package:
    folder = rng.choice([f"p{number}", f"p{number}", f"in/p{number}", f"go-p{number}", f"p{number}.v2"])
    name = "main" if rng.random() < 0.02 else rng.choice([f"p{number}", f"other{number}"])
    package = Package(f"example.com/gen/{folder}", name)
    write(app / folder / "a_types.go", _types(rng, package, others, exported=False))
    seen = Package(package.path, package.name)
    for index in range(rng.choice([1, 1, 2, 3])):
        file = File(rng, package, others)
        file.qualifier(SDK)
        writing = Registering(file, "abc"[index])
        for _ in range(rng.choice([0, 0, 1, 1, 1, 2, 3])):
            writing.registration()
        if rng.random() < 0.2:
            writing.unregistered()
        for _ in range(rng.choice([0, 0, 1, 2])):
            writing.oddity()
        prefix, suffix = rng.choice(PREFIXES), rng.choice(["", "", "", *SUFFIXES])
        file.head = rng.choice([*[""] * 30, *CONSTRAINTS])
        if not prefix and not suffix and not file.head:
            seen.functions += [name for name in writing.functions if name[0].isupper()]
            if not seen.setups and rng.random() < 0.3:
                seen.setups.append("Setup")
                file.body.append(f"func Setup() {{ {writing.call()} }}")
        for other in others:
            if other.setups and rng.random() < 0.6:
                file.body.append(f"func init() {{ {file.qualifier(other.path)}Setup() }}")
        # Every import must be used.
        for path in file.names:
            file.body.append(_use(file, path))
        write(app / folder / f"{prefix}m{index}{suffix}.go", file.text())
        if file.loose and not prefix and not suffix and rng.random() < 0.3:
            uses = "\n".join(f"var _ = {name}" for name in file.loose)
            write(app / folder / f"m{index}_uses_test.go", f"package {name}\n\n{uses}\n")
    if rng.random() < 0.05:
        write(app / folder / "c.go", _cgo(rng, package))
    if rng.random() < 0.08:
        write(app / folder / "z.go", f"package {name}\n\n{rng.choice(SHADOWS)}\n")
    seen.types = [name for name in package.types if name[0].isupper()]
    return seen if name != "main" else Package(package.path, name)


def _cgo(rng: random.Random, package: Package) -> str:
    """A file for cgo, or one that looks like it."""
    comment = rng.choice(["//export ", "//export  ", "// export ", "//export\t", "//go:noinline\n//export "])
    exported = rng.choice(["aerospike_udf_go_setup", "aerospike_udf_go_", "aerospike_udf_goto", "shop"])
    between = rng.choice(["", "", "\n", "// More.\n", "//\n//export aerospike_udf_go_2\n"])
    cgo = rng.random() < 0.8
    signature = rng.choice(["(n int)", "(n C.int) C.long", "(r *udf.Record, n C.int) error", "(c chan int)"])
    imports = f'import "{SDK}"\n\n' + ('// int x;\nimport "C"\n\n' if cgo else "")
    return (
        f"package {package.name}\n\n{imports}{comment}{exported}\n{between}func {exported}() {{}}\n\n"
        f"func init() {{ udf.Register(`cgo`, func{signature if cgo else '()'} {{ panic(0) }}) }}\n"
    )


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
    known = next((other for other in file.others if other.path == path), None)
    types = known.types if known is not None else LIBRARY.get(path, [])
    if not types and known is not None:
        return f"var _ = {name}{known.functions[0]}"
    chosen = uses.get(path) or types[0]
    return f"var _ *{name}{chosen.replace('X', 'int')}"


def _library(rng: random.Random, package: Package, others: list[Package]) -> str:
    return _types(rng, package, others, exported=True)


def _types(rng: random.Random, package: Package, others: list[Package], exported: bool) -> str:
    """Declarations of types, and of functions and constants if others import the package."""
    file = File(rng, package, others)
    file.of_library = exported
    for number in range(rng.randrange(3, 9)):
        stem = "L" if exported else rng.choice(["T", "t"])
        form = rng.random()
        if form < 0.2:
            # Visible to later declarations only, so that no type is recursive illegally.
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


def _decoy(package: Package) -> str:
    """A version that nobody must read: its types differ."""
    types = "\n".join(f"type L{number} chan bool" for number in range(9))
    return f"package {package.name}\n\n{types}\n"


def _publish(proxy: Path, path: str, version: str, files: dict[str, str], requires: str) -> None:
    """Adds a module to a file-system module proxy."""
    folder = proxy / "".join(f"!{c.lower()}" if c.isupper() else c for c in path) / "@v"
    mod = f"module {path if path != 'example.org/fork' else 'example.org/moved'}\n\ngo 1.24\n{requires}"
    if SDK in "".join(files.values()):
        mod += f"\nrequire {SDK} v1.0.0\n"
    versions = folder / "list"
    write(versions, (versions.read_text() if versions.exists() else "") + f"{version}\n")
    write(folder / f"{version}.info", f'{{"Version":"{version}","Time":"2026-01-01T00:00:00Z"}}')
    write(folder / f"{version}.mod", mod)
    with zipfile.ZipFile(folder / f"{version}.zip", "w") as archive:
        for name, text in {"go.mod": mod, **files}.items():
            archive.writestr(f"{path}@{version}/{name}", text)


def write(path: Path, text: str) -> None:
    """Writes a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _go(folder: Path, environment: Mapping[str, str], *arguments: str) -> None:
    ran = subprocess.run(
        ["go", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"go {' '.join(arguments)}: {ran.stderr}")
