"""The checks of registrations and signatures compared with Go itself.

Every case is a package of one Go module. Go rejects a case if it does not compile, or if the SDK's setup
reports an error in a program that imports all others.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.run_rules import run_rules
from modgo_lsp.model.load import Loader
from modgo_lsp.model.sdk import SDK_PATH

GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/go/bin") or "go"
UDF = Path(__file__).parents[2] / "udf"

# Replaces F in `udf.Register(NAME, F)`, with the declarations of each case.
SIGNATURES = """
()
() error
() (int, error)
(ctx context.Context)
(ctx context.Context, r *udf.Record, n int, xs ...string) ([]string, error)
(r *Alias)
(r Generic[udf.Record])
(r Pointer)
(r *Other)
(r Alias)
(r udf.Record, n int)
(s udf.Stream) *udf.Stream
(r *udf.Record, r2 *udf.Record)
(r *udf.Record, s *udf.Stream) *udf.Stream
(s *udf.Stream) *udf.Stream
(s *udf.Stream, n int) (*udf.Stream, error)
(s *udf.Stream)
(s *udf.Stream) error
(s *udf.Stream) udf.Stream
(s *udf.Stream) (error, *udf.Stream)
(s *udf.Stream) (*udf.Stream, int)
(n int, r *udf.Record)
(r *udf.Record, ctx context.Context)
(ctx, again context.Context)
(ctx Context)
(ctx MyContext)
(ctx *context.Context)
(ctx ...context.Context)
(r ...*udf.Record)
(rs []*udf.Record)
(r **udf.Record)
() *udf.Record
() *udf.Stream
() (int, int)
() (int, MyError)
() (int, Error)
() (error, int)
() (error, error)
() (int, int, error)
() MyError
() *error
(a bool, b int8, c uint16, d float32, e string, f []byte)
(a complex128)
(a uintptr)
(a unsafe.Pointer)
(a chan int)
(a func())
(a error)
(a any, b interface{}, c udf.Value, d Empty, e Any)
(a Embedding)
(a comparableLike)
(a [3]int)
(a [3]byte)
(a []any, b map[string]any, c map[any]any)
(a map[int8]string, b map[[4]byte]int, c map[udf.BytesKey]int, d map[Key]int)
(a map[float64]int)
(a map[bool]int)
(a map[[2]int]int)
(a map[*int]int)
(a map[udf.GeoJSON]int)
(a udf.GeoJSON, b udf.HLL)
(a udf.ListView, b []udf.MapView)
(a *int, b **int, c *[]string)
(a struct{ X int })
(a struct{})
(a struct{ x int })
(a Tagged)
(a Skipped)
(a Embeds)
(a EmbedsPointer)
(a EmbedsHidden)
(a Bad)
(a Tree)
(a Loop)
(a Nested[int])
(a Nested[chan int])
(a time.Duration)
(a json.RawMessage)
(a json.Number)
(a Ring)
(a udf.Registration)
(a [][]map[string][]int)
(_ *udf.Record, _ int)
(*udf.Record, ...int)
(a ...[]byte)
(a ...chan int)
(a Conflict)
(a EmbedsAny)
(a MyRecord)
(a struct{ R udf.Record })
(a struct{ R *udf.Record })
(a map[string]error)
(a []error)
(a rune, b byte, c Bits)
""".strip().splitlines()

DECLARATIONS = """
type (
	Alias = udf.Record
	Pointer *udf.Record
	Other udf.Record
	MyRecord struct { udf.Record; N int }
	Context = context.Context
	MyContext context.Context
	MyError error
	Error = error
	Empty interface{}
	Any = any
	Embedding interface { Empty }
	comparableLike interface { M() }
	Key string
	Bits uint8
	Tagged struct { A chan int `udf:"-"`; B int `udf:"b"` }
	Skipped struct { A int `udf:"-"` }
	Inner struct { X int }
	hidden struct { X int }
	Embeds struct { Inner; hidden }
	EmbedsPointer struct { *Inner }
	EmbedsHidden struct { hidden }
	EmbedsAny struct { any }
	Bad struct { A int; C chan int }
	Tree struct { Children []*Tree }
	Loop []Loop
	Ring struct { Next map[string]Ring }
	Nested[T any] struct { V []T }
	Generic[T any] = *T
	Conflict struct { Inner; Second }
	Second struct { X chan int }
)

var (
	_ fmt.Stringer
	_ unsafe.Pointer
	_ time.Duration
	_ json.RawMessage
	_ sync.Mutex
)
"""

# Whole registrations; F is () and G generic, M a method of T.
REGISTRATIONS = """
var _ = udf.Register(NAME, F)
var _ = udf.Register(NAME, func() {})
var _ = udf.Register(NAME, (F))
var _ = udf.Register(NAME, missing)
var _ = udf.Register(missing, F)
var _ = udf.Register(NAME, G)
var _ = udf.Register(NAME, G[int])
var _ = udf.Register(NAME, G[chan int])
var _ = udf.Register(NAME, T.M)
var _ = udf.Register(NAME, (*T).M)
var _ = udf.Register(NAME, T{}.M)
var _ = udf.Register(NAME, T{}.Missing)
var _ = udf.Register(NAME, F())
var _ = udf.Register(NAME, one())
var _ = udf.Register(NAME, 5)
var _ = udf.Register(NAME, "F")
var _ = udf.Register(NAME, nil)
var _ = udf.Register(NAME, T{})
var _ = udf.Register(NAME, &function)
var _ = udf.Register(NAME, function)
var _ = udf.Register(NAME, Kind(F))
var _ = udf.Register(NAME, any(F))
var _ = udf.Register(NAME, any(bad))
var _ = udf.Register(NAME, bad)
var _ = udf.Register(NAME, len)
var _ = udf.Register(NAME, T)
var _ = udf.Register(NAME, give())
var _ = udf.Register(NAME, functions[0])
var _ = udf.Register(NAME, functions)
var _ = udf.Register(NAME, err)
var _ = udf.Register(NAME, strings.ToUpper)
var _ = udf.Register(NAME + "x", F)
var _ = udf.Register(NAME + "-", F)
var _ = udf.Register("", F)
var _ = udf.Register("1", F)
var _ = udf.Register("é", F)
var _ = udf.Register(NAME + constant, F)
var _ = udf.Register(string(typed) + NAME, F)
func init() { udf.Register(NAME, F); udf.Register(NAME, F) }
func init() { udf.Register(NAME, F); udf.Register(NAME + "2", F) }
func init() { const n = NAME; udf.Register(n, F); { udf.Register(n + "b", bad) } }
func init() { helper() }; func helper() { udf.Register(NAME, F); udf.Register(NAME, F) }
func init() { f := bad; udf.Register(NAME, f) }
func init() { F := 5; udf.Register(NAME, F) }
func init() { type T = chan int; udf.Register(NAME, func(T) {}) }
var _, _ = udf.Register(NAME, F), udf.Register(NAME, F)
""".strip().splitlines()

SURROUNDINGS = """
type T struct{ X int }
func (T) M() {}
type Kind func()
const constant = "_tail"
type text string
const typed text = "head_"
var function = func() {}
var functions = []func(){F}
var err error
func F() {}
func G[P any](p P) {}
func bad(c chan int) {}
func one() int { return 1 }
func give() func() { return F }
var _, _, _ = fmt.Sprint, strings.ToUpper, sort.Slice
"""

# Cases that depend on the source of Go's library.
LIBRARY = """
var _ = udf.Register(NAME, fmt.Missing)
var _ = udf.Register(NAME, sort.Slice)
var _ = udf.Register(NAME, sort.Ints)
var _ = udf.Register(NAME, func(fmt.Stringer) {})
var _ = udf.Register(NAME, func(strings.Builder) {})
var _ = udf.Register(NAME, func(*strings.Builder) {})
var _ = udf.Register(NAME, func(fmt.Stringer, chan int) {})
var _ = udf.Register(NAME, func([]strings.Reader) {})
var _ = udf.Register(NAME, func(sort.StringSlice, sort.IntSlice) {})
var _ = udf.Register(NAME, func(sort.Interface) {})
var _ = udf.Register(NAME, strings.Map)
var _ = udf.Register(NAME, strings.Fields)
var _ = udf.Register(NAME, strings.Cut)
var _ = udf.Register(NAME, strings.NewReplacer("a", "b").Replace)
var _ = udf.Register(NAME, strings.NewReplacer)
var _ = udf.Register(NAME, (*strings.Builder).Len)
var _ = udf.Register(NAME, new(strings.Builder).Len)
var _ = udf.Register(NAME, new(strings.Builder).WriteString)
var _ = udf.Register(NAME, sort.StringSlice.Len)
var _ = udf.Register(NAME, sort.Sort)
var _ = udf.Register(NAME, sort.Float64Slice.Len)
var _, _ = udf.Register(NAME, G[int]), udf.Register(NAME + "2", G[chan int])
var _, _ = udf.Register(NAME, G[chan int]), udf.Register(NAME + "2", G[int])
var _, _ = udf.Register(NAME, sort.Slice), udf.Register(NAME + "2", sort.Slice)
""".strip().splitlines()


def cases() -> dict[str, str]:
    """The source of each package by name."""
    found = {}
    for number, signature in enumerate(SIGNATURES):
        imports = "".join(
            f'"{path}"\n' for path in ("context", "encoding/json", "fmt", "sync", "time", "unsafe", SDK_PATH)
        )
        code = (
            f'var _ = udf.Register("s{number}", F)\nfunc F{signature} {{ panic(0) }}\nvar _ context.Context\n'
        )
        found[f"s{number}"] = f"package s{number}\nimport (\n{imports})\n{code}{DECLARATIONS}"
    for number, registration in enumerate((*REGISTRATIONS, *LIBRARY)):
        imports = "".join(f'"{path}"\n' for path in ("fmt", "sort", "strings", SDK_PATH))
        code = registration.replace("NAME", f'"r{number}"')
        found[f"r{number}"] = f"package r{number}\nimport (\n{imports})\n{code}\n{SURROUNDINGS}"
    return found


def rejected_by_go(module: Path, names: list[str]) -> dict[str, str]:
    """Go's error for each package that it rejects."""
    # An overlay file in the SDK exports setup's errors. Without cgo there is no C to compile.
    extra = module / "setup.txt"
    extra.write_text("package udf\n\nfunc SetupError() string { return loaded().failure }\n")
    overlay = module / "overlay.json"
    overlay.write_text(json.dumps({"Replace": {str(UDF / "setup_error.go"): str(extra)}}))
    environment = {**os.environ, "CGO_ENABLED": "0", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": ""}

    def go(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(GO), arguments[0], "-overlay", str(overlay), *arguments[1:]]
        return subprocess.run(
            command, cwd=module, env=environment, capture_output=True, text=True, check=False
        )

    compiled = go("build", "./...").stderr
    refused = dict(re.findall(r"^(\w+)/\w+\.go:(.*)", compiled, re.MULTILINE))
    assert refused, compiled
    imports = "".join(f'import _ "example.com/cases/{name}"\n' for name in names if name not in refused)
    main = module / "run" / "main.go"
    main.parent.mkdir()
    main.write_text(
        f'package main\nimport "{SDK_PATH}"\n{imports}func main() {{ println(udf.SetupError()) }}\n'
    )
    ran = go("run", "./run")
    assert ran.returncode == 0, ran.stderr
    refused |= dict(re.findall(r"\((\w+)\.go:\d+\): (.*)", ran.stderr))
    return refused


@pytest.mark.slow
def test_errors_are_what_go_rejects(tmp_path: Path) -> None:
    sources = cases()
    for name, source in sources.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.go").write_text(source)
    (tmp_path / "go.mod").write_text(
        f"module example.com/cases\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n\nreplace {SDK_PATH} => {UDF}\n"
    )
    theirs = rejected_by_go(tmp_path, list(sources))
    loader = Loader(DiskFiles(), environment=find_go_environment(GO))
    disagreements = []
    for name in sources:
        package = loader.package(str(tmp_path / name))
        assert package is not None
        ours = [f"{f.code} {f.message}" for f in run_rules(package) if f.severity == "error"]
        code = (SIGNATURES if name[0] == "s" else (*REGISTRATIONS, *LIBRARY))[int(name[1:])]
        if bool(ours) != (name in theirs):
            disagreements.append(f"{code}: we say {ours}, Go says {theirs.get(name)}")
    assert len(theirs) > len(sources) / 3
    assert not disagreements, "\n".join(disagreements)
