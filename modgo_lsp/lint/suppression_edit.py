"""The edit that suppresses a finding: it adds a `//modgo:ignore` that covers the finding's line.

Comments and literals are found in the text, not in the tree: that lacks the comments of a file with too many
on a line (tree_cache.py), and has neither where the parser gave up. It takes a tenth of the time of a parse
(`make bench-lexers`).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.suppressions import Suppression, suppressions
from modgo_lsp.model.finding import Edit, Location

# Comments and literals, which may contain line ends. Unterminated ones extend to the end of the line or text.
_TOKEN = re.compile(
    rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`]*(?:`|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""", re.DOTALL
)
_BOM = b"\xef\xbb\xbf"
_DIRECTIVE = re.compile(rb"//[a-z]+:[a-z]|//(?:line|export|extern) ")


def suppression(document: Document, offset: int, code: str, reason: str = "") -> Edit:
    """Suppresses `code` on the line of `offset`: at the end of the line if a comment can stand there, or else
    on a line above, where it covers the statement or declaration that follows. A suppression that is there
    already, or a comment, is the reason; a new one gets `reason`."""
    text = document.text
    comment = f"//modgo:ignore {code} {reason}".rstrip()
    start, end = _line(text, offset)
    token = _token_at(document, end)
    if token is None:
        return _insert(document, end, f" {comment}")
    directive = document.derive(_directives).get(token)
    if directive is not None:
        return _insert(document, directive.codes[-1][1].end, f",{code}")
    if text.startswith(b"//", token.start) and not _DIRECTIVE.match(text, token.start):
        # The comment becomes the reason.
        return _insert(document, token.start, f"//modgo:ignore {code} ")
    while (above := _token_at(document, start - 1)) is not None and above.end > start:
        start, end = _line(text, above.start)
    if start == 0 and text.startswith(_BOM):
        start = len(_BOM)  # which may only be first
    line = text[start:end]
    indent = line[: len(line) - len(line.lstrip(b" \t"))].decode()
    newline = "\r\n" if text.startswith(b"\r", end) else "\n"
    return _insert(document, start, f"{indent}{comment}{newline}")


def _line(text: bytes, offset: int) -> tuple[int, int]:
    """The start of the line of `offset`, and the end of its content."""
    start = text.rfind(b"\n", 0, offset) + 1
    end = text.find(b"\n", offset)
    end = len(text) if end < 0 else end
    return start, end - 1 if text[start:end].endswith(b"\r") else end


def _directives(document: Document) -> dict[Span, Suppression]:
    """The suppressions that have codes, by the places of their comments."""
    return {each.comment.span: each for each in suppressions(document) if each.codes}


def comments_and_literals(text: bytes) -> tuple[array[int], array[int]]:
    """The starts and ends of all comments and literals."""
    starts, ends = array("q"), array("q")
    for match in _TOKEN.finditer(text):
        starts.append(match.start())
        ends.append(match.end())
    return starts, ends


def _tokens(document: Document) -> tuple[array[int], array[int]]:
    """Found once, because a large file may have thousands of findings."""
    return comments_and_literals(document.text)


def _token_at(document: Document, offset: int) -> Span | None:
    """The comment or literal around `offset`, or the line comment that ends there."""
    starts, ends = document.derive(_tokens)
    index = bisect_left(starts, offset) - 1
    if index < 0:
        return None
    span = Span(starts[index], ends[index])
    is_comment = document.text.startswith(b"//", span.start)
    return span if offset < span.end or (is_comment and offset == span.end) else None


def _insert(document: Document, offset: int, text: str) -> Edit:
    return Edit(Location(document.path, Span(offset, offset)), text)
