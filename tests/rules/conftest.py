"""Runs the rules' tests, which are Markdown: MG101.md tests MG101.

Each heading with Go blocks below it is a test. A block ```go NAME is a file of a Go module (counters.go where
no name is given; a block without a package clause gets one, and the import of the SDK). A line ends with
`// want CODE TEXT` where TEXT, the rest of the line or up to `;`, is the source that a finding stands at, or
with `// ok`. All findings must be wanted ones. A later block ```go NAME fixed (or `fixed unsafely`) is that
file after --fix (--unsafe-fixes). A block ```toml NAME is written as it is.

Not for: what needs more than one run (tests/lint/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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


class MismatchError(AssertionError):
    """What the Markdown says is not so."""


class Wanted(NamedTuple):
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
    """The headings of a rule's Markdown that have blocks below them, with these."""
    title, blocks = "", list[Block]()
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            if blocks:
                yield title, blocks
            title, blocks = tokens[position + 1].content, []
        elif token.type == "fence" and token.info.split()[:1] in (["go"], ["toml"]):
            blocks.append(read_block(token.info, token.content))
    if blocks:
        yield title, blocks


def read_block(info: str, text: str) -> Block:
    language, *words = info.split()
    name = words.pop(0) if words and "." in words[0] else "counters.go"
    if language == "go" and not re.search(r"^package ", text, re.MULTILINE):
        text = PREAMBLE + text
    return Block(name, text, " ".join(words))


class Case(pytest.Item):
    def __init__(self, *, blocks: list[Block], **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.blocks = blocks
        self.funcargs: dict[str, object] = {}  # pytest-lsp's plugin expects every item to have some

    def runtest(self) -> None:
        root = self.config._tmp_path_factory.mktemp("case").resolve()
        write_blocks(root, self.blocks)
        check_blocks(root, self.blocks)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, MismatchError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, "short"))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"


def write_blocks(root: Path, blocks: list[Block]) -> None:
    """Makes a Go module of the files of a case."""
    root.joinpath("go.mod").write_text(GO_MOD, encoding="utf-8")
    for block in blocks:
        if not block.after:
            path = root / block.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(code_of(block).encode())


def check_blocks(root: Path, blocks: list[Block]) -> None:
    """Raises MismatchError where what a case says is not so."""
    check_findings(root, [each for block in blocks if not block.after for each in wants(block)])
    for block in blocks:
        if block.after:
            check_fixed(root, block)


def check_findings(root: Path, wanted: list[Wanted]) -> None:
    """What is wanted is found where Go's library is at hand, and nothing else where it is not."""
    found = findings_in(root, Machine(lambda _: find_go_environment()))
    if sorted(found) != sorted(wanted):
        missing = [f"  missing: {each}" for each in wanted if each not in found]
        surplus = [f"  not wanted: {each}" for each in found if each not in wanted]
        raise MismatchError("\n".join(["the findings are others:", *missing, *surplus]))
    surplus = [f"  {each}" for each in findings_in(root, Machine()) if each not in wanted]
    if surplus:
        raise MismatchError("\n".join(["without Go's library other things are found:", *surplus]))


def findings_in(root: Path, machine: Machine) -> list[Wanted]:
    outcome = lint_paths([str(root)], DiskFiles(), machine=machine)
    assert [str(problem) for problem in outcome.problems] == []
    return [
        Wanted(
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
    if difference := "".join(unified_diff(*lines, "wanted", "fixed")):
        raise MismatchError(f"{block.name} is fixed otherwise:\n{difference}")


def code_of(block: Block) -> str:
    """The block without what is said about it."""
    return EXPECTATION.sub("", block.text)


def wants(block: Block) -> Iterator[Wanted]:
    for number, line in enumerate(block.text.splitlines(), 1):
        found = EXPECTATION.search(line)
        for wanted in found["want"].split(";") if found and found["want"] else ():
            code, _, source = wanted.strip().partition(" ")
            yield Wanted(block.name, number, code, source.strip())
