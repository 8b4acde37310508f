"""The first place of a file that Go's parser would refuse, and why.

A query for ERROR and MISSING nodes finds what the parser made of a mistake, which may be the whole file;
the token that it first stumbled over, and what would have fitted there, are in its log alone. The
expressions here read the few tokens around that place and the literals before it, only of files that don't
parse. They take a twentieth of the time, and the parse with the log most of it: together 10 ms for a file of
Go's library, eight times a parse (`make bench-lexers`).
"""

from __future__ import annotations

import re
from contextlib import suppress

import tree_sitter
from tree_sitter import Node as Tree

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.file_header import is_text
from modgo_lsp.golang.syntax.grammar import LANGUAGE
from modgo_lsp.golang.syntax.literals import rune_value
from modgo_lsp.golang.syntax.positions import Span

# Lines of the parser's log.
_PROCESS = re.compile(r"process version:(\d+), version_count:\d+, state:(\d+), row:(\d+), col:(\d+)")
_ERROR_STATE = 0

_TOKEN = re.compile(
    rb'[^\W\d]\w*|[\d.][\w.]*|"(?:\\.|[^"\\\n])*"?|`[^`]*`?|\'(?:\\.|[^\'\\\n])*\'?|<<=|>>=|&\^=|\.\.\.|[-+*/%&|^<>=!:]=|&&|\|\||<-|\+\+|--|<<|>>|&\^|.',
    re.DOTALL,
)
# A comment of several lines is the end of a line.
_BLANK = re.compile(rb"(?:[ \t\r]|/\*[^\n]*?\*/)*")
_BLANK_LINES = re.compile(rb"(?:[ \t\r\n]|/\*.*?\*/|//[^\n]*)*", re.DOTALL)

KEYWORDS = frozenset(
    b"break case chan const continue default defer else fallthrough for func go goto if import interface map "
    b"package range return select struct switch type var".split()
)

# The tokens that messages name as expected, in the order of the message.
_EXPECTED = (
    ("identifier", "a name"),
    ("package_identifier", "a name"),
    ("field_identifier", "a name"),
    ("{", "{"),
    ("}", "}"),
    ("(", "("),
    (")", ")"),
    ("]", "]"),
    (",", "a comma"),
    (":", ":"),
    ("_automatic_semicolon", "a new line"),
    ("=", "="),
)

# Comments and literals, closed or not: an error inside one is reported for the whole.
_LEXEME = re.compile(
    rb"""(?P<line>//[^\n]*)|(?P<comment>/\*.*?(?:\*/|\Z))|(?P<raw>`[^`]*(?:`|\Z))"""
    rb"""|(?P<string>"(?:\\[^\n]|[^"\\\n])*"?)|(?P<rune>'(?:\\[^\n]|[^'\\\n])*'?)"""
    rb"""|(?P<number>\.?[0-9](?:[eEpP][-+]|[\w.])*)|[^\W\d]\w*|.""",
    re.DOTALL,
)


def first_error(document: Document) -> tuple[Span, str] | None:
    """The first syntax error in `document`: its place and a message without a full stop; None if it parses.
    The place is the first token that can't follow the tokens before it, which is also what the compiler
    reports."""
    unreadable = None if all(part.derive(_is_plain) for part in document.parts) else _bytes(document.source)
    code = None if document.first_bad is None else _code(document, document.first_bad)
    if unreadable is not None and code is not None and not document.parts[0].has_clause:
        code = code[0], _no_source(document.source)
    elif unreadable is not None and (code is None or unreadable[0].start <= code[0].end):
        # The parser reports such a byte, or the token before it: the byte is the cause.
        code = unreadable
    if code is None:
        return None
    span, message = code
    return Span(document.from_source(span.start), document.from_source(span.end)), message


# --- bytes that Go source can't have


def _is_plain(text: bytes) -> bool:
    """Whether the bytes of a part are UTF-8 without NUL or byte order mark. No part ends inside a
    character."""
    return is_text(text) and b"\xef\xbb\xbf" not in text


def _bytes(text: bytes) -> tuple[Span, str] | None:
    errors = []
    nul = text.find(b"\0")
    if nul >= 0:
        errors.append((Span(nul, nul + 1), "a NUL byte is not allowed in Go source"))
    mark = text.find(b"\xef\xbb\xbf", 1)
    if mark >= 0:
        errors.append((Span(mark, mark + 3), "a byte order mark is only allowed at the start of a file"))
    try:
        text.decode()
    except UnicodeDecodeError as error:
        errors.append((Span(error.start, error.start + 1), _not_utf8(text[error.start])))
    return min(errors, key=lambda error: error[0].start, default=None)


def _no_source(text: bytes) -> str:
    """The message for a file that is not text and has no package clause."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "this file is UTF-16, and Go source has to be UTF-8: save the file as such"
    return "this file is binary, and a build takes it for Go source: remove it or give it another name"


def _not_utf8(byte: int) -> str:
    return f"byte 0x{byte:02x} is not UTF-8, which Go source has to be: save the file as such"


# --- what the grammar accepts, so that pieces of code can be parsed


def _no_package_clause(text: bytes, code: list[Tree]) -> tuple[Span, str]:
    span = _token_at(text, code[0].start_byte if code else len(text))
    if text[span.start : span.end] == b"package":
        span = _token_at(text, span.end)
        return span, f"unexpected {_shown(text, span)}, expected the package's name"
    return span, f"unexpected {_shown(text, span)}, expected a package clause"


# --- what the grammar refuses


def _code(document: Document, bad: int) -> tuple[Span, str]:
    """The first error in the code, in offsets of the source. `bad` is the index of the first part with
    one."""
    text, root = document.source, document.parts[0].tree.root_node
    code = [child for child in root.children if child.type != "comment"]
    if not code or code[0].type != "package_clause":
        return _no_package_clause(text, code)
    # If this part parses by itself, it can't follow the one before it.
    first = bad if document.parts[bad].kinds.bad else bad - 1
    start = sum(len(part.text) for part in document.parts[:first])
    prefix = b"package p\n" if start else b""
    found = _refused(prefix + text[start:])
    if found is None:
        # The parser was stopped when it made the tree (tree_cache.py): all of the part is one error.
        return _token_at(text, sum(len(part.text) for part in document.parts[:bad])), "unexpected code"
    offset, newline, expected = found
    offset = max(start, offset - len(prefix) + start)
    literal = _broken_literal(text, start, _skip(text, offset, newline))
    if literal is not None:
        return literal
    if newline:
        return _new_line(text, offset, expected)
    span = _token_at(text, offset)
    shown, hint = _shown(text, span), _expected(expected)
    if shown == "keyword import" and hint == ", expected a declaration":
        return span, "imports must come before other declarations"
    if shown == "{" and hint == ", expected a declaration":
        return span, "unexpected { at the start of a line: it belongs at the end of the line before"
    return span, f"unexpected {shown}{hint}"


class _Log:
    """Follows the parser's log up to the first token at which no reading could go on.

    The parser tries several readings side by side ("versions"), one token each by turns. Those that fail
    wait; the first of them may recover even while another goes on, and is then dropped. Only when the
    last one fails is there an error. How it recovers is of no interest here.
    """

    def __init__(self) -> None:
        self.found: tuple[tuple[int, int], str, int] | None = None
        self.stopped = False
        self._going: dict[int, bool] = {}
        self._version, self._state, self._position = 0, 0, (0, 0)

    def __call__(self, _kind: tree_sitter.LogType, message: str) -> None:
        if self.stopped or message[0] == "c":  # "consume character", most of the log
            return
        if (match := _PROCESS.match(message)) is not None:
            version, state, row, column = map(int, match.groups())
            self._version, self._state, self._position = version, state, (row, column)
            self._going = {other: goes for other, goes in self._going.items() if other < version}
            self._going[version] = state != _ERROR_STATE
        elif message.startswith("detect_error lookahead:"):
            self._going[self._version] = False
            # Of several readings, the one that came furthest is reported.
            if self.found is None or self._position >= self.found[0]:
                self.found = (self._position, message.partition(":")[2], self._state)
        elif message.startswith("resume "):
            self.stopped = not any(self._going.values())


def _refused(text: bytes) -> tuple[int, bool, list[str]] | None:
    """The offset of the first token that the parser could not take, whether that is the end of a line, and
    the tokens that it could have taken."""
    log = _Log()

    def read(offset: int, _point: tree_sitter.Point) -> bytes:
        return text[offset : offset + 4096]

    parser = tree_sitter.Parser(LANGUAGE, logger=log)
    # The parser raises when it is stopped, which is the normal end here.
    with suppress(ValueError):
        parser.parse(read, progress_callback=lambda _offset, _error: log.stopped)
    if log.found is None:
        return None
    (row, column), lookahead, state = log.found
    expected = LANGUAGE.lookahead_iterator(state)
    names = [] if expected is None else expected.names()
    return _offset(text, row, column), lookahead == "_automatic_semicolon", names


def _broken_literal(text: bytes, start: int, offset: int) -> tuple[Span, str] | None:
    """The error in the comment or literal that `offset` is in, reading from `start`; None if there is
    none."""
    while start <= offset:
        lexeme = _LEXEME.match(text, start)
        if lexeme is None:
            return None
        kind, token = lexeme.lastgroup, lexeme[0]
        span = Span(lexeme.start(), lexeme.end())
        if kind == "comment" and (len(token) < 4 or not token.endswith(b"*/")):
            return span, "this comment isn't closed"
        if kind in ("raw", "string", "rune") and (len(token) < 2 or token[-1] != token[0]):
            name = "rune" if kind == "rune" else "string"
            return span, f"this {name} isn't closed" + ("" if kind == "raw" else " on its line")
        if kind in ("string", "rune") and span.start < offset < span.end:
            escape = Span(offset, min(offset + 2, span.end))
            return escape, f"{_shown(text, escape)} is not an escape sequence"
        if kind == "rune" and span.start == offset and rune_value(token) is None:
            return span, f"{_shown(text, span)} is not one character"
        if kind == "number" and span.start < offset < span.end:
            return span, f"{_shown(text, span)} is not a number that Go can read"
        start = span.end
    return None


# --- messages


def _new_line(text: bytes, offset: int, expected: list[str]) -> tuple[Span, str]:
    offset = _skip(text, offset, newline=True)
    if offset >= len(text):
        return Span(offset, offset), f"unexpected end of file{_expected(expected)}"
    return Span(offset, offset), f"unexpected end of line{_expected(expected)}"


def _token_at(text: bytes, offset: int) -> Span:
    offset = _skip(text, offset, newline=False)
    token = _TOKEN.match(text, offset)
    return Span(offset, offset) if token is None else Span(offset, token.end())


def _skip(text: bytes, offset: int, newline: bool) -> int:
    """The offset of the next token. If `newline`, the end of a line is one."""
    blank = (_BLANK if newline else _BLANK_LINES).match(text, offset)
    return offset if blank is None else blank.end()


def _shown(text: bytes, span: Span) -> str:
    token = text[span.start : span.end]
    if not token:
        return "end of file"
    shown = token.decode("utf-8", "replace")
    if token in KEYWORDS:
        return f"keyword {shown}"
    return shown if len(shown) <= 40 else shown[:40] + "…"


def _expected(names: list[str]) -> str:
    known = set(names)
    if "var" in known:
        # A statement or a declaration may follow.
        return (
            ", expected }" if "}" in known else "" if "int_literal" in known else ", expected a declaration"
        )
    if "int_literal" in known:
        return ", expected an expression"
    words = list(dict.fromkeys(word for name, word in _EXPECTED if name in known))
    if "a comma" in words and not known & {"=", "_automatic_semicolon"}:
        return ", expected a comma" + (" or )" if ")" in words else "")
    return f", expected {' or '.join(words)}" if 1 <= len(words) <= 2 else ""


def _offset(text: bytes, row: int, column: int) -> int:
    position = 0
    for _ in range(row):
        position = text.index(b"\n", position) + 1
    return position + column
