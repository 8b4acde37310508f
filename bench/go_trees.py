"""Go modules of a thousand packages for the benchmarks: real code of the Go module proxy in one module, as it
is, or with UDFs in every package that call it. None of it is in the repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.figures import ROOT

# The modules of gopls, and others for a thousand packages without further dependencies.
MODULES = (
    "golang.org/x/tools/gopls@v0.24.0",
    "honnef.co/go/tools@v0.8.1",
    "golang.org/x/net@v0.60.0",
    "golang.org/x/crypto@v0.57.0",
    "google.golang.org/grpc@v1.84.0",
    "google.golang.org/protobuf@v1.36.12",
    "k8s.io/client-go@v0.36.0",
)
MODULE = "example.com/bench"
_GO = "1.27"  # that of gopls
SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
_REQUIRE = f"\nrequire {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n"

_FIELDS = (
    "Dir,ImportPath,Name,Module,Standard,GoFiles,Imports,CgoFiles,SFiles,HFiles,EmbedPatterns,Incomplete"
)
# A function that can be called without analysis: its parameters are strings, numbers and booleans.
_CALLABLE = re.compile(rb"(?m)^func ([A-Z]\w*)\(((?:\w+ (?:string|int|bool|\[\]byte)(?:, )?)*)\)")
_ZEROS = {b"string": '""', b"int": "0", b"bool": "false", b"[]byte": "nil"}
_CALLS = 3


class GoPackage(NamedTuple):
    """A package of the module cache. `imports` are those of its imports that are not in Go's library."""

    path: str
    name: str
    directory: Path
    files: tuple[str, ...]
    imports: tuple[str, ...]


def real_packages(count: int, scratch: Path, environment: Mapping[str, str]) -> list[GoPackage]:
    """The first `count` packages, by import path, each after those that it imports: no commands, none with
    cgo or embedded files."""
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "go.mod").write_text(f"module {MODULE}\n\ngo {_GO}\n")
    _go(scratch, environment, "get", *MODULES)
    patterns = [f"{module.partition('@')[0]}/..." for module in MODULES]
    listed = _go(
        scratch, environment, "list", "-e", "-deps", f"-json={_FIELDS}", *patterns, "golang.org/x/tools/..."
    )
    found = {package["ImportPath"]: package for package in _objects(listed)}
    taken: dict[str, GoPackage] = {}
    for path in sorted(found):
        _take(path, found, taken)
    if len(taken) < count:
        raise RuntimeError(f"the modules have {len(taken)} packages of use, and {count} are asked for")
    return list(taken.values())[:count]


def write_tree(folder: Path, packages: Sequence[GoPackage], with_udfs: bool) -> int:
    """Writes one Go module of copies of `packages`. Returns its lines of Go."""
    ours = {package.path for package in packages}
    lines = 0
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(f"module {MODULE}\n\ngo {_GO}\n{_REQUIRE if with_udfs else ''}")
    renamed = re.compile(
        rb'"(' + rb"|".join(sorted({re.escape(path.encode()) for path in ours}, reverse=True)) + rb')"'
    )
    for number, package in enumerate(packages):
        target = folder / package.path
        target.mkdir(parents=True, exist_ok=True)
        texts = {}
        for name in package.files:
            text = (package.directory / name).read_bytes()
            texts[name] = renamed.sub(rb'"' + MODULE.encode() + rb'/\1"', text)
        if with_udfs:
            texts["zz_udfs.go"] = _udfs(package, number, texts).encode()
        for name, text in texts.items():
            (target / name).write_bytes(text)
            lines += text.count(b"\n")
    return lines


def write_generated(folder: Path, count: int) -> None:
    """One Go module with a file as generators write them: it registers `count` functions."""
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(f"module {MODULE}\n\ngo {_GO}\n{_REQUIRE}")
    numbers = range(count)
    calls = "".join(f'\tudf.Register("get{number}", Get{number})\n' for number in numbers)
    functions = "".join(
        f'\nfunc Get{number}(rec *udf.Record, or int64) int64 {{\n\tvalue, ok := rec.Int("b{number}")\n'
        "\tif !ok {\n\t\treturn or\n\t}\n\treturn value\n}\n"
        for number in numbers
    )
    text = f'package generated\n\nimport "{SDK}"\n\nfunc init() {{\n{calls}}}\n{functions}'
    (folder / "generated.go").write_text(text)


def _take(path: str, found: Mapping[str, Any], taken: dict[str, GoPackage]) -> bool:
    """Adds a package after those that it imports. False if one of them can't be used."""
    if path in taken:
        return True
    package = found.get(path)
    if package is None or not _is_of_use(package):
        return False
    imports = [each for each in package.get("Imports", ()) if not found.get(each, {}).get("Standard")]
    if not all(_take(each, found, taken) for each in imports):
        return False
    taken[path] = GoPackage(
        path,
        package["Name"],
        Path(package["Dir"]),
        tuple(each for kind in ("GoFiles", "SFiles", "HFiles") for each in package.get(kind, ())),
        tuple(imports),
    )
    return True


def _is_of_use(package: Mapping[str, Any]) -> bool:
    if package.get("Standard") or package.get("Incomplete") or package.get("Name") in (None, "", "main"):
        return False
    if "cmd" in package["ImportPath"].split("/"):
        return False
    return bool(package.get("GoFiles")) and not any(
        package.get(files) for files in ("CgoFiles", "EmbedPatterns")
    )


def _udfs(package: GoPackage, number: int, texts: Mapping[str, bytes]) -> str:
    """A file that registers a record UDF, which calls functions of the package, and a stream UDF."""
    calls = []
    for name in sorted(texts):
        for match in _CALLABLE.finditer(texts[name]):
            arguments = ", ".join(_ZEROS[each.split()[-1]] for each in match[2].split(b", ") if each)
            calls.append(f"\t{match[1].decode()}({arguments})\n")
    return f"""package {package.name}

import "{SDK}"

func init() {{
	udf.Register("add{number}", udfAdd)
	udf.Register("large{number}", udfLarge)
}}

// udfAdd adds to a bin.
func udfAdd(rec *udf.Record, bin string, by int64) (int64, error) {{
{"".join(calls[:_CALLS])}	value, _ := rec.Int(bin)
	rec.Set(bin, value+by)
	return value + by, rec.Update()
}}

// udfLarge keeps what is large.
func udfLarge(s *udf.Stream, least int64) *udf.Stream {{
	return udf.Filter(s, func(rec *udf.Record) bool {{
		size, _ := rec.Int("size")
		return size >= least
	}})
}}
"""


def _go(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["go", *arguments],
        cwd=folder,
        env={**os.environ, **environment, "GOFLAGS": "-mod=mod", "GOWORK": "off"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _objects(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        found, end = decoder.raw_decode(text)
        yield found
        text = text[end:]
