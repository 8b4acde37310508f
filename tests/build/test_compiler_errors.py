"""What go, cgo and the linkers print, and the findings that it becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.build.compiler_errors import findings_of, registrations_at_fault
from modgo_lsp.build.wrappers import Generated
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Finding, Location

SOURCE = 'package m\n\nfunc F() int {\n\treturn undefined + "a b"\n}\n'
DOCTOR = (
    "the set-up causes this, not the code: check the tools with `modgo doctor`, and GOFLAGS, GOCACHE, "
    "CGO_CFLAGS and CGO_LDFLAGS"
)
WRAPPER = "the code that modgo generates for this does not compile: bad"
TOO_OLD = "requires go >= 1.30; install that Go, name one with --go, or lower the go line of go.mod"
SPACE = "free some space there, or set GOCACHE and XDG_CACHE_HOME to folders that have some"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.go").write_text(SOURCE)
    (tmp_path / "m.c").write_text("int f(void)\n{\n\treturn g();\n}\n")
    return tmp_path


def found(folder: Path, printed: str) -> list[tuple[str, str, str]]:
    """Code, message and place of each finding: the source text, or the file's name for the package clause."""
    fallback = Location(str(folder / "m.go"), Span(0, 9))
    generated = Generated(folder / "zz_modgo_bind.go", b"", ((5, call(folder, 3)), (9, call(folder, 4))))
    findings = findings_of(printed, folder, {str(generated.path): generated}, fallback)
    return [(each.code, each.message, _text(each)) for each in findings]


def call(folder: Path, line: int) -> Location:
    start = sum(len(each) + 1 for each in SOURCE.split("\n")[: line - 1])
    return Location(str(folder / "m.go"), Span(start, start + 4))


def _text(finding: Finding) -> str:
    place = finding.location
    return Path(place.path).read_bytes()[place.span.start : place.span.end].decode()


@pytest.mark.parametrize(
    ("printed", "code", "message", "place"),
    [
        ("# m\n./m.go:4:9: undefined: undefined", "MG401", "undefined: undefined", "undefined"),
        ("m.go:4:21: bad", "MG401", "bad", '"a b"'),
        ("m.go:4:19: bad", "MG401", "bad", "+"),
        ("m.go:3:1: bad", "MG401", "bad", "func"),
        ("m.go:4: bad", "MG401", "bad", 'return undefined + "a b"'),
        ("m.go:4:999: bad", "MG401", "bad", ""),
        ("m.go:1:1: bad", "MG401", "bad", "package"),
        ("m.go:99:1: bad", "MG401", "bad", "package m"),
        ("m.go:0:1: bad", "MG401", "bad", "package m"),
        ("other.go:4:9: bad", "MG401", "bad", "package m"),
        ("m.c:3:9: error: no g", "MG401", "no g", "g"),
        ("m.c:3:9: fatal error: no g", "MG401", "no g", "g"),
        ("m.go:4:3: error: no g", "MG401", "no g", 'return undefined + "a b"'),
        ("go: m.go:4:9: bad", "MG401", "bad", "undefined"),
        ("go: errors parsing go.mod:\nm.go:4:9: bad", "MG401", "bad", "undefined"),
        ("m.go:4:9: bad\n\thave (int)\n\twant ()", "MG401", "bad\nhave (int)\nwant ()", "undefined"),
        ("m.c:3:9: error: bad\n    3 | return g();\n      |        ^", "MG401", "bad", "g"),
        ("m.go:1:1: requires go >= 1.30", "MG406", TOO_OLD, "package"),
        (
            "zz_modgo_bind.go:5:1: bad",
            "MG401",
            WRAPPER,
            "func",
        ),
        ("zz_modgo_bind.go:8:1: bad", "MG401", WRAPPER, "func"),
        ("zz_modgo_bind.go:9:1: bad", "MG401", WRAPPER, "\tret"),
        ("_cgo_gotypes.go:9:1: bad", "MG401", "bad", "package m"),
        ("import cycle not allowed", "MG401", "import cycle not allowed", "package m"),
        ("strange", "MG406", f"strange; {DOCTOR}", "package m"),
        ("strange\n\tusage: much", "MG406", f"strange; {DOCTOR}", "package m"),
        (
            "open /x: no space left on device",
            "MG406",
            f"open /x: no space left on device; {SPACE}",
            "package m",
        ),
        ("go: strange", "MG406", "strange", "package m"),
        ("cgo: strange", "MG406", "cgo: strange", "package m"),
        ("go: updates to go.mod needed", "MG406", "updates to go.mod needed; run `go mod tidy`", "package m"),
        (
            "go: inconsistent vendoring in /m:",
            "MG406",
            "inconsistent vendoring in /m:; run `go mod vendor`",
            "package m",
        ),
        (
            "verifying example.com/x@v1.0.0: checksum mismatch\n\tdownloaded: h1:A=\n\tgo.sum:     h1:B=\n\n"
            "SECURITY ERROR\nThis download does NOT match an earlier download recorded in go.sum.\n"
            "The bits may have been replaced on the origin server, or an attacker may\n"
            "have intercepted the download attempt.\n\nFor more information, see 'go help module-auth'.\n",
            "MG406",
            "verifying example.com/x@v1.0.0: checksum mismatch; if you trust the download, remove the "
            "module's lines from go.sum and run `go mod tidy`\ndownloaded: h1:A=\ngo.sum:     h1:B=",
            "package m",
        ),
        ("", "MG401", "the build failed: go gave no reason", "package m"),
        ("exit status 2\n", "MG401", "the build failed: exit status 2", "package m"),
        (
            "x/link: running cc failed: exit status 1\nld: a: bad",
            "MG406",
            f"the linker failed: ld: a: bad; {DOCTOR}",
            "package m",
        ),
        (
            "x/link: running cc failed: exit status 1\nld: undefined reference to g\nmore:",
            "MG401",
            "the linker refused: ld: undefined reference to g",
            "package m",
        ),
        (
            "x/link: running cc failed: exit status 1\nld: FOLDER/m.c:3: undefined reference to g",
            "MG401",
            "the linker refused: ld: FOLDER/m.c:3: undefined reference to g",
            "return g();",
        ),
        (
            "x/link: running cc failed: exit status 1\nFOLDER/m.c:3: undefined reference; did you mean",
            "MG401",
            "the linker refused: undefined reference",
            "return g();",
        ),
    ],
)
def test_a_finding(folder: Path, printed: str, code: str, message: str, place: str) -> None:
    message = message.replace("FOLDER", str(folder))
    ((found_code, found_message, found_place),) = found(folder, printed.replace("FOLDER", str(folder)))
    assert (found_code, found_message, found_place) == (code, message, place)


def test_several(folder: Path) -> None:
    printed = "m.go:3:1: one\nm.go:4:9: two\nm.go:3:1: one\nm.go:4:9: warning: three\nm.go:4:9: note: four\n"
    assert [message for _, message, _ in found(folder, printed)] == ["one", "two"]
    printed = "\n# example.com/m\n\nm.go:3:1: one\n\n# example.com/n\nm.go:4:9: two\n"
    assert [message for _, message, _ in found(folder, printed)] == ["one", "two"]
    printed = "go: errors parsing go.mod:\nm.go:4:9: one\nm.go:3:1: two\n"
    assert [message for _, message, _ in found(folder, printed)] == ["one", "two"]
    printed = "x/link: running cc failed\nm.c:3: undefined reference to g\nm.go:3:1: two\n"
    refused = "the linker refused: undefined reference to g"
    assert [message for _, message, _ in found(folder, printed)] == [refused, "two"]


def test_errors_of_one_cause_are_reported_once(folder: Path) -> None:
    printed = "a: no space left on device\nb: no space left on device\nstrange\nstranger\n"
    assert [message for _, message, _ in found(folder, printed)] == [
        f"a: no space left on device; {SPACE}",
        f"strange; {DOCTOR}",
    ]


def test_a_line_with_another_place_is_related(folder: Path) -> None:
    printed = "m.go:4:9: F redeclared\n\tm.go:3:6: other declaration of F\n\tnowhere.go:3:6: and here\n"
    (finding,) = findings_of(printed, folder, {}, Location(str(folder / "m.go"), Span(0, 9)))
    assert [(each.message, each.location.span) for each in finding.related] == [
        ("other declaration of F", Span(16, 17))
    ]
    assert finding.message == "F redeclared\nnowhere.go:3:6: and here"


def test_the_registrations_whose_wrappers_do_not_compile(folder: Path) -> None:
    generated = Generated(folder / "zz_modgo_bind.go", b"", ((5, call(folder, 3)), (9, call(folder, 4))))
    by_path = {str(generated.path): generated}
    printed = "zz_modgo_bind.go:4:1: a\nm.go:4:1: b\nstrange\nzz_modgo_bind.go:9:1: c\n"
    assert registrations_at_fault(printed, folder, by_path) == {call(folder, 4)}
    assert registrations_at_fault(printed, folder, {}) == frozenset()
