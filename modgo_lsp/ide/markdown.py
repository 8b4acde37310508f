"""Markdown from untrusted text of a repository: names, messages and comments. Some clients render Markdown as
HTML with images and links that run commands, so no part of the text may act as markup."""

from __future__ import annotations

import re

from modgo_lsp.report.terminal_escapes import on_a_line

# Characters with a meaning in CommonMark or in the extensions of editors (tables, strikethrough, autolinks,
# entities, VS Code's `$(icon)`).
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~!#$(){}@]")
# What begins a list, the underline of a heading or a quotation at the start of a line.
_LINE_START = re.compile(r"^([-+=]|\d+(?=[.)]))")
# Addresses that GitHub's Markdown turns into links, up to the character that has to be escaped.
_ADDRESS = re.compile(r"(?i)\b(www)\.|\b([a-z][a-z0-9+.-]{1,30}):(?=\S)")
_BACKTICKS = re.compile(r"`+")
# Characters that have to be percent-encoded in an address.
_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9\-._~:/?#@!$&*+,;=%]")


def printable(text: str) -> str:
    """The text on one line, with control characters escaped as on a terminal."""
    return on_a_line(text)


def printable_lines(text: str) -> str:
    """The text with control characters escaped, but not line breaks and tabs."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in lines)


def plain(text: str) -> str:
    """Markdown that shows the text literally, on one line of a paragraph."""
    shown = _MARKUP.sub(r"\\\g<0>", printable(re.sub(r"[\n\t]", " ", text)))
    shown = _ADDRESS.sub(lambda found: found[0][:-1] + f"\\{found[0][-1]}", shown)
    return _LINE_START.sub(lambda found: _escape_line_start(found[0]), shown.strip(" "))


def link(text: str, address: str) -> str:
    """A link if the address is an HTTP URL, or else the text alone. `text` is Markdown."""
    if not re.match(r"(?i)https?://[^/]", address):
        return text
    return f"[{text}]({_NOT_IN_ADDRESS.sub(_percent, address)})"


def code(text: str) -> str:
    """A code span."""
    shown = printable(text)
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    # Renderers drop a space next to the fence.
    blank = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{blank}{shown}{blank}{fence}" if shown.strip() else plain(repr(shown))


def code_block(text: str, language: str = "") -> str:
    """A fenced code block."""
    shown = printable_lines(text)
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    return f"{fence}{language}\n{shown}\n{fence}"


def _escape_line_start(start: str) -> str:
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
