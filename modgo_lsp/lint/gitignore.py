"""Matches paths against patterns of .gitignore files, exactly as git does, against which it is tested.

A pattern takes time in proportion to itself and the path: after a star, the first place where the rest fits
is final as long as another star of its kind follows, so nothing is tried twice.

pathspec 1.1, the library for this, differs from git on 8 % of the paths of test_gitignore.py and raises on 18
% of its files, where git passes over the line. It takes three times as long for a path, 13 ms to import (a
warm `modgo lint` takes 65), and it backtracks: `*a*a*a*a*a*a*b` takes 33 s for one name of 100 letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

_CLASSES = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"!-~",
    b"lower": rb"a-z",
    b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb" \t-\r",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}
_NOTHING = rb"(?!)"
_STAR = b"[^/]*"
_FOLDERS = b"(?:.*/)?"
_SPECIAL = re.compile(rb"[*?\[\\]")

# How many patterns one regular expression has.
_TOGETHER = 64

# How many bytes of patterns with wildcards are compiled, of one file and in one run. Compiling takes much
# longer than matching a few paths.
_MOST_OF_FILE = 64 * 1024
_MOST_OF_ALL = 512 * 1024


class _Line(NamedTuple):
    """A pattern without `!` before and `/` behind it. If `anywhere`, it is matched against names, not
    paths."""

    pattern: bytes
    ignores: bool
    folders_only: bool
    anywhere: bool


class _Plain(NamedTuple):
    """A path relative to the patterns' folder, or a name anywhere below it."""

    path: bytes
    line: _Line


class _Pattern(NamedTuple):
    """A regular expression for a path relative to the patterns' folder."""

    expression: bytes
    line: _Line


class PatternBudget:
    """How many bytes of patterns a run may still compile."""

    def __init__(self, left: int = _MOST_OF_ALL) -> None:
        self.left = left


class Patterns:
    """The patterns of a file. The last one that matches counts; malformed lines match nothing. `is_whole`
    is False if the budget did not suffice for all of them."""

    def __init__(self, text: bytes, budget: PatternBudget | None = None) -> None:
        budget = PatternBudget() if budget is None else budget
        allowed = min(budget.left, _MOST_OF_FILE)
        found: list[_Pattern | _Plain] = []
        self.is_whole = True
        for line in _lines(text):
            if _SPECIAL.search(line.pattern) is None:
                found.append(_plain(line))
            elif len(line.pattern) <= allowed:
                allowed -= len(line.pattern)
                budget.left -= len(line.pattern)
                found.append(_translated(line, len(found)))
            else:
                self.is_whole = False
        self._files = _Alternatives(found, with_folders=False)
        self._folders = _Alternatives(found, with_folders=True)

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Whether `path`, relative and with slashes, is ignored; None if no pattern matches. The folders
        above it are not considered."""
        encoded = path.encode("utf-8", "surrogateescape")
        return (self._folders if is_folder else self._files).verdict(encoded)

    def covers(self, path: str) -> bool:
        """Whether a file is ignored, by its own path or by that of a folder above it."""
        parts = path.split("/")
        folders = ("/".join(parts[:length]) for length in range(1, len(parts)))
        return any(self.verdict(folder, True) for folder in folders) or bool(self.verdict(path, False))


class _Alternatives:
    """Plain patterns by name and by path, the others in regular expressions, the last one first. The later
    of two that match counts."""

    def __init__(self, found: Sequence[_Pattern | _Plain], with_folders: bool) -> None:
        self._ignores: list[bool] = [each.line.ignores for each in found]
        self._paths: dict[bytes, int] = {}
        self._names: dict[bytes, int] = {}
        named: list[bytes] = []
        for number, each in enumerate(found):
            if each.line.folders_only and not with_folders:
                continue
            if isinstance(each, _Plain):
                (self._names if each.line.anywhere else self._paths)[each.path] = number
            else:
                named.append(b"(?P<p%d>%b)" % (number, each.expression))
        self._named = named[::-1]

    @cached_property
    def _expressions(self) -> list[re.Pattern[bytes]]:
        # Matching takes time for each group of an expression, so there are several expressions.
        starts = range(0, len(self._named), _TOGETHER)
        return [re.compile(b"|".join(self._named[at : at + _TOGETHER]), re.DOTALL) for at in starts]

    def verdict(self, path: bytes) -> bool | None:
        name = path[path.rfind(b"/") + 1 :]
        number = max(self._paths.get(path, -1), self._names.get(name, -1))
        for expression in self._expressions:
            match = expression.fullmatch(path)
            if match is not None and match.lastgroup is not None:
                number = max(number, int(match.lastgroup[1:]))
                break
        return None if number < 0 else self._ignores[number]


def _lines(text: bytes) -> Iterator[_Line]:
    for line in text.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        pattern = _without_trailing_spaces(line.removesuffix(b"\r"))
        if not pattern or pattern.startswith(b"#"):
            continue
        ignores = not pattern.startswith(b"!")
        pattern = pattern if ignores else pattern[1:]
        folders_only = pattern.endswith(b"/")
        pattern = pattern[:-1] if folders_only else pattern
        if pattern:
            yield _Line(pattern, ignores, folders_only, b"/" not in pattern)


def _plain(line: _Line) -> _Plain:
    return _Plain(line.pattern.removeprefix(b"/"), line)


def _translated(line: _Line, number: int) -> _Pattern:
    anywhere = rb"(?:.*/)?" if line.anywhere else b""
    return _Pattern(anywhere + _expression(line.pattern.removeprefix(b"/"), number), line)


def _without_trailing_spaces(line: bytes) -> bytes:
    """The line without trailing spaces, but for an escaped one."""
    end = len(line)
    while end and line[end - 1 : end] == b" ":
        before = line[: end - 1]
        if (len(before) - len(before.rstrip(b"\\"))) % 2:
            break
        end -= 1
    return line[:end]


def _expression(pattern: bytes, number: int) -> bytes:
    """A regular expression for what git's wildmatch matches; one for nothing where the pattern is broken.
    `number` makes the names in it unique."""
    # The text between stars.
    chunks: list[tuple[bytes, list[bytes]]] = [(b"", [])]
    position = 0
    while position < len(pattern):
        character = pattern[position : position + 1]
        inside = chunks[-1][1]
        position += 1
        if character == b"*":
            end = position
            while pattern[end : end + 1] == b"*":
                end += 1
            star, position = _stars(pattern, position - 1, end)
            chunks.append((star, []))
        elif character == b"?":
            inside.append(b"[^/]")
        elif character == b"[":
            expression, position = _set(pattern, position)
            inside.append(expression)
        elif character == b"\\":
            if position == len(pattern):
                return _NOTHING
            inside.append(re.escape(pattern[position : position + 1]))
            position += 1
        else:
            inside.append(re.escape(character))
    return _joined([(star, b"".join(inside)) for star, inside in chunks], number)


def _joined(chunks: list[tuple[bytes, bytes]], number: int) -> bytes:
    """Joins the text between stars. Where the first place that matches is final, it is in a lookahead,
    into which `re` never backtracks."""
    groups: list[tuple[bytes, list[bytes]]] = [(b"", [])]
    for index, (star, fixed) in enumerate(chunks):
        following = chunks[index + 1][0] if index + 1 < len(chunks) else None
        if star not in (b"", _STAR):
            groups.append((star, [fixed]))
        elif star == _STAR and following == _STAR:
            groups[-1][1].append(_first(b"[^/]*?" + fixed, b"s%d_%d" % (number, index)))
        else:
            groups[-1][1].append(star + fixed)
    parts = []
    for index, (star, inside) in enumerate(groups):
        whole = b"".join(inside)
        if star == _FOLDERS and index < len(groups) - 1 and groups[index + 1][0] == _FOLDERS:
            parts.append(_first(b"(?:.*?/)??" + whole, b"f%d_%d" % (number, index)))
        else:
            parts.append(star + whole)
    return b"".join(parts)


def _first(expression: bytes, name: bytes) -> bytes:
    return b"(?=(?P<%b>%b))(?P=%b)" % (name, expression, name)


def _stars(pattern: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The expression for the stars at `start` to `end`, and the offset behind them. Two stars between
    slashes, or at an end, match slashes."""
    at_begin = start == 0 or pattern[start - 1 : start] == b"/"
    follows = pattern[end : end + 1]
    if end - start < 2 or not at_begin or (follows and not pattern[end:].startswith((b"/", b"\\/"))):
        return _STAR, end
    # `**/` may also be nothing at all.
    return (_FOLDERS, end + 1) if follows == b"/" else (b".*", end)


def _set(pattern: bytes, position: int) -> tuple[bytes, int]:
    """The expression for a bracket expression that begins at `position`, and the offset behind it."""
    negated = pattern[position : position + 1] in (b"!", b"^")
    position += negated
    inside: list[bytes] = []
    first, before = True, b""
    while True:
        character = pattern[position : position + 1]
        if not character:
            return _NOTHING, len(pattern)
        if character == b"]" and not first:
            break
        first = False
        following = pattern[position + 1 : position + 2]
        if character == b"-" and before and following and following != b"]":
            position += 1
            if following == b"\\":
                position += 1
                following = pattern[position : position + 1]
            if not following:
                return _NOTHING, len(pattern)
            if before <= following:
                inside[-1:] = [re.escape(before) + b"-" + re.escape(following)]
            before = b""
        elif character == b"[" and following == b":":
            closing = pattern.find(b"]", position + 2)
            if closing < 0:
                return _NOTHING, len(pattern)
            if pattern[closing - 1 : closing] == b":" and closing - 1 >= position + 2:
                named = _CLASSES.get(pattern[position + 2 : closing - 1])
                if named is None:
                    return _NOTHING, len(pattern)
                inside.append(named)
                position, before = closing, b""
            else:
                inside.append(rb"\[")
        else:
            if character == b"\\":
                position += 1
                character = following
                if not character:
                    return _NOTHING, len(pattern)
            inside.append(re.escape(character))
            before = character
        position += 1
    listed = b"".join(inside)
    return (b"[^/" + listed + b"]" if negated else b"(?!/)[" + listed + b"]"), position + 1


def patterns_of(lines: Iterable[str]) -> Patterns:
    return Patterns("\n".join(lines).encode("utf-8", "surrogateescape"))
