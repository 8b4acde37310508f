"""The messages that docs/troubleshooting.md explains are still in the sources, word by word."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
# The messages of other programs.
FOREIGN = {"could not import github.com/GeertJohan/aerospike-mod-go/udf"}
# The first column of the tables: code, in two backticks if it contains one.
_ROWS = re.findall(r"^\| (``?)(.+?)\1 ", PAGE, re.MULTILINE)
MESSAGES = [message for _, message in _ROWS if message not in FOREIGN]
EXPLAINED = ("ToolchainError", "ShipError")
_PLACEHOLDER = r"%[-\d.*]*[a-z]+"


def python_texts(path: Path) -> Iterator[str]:
    """The strings of a file, with … for what is inserted."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if (text := python_text(node)) is not None:
            yield text


def python_text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def c_texts(path: Path) -> Iterator[str]:
    """The same of a C file, whose adjacent strings are one."""
    source = re.sub(r'"\s*\n\s*"', "", path.read_text("utf-8"))
    for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"', source):
        yield re.sub(_PLACEHOLDER, "…", text.replace("\\n", "\n"))


@pytest.fixture(scope="module")
def texts() -> str:
    python = (text for path in (ROOT / "modgo_lsp").rglob("*.py") for text in python_texts(path))
    c = (text for path in (ROOT / "libmod_go" / "src").rglob("*.c") for text in c_texts(path))
    return "\0".join((*python, *c))


def test_the_page_has_messages() -> None:
    assert len(MESSAGES) >= 50


@pytest.mark.parametrize("message", MESSAGES)
def test_the_message_is_in_the_sources(message: str, texts: str) -> None:
    assert _is_in(message, texts)


def _is_in(message: str, texts: str) -> bool:
    """Whether one text contains the message, whose … stand for any part of it."""
    parts = [re.escape(part) for part in message.split("…")]
    return re.search("[^\0]*?".join(parts), texts) is not None


def test_every_fault_of_tools_and_clusters_is_explained() -> None:
    """Those with a remedy. Other errors are about arguments, and their message is enough."""
    unexplained = []
    for path in sorted((ROOT / "modgo_lsp").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and len(node.args) > 1 and ast.unparse(node.func) in EXPLAINED:
                text = python_text(node.args[0])
                if text is not None and not any(_is_in(message, text) for message in MESSAGES):
                    unexplained.append(f"{path.relative_to(ROOT)}:{node.lineno}: {text}")
    assert unexplained == []


def test_a_changed_message_is_noticed(texts: str) -> None:
    assert _is_in("there is no Go on PATH", texts)
    assert not _is_in("there is no Go in PATH", texts)
    assert not _is_in("there is no Go on PATH…there is no C compiler on PATH", texts)


def test_every_code_has_a_page() -> None:
    for code in re.findall(r"\bMG\d{3}\b", PAGE):
        assert (ROOT / "docs" / "rules" / f"{code}.md").exists(), code
