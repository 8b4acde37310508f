"""Broken and unreadable files: the others are linted, and names that they may declare are not missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import lint_paths

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
REGISTERING = f"""package m

{SDK}
func init() {{
	udf.Register("a", Foo)
	udf.Register("b", T{{}}.M)
	udf.Register(name, func() {{}})
	udf.Register("not-valid", func(c chan int) {{}})
}}
"""
DECLARED = "type T struct{}\n\nfunc (T) M() {}\n\nconst name = `c`\n"
# The finding of REGISTERING, whatever else there is.
WRONG = ["MG105", "MG201"]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def module(**files: str | bytes) -> Path:
        (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.go"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return module


def codes(root: Path, files: DiskFiles | None = None) -> list[str]:
    return sorted(finding.code for finding in lint_paths([str(root)], files or DiskFiles()).findings)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("func Foo() {}\n" + DECLARED, []),
        ("func Foo( {\n}\n" + DECLARED, ["MG400"]),
        ("func Foo() {\n if x {\n}\n" + DECLARED, ["MG400"]),
        ("func Foo) {}\n" + DECLARED, ["MG400"]),
        ("type T struct{\nfunc (T) M() {}\nconst name = `c`\nfunc Foo() {}\n", ["MG400"]),
        ("const ( name = `c`\nfunc Foo() {}\ntype T struct{}\nfunc (T) M() {}\n", ["MG400"]),
        ("/* func Foo() {}\n" + DECLARED, ["MG400"]),
        ("var s = `\nfunc Foo() {}\n" + DECLARED.replace("`", "'"), ["MG400"]),
        # A name that no broken code mentions is declared nowhere.
        ("func Fo( {\n}\n" + DECLARED, ["MG102", "MG400"]),
        ("func Foo() {}\ntype T struct{}\nfunc (T) N( {}\nconst name = `c`\n", ["MG102", "MG400"]),
    ],
)
def test_names_that_broken_code_may_declare_are_not_reported_as_missing(
    write: Write, text: str, found: list[str]
) -> None:
    assert codes(write(a=REGISTERING, b=f"package m\n\n{text}")) == sorted([*found, *WRONG])


@pytest.mark.parametrize("text", ["", "\n\n", "// only words\n"])
def test_an_empty_file_leaves_the_rest(write: Write, text: str) -> None:
    root = write(a=REGISTERING, b=text, c=f"package m\n\nfunc Foo() {{}}\n\n{DECLARED}")
    assert codes(root) == sorted(["MG400", *WRONG])


class Guarded(DiskFiles):
    """A disk that refuses some files, which file modes can't do for root."""

    def read(self, path: str, most: int | None = None) -> bytes:
        if path.endswith("secret.go"):
            raise PermissionError(13, "Permission denied", path)
        return super().read(path, most)


def test_names_that_an_unreadable_file_may_declare_are_not_reported_as_missing(write: Write) -> None:
    loose = f"package m\n\n{SDK}\nfunc Loose(rec *udf.Record) {{}}\n"
    calls = f"package m\n\n{SDK}\nfunc later() {{ udf.Register(`later`, func() {{}}) }}\n"
    root = write(a=REGISTERING, secret="package m\n", loose=loose, calls=calls)
    assert codes(root, Guarded()) == sorted(["MG400", *WRONG])
    outcome = lint_paths([str(root)], Guarded(), {"select": ["MG400"]})
    assert "secret.go" in outcome.findings[0].message
    assert codes(root) == sorted(["MG101", "MG102", "MG102", "MG106", *WRONG])


def test_nor_names_that_another_package_may_declare(write: Write) -> None:
    lib = "package lib\n\ntype T struct{}\n"
    source = REGISTERING.replace("Foo", "lib.Foo").replace("T{}", "lib.T{}").replace("name,", "lib.Name,")
    source = source.replace(SDK, f'{SDK}import "example.com/m/lib"\n')
    root = write(a=source, lib__a=lib, lib__secret="package lib\n")
    assert codes(root, Guarded()) == WRONG
    assert codes(root) == sorted(["MG102", "MG102", "MG102", *WRONG])
    (root / "lib/secret.go").write_text("package lib\n\nfunc Foo( {\n\nfunc (T) M( {\n\nconst Name = = 1\n")
    assert codes(root) == WRONG


def test_nor_names_in_a_folder_that_cannot_be_listed(write: Write) -> None:
    class Shut(DiskFiles):
        def entries(self, directory: str) -> list[tuple[str, bool]]:
            if directory.endswith("lib"):
                raise PermissionError(13, "Permission denied", directory)
            return super().entries(directory)

    source = REGISTERING.replace("Foo", "lib.Foo").replace("T{}", "lib.T{}").replace("name,", "lib.Name,")
    root = write(a=source.replace(SDK, f'{SDK}import "example.com/m/lib"\n'), lib__a="package lib\n")
    assert codes(root, Shut()) == WRONG
    assert len(lint_paths([str(root)], Shut()).problems) == 1
    assert codes(root) == sorted(["MG102", "MG102", *WRONG])


def test_links_that_lead_nowhere_or_in_circles_end(write: Write) -> None:
    root = write(a=REGISTERING, b=f"package m\n\nfunc Foo() {{}}\n\n{DECLARED}")
    (root / "gone.go").symlink_to(root / "nowhere")
    (root / "self.go").symlink_to(root / "self.go")
    (root / "around").symlink_to(root, target_is_directory=True)
    (root / "inner").mkdir()
    (root / "inner" / "back").symlink_to(root, target_is_directory=True)
    assert codes(root) == sorted(["MG400", "MG400", *WRONG])


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda text: b"\xef\xbb\xbf" + text, False),
        (lambda text: text.replace(b"\n", b"\r\n"), False),
        (lambda text: text.replace(b"\t", b"\t\t// caf\xc3\xa9 \xf0\x9f\x98\x80\n\t", 1), False),
        (lambda text: text.replace(b"\t", b"\t// caf\xe9\n\t", 1), True),
        (lambda text: text.replace(b"\t", b"\t// \xed\xa0\x80\n\t", 1), True),
        (lambda text: text.replace(b"\t", b"\t// a\0b\n\t", 1), True),
        (lambda text: text.replace(b"\t", b"\t// a\xef\xbb\xbfb\n\t", 1), True),
        (lambda text: text + b"\0", True),
    ],
)
def test_odd_bytes_do_not_stop_the_linter(
    write: Write, change: Callable[[bytes], bytes], broken: bool
) -> None:
    source = change(f"{REGISTERING}\nfunc Foo() {{}}\n\n{DECLARED}".encode())
    root = write(a=source)
    assert codes(root) == sorted([*(["MG400"] if broken else []), *WRONG])
    outcome = lint_paths([str(root)], DiskFiles(), {"select": ["MG105"]})
    document = outcome.loaders[str(root)].documents()[str(root / "a.go")]
    assert document.slice(outcome.findings[0].location.span) == '"not-valid"'


# A UDF with many findings; each line but the last may be cut anywhere.
BUSY = b"""
var seen = map[string]*udf.Record{}
var guard sync.Mutex

func Busy(ctx context.Context, rec *udf.Record, names ...string) (n int64, err error) {
	changed := false
	for i, name := range names {
		switch v := rec.Bin(name).(type) {
		case int64:
			n += v
		case []udf.Value, nil:
			continue
		}
		if i > 3 { guard.Lock(); seen[name] = rec; guard.Unlock(); changed = true }
	}
	go func() { seen["x"] = rec; time.Sleep(time.Second) }()
	done := make(chan int)
	defer func() { close(done); fmt.Println(len(names), n) }()
	for { select { case <-done: log.Fatal("done"); default: rec.Set("a very long name", n) } }
	if changed { rec.Update() }
	return n + rec.Bin("n").(int64), nil
}
"""


@pytest.mark.parametrize("seed", range(12))
def test_an_error_anywhere_leaves_the_findings_in_other_files(write: Write, seed: int) -> None:
    """The file ends at, loses or gains bytes at each of a sample of offsets."""
    paths = ("context", "fmt", "log", "sync", "time")
    head = "package m\n\n" + "".join(f'import "{path}"\n' for path in paths) + SDK
    text = head.encode() + BUSY + b'\nvar _ = udf.Register("busy", Busy)\n'
    other = f"package m\n\n{SDK}\nfunc long(rec *udf.Record) {{ rec.Int(`a name of 17 by.`) }}\n"
    other += 'func init() { udf.Register("not-valid", func(c chan int) {}); udf.Register("long", long) }\n'
    root = write(a=text, b=other)
    whole = codes(root)
    assert {"MG301", "MG302", "MG303", "MG305", "MG306", "MG307", "MG310", "MG313"} <= set(whole)
    for place in range(seed, len(text), 60):
        cut = [text[:place], text[:place] + text[place + 1 :]]
        noise = [b"{", b"}", b"(", b'"', b"`", b"func ", b"\0", b"case ", b" := "][place % 9]
        for changed in (*cut, text[:place] + noise + text[place:]):
            (root / "a.go").write_bytes(changed)
            outcome = lint_paths([str(root)], DiskFiles())
            others = [each.code for each in outcome.findings if each.location.path.endswith("b.go")]
            assert sorted(others) == ["MG105", "MG201", "MG312"], changed


DEEP = 10_000


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("n = " + "(" * DEEP + "n" + ")" * DEEP, ["MG410"]),
        ("n = n" + " + n" * DEEP, []),
        ("if true" + " && n > 1 || n < 2" * DEEP + " { os.Exit(1) }", ["MG301", "MG410"]),
        ("n = " + "f(" * DEEP + "n" + ")" * DEEP, ["MG410"]),
        ("{" * DEEP + "os.Exit(1)" + "}" * DEEP + "; os.Exit(2)", ["MG301", "MG410"]),
        ("if n > 1 {" * DEEP + "n++" + "}" * DEEP + "; os.Exit(2)", ["MG301", "MG410"]),
        ("if n > 0 { rec.Set(`a`, n) }" + " else if n > 1 { n++ }" * DEEP, ["MG311", "MG410"]),
        ("switch n { case 1: " * DEEP + "n++" + "}" * DEEP + "; os.Exit(2)", ["MG301", "MG410"]),
        ("func() {" * DEEP + "n++" + "}()" * DEEP + "; os.Exit(2)", ["MG301", "MG410"]),
        ("x := " + "[]any{" * DEEP + "rec" + "}" * DEEP + "; _ = x; os.Exit(2)", ["MG301", "MG410"]),
        ("x := []any{" + "{" * DEEP + "rec" + "}" * DEEP + "}; _ = x; os.Exit(2)", ["MG301", "MG410"]),
        ("var x " + "G[" * DEEP + "int" + "]" * DEEP + "; _ = x; os.Exit(2)", ["MG301", "MG410"]),
        ("var x " + "func(" * DEEP + "int" + ")" * DEEP + "; _ = x; os.Exit(2)", ["MG301", "MG410"]),
        ("_ = f" + "()" * DEEP + "; os.Exit(2)", ["MG301", "MG410"]),
        ("rec.Set(`a`" + " + `a`" * DEEP + ", 1)", ["MG311", "MG312"]),
        ("".join(f"L{i}: " for i in range(DEEP)) + "os.Exit(2)", ["MG410"]),
        ("if n > 0 { rec.Set(`a`, 1) }\n" * 1_000, ["MG311"]),
        ("go func() { n++ }()\n" * 500, ["MG302"] * 500),
        ("n += rec.Bin(`a`).(int)\n" * 500, ["MG313"] * 500),
        ("guard.Lock(); state = n; guard.Unlock()\n" * 500 + "state = 1", ["MG305"]),
    ],
    ids=lambda given: given[:20] if isinstance(given, str) else "",
)
def test_deep_and_long_udfs_are_linted(write: Write, body: str, found: list[str]) -> None:
    text = f"package m\n\nimport `os`\nimport `sync`\n{SDK}\nvar guard sync.Mutex\nvar state int\n"
    text += 'var _ = udf.Register("not-valid", func(c chan int) {})\nvar _ = udf.Register("f", F)\n'
    text += "type G[T any] struct{ V T }\n\nfunc f(n int) int { return n }\n\n"
    text += f"func F(rec *udf.Record, n int) {{\n{body}\n}}\n"
    assert codes(write(a=text)) == sorted([*found, *WRONG])


def test_packages_that_import_each_other_end(write: Write) -> None:
    source = REGISTERING.replace(SDK, f'{SDK}import "example.com/m/b"\n').replace("Foo", "b.Foo")
    other = f'package b\n\n{SDK}import "example.com/m"\n\nvar _ = udf.Register(`x-y`, m.Nothing)\n\n'
    root = write(a=source + DECLARED, b__b=other + "func Foo() {}\n")
    assert codes(root) == sorted(["MG102", "MG105", *WRONG])


def test_types_of_missing_imports_are_unknown(write: Write) -> None:
    source = REGISTERING.replace(SDK, f'{SDK}import "example.org/gone"\nimport . "example.org/dotted"\n')
    source = source.replace("Foo", "gone.Foo").replace("T{}", "gone.T{}")
    assert codes(write(a=source)) == WRONG


def test_without_go_the_types_of_its_library_are_unknown_and_reported_so(write: Write) -> None:
    source = f"""package m

{SDK}
import (
	"sort"
	"strings"
)

var _ = udf.Register("a", func(b strings.Builder, s sort.IntSlice) (strings.Reader, error) {{ panic(0) }})
var _ = udf.Register("b", strings.ToUpper)
var _ = udf.Register("c", func(b strings.Builder, c chan int) {{}})
var _ = udf.Register("d", new(strings.Builder).Len)
"""
    root = write(a=source)
    assert codes(root) == ["MG201"]
    outcome = lint_paths([str(root)], DiskFiles())
    assert not outcome.go_found
    assert {"sort", "strings"} <= set(outcome.unread)


def test_a_file_that_is_too_large_may_declare_anything(write: Write) -> None:
    words = "// Words, words, words.\n" * 420_000
    root = write(a=REGISTERING, b=f"package m\n\n{words}\nfunc Foo() {{}}\n\n{DECLARED}")
    assert (root / "b.go").stat().st_size > 10_000_000
    found = lint_paths([str(root)], DiskFiles()).findings
    assert sorted(finding.code for finding in found) == sorted(["MG410", *WRONG])
    assert next(each.location.path for each in found if each.code == "MG410") == str(root / "b.go")
    (root / "modgo.toml").write_text('max-file-size = "20 MB"\n')
    assert codes(root) == WRONG


def test_the_largest_file_is_set_as_a_number_or_text(write: Write) -> None:
    root = write(a=REGISTERING, b=f"package m\n\nfunc Foo() {{}}\n\n{DECLARED}// {'a' * 1000}\n")
    for size, found in (("1000", ["MG410"]), ('"1 kB"', ["MG410"]), ('"2 KiB"', []), ("5000", [])):
        (root / "modgo.toml").write_text(f"max-file-size = {size}\n")
        assert codes(root) == sorted([*found, *WRONG]), size
    for size in ('"much"', "0", '"1 TB"', '"101 MB"', "-1"):
        (root / "modgo.toml").write_text(f"max-file-size = {size}\n")
        (problem,) = lint_paths([str(root)], DiskFiles()).problems
        assert "max-file-size" in str(problem)
