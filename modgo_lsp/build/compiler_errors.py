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

from modgo_lsp.build.go_sum_faults import go_sum_fault
from modgo_lsp.build.main_package import MAIN_FOLDER
from modgo_lsp.build.wrappers import Generated
from modgo_lsp.extras import install_command
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
# Not by the parser, which knows only Go: the compiler also reports errors in C sources.
_TOKEN = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*|\d[\w.]*|\"(?:[^\"\\\n]|\\.)*\"|`[^`\n]*`")
_NOISE = re.compile(
    r"^(# |collect2: error: |compilation terminated|In file included from |\s+from |.*: In function|"
    r".*too many errors|exit status \d+$|go: (downloading|finding) |"
    # What follows "checksum mismatch".
    r"SECURITY ERROR$|This download does NOT match|The bits may have been|have intercepted the|"
    r"For more information, )"
)

# Errors of the go command in the set-up rather than the code, with their remedies.
_SETUP: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), remedy)
    for pattern, remedy in (
        (
            rf"{re.escape(SDK_PATH)}\b.*(unknown revision|not found|lookup disabled)"
            rf"|missing go\.sum entry.*{re.escape(SDK_PATH)}",
            "run `modgo sdk install --write` to require the version that modgo ships",
        ),
        (r"requires go >= ", "install that Go, name one with --go, or lower the go line of go.mod"),
        (r"inconsistent vendoring|-mod=vendor|not marked as explicit in vendor", "run `go mod vendor`"),
        (
            r"not one of the workspace modules|found in the current workspace",
            "run `go work use .`, or build with GOWORK=off",
        ),
        (r"malformed go\.sum", "correct the line, or remove it and run `go mod tidy`"),
        (r"missing go\.sum entry|updates to go\.(mod|sum) needed", "run `go mod tidy`"),
        (
            # Another SDK is neither in modgo's proxy nor, usually, in any other.
            rf"{re.escape(SDK_PATH)}@.*: (checksum mismatch|reading )",
            "if go.sum is from another build of modgo, run `modgo sdk install --write`",
        ),
        (
            r"checksum mismatch",
            "if you trust the download, remove the module's lines from go.sum and run `go mod tidy`",
        ),
        (
            r"lookup disabled by GOPROXY=off|dial tcp|no such host|connection refused",
            "check the network and GOPROXY",
        ),
        (r'C compiler ".*" not found|cgo: .* not found', "run `modgo doctor`"),
        (r"errors parsing go\.(mod|work)|invalid go version|unknown directive", "correct the file"),
        (
            r"fatal error: '?(stdlib|stdio|stdint|errno|string|sys/types|features)\.h'?",
            f"install the C library's headers (Debian: libc6-dev), or {install_command('zig')}",
        ),
    )
)

# Errors without a location that the code causes. All others are errors in the set-up.
_CODE = re.compile(
    r"import cycle|imports |^package |build constraints|is not a main package|internal package"
    r"|C source files|redeclared|case-insensitive|malformed import|no (non-test )?Go files|too large"
    r"|stack frame|undefined (reference|symbol)|undefined: |undeclared|multiple definition"
    r"|duplicated? (symbol|definition)|relocation|version script"
)
_NO_SPACE = re.compile(r"no space left|[Qq]uota exceeded|File too large|file too large")
_CHECK_SETUP = (
    "the set-up causes this, not the code: check the tools with `modgo doctor`, and GOFLAGS, GOCACHE, "
    "CGO_CFLAGS and CGO_LDFLAGS"
)
_FREE_SPACE = "free some space there, or set GOCACHE and XDG_CACHE_HOME to folders that have some"


class _Message(msgspec.Struct):
    """One error of go's output: its first line, its location if it has one, and its further lines."""

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
        reason = stderr.strip() or "go gave no reason"
        found.append(COMPILE_ERROR.finding(f"the build failed: {reason[:2000]}", fallback))
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


def optional_at_fault(stderr: str, folder: Path, generated: Mapping[str, Generated]) -> frozenset[Path]:
    """The optional generated files that the compiler refused."""
    files = (
        generated.get(_absolute(message.path, folder))
        for message in _messages(stderr)
        if message.path is not None
    )
    return frozenset(file.path for file in files if file is not None and file.optional)


def _messages(stderr: str) -> list[_Message]:
    messages: list[_Message] = []
    for line in stderr.splitlines():
        if not line.strip():
            continue
        match = _PLACE.match(line)
        # The go command may write its own name before a location.
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
    """Joins the linker's lines, and a line like "go: errors parsing go.mod:" with the next one."""
    out: list[_Message] = []
    for message in messages:
        last = out[-1] if out else None
        if last is not None and last.path is None:
            if _LINKER in last.text and message.path is None:
                last.more.append(message.text)
                continue
            if _LINKER in last.text:  # the linker gave a location
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
        return _unplaced(message, go_sum_fault("\n".join([text, *message.more]), folder) or fallback)
    if text.startswith(("warning: ", "note: ")):
        return None
    path = _absolute(message.path, folder)
    if path.endswith("/go.sum"):
        message = _Message(f"malformed go.sum: {text}")
        return _unplaced(message, go_sum_fault(message.text, folder) or fallback)
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
    # In a cgo preamble the C compiler's columns do not count the comment's marks, so only the line is used.
    column = 0 if path.endswith(".go") and text != message.text else message.column
    place = _place(path, message.line, column) or fallback
    remedy = _remedy(message.text)
    details = [line for line in message.more if not _is_excerpt(line)]
    related = tuple(one for line in details if (one := _related(line, folder)) is not None)
    plain = [line for line in details if _related(line, folder) is None]
    whole = _without_generated("\n".join([text, *plain]))
    if remedy is not None:
        return TOOLCHAIN.finding(_with_remedy(whole, remedy), place)
    return msgspec.structs.replace(COMPILE_ERROR.finding(whole, place), related=related)


def _unplaced(message: _Message, fallback: Location) -> Finding:
    """An error of the go command, cgo or the linker without a location."""
    whole = "\n".join([message.text, *(line for line in message.more if not _is_excerpt(line))])
    whole = _without_generated(whole)
    remedy = _remedy(whole)
    if _LINKER in message.text:
        problems = [line for line in message.more if ": " in line and not line.endswith(":")]
        place = next((one for line in message.more if (one := _linked_from(line)) is not None), fallback)
        text = "\n".join(problems) or whole
        if place is fallback and _is_of_setup(text):
            return TOOLCHAIN.finding(f"the linker failed: {text}; {_setup_remedy(text)}", fallback)
        return COMPILE_ERROR.finding(f"the linker refused: {text}", place)
    if remedy is not None:
        return TOOLCHAIN.finding(_with_remedy(whole.removeprefix("go: "), remedy), fallback)
    if message.text.startswith(("go: ", "cgo: ")):
        return TOOLCHAIN.finding(whole.removeprefix("go: "), fallback)
    if _is_of_setup(message.text):  # without further lines, which may be a program's whole usage
        return TOOLCHAIN.finding(f"{message.text}; {_setup_remedy(message.text)}", fallback)
    return COMPILE_ERROR.finding(whole, fallback)


def _is_of_setup(text: str) -> bool:
    return _NO_SPACE.search(text) is not None or _CODE.search(text) is None


def _setup_remedy(text: str) -> str:
    """The general remedy for an error in the set-up."""
    return _FREE_SPACE if _NO_SPACE.search(text) else _CHECK_SETUP


def _is_reported(finding: Finding, found: Sequence[Finding]) -> bool:
    """Whether `found` contains the finding, or another symptom of the same error in the set-up."""
    return any(
        finding == one or (finding.code == one.code == TOOLCHAIN.code and _advice(finding) == _advice(one))
        for one in found
    )


def _advice(finding: Finding) -> str | None:
    own = (each for each in (_FREE_SPACE, _CHECK_SETUP) if finding.message.endswith(each))
    return next(own, None) or _remedy(finding.message)


def _without_generated(text: str) -> str:
    """The text without the generated main package, which the user does not know."""
    chain = rf"^package \S*{MAIN_FOLDER}\S*\n(?:\s*imports (\S+) from main\.go\n)?"
    text = re.sub(chain, r"package \1\n", text)
    return re.sub(rf"/{MAIN_FOLDER}_*", "", text).replace(MAIN_FOLDER, ".")


def _remedy(text: str) -> str | None:
    return next((remedy for pattern, remedy in _SETUP if pattern.search(text)), None)


def _with_remedy(text: str, remedy: str) -> str:
    """The text with the remedy in its first line; the others are details."""
    first, *details = text.split("\n")
    if first.endswith("; to add:"):  # go's remedy, which follows, is less than ours
        first, details = first.removesuffix("; to add:"), []
    return "\n".join([f"{first}; {remedy}", *details])


def _related(line: str, folder: Path) -> Related | None:
    """A line below an error with a location, like "./a.go:3:6: other declaration of x"."""
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
    """The token at a line and a column in bytes, both from 1; with column 0 the line's text."""
    try:
        text = Path(path).read_bytes()
    except OSError:
        return None
    # Compilers end a line only at LF, unlike some editors, which also do at a lone CR.
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
    """Whether it is a line of source that a C compiler prints below its error."""
    return re.match(r"^(\d+ \||\||\^|~)", line) is not None
