"""Random Go source: types, signatures, registrations. The seed determines all of it."""

from __future__ import annotations

import random
from collections.abc import Sequence

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"

# Types of Go's library by import path. X is any type.
LIBRARY = {
    "archive/tar": ["Header"],
    "bytes": ["Buffer"],
    "container/list": ["List", "Element"],
    "context": ["Context", "CancelFunc"],
    "crypto": ["Hash"],
    "crypto/x509": ["Certificate", "KeyUsage"],
    "crypto/x509/pkix": ["Name"],
    "database/sql": ["NullString", "Null[X]", "DBStats"],
    "encoding/json": ["RawMessage", "Number", "Marshaler", "SyntaxError"],
    "encoding/pem": ["Block"],
    "encoding/xml": ["Name", "Attr"],
    "expvar": ["Int"],
    "fmt": ["Stringer"],
    "go/token": ["Pos", "Position"],
    "hash/maphash": ["Seed"],
    "html/template": ["HTML"],
    "image": ["Point", "Rectangle"],
    "image/color": ["RGBA", "Palette"],
    "io": ["Reader"],
    "io/fs": ["FileMode", "FileInfo"],
    "iter": ["Seq[X]"],
    "log/slog": ["Level", "Attr"],
    "math/big": ["Int", "Word", "Accuracy"],
    "math/rand/v2": ["PCG"],
    "net": ["IP", "IPNet", "Addr", "TCPAddr"],
    "net/http": ["Header", "Request", "Cookie", "SameSite", "HandlerFunc"],
    "net/mail": ["Address", "Header"],
    "net/netip": ["Addr"],
    "net/textproto": ["MIMEHeader"],
    "net/url": ["URL", "Values", "Userinfo"],
    "os": ["FileMode", "Signal", "ProcAttr"],
    "os/user": ["User"],
    "reflect": ["Kind", "StructTag", "Value"],
    "regexp": ["Regexp"],
    "runtime": ["MemStats"],
    "runtime/debug": ["BuildInfo", "Module"],
    "sort": ["IntSlice", "Interface"],
    "strings": ["Builder"],
    "sync": ["Mutex", "Map"],
    "sync/atomic": ["Int64", "Pointer[X]"],
    "syscall": ["Errno", "Stat_t"],
    "text/tabwriter": ["Writer"],
    "text/template": ["FuncMap"],
    "time": ["Duration", "Time", "Month", "Location"],
    "unicode": ["Range16"],
    "unsafe": ["Pointer"],
}
FUNCTIONS = {
    "strings": ["ToUpper", "Fields", "Split", "Cut", "Map", "NewReplacer", "Join", "SplitSeq"],
    "strconv": ["Itoa", "Atoi", "ParseInt", "AppendInt", "FormatFloat"],
    "math": ["Sqrt", "Modf", "Float64bits"],
    "time": ["Now", "ParseDuration", "Since", "Duration.Hours", "Time.Unix", "Month.String"],
    "net/url": ["Parse", "QueryEscape", "(*{q}URL).String"],
    "sort": ["Ints", "Slice", "IntSlice.Len"],
    "slices": ["Sort[[]string]", "Max[[]int]", "Contains[[]string, string]"],
    "errors": ["New", "Is"],
    "os": ["Getenv", "Exit", "ReadFile"],
    "regexp": ["MatchString", "MustCompile", 'MustCompile("a").FindString'],
    "bytes": ["Title", "NewReader", "(*{q}Buffer).Len"],
    "unicode/utf8": ["RuneLen", "ValidString"],
    "path": ["Join", "Base"],
}
BASIC = [
    *("bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64"),
    *("float32", "float64", "string", "byte", "rune", "any", "error", "uintptr", "complex128"),
]
# Some give several fields the same key, by tag or by field name.
TAGS = [
    *("", "", "", ' `udf:"-"`', ' `udf:"same"`', ' `json:"x" udf:"b,omitempty"`', ' `udf:"-,"`'),
    *(' `udf:"A"`', ' `udf:"B,omitempty"`'),
]
_GOOD = ["int", "string", "bool", "float64", "[]byte", "[]string", "map[string]int", "any", "*int64", "uint8"]


class Package:
    """A package that others can import: the names of its types (X in generic ones), functions, constants, and
    functions that register when they are called."""

    def __init__(self, path: str, name: str) -> None:
        self.path, self.name = path, name
        self.types: list[str] = []
        self.functions: list[str] = []
        self.constants: list[str] = []
        self.setups: list[str] = []


class File:
    """One source file; `imports` grow as it is written."""

    def __init__(self, rng: random.Random, package: Package, others: Sequence[Package]) -> None:
        self.rng, self.package, self.others = rng, package, others
        self.names: dict[str, str] = {}
        self.body: list[str] = []
        self.count = 0
        self.head = ""
        self.of_library = False
        self.loose: list[str] = []  # functions that nothing refers to yet

    def qualifier(self, path: str) -> str:
        """The qualifier, with its dot, under which this file imports a path. For the SDK it may be empty (a
        dot import)."""
        if path not in self.names:
            known = next((other.name for other in self.others if other.path == path), None)
            plain = known or ("rand" if path == "math/rand/v2" else path.rpartition("/")[2])
            taken = set(self.names.values())
            form = self.rng.random()
            if "." not in taken and (
                form < 0.15 if path == SDK else form < 0.04 and self._may_be_dotted(path)
            ):
                self.names[path] = "."
            elif form < 0.3 or plain in taken:
                self.names[path] = f"{plain}{len(self.names)}_"
            else:
                self.names[path] = plain
        name = self.names[path]
        return "" if name == "." else f"{name}."

    def _may_be_dotted(self, path: str) -> bool:
        """Whether a package can be dot-imported: no export has a name that the generated files declare."""
        # Libraries use the same names for types.
        return path in ("time", "net/url", "math") or (
            not self.of_library and any(other.path == path and other.constants for other in self.others)
        )

    def text(self) -> str:
        imports = []
        if self.rng.random() < 0.05:
            imports.append('_ "embed"')
        for path, name in self.names.items():
            known = next((other.name for other in self.others if other.path == path), None)
            plain = known or ("rand" if path == "math/rand/v2" else path.rpartition("/")[2])
            quote = "`" if self.rng.random() < 0.05 else '"'
            imports.append(f"{'' if name == plain else name + ' '}{quote}{path}{quote}")
        lines = "\n".join(f"\t{line}" for line in imports)
        head = f"{self.head}package {self.package.name}\n\n" + (
            f"import (\n{lines}\n)\n\n" if imports else ""
        )
        return head + "\n".join(self.body) + "\n"

    # --- types

    def type(self, depth: int = 0) -> str:
        """A random type, usually a supported one."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.3:
            return rng.choice(_GOOD)
        if kind < 0.45:
            return rng.choice(BASIC)
        if kind < 0.6:
            return self.library_type(depth)
        if kind < 0.75 and self.package.types:
            return self.filled(rng.choice(self.package.types), depth)
        if kind < 0.85 and self.others:
            other = rng.choice(self.others)
            if other.types:
                return self.qualifier(other.path) + self.filled(rng.choice(other.types), depth)
        if kind < 0.89:
            return self.qualifier(SDK) + rng.choice(
                [
                    *("Value", "GeoJSON", "HLL", "ListView", "MapView", "BytesKey"),
                    *("Registration", "Record", "Stream", "Level"),
                ]
            )
        if depth > 3:
            return "int"
        return self.composite(depth)

    def library_type(self, depth: int) -> str:
        path = self.rng.choice(list(LIBRARY))
        return self.qualifier(path) + self.filled(self.rng.choice(LIBRARY[path]), depth)

    def filled(self, name: str, depth: int) -> str:
        if "[X" not in name:
            return name
        return name.replace("X", self.type(depth + 2) if depth < 3 else "int")

    def composite(self, depth: int) -> str:
        inner = lambda: self.type(depth + 1)  # noqa: E731
        return self.rng.choice(
            [
                lambda: f"[]{inner()}",
                lambda: f"[]{inner()}",
                lambda: f"*{inner()}",
                lambda: f"map[{self.key()}]{inner()}",
                lambda: f"map[string]{inner()}",
                lambda: f"[{self.rng.randrange(1, 5)}]{inner()}",
                lambda: f"chan {inner()}",
                lambda: f"func({inner()})",
                lambda: self.struct(depth),
                lambda: "interface{ M() }",
                lambda: "interface{}",
            ]
        )()

    def key(self) -> str:
        keys = [
            "string",
            "int",
            "uint8",
            "any",
            "[4]byte",
            "bool",
            "float64",
            "[2]uint8",
            "rune",
            "uintptr",
            "[2]int",
        ]
        keys += [self.qualifier("time") + "Duration", self.qualifier("time") + "Month"]
        keys += [self.qualifier(SDK) + name for name in ("GeoJSON", "BytesKey")]
        return self.rng.choice(keys)

    def struct(self, depth: int) -> str:
        rng = self.rng
        fields, taken = [], set()
        for _ in range(rng.randrange(0, 4)):
            tag = rng.choice(TAGS)
            if rng.random() < 0.3:
                name = rng.choice(
                    [*(t for t in self.package.types if "[" not in t), "error", "any", self.library_type(9)]
                )
                base = name.partition("[")[0].rpartition(".")[2]
                if base not in taken and "unsafe" not in name and base != "Pointer":
                    taken.add(base)
                    star = "*" if rng.random() < 0.3 and base not in ("error", "any") else ""
                    fields.append(f"{star}{name}{tag}")
                continue
            name = rng.choice(["A", "B", "C", "hidden", "d"])
            if name not in taken:
                taken.add(name)
                fields.append(f"{name} {self.type(depth + 1)}{tag}")
        return "struct { " + "; ".join(fields) + " }"

    # --- functions

    def signature(self) -> str:
        rng = self.rng
        udf = self.qualifier(SDK)
        params: list[str] = []
        kind = rng.random()
        if rng.random() < 0.25:
            params.append(self.qualifier("context") + "Context")
        if kind < 0.45:
            params.append(f"*{udf}Record")
        elif kind < 0.65:
            params.append(f"*{udf}Stream")
        params += [self.type() for _ in range(rng.choice([0, 0, 1, 1, 2]))]
        if rng.random() < 0.12:
            params.append(
                rng.choice(
                    [f"*{udf}Record", f"{udf}Record", f"{udf}Stream", f"**{udf}Record", f"[]*{udf}Record"]
                )
            )
        if rng.random() < 0.06:
            params.append(self.qualifier("time") + "Duration")
        if rng.random() < 0.08:
            rng.shuffle(params)
        variadic = bool(params) and rng.random() < 0.12
        shown = [
            f"p{n} {'...' if variadic and n == len(params) - 1 else ''}{t}" for n, t in enumerate(params)
        ]
        return f"({', '.join(shown)}) {self.results(udf, 0.45 <= kind < 0.65)}"

    def results(self, udf: str, stream: bool) -> str:
        rng = self.rng
        if stream and rng.random() < 0.8:
            return rng.choice([f"*{udf}Stream", f"(*{udf}Stream, error)"])
        first = self.type()
        several = [f"({first}, error)"] * 2 + [f"({first}, {self.type()})", f"(error, {first})"]
        return rng.choice(["", "error", first, *several, f"({first}, int, error)"])

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"
