"""Runs the rules' tests, which are Markdown: MG101.md tests MG101.

Each heading with Go blocks below it is a test. A block ```go NAME is a file of a Go module. Without a name it
is counters.go; a block without a package clause gets one, and the import of the SDK. `// want CODE TEXT` at
the end of a line expects a finding at TEXT, which is the rest of the line or up to `;`. `// ok` expects none,
with an optional reason after a colon. Findings that are not expected fail the test. A later block ```go NAME
fixed (or `fixed unsafely`) is that file after --fix (--unsafe-fixes). A block ```toml NAME is written as it
is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.apply_fixes import fix_paths
from modgo_lsp.lint.lint_paths import Machine, lint_paths

PREAMBLE = 'package counters\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
GO_MOD = "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
EXPECTATION = re.compile(r"[ \t]*// (?:want (?P<want>[^\n]+)|ok(?:: [^\n]*)?)$", re.MULTILINE)


class Block(NamedTuple):
    name: str
    text: str
    after: str  # "", "fixed" or "fixed unsafely"
    above: int  # the lines of the Markdown above it, less those of the preamble


class MismatchError(AssertionError):
    """The findings or the fixed code differ from the Markdown."""


class Expected(NamedTuple):
    path: str
    line: int
    code: str
    source: str


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if re.fullmatch(r"MG\d{3}\.md", file_path.name):
        return MarkdownFile.from_parent(parent, path=file_path)
    return None


class MarkdownFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        for title, blocks in cases_of(self.path):
            yield Case.from_parent(self, name=title, blocks=blocks)


def cases_of(path: Path) -> Iterator[tuple[str, list[Block]]]:
    """The headings of a rule's Markdown that have blocks, each with its blocks."""
    title, blocks = "", list[Block]()
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            if blocks:
                yield title, blocks
            title, blocks = tokens[position + 1].content, []
        elif token.type == "fence" and token.info.split()[:1] in (["go"], ["toml"]):
            assert token.map is not None
            blocks.append(read_block(token.info, token.content, token.map[0] + 1))
    if blocks:
        yield title, blocks


def read_block(info: str, text: str, above: int) -> Block:
    language, *words = info.split()
    name = words.pop(0) if words and "." in words[0] else "counters.go"
    if language == "go" and not re.search(r"^package ", text, re.MULTILINE):
        text = PREAMBLE + text
        above -= PREAMBLE.count("\n")
    return Block(name, text, " ".join(words), above)


class Case(pytest.Item):
    def __init__(self, *, blocks: list[Block], **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.blocks = blocks
        self.funcargs: dict[str, object] = {}  # pytest-lsp's plugin needs it on every item

    def runtest(self) -> None:
        root = self.config._tmp_path_factory.mktemp("case").resolve()
        write_blocks(root, self.blocks)
        check_blocks(root, self.blocks, self.path.name)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, MismatchError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, "short"))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"


def write_blocks(root: Path, blocks: list[Block]) -> None:
    """Writes the files of a case as a Go module."""
    root.joinpath("go.mod").write_text(GO_MOD, encoding="utf-8")
    for block in blocks:
        if not block.after:
            path = root / block.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(code_of(block).encode())


def check_blocks(root: Path, blocks: list[Block], page: str) -> None:
    """Raises MismatchError if the findings or the fixed files differ from a case of the page."""
    above = {block.name: block.above for block in blocks if not block.after}

    def shown(each: Expected) -> str:
        return f"{page}:{above.get(each.path, 0) + each.line}: {each.code} {each.source}"

    check_findings(root, [each for block in blocks if not block.after for each in expectations(block)], shown)
    for block in blocks:
        if block.after:
            check_fixed(root, block)


def check_findings(root: Path, expected: list[Expected], shown: Callable[[Expected], str]) -> None:
    """All expected findings are reported with Go's standard library at hand, and no others without it."""
    found = findings_in(root, Machine(lambda _: find_go_environment()))
    if sorted(found) != sorted(expected):
        missing = [f"  missing: {shown(each)}" for each in expected if each not in found]
        surplus = [f"  not expected: {shown(each)}" for each in found if each not in expected]
        raise MismatchError("\n".join(["the findings differ:", *missing, *surplus]))
    surplus = [f"  {shown(each)}" for each in findings_in(root, Machine()) if each not in expected]
    if surplus:
        raise MismatchError("\n".join(["unexpected findings without Go's library:", *surplus]))


def findings_in(root: Path, machine: Machine) -> list[Expected]:
    outcome = lint_paths([str(root)], DiskFiles(), machine=machine)
    assert [str(problem) for problem in outcome.problems] == []
    return [
        Expected(
            Path(finding.location.path).relative_to(root).as_posix(),
            outcome.documents[finding.location.path].lines.position(finding.location.span.start).line,
            finding.code,
            outcome.documents[finding.location.path].slice(finding.location.span),
        )
        for finding in outcome.findings
    ]


def check_fixed(root: Path, block: Block) -> None:
    assert block.after in ("fixed", "fixed unsafely")
    fixed = fix_paths([str(root)], DiskFiles(), unsafe=block.after != "fixed")
    path = root / block.name
    text = fixed.changes[str(path)][1] if str(path) in fixed.changes else path.read_bytes()
    lines = [each.splitlines(keepends=True) for each in (code_of(block), text.decode())]
    if difference := "".join(unified_diff(*lines, "expected", "fixed")):
        raise MismatchError(f"{block.name} is fixed differently:\n{difference}")


def code_of(block: Block) -> str:
    """The code of the block without its expectations."""
    return EXPECTATION.sub("", block.text)


def expectations(block: Block) -> Iterator[Expected]:
    for number, line in enumerate(block.text.splitlines(), 1):
        found = EXPECTATION.search(line)
        for expected in found["want"].split(";") if found and found["want"] else ():
            code, _, source = expected.strip().partition(" ")
            yield Expected(block.name, number, code, source.strip())
