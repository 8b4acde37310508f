"""A workspace of Go modules, and changes to it between two runs of lint."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

from modgo_lsp.lint.lint_paths import Outcome

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
GO_MOD = """module example.com/shop

go 1.24

require github.com/GeertJohan/aerospike-mod-go/udf v1.0.0
require example.com/near v0.0.0

replace example.com/near => ../near
"""
WORLD = {
    "shop/go.mod": GO_MOD,
    "shop/.gitignore": "ignored.go\n",
    "shop/modgo.toml": "",
    "shop/stock/stock.go": f"""package stock

{SDK}
import "example.com/shop/prices"
import "example.com/near"

func init() {{ udf.Register("take", Take) }}

func Take(rec *udf.Record, n near.Amount) (prices.Price, error) {{ prices.Of(rec.Key()); return 0, nil }}

func Forgotten(rec *udf.Record) {{}}
""",
    "shop/prices/prices.go": """package prices

import "os"

type Price int

func Of(any) Price { if len(os.Args) > 9 { os.Exit(1) }; return 0 }
""",
    "shop/counters/counters.go": f"""package counters

{SDK}
const Name = "count"

func init() {{ udf.Register(Name, Count) }}

func Count(rec *udf.Record) {{ rec.Set("a-bin-name-that-is-too-long", 1) }} //modgo:ignore MG312

func Setup() {{ udf.Register("late", Count) }}
""",
    "shop/both/both.go": f"""package both

{SDK}
import "example.com/shop/counters"

var _ = counters.Count

func init() {{ udf.Register("count", func() {{}}); counters.Setup() }}
""",
    "shop/plain/plain.go": "package plain\n\nfunc F() {}\n",
    "near/go.mod": "module example.com/near\n\ngo 1.24\n",
    "near/near.go": "package near\n\ntype Amount int\n",
}
SNIPPETS = (
    "\nfunc More(rec *udf.Record) {}\n",
    "\nvar _ = Forgotten\n",
    "//modgo:ignore MG101,MG103\n",
    "\ntype Amount chan int\n",
    "\ntype Price struct{ c chan int }\n",
    '\nimport "example.com/shop/stock"\n',
    '\nvar _ = "example.com/shop/counters"\n',
    "\nfunc Late() { os.Exit(2) }\n",
    "}",
    "/*",
    "",
)
SETTINGS = (
    "",
    'ignore = ["MG1"]\n',
    'severity = { MG101 = "hint" }\n',
    "require-suppression-reason = true\n",
    'select = "wrong"\n',
)


def write(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def comparable(outcome: Outcome) -> object:
    problems = [str(problem) for problem in outcome.problems]
    return outcome.findings, outcome.counts, problems, outcome.modules, outcome.without_module


class Changes:
    """Random changes to files between two runs."""

    def __init__(self, root: Path, choose: random.Random) -> None:
        self.root = root
        self.choose = choose

    def one(self) -> str:
        """Makes one change, later than any before, and returns its description."""
        last = max((path.stat().st_ctime_ns for path in self.root.rglob("*")), default=0)
        probe = self.root / "probe"
        probe.write_text("")
        while probe.stat().st_ctime_ns <= last:
            probe.write_text("")
        probe.unlink()
        kinds = [self.edit] * 6 + [self.swap, self.swap, self.touch, self.rename, self.remove, self.copy]
        kinds += [self.configure, self.go_mod, self.nest, self.ignore, self.restore]
        kinds += [self.exchange, self.link, self.turn_back, self.move_folder, self.redeclare, self.redeclare]
        kind = self.choose.choice(kinds)
        kind()
        return kind.__name__

    def source(self) -> Path:
        return self.choose.choice(sorted(self.root.rglob("*.go")) or [self.root / "shop/new/new.go"])

    def edit(self) -> None:
        path = self.source()
        text = path.read_text() if path.exists() else "package p\n"
        at = self.choose.randrange(len(text) + 1)
        rest = text[at + self.choose.choice((0, 0, 0, 1, 30)) :]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[:at] + self.choose.choice(SNIPPETS) + rest)

    def swap(self) -> None:
        """Changes a file, but neither its size nor its time."""
        path = self.source()
        if path.exists():
            before = path.stat()
            path.write_text(path.read_text().replace("Count", "Bount").replace("Forgotten", "forgotten"))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def touch(self) -> None:
        path = self.source()
        if path.exists():
            path.touch()

    def rename(self) -> None:
        path = self.source()
        if path.exists():
            path.rename(
                path.with_name(
                    self.choose.choice(("a.go", "z.go", "z_test.go", "z_windows.go", "ignored.go"))
                )
            )

    def redeclare(self) -> None:
        """Changes a declaration that others use, so that they no longer compile."""
        name, before, after = self.choose.choice(
            (
                ("near/near.go", "type Amount int", "type Amount chan int"),
                ("shop/prices/prices.go", "type Price int", "type Price func()"),
                ("shop/prices/prices.go", "os.Exit", "os.Expand"),
                ("shop/counters/counters.go", '"count"', '"counts"'),
                ("shop/both/both.go", "counters.Setup()", "_ = 1"),
            )
        )
        path = self.root / name
        text = path.read_text() if path.exists() else WORLD[name]
        write(
            self.root, {name: text.replace(before, after) if before in text else text.replace(after, before)}
        )

    def exchange(self) -> None:
        """Replaces a file by another one with the same time."""
        path, other = self.source(), self.source()
        if path.exists() and other.exists():
            new = path.with_name("new")
            shutil.copyfile(other, new)
            os.utime(new, ns=(0, path.stat().st_mtime_ns))
            new.replace(path)

    def link(self) -> None:
        """Replaces a file by a link to a file that isn't Go; the link stays when its target changes."""
        path = self.source()
        if path.exists() and not path.is_symlink():
            text = self.root / f"shop/text{self.choose.randrange(3)}.txt"
            text.write_text(path.read_text().replace("Count", "Sum"))
            path.unlink()
            path.symlink_to(text)

    def turn_back(self) -> None:
        path = self.source()
        if path.exists():
            os.utime(path, ns=(0, self.choose.choice((0, 10**18))))

    def move_folder(self) -> None:
        folder = self.source().parent
        target = folder.with_name(self.choose.choice(("prices", "moved")))
        if folder.exists() and not target.exists() and folder.name not in ("shop", "near"):
            folder.rename(target)

    def remove(self) -> None:
        path = self.source()
        if path.exists():
            path.unlink()

    def copy(self) -> None:
        folder = self.source().parent
        target = self.root / "shop" / self.choose.choice(("copy", "stock/inner", "testdata/x", "_hidden"))
        if folder.exists() and not target.exists():
            shutil.copytree(folder, target)

    def configure(self) -> None:
        folder = self.choose.choice(("shop", "shop/stock"))
        write(self.root, {f"{folder}/modgo.toml": self.choose.choice(SETTINGS)})

    def go_mod(self) -> None:
        changed = (
            GO_MOD,
            GO_MOD.replace("replace", "// replace"),
            GO_MOD.replace("/udf v1.0.0", "/udf v1.9.0"),
            GO_MOD.replace("require github.com", "// require github.com"),
            GO_MOD.replace("example.com/shop", "example.com/store"),
            GO_MOD + "replace github.com/GeertJohan/aerospike-mod-go/udf => ../udf\n",
            GO_MOD + "}",
        )
        write(self.root, {"shop/go.mod": self.choose.choice(changed)})

    def nest(self) -> None:
        inner = self.root / "shop/prices/go.mod"
        if inner.exists():
            inner.unlink()
        elif inner.parent.exists():
            inner.write_text("module example.com/shop/prices\n")

    def ignore(self) -> None:
        write(self.root, {"shop/.gitignore": self.choose.choice(("", "ignored.go\n", "prices/\n"))})

    def restore(self) -> None:
        write(self.root, WORLD)
