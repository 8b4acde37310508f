"""Markers: expectations in comments of a workspace's files, `//@def("add", Add)`. README.md of workspaces/
has all of them.

They are removed before the file is written, so that the server sees what a user would have. A marker at the
end of a line is about that line, one on a line of its own about the line above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_COMMENT = re.compile(r"[ \t]*(?://|#)@(?=[a-z]+\()(?P<markers>.*)$")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<pattern>re(?:"(?:[^"\\]|\\.)*"|`[^`]*`)) | (?P<string>"(?:[^"\\]|\\.)*") | (?P<raw>`[^`]*`)
    | @(?P<golden>\w+) | (?P<number>-?\d+) | (?P<name>\w+) | (?P<mark>[(),=])
    )""",
    re.VERBOSE,
)


class Golden(NamedTuple):
    """The file `@name` of the archive, which --update-golden writes."""

    name: str


class Name(NamedTuple):
    """A place that `loc` has named, or a word."""

    name: str


class Marker(NamedTuple):
    """`name(*arguments, **options)` about line `line`, from 0, of `file`."""

    file: str
    line: int
    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}:{self.line + 1}: {self.name}{self.arguments}"


def read_markers(file: str, text: str) -> tuple[str, list[Marker]]:
    """The text without its markers, and the markers."""
    lines: list[str] = []
    markers: list[Marker] = []
    for line in text.split("\n"):
        match = _COMMENT.search(line)
        if match is None:
            lines.append(line)
            continue
        if code := line[: match.start()]:
            lines.append(code)
        markers += _read(file, len(lines) - 1, match["markers"])
    return "\n".join(lines), markers


class _Tokens:
    def __init__(self, text: str, where: str) -> None:
        self._where = where
        self._tokens = list(_tokens(text, where))
        self._next = 0

    def next(self) -> tuple[str, str]:
        token = self.peek()
        self._next += 1
        return token

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self._next + ahead
        return self._tokens[at] if at < len(self._tokens) else ("end", "")

    def take(self, mark: str) -> bool:
        if self.peek() == ("mark", mark):
            self._next += 1
            return True
        return False

    def expect(self, kind: str, text: str | None = None) -> str:
        found = self.next()
        assert found == (kind, text or found[1]), f"{self._where}: {text or kind}, not {found[1]!r}"
        return found[1]


def _tokens(text: str, where: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        assert match is not None, f"{where}: no marker can hold {text[at:]!r}"
        assert match.lastgroup is not None
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


def _read(file: str, line: int, text: str) -> Iterator[Marker]:
    where = f"{file}:{line + 1}"
    tokens = _Tokens(text, where)
    while True:
        name = tokens.expect("name")
        tokens.expect("mark", "(")
        arguments: list[Any] = []
        options: dict[str, Any] = {}
        while not tokens.take(")"):
            if tokens.peek()[0] == "name" and tokens.peek(1) == ("mark", "="):
                key = tokens.next()[1]
                tokens.next()
                options[key] = _value(*tokens.next())
            else:
                arguments.append(_value(*tokens.next()))
            if not tokens.take(","):
                tokens.expect("mark", ")")
                break
        yield Marker(file, line, name, tuple(arguments), options)
        if not tokens.take(","):
            tokens.expect("end")
            return


def _value(kind: str, text: str) -> Any:
    if kind == "pattern":
        return re.compile(text[3:-1] if text[2] == "`" else text[3:-1].replace('\\"', '"'))
    if kind == "string":
        return text[1:-1].replace('\\"', '"').replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\")
    if kind == "raw":
        return text[1:-1]
    if kind == "golden":
        return Golden(text)
    if kind == "number":
        return int(text)
    assert kind == "name", f"{text!r} is no argument"
    return {"true": True, "false": False}.get(text, Name(text))
