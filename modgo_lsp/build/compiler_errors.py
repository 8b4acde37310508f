"""The errors of `go build` as findings in the user's source.

An error in generated code is reported at the registration that the code was generated for. No path of a
generated file is ever shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from modgo_lsp.build.main_package import MAIN_FOLDER
from modgo_lsp.build.wrappers import Generated
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Finding, Location, Related
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.mg401_compile_error import RULE as COMPILE_ERROR
from modgo_lsp.rules.mg406_toolchain import RULE as TOOLCHAIN

_PLACE = re.compile(
    r"^(?P<path>[^\s:][^:]*\.(?:go|c|h|cc|cpp|hpp|cxx|s|S|mod|work|sum))"
    r":(?P<line>\d+)(?::(?P<column>\d+))?: (?P<text>.+)$"
)
_LINKER = "/link: running "
_LINKED_FROM = re.compile(r"(?P<path>/[^\s:]+\.(?:go|c|cc|cpp|s|S)):(?P<line>\d+)")
# By hand, for the parser knows Go alone, and the compiler reports places in C sources, too.
_TOKEN = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*|\d[\w.]*|\"(?:[^\"\\\n]|\\.)*\"|`[^`\n]*`")
_NOISE = re.compile(
    r"^(# |collect2: error: |compilation terminated|In file included from |\s+from |.*: In function|"
    r".*too many errors|exit status \d+$|go: (downloading|finding) )"
)

# What the go command says of set-ups rather than of code, and what to do about it.
_SETUP: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), remedy)
    for pattern, remedy in (
        (
            rf"{re.escape(SDK_PATH)}\b.*(unknown revision|not found|lookup disabled)"
            rf"|missing go\.sum entry.*{re.escape(SDK_PATH)}",
            "run `modgo sdk install --write` to require the version that modgo brings",
        ),
        (r"requires go >= ", "install that Go, name one with --go, or lower the go line of go.mod"),
        (r"inconsistent vendoring|-mod=vendor|not marked as explicit in vendor", "run `go mod vendor`"),
        (
            r"not one of the workspace modules|found in the current workspace",
            "run `go work use .`, or build with GOWORK=off",
        ),
        (r"missing go\.sum entry|updates to go\.(mod|sum) needed", "run `go mod tidy`"),
        (r"checksum mismatch|SECURITY ERROR", "run `modgo sdk install --write`, or mend go.sum"),
        (
            r"lookup disabled by GOPROXY=off|dial tcp|no such host|connection refused",
            "check the network and GOPROXY",
        ),
        (r'C compiler ".*" not found|cgo: .* not found', "run `modgo doctor`"),
        (r"errors parsing go\.(mod|work)|invalid go version|unknown directive", "mend the file"),
        (
            r"fatal error: '?(stdlib|stdio|stdint|errno|string|sys/types|features)\.h'?",
            "install the C library's headers (Debian: libc6-dev), or pip install 'modgo-lsp[toolchain]'",
        ),
    )
)

# Of errors without a place in a source: those that the code is at fault for. All others are of the set-up.
_CODE = re.compile(
    r"import cycle|imports |^package |build constraints|is not a main package|internal package"
    r"|C source files|redeclared|case-insensitive|malformed import|no (non-test )?Go files|too large"
    r"|stack frame|undefined (reference|symbol)|undefined: |undeclared|multiple definition"
    r"|duplicated? (symbol|definition)|relocation|version script"
)
_NO_SPACE = re.compile(r"no space left|[Qq]uota exceeded|File too large|file too large")
_CHECK_SETUP = (
    "that is of the set-up, not of the code: `modgo doctor` checks the tools, and GOFLAGS, GOCACHE, "
    "CGO_CFLAGS and CGO_LDFLAGS have a say"
)
_MAKE_SPACE = "make room there, or set GOCACHE and XDG_CACHE_HOME to folders with more"


class _Message(msgspec.Struct):
    """One error: where it says it is, if anywhere, and its lines."""

    text: str
    path: str | None = None
    line: int = 0
    column: int = 0
    more: list[str] = []


def generated_by_path(generated: Sequence[Generated], in_build: Mapping[Path, Path]) -> dict[str, Generated]:
    """The generated files by each path that the compiler may use for them; `in_build` is from
    write_overlay."""
    by_path = {str(file.path): file for file in generated}
    on_disk = {str(real): by_path[str(path)] for real, path in in_build.items() if str(path) in by_path}
    return {**by_path, **on_disk}


def findings_of(
    stderr: str, folder: Path, generated: Mapping[str, Generated], fallback: Location
) -> tuple[Finding, ...]:
    """The findings in the output of `go build`, run in `folder`; at least one. An error without a location is
    reported at `fallback`, the package clause."""
    found: list[Finding] = []
    for message in _messages(stderr):
        finding = _finding(message, folder, generated, fallback)
        if finding is not None and not _is_reported(finding, found):
            found.append(finding)
    if not found:
        said = stderr.strip() or "it did not say why"
        found.append(COMPILE_ERROR.finding(f"the build failed: {said[:2000]}", fallback))
    return tuple(found)


def registrations_at_fault(
    stderr: str, folder: Path, generated: Mapping[str, Generated]
) -> frozenset[Location]:
    """The registrations whose generated wrappers the compiler refused."""
    found = set()
    for message in _messages(stderr):
        if message.path is not None and (file := generated.get(_absolute(message.path, folder))):
            origin = file.origin(message.line)
            if origin is not None:
                found.add(origin)
    return frozenset(found)


def _messages(stderr: str) -> list[_Message]:
    messages: list[_Message] = []
    for line in stderr.splitlines():
        if not line.strip():
            continue
        match = _PLACE.match(line)
        # The go command may put its own name or "package a imports b:" before a place.
        if match is None and line.startswith("go: ") and (inner := _PLACE.match(line[4:])):
            match = inner
        if match:
            column = int(match["column"] or 0)
            messages.append(_Message(match["text"], match["path"], int(match["line"]), column, []))
        elif _NOISE.match(line):
            continue
        elif line[0] in "\t " and messages:
            messages[-1].more.append(line.strip())
        else:
            messages.append(_Message(line.strip(), more=[]))
    return _joined(messages)


def _joined(messages: list[_Message]) -> list[_Message]:
    """The linker's lines, and a head like "go: errors parsing go.mod:", belong together."""
    out: list[_Message] = []
    for message in messages:
        last = out[-1] if out else None
        if last is not None and last.path is None:
            if _LINKER in last.text and message.path is None:
                last.more.append(message.text)
                continue
            if _LINKER in last.text:  # the linker found a place after all
                message.text = f"the linker refused: {message.text.partition('; ')[0]}"
                out[-1] = message
                continue
            if last.text.endswith(":") and message.path is not None:
                out[-1] = message
                continue
        out.append(message)
    return out


def _finding(
    message: _Message, folder: Path, files: Mapping[str, Generated], fallback: Location
) -> Finding | None:
    text = message.text
    if message.path is None:
        return _unplaced(message, fallback)
    if text.startswith(("warning: ", "note: ")):
        return None
    path = _absolute(message.path, folder)
    text = text.removeprefix("fatal error: ").removeprefix("error: ")  # the C compiler's
    generated = files.get(path)
    if generated is not None:
        origin = generated.origin(message.line)
        if origin is None:  # the main package, which imports the user's
            return _unplaced(msgspec.structs.replace(message, path=None), fallback)
        return COMPILE_ERROR.finding(
            f"the code that modgo generates for this does not compile: {text}", origin
        )
    if _is_generated(path):
        return COMPILE_ERROR.finding(text, fallback)
    # In a cgo preamble the C compiler counts columns without the comment's marks: its line must do.
    column = 0 if path.endswith(".go") and text != message.text else message.column
    place = _place(path, message.line, column) or fallback
    remedy = _remedy(message.text)
    details = [line for line in message.more if not _is_excerpt(line)]
    related = tuple(one for line in details if (one := _related(line, folder)) is not None)
    plain = [line for line in details if _related(line, folder) is None]
    whole = _without_generated("\n".join([text, *plain]))
    if remedy is not None:
        return TOOLCHAIN.finding(f"{whole}; {remedy}", place)
    return msgspec.structs.replace(COMPILE_ERROR.finding(whole, place), related=related)


def _unplaced(message: _Message, fallback: Location) -> Finding:
    """An error of the go command, cgo or the linker without a location."""
    whole = "\n".join([message.text, *(line for line in message.more if not _is_excerpt(line))])
    whole = _without_generated(whole)
    remedy = _remedy(whole)
    if _LINKER in message.text:
        problems = [line for line in message.more if ": " in line and not line.endswith(":")]
        place = next((one for line in message.more if (one := _linked_from(line)) is not None), fallback)
        said = "\n".join(problems) or whole
        if place is fallback and _is_of_setup(said):
            return TOOLCHAIN.finding(f"the linker failed: {said}; {_environment(said)}", fallback)
        return COMPILE_ERROR.finding(f"the linker refused: {said}", place)
    if remedy is not None:
        return TOOLCHAIN.finding(f"{whole.removeprefix('go: ')}; {remedy}", fallback)
    if message.text.startswith(("go: ", "cgo: ")):
        return TOOLCHAIN.finding(whole.removeprefix("go: "), fallback)
    if _is_of_setup(message.text):  # what follows may be a program's whole usage
        return TOOLCHAIN.finding(f"{message.text}; {_environment(message.text)}", fallback)
    return COMPILE_ERROR.finding(whole, fallback)


def _is_of_setup(text: str) -> bool:
    return _NO_SPACE.search(text) is not None or _CODE.search(text) is None


def _environment(text: str) -> str:
    """The general remedy for an error in the set-up."""
    return _MAKE_SPACE if _NO_SPACE.search(text) else _CHECK_SETUP


def _is_reported(finding: Finding, found: Sequence[Finding]) -> bool:
    """Whether `found` contains the finding already, or another symptom of the same set-up error."""
    return any(
        finding == one or (finding.code == one.code == TOOLCHAIN.code and _advice(finding) == _advice(one))
        for one in found
    )


def _advice(finding: Finding) -> str | None:
    own = (each for each in (_MAKE_SPACE, _CHECK_SETUP) if finding.message.endswith(each))
    return next(own, None) or _remedy(finding.message)


def _without_generated(text: str) -> str:
    """The text as if modgo's own main package, which nobody knows, were the user's package."""
    chain = rf"^package \S*{MAIN_FOLDER}\S*\n(?:\s*imports (\S+) from main\.go\n)?"
    text = re.sub(chain, r"package \1\n", text)
    return re.sub(rf"/{MAIN_FOLDER}_*", "", text).replace(MAIN_FOLDER, ".")


def _remedy(text: str) -> str | None:
    return next((remedy for pattern, remedy in _SETUP if pattern.search(text)), None)


def _related(line: str, folder: Path) -> Related | None:
    """ "./a.go:3:6: other declaration of x", below an error."""
    match = _PLACE.match(line)
    place = (
        _place(_absolute(match["path"], folder), int(match["line"]), int(match["column"] or 0))
        if match
        else None
    )
    return Related(place, match["text"]) if match and place else None


def _linked_from(line: str) -> Location | None:
    match = _LINKED_FROM.search(line)
    return (
        _place(match["path"], int(match["line"]), 0) if match and not _is_generated(match["path"]) else None
    )


def _place(path: str, line: int, column: int) -> Location | None:
    """Line and column as compilers count: from 1, the column in bytes (0 for none: then the line's text)."""
    try:
        text = Path(path).read_bytes()
    except OSError:
        return None
    # Only LF ends a line here, whatever an editor thinks of a lone CR.
    starts = [0, *(match.end() for match in re.finditer(b"\n", text))]
    if not 1 <= line <= len(starts):
        return None
    start = starts[line - 1]
    content = text[start : starts[line] if line < len(starts) else len(text)].rstrip(b"\r\n")
    if column == 0:
        indent = len(content) - len(content.lstrip())
        return Location(path, Span(start + indent, start + len(content.rstrip())))
    at = min(column - 1, len(content))
    token = _TOKEN.match(content, at)
    end = token.end() if token else min(at + 1, len(content))
    return Location(path, Span(start + at, start + end))


def _absolute(path: str, folder: Path) -> str:
    return os.path.normpath(folder / path)


def _is_generated(path: str) -> bool:
    return any(part.startswith(("zz_modgo", "_cgo_")) for part in Path(path).parts)


def _is_excerpt(line: str) -> bool:
    """A line of source that a C compiler repeats below its error."""
    return re.match(r"^(\d+ \||\||\^|~)", line) is not None
