"""The edit that suppresses a finding: it adds a `//modgo:ignore` that covers the finding's line."""

from __future__ import annotations

import re

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.suppressions import suppressions
from modgo_lsp.model.finding import Edit, Location

# Comments and literals, which may contain line ends. Unterminated ones extend to the end of the line or text.
_TOKEN = re.compile(
    rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`]*(?:`|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""", re.DOTALL
)
_DIRECTIVE = re.compile(rb"//[a-z]+:[a-z]|//(?:line|export|extern) ")


def suppression(document: Document, offset: int, code: str, reason: str = "") -> Edit:
    """Suppresses `code` on the line of `offset`: at the end of the line if a comment can stand there, or else
    on a line above, where it covers the statement or declaration that follows. A suppression that is there
    already, or a comment, is the reason; a new one gets `reason`."""
    text = document.text
    comment = f"//modgo:ignore {code} {reason}".rstrip()
    start, end = _line(text, offset)
    token = _token_at(text, end)
    if token is None:
        return _insert(document, end, f" {comment}")
    for directive in suppressions(document):
        if directive.comment.span == token and directive.codes:
            return _insert(document, directive.codes[-1][1].end, f",{code}")
    if text.startswith(b"//", token.start) and not _DIRECTIVE.match(text, token.start):
        # The comment becomes the reason.
        return _insert(document, token.start, f"//modgo:ignore {code} ")
    while (above := _token_at(text, start - 1)) is not None and above.end > start:
        start, _ = _line(text, above.start)
    indent = text[start : start + len(text[start:]) - len(text[start:].lstrip(b" \t"))]
    newline = "\r\n" if text[start:].partition(b"\n")[0].endswith(b"\r") else "\n"
    return _insert(document, start, f"{indent.decode()}{comment}{newline}")


def _line(text: bytes, offset: int) -> tuple[int, int]:
    """The start of the line of `offset`, and the end of its content."""
    start = text.rfind(b"\n", 0, offset) + 1
    end = text.find(b"\n", offset)
    end = len(text) if end < 0 else end
    return start, end - 1 if text[start:end].endswith(b"\r") else end


def _token_at(text: bytes, offset: int) -> Span | None:
    """The comment or literal around `offset`, or the line comment that ends there."""
    for match in _TOKEN.finditer(text):
        if match.start() >= offset:
            return None
        comment = match.group().startswith(b"//")
        if offset < match.end() or (comment and offset == match.end()):
            return Span(match.start(), match.end())
    return None


def _insert(document: Document, offset: int, text: str) -> Edit:
    return Edit(Location(document.path, Span(offset, offset)), text)
