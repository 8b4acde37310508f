"""Go's doc comments as Markdown, parsed as go/doc/comment does: paragraphs, headings, lists, code and links.

Links to declarations, such as [Record.Set], become plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from modgo_lsp.ide.markdown import code_block, link, plain

# The rest of a longer comment is left out.
_LONGEST = 20_000

_MARKER = re.compile(r"\s*(?:[•*+-]|(?P<number>[0-9]+)[.)])(?P<rest>[ \t].*\S.*)$")
_LINK = re.compile(r"\[(?P<text>.*?)\]:[ \t](?P<address>.+)$")
_SCHEME = re.compile(r"(?:file|ftp|gopher|http|https|mailto|nntp)$")
_ADDRESS = re.compile(r"(?:file|ftp|gopher|http|https|mailto|nntp)://(?=[\w@\[\]-])", re.ASCII)
_HOST = re.compile(r"[\w@\-.\[\]:]+", re.ASCII)
# Bounded, because behind an open bracket each address would be read to the end of the text.
_PATH = re.compile(r"[\w$'()*+&#=@~/\-\[\]{}%.,:;?!]{0,2000}", re.ASCII)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_NO_OLD_HEADING = re.compile(r"[;:!?+*/=\[\]{}_^°&§~%#@<\">\\]|'(?!s(?: |$))|\.(?: |$)")


class Text(NamedTuple):
    """A run of text; a link if `address` is not empty."""

    text: str
    address: str = ""


class Block(NamedTuple):
    """A paragraph or heading has one item, a list has several, each with its paragraphs; code has only
    `code`. `numbers` are the numbers of a list's items, "" for bullets."""

    kind: Literal["paragraph", "heading", "list", "code"]
    items: tuple[tuple[tuple[Text, ...], ...], ...] = ()
    numbers: tuple[str, ...] = ()
    code: str = ""


def markdown(comment: str) -> str:
    """The Markdown for the text of a comment."""
    cut = comment[:_LONGEST] + "…" if len(comment) > _LONGEST else comment
    return "\n\n".join(map(_markdown_of, blocks(cut)))


def _markdown_of(block: Block) -> str:
    match block.kind:
        case "code":
            return code_block(block.code.removesuffix("\n"))
        case "heading":
            return f"### {_line(block.items[0][0])}"
        case "paragraph":
            return _line(block.items[0][0])
    items = zip(block.numbers, block.items, strict=True)
    # Indentation by four spaces makes later paragraphs part of the item.
    return "\n".join(
        (f" {number}. " if number else "  - ") + "\n\n    ".join(map(_line, paragraphs))
        for number, paragraphs in items
    )


def _line(texts: Sequence[Text]) -> str:
    shown = [link(plain(each.text), each.address) if each.address else plain(each.text) for each in texts]
    return "".join(_spaced(each.text, text) for each, text in zip(texts, shown, strict=True)).strip()


def _spaced(text: str, shown: str) -> str:
    """Keeps the spaces between a run and its neighbours."""
    before = " " if text[:1] in (" ", "\n") else ""
    return before + shown + (" " if text[-1:] in (" ", "\n") and text.strip() else "")


# --- blocks


def blocks(comment: str) -> list[Block]:
    """The blocks of a comment."""
    lines = _unindented(comment.split("\n"))
    addresses: dict[str, str] = {}
    found: list[tuple[str, list[str]]] = []
    for kind, start, end in _spans(lines):
        if kind == "paragraph" and _is_links(lines[start:end], addresses):
            continue
        found.append((kind, lines[start:end]))
    # A link may come before the definition of its address.
    items = [(kind, _items(lines, addresses) if kind == "list" else [], lines) for kind, lines in found]
    return [_block(kind, parts, lines, addresses) for kind, parts, lines in items]


def _block(kind: str, items: list[tuple[str, list[str]]], lines: list[str], known: dict[str, str]) -> Block:
    match kind:
        case "code":
            return Block("code", code="".join(f"{line}\n" for line in _unindented(lines)))
        case "list":
            texts = (tuple(tuple(_linked(each, known)) for each in paragraphs) for _, paragraphs in items)
            return Block("list", tuple(texts), tuple(number for number, _ in items))
        case "paragraph":
            return Block("paragraph", ((tuple(_linked("\n".join(lines), known)),),))
    return Block("heading", (((Text(lines[0].removeprefix("#").strip()),),),))


def _is_links(lines: Sequence[str], addresses: dict[str, str]) -> bool:
    """Whether a paragraph consists of link definitions (`[text]: https://…`); adds them to `addresses`."""
    found = []
    for line in lines:
        match = _LINK.match(line)
        scheme, mark, _ = (match["address"].strip() if match else "").partition("://")
        if match is None or not mark or not _SCHEME.match(scheme):
            return False
        found.append((match["text"], match["address"].strip()))
    for text, address in found:
        addresses.setdefault(text, address)
    return True


def _items(lines: Sequence[str], addresses: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The items of a list, each with its number and paragraphs."""
    numbered = _number(lines[0]) != ""
    items: list[tuple[str, list[str]]] = []
    text: list[str] = []

    def flush() -> None:
        # As in go/doc/comment, which drops an empty paragraph between two blank lines.
        if items and not _is_links(text, addresses):
            items[-1][1].append("\n".join(text))
        text.clear()

    for line in lines:
        match = _MARKER.match(line)
        if match is not None and bool(match["number"]) == numbered:
            flush()
            items.append((match["number"] or "", []))
            line = match["rest"]
        line = line.strip()
        if not line:
            flush()
        else:
            text.append(line)
    flush()
    return items


def _spans(lines: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """The kind, start and end of each block."""
    i = forced = 0
    while True:
        while i < len(lines) and not lines[i]:
            i += 1
        if i >= len(lines):
            return
        start = i
        if i < forced or _is_indented(lines[i]):
            i, kind = _indented_span(lines, start, forced)
        else:
            while i < len(lines) and lines[i] and not _is_indented(lines[i]):
                i += 1
            i, forced = _before_indented(lines, start, i, forced)
            kind = _unindented_kind(lines, start, i)
        if start < i:
            yield kind, start, i


def _indented_span(lines: Sequence[str], start: int, forced: int) -> tuple[int, str]:
    """The end and kind of the code or list at `start`, which continues across blank lines."""
    unindented_list = _is_marker(lines[start]) and start < forced
    i = start + 1
    while i < len(lines) and (
        not lines[i] or i < forced or _is_indented(lines[i]) or (unindented_list and _is_marker(lines[i]))
    ):
        unindented_list = unindented_list and bool(lines[i])
        i += 1
    end = i
    while not lines[end - 1]:  # that at `start` is not empty
        end -= 1
    if end < len(lines) and lines[end].startswith("}"):
        end += 1
    return end, "list" if _is_marker(lines[start]) else "code"


def _before_indented(lines: Sequence[str], start: int, end: int, forced: int) -> tuple[int, int]:
    """The end of a paragraph whose last lines may belong to the indented lines after it, and the line before
    which lines count as indented."""
    if end >= len(lines) or not lines[end] or _is_marker(lines[end]):
        return end, forced
    last = end - 1
    if _is_marker(lines[last]):
        forced, end = end, last
        while end > start and _is_marker(lines[end - 1]):
            end -= 1
    elif lines[last].endswith(("{", "\\")):
        forced, end = end, last
    return end, forced


def _unindented_kind(lines: Sequence[str], start: int, end: int) -> str:
    line = lines[start]
    if end - start == 1 and (
        (line[:2] in ("# ", "#\t") and line.strip() != "#") or _is_old_heading(lines, start)
    ):
        return "heading"
    return "paragraph"


def _is_old_heading(lines: Sequence[str], at: int) -> bool:
    """Whether a line is a heading in the style before Go 1.19: alone between two paragraphs."""
    alone = at > 0 and not lines[at - 1] and at + 2 < len(lines) and not lines[at + 1]
    if not alone or _is_indented(lines[at + 2]):
        return False
    line = lines[at].strip()
    capital = unicodedata.category(line[0]) == "Lu"
    ends = unicodedata.category(line[-1])
    return capital and (ends[0] == "L" or ends == "Nd") and _NO_OLD_HEADING.search(line) is None


def _number(line: str) -> str:
    match = _MARKER.match(line)
    return "" if match is None else match["number"] or ""


def _is_marker(line: str) -> bool:
    return _MARKER.match(line) is not None


def _is_indented(line: str) -> bool:
    return line[:1] in (" ", "\t") and line != ""


def _unindented(lines: Sequence[str]) -> list[str]:
    """The lines without common indentation, and without blank lines at the start and end."""
    lines = _without_blank_ends(lines)
    prefix: str | None = None
    for line in lines:
        if line:
            space = line[: len(line) - len(line.lstrip(" \t"))]
            prefix = space if prefix is None else _common(prefix, space)
    cut = [line.removeprefix(prefix or "") for line in lines]
    return _without_blank_ends([line if line.strip() else "" for line in cut])


def _without_blank_ends(lines: Sequence[str]) -> list[str]:
    first = next((n for n, line in enumerate(lines) if line), len(lines))
    last = next((n for n in range(len(lines), first, -1) if lines[n - 1]), first)
    return list(lines[first:last])


def _common(one: str, other: str) -> str:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return one[:same]


# --- text


def _linked(text: str, addresses: dict[str, str]) -> Iterator[Text]:
    """The text of a paragraph with its links."""
    wrote, start, key = 0, -1, ""
    for i, character in enumerate(text):
        if character == "[":
            # As in Go, an open bracket still counts for the name of a link.
            key += text[start + 1 : i] if start >= 0 else ""
            start = i
        elif character == "]" and start >= 0:
            inner = text[start + 1 : i]
            address = addresses.get(re.sub(r"[\n\t]", " ", key + inner), "")
            if address or _is_doc_link(inner, text[start - 1 : start], text[i + 1 : i + 2]):
                yield from _with_addresses(text[wrote:start])
                yield Text(_quoted(inner), address)
                wrote = i + 1
            start, key = -1, ""
    yield from _with_addresses(text[wrote:])


def _is_doc_link(text: str, before: str, after: str) -> bool:
    """Whether the text in brackets names a declaration: `[Name]`, `[*Type.Method]`,
    `[path/of/package.Name]`."""
    if not all(each in (" ", "\t", "\n") or unicodedata.category(each)[0] == "P" for each in before + after):
        return False
    package, _, name = text.removeprefix("*").rpartition(".")
    match = _IDENTIFIER.fullmatch(name)
    return (
        match is not None
        and unicodedata.category(name[0]) == "Lu"
        and re.fullmatch(r"[\w./~+-]*", package) is not None
    )


def _with_addresses(text: str) -> Iterator[Text]:
    """The text with its web addresses as links."""
    wrote = i = 0
    while i < len(text):
        address = _address_at(text, i)
        if address:
            if wrote < i:
                yield Text(_quoted(text[wrote:i]))
            yield Text(address, address)
            wrote = i = i + len(address)
        else:
            word = _IDENTIFIER.match(text, i)
            i = i + 1 if word is None else word.end()
    if wrote < len(text):
        yield Text(_quoted(text[wrote:]))


def _address_at(text: str, start: int) -> str:
    match = _ADDRESS.match(text, start)
    host = None if match is None else _HOST.match(text, match.end())
    if host is None:
        return ""
    end = host.start() + len(host[0].rstrip(".:"))
    path = _PATH.match(text, end)
    closing: list[str] = []
    for i in range(end, end if path is None else path.end()):
        character = text[i]
        if character in ".,:;?!":
            continue
        if character in _CLOSING:
            closing.append(_CLOSING[character])
        elif character in ")]}" and (not closing or closing.pop() != character):
            break
        if not closing:
            end = i + 1
    return text[start:end]


def _quoted(text: str) -> str:
    """Replaces two backticks or apostrophes by quotation marks, but not three."""
    return re.sub(r"`{3,}|``|''", lambda found: {"``": "“", "''": "”"}.get(found[0], found[0]), text)
