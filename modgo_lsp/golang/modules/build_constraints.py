"""Whether `go build` compiles a file for a target, by its name and its //go:build line."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from typing import Literal

import msgspec

# Every GOOS and GOARCH that Go has ever known: as a suffix of a file name they are constraints.
KNOWN_OS = frozenset(
    (
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "js",
        "linux",
        "nacl",
        "netbsd",
        "openbsd",
        "plan9",
        "solaris",
        "wasip1",
        "windows",
        "zos",
    )
)
KNOWN_ARCH = frozenset(
    (
        "386",
        "amd64",
        "amd64p32",
        "arm",
        "armbe",
        "arm64",
        "arm64be",
        "loong64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "mips64p32",
        "mips64p32le",
        "ppc",
        "ppc64",
        "ppc64le",
        "riscv",
        "riscv64",
        "s390",
        "s390x",
        "sparc",
        "sparc64",
        "wasm",
    )
)
_UNIX = frozenset(
    (
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "linux",
        "netbsd",
        "openbsd",
        "solaris",
    )
)
# The tags for the features of an architecture that are on unless GOAMD64, GOARM and the like say otherwise.
_FEATURES = {
    "386": ("386.sse2",),
    "amd64": ("amd64.v1",),
    "arm": ("arm.5", "arm.6", "arm.7"),
    "arm64": ("arm64.v8.0",),
    "mips": ("mips.hardfloat",),
    "mipsle": ("mipsle.hardfloat",),
    "mips64": ("mips64.hardfloat",),
    "mips64le": ("mips64le.hardfloat",),
    "ppc64": ("ppc64.power8",),
    "ppc64le": ("ppc64le.power8",),
    "riscv64": ("riscv64.rva20u64",),
}
_IMPLIED_OS = {"android": "linux", "illumos": "solaris", "ios": "darwin"}

# N of the Go 1.N whose release tags are set where the version is unknown.
_NEWEST_GO = 27

_RELEASE_TAG = re.compile(r"go1\.([0-9]{1,4})")
_TOKEN = re.compile(r"\s*(?:(&&|\|\||!|\(|\))|([\w.]+))")


def _host_os() -> str:
    return {"win32": "windows", "cygwin": "windows"}.get(sys.platform, sys.platform.rstrip("0123456789"))


def _host_arch() -> str:
    machine = platform.machine().lower()
    return {"x86_64": "amd64", "aarch64": "arm64", "i386": "386", "i686": "386", "armv7l": "arm"}.get(
        machine, machine
    )


class BuildContext(msgspec.Struct, frozen=True):
    """What a build constraint depends on: the target, whether cgo is on, the build tags, and `release`, the N
    of Go 1.N."""

    goos: str = msgspec.field(default_factory=_host_os)
    goarch: str = msgspec.field(default_factory=_host_arch)
    cgo: bool = True
    tags: tuple[str, ...] = ()
    release: int = _NEWEST_GO


def context_of(release: int | None) -> BuildContext:
    """A build for this machine by Go 1.`release`, or by the newest known if that is None."""
    return BuildContext() if release is None else BuildContext(release=release)


def is_chosen(name: str, text: bytes, context: BuildContext) -> bool:
    """Whether a plain `go build` for `context` compiles the file `name` (a base name), test files aside."""
    if not name.endswith(".go") or name.startswith(("_", ".")) or name.endswith("_test.go"):
        return False
    return _name_matches(name, context) and _header_matches(text, context)


def _name_matches(name: str, context: BuildContext) -> bool:
    stem = name.partition(".")[0]
    _, underscore, rest = stem.partition("_")
    if not underscore:
        return True
    parts = rest.split("_")
    if parts[-1] == "test":
        parts.pop()
    if len(parts) >= 2 and parts[-2] in KNOWN_OS and parts[-1] in KNOWN_ARCH:
        return _tag(parts[-2], context) and _tag(parts[-1], context)
    if parts and (parts[-1] in KNOWN_OS or parts[-1] in KNOWN_ARCH):
        return _tag(parts[-1], context)
    return True


def _tag(tag: str, context: BuildContext) -> bool:
    if tag == context.goos or tag == context.goarch or tag in context.tags or tag == "gc":
        return True
    if tag == "cgo":
        return context.cgo
    if tag == "unix":
        return context.goos in _UNIX
    if tag == _IMPLIED_OS.get(context.goos) or tag in _FEATURES.get(context.goarch, ()):
        return True
    release = _RELEASE_TAG.fullmatch(tag)
    return release is not None and 1 <= int(release[1]) <= context.release


def _header_matches(text: bytes, context: BuildContext) -> bool:
    go_build, plus_build = _header(text)
    if go_build is not None:
        # `go build` refuses a package with a malformed line: the file is left out.
        return evaluate(go_build, context) or False
    return all(_plus_build(line, context) for line in plus_build)


def evaluate(expression: str, context: BuildContext) -> bool | None:
    """The value of a //go:build expression; None where it is malformed."""
    tokens: list[str] = []
    position = 0
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if match is None:
            if expression[position:].strip():
                return None
            break
        tokens.append(match[1] or match[2])
        position = match.end()
    # Dijkstra's shunting yard, because recursion could be too deep.
    values: list[bool] = []
    operators: list[str] = []
    rank = {"||": 1, "&&": 2, "!": 3}
    expect_value = True

    def reduce() -> None:
        operator = operators.pop()
        if operator == "!":
            values.append(not values.pop())
        else:
            right, left = values.pop(), values.pop()
            values.append(left and right if operator == "&&" else left or right)

    for token in tokens:
        if expect_value != (token not in ("&&", "||", ")")):
            return None
        if token in ("!", "("):
            operators.append(token)
        elif token == ")":
            while operators and operators[-1] != "(":
                reduce()
            if not operators:
                return None
            operators.pop()
        elif token in ("&&", "||"):
            while operators and operators[-1] != "(" and rank[operators[-1]] >= rank[token]:
                reduce()
            operators.append(token)
            expect_value = True
        else:
            values.append(_tag(token, context))
            expect_value = False
    if expect_value or "(" in operators:
        return None
    while operators:
        reduce()
    return values[0]


def _plus_build(line: str, context: BuildContext) -> bool:
    """`// +build a,!b c`: one of the words has to hold, which all of its comma-separated parts have to."""

    def holds(part: str) -> bool:
        return not _tag(part[1:], context) if part.startswith("!") else _tag(part, context)

    return any(all(holds(part) for part in word.split(",")) for word in line.split())


def _header(text: bytes) -> tuple[str | None, list[str]]:
    """The //go:build expression before the package clause, and the old `// +build` lines, which count only if
    a blank line follows."""
    go_build: str | None = None
    plus: list[str] = []
    pending: list[str] = []
    state: Literal["code", "comment"] = "code"
    only_line_comments = True
    for line in _lines(text.removeprefix(b"\xef\xbb\xbf")):
        if not line:
            if only_line_comments:
                plus, pending = plus + pending, []
            continue
        if state == "code" and line.startswith(b"//"):
            words = line[2:].decode("utf-8", "replace")
            if words.startswith("go:build") and words[8:9] in ("", " ", "\t") and go_build is None:
                go_build = words[8:].strip()
            elif words.strip().startswith("+build") and words.strip()[6:7] in ("", " ", "\t"):
                pending.append(words.strip()[6:])
            continue
        only_line_comments = False
        while line:
            if state == "comment":
                _, end, line = line.partition(b"*/")
                if end:
                    state, line = "code", line.strip()
            elif line.startswith(b"//"):
                line = b""
            elif line.startswith(b"/*"):
                state, line = "comment", line[2:]
            else:
                return go_build, plus
    return go_build, plus


def _lines(text: bytes) -> Iterator[bytes]:
    """The lines, stripped. A generator, because few lines of a large file are needed."""
    start = 0
    while (end := text.find(b"\n", start)) >= 0:
        yield text[start:end].strip()
        start = end + 1
    yield text[start:].strip()
