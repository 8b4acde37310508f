"""Markdown made of text that a repository wrote: names, messages, comments. Clients render it, some as HTML
with images and links that run commands, so that nothing of that text may count as markup."""

from __future__ import annotations

import re

from modgo_lsp.report.terminal_escapes import on_a_line

# Characters that have a meaning in CommonMark or in the extensions that editors know (tables, strikethrough,
# bare addresses, entities, VS Code's `$(icon)`).
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~!#$(){}@]")
# What would begin a list, a heading's underline or a quotation at the start of a line.
_LINE_START = re.compile(r"^([-+=]|\d+(?=[.)]))")
# Bare addresses that GitHub's Markdown makes links of; each loses the sign that makes it one.
_ADDRESS = re.compile(r"(?i)\b(www)\.|\b([a-z][a-z0-9+.-]{1,30}):(?=\S)")
_BACKTICKS = re.compile(r"`+")
# What an address may hold as it is; all else is written by its bytes.
_NO_ADDRESS = re.compile(r"[^A-Za-z0-9\-._~:/?#@!$&*+,;=%]")


def printable(text: str) -> str:
    """The text in one line, with control characters escaped as on a terminal."""
    return on_a_line(text)


def printable_lines(text: str) -> str:
    """The same line by line; tabs stay."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in lines)


def plain(text: str) -> str:
    """Text that is shown as it is, in one line of a paragraph."""
    shown = _MARKUP.sub(r"\\\g<0>", printable(re.sub(r"[\n\t]", " ", text)))
    shown = _ADDRESS.sub(lambda found: found[0][:-1] + f"\\{found[0][-1]}", shown)
    return _LINE_START.sub(lambda found: _begun(found[0]), shown.strip(" "))


def link(text: str, address: str) -> str:
    """A link, where the address is one of the web; else the text alone. `text` is Markdown already."""
    if not re.match(r"(?i)https?://[^/]", address):
        return text
    return f"[{text}]({_NO_ADDRESS.sub(_percent, address)})"


def code(text: str) -> str:
    """A span of code."""
    shown = printable(text)
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    # A blank beside the fence is dropped by who renders it.
    blank = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{blank}{shown}{blank}{fence}" if shown.strip() else plain(repr(shown))


def code_block(text: str, language: str = "") -> str:
    """Lines of code between fences."""
    shown = printable_lines(text)
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    return f"{fence}{language}\n{shown}\n{fence}"


def _begun(start: str) -> str:
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
