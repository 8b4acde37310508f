"""Patterns as in .gitignore, and what they say of a path: exactly what git says, against which it is tested.

Not for: which .gitignore files there are (walk.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

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


class _Pattern(msgspec.Struct, frozen=True):
    """A regular expression for a path relative to the patterns' folder."""

    expression: bytes
    ignores: bool
    folders_only: bool


class Patterns:
    """The patterns of a file, the last one that matches counts. Lines that are no patterns match nothing."""

    def __init__(self, text: bytes) -> None:
        found = list(_patterns(text))
        self._files = _Alternatives([pattern for pattern in found if not pattern.folders_only])
        self._folders = _Alternatives(found)

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Whether what stands at `path` (relative, with slashes) is ignored; None where nothing is said of
        it. What stands in an ignored folder is not asked about."""
        encoded = path.encode("utf-8", "surrogateescape")
        return (self._folders if is_folder else self._files).verdict(encoded)

    def covers(self, path: str) -> bool:
        """Whether a file is ignored, itself or by a folder that it lies in."""
        parts = path.split("/")
        folders = ("/".join(parts[:length]) for length in range(1, len(parts)))
        return any(self.verdict(folder, True) for folder in folders) or bool(self.verdict(path, False))


class _Alternatives:
    """Patterns as one regular expression, the last one first."""

    def __init__(self, patterns: list[_Pattern]) -> None:
        self._ignores = {f"p{number}": pattern.ignores for number, pattern in enumerate(patterns)}
        named = [b"(?P<p%d>%b)" % (number, each.expression) for number, each in enumerate(patterns)]
        self._expression = re.compile(b"|".join(reversed(named)) or _NOTHING, re.DOTALL)

    def verdict(self, path: bytes) -> bool | None:
        match = self._expression.fullmatch(path)
        return None if match is None or match.lastgroup is None else self._ignores[match.lastgroup]


def _patterns(text: bytes) -> Iterator[_Pattern]:
    for number, line in enumerate(text.removeprefix(b"\xef\xbb\xbf").split(b"\n")):
        pattern = _without_trailing_spaces(line.removesuffix(b"\r"))
        if not pattern or pattern.startswith(b"#"):
            continue
        ignores = not pattern.startswith(b"!")
        pattern = pattern if ignores else pattern[1:]
        folders_only = pattern.endswith(b"/")
        pattern = pattern[:-1] if folders_only else pattern
        if not pattern:
            continue
        anywhere = b"" if b"/" in pattern else rb"(?:.*/)?"
        expression = _translated(pattern.removeprefix(b"/"), number)
        yield _Pattern(anywhere + expression, ignores, folders_only)


def _without_trailing_spaces(line: bytes) -> bytes:
    """A space that is escaped stays."""
    end = len(line)
    while end and line[end - 1 : end] == b" ":
        before = line[: end - 1]
        if (len(before) - len(before.rstrip(b"\\"))) % 2:
            break
        end -= 1
    return line[:end]


def _translated(pattern: bytes, number: int) -> bytes:
    """A regular expression for what git's wildmatch matches; one for nothing where the pattern is broken.
    `number` makes the names in it unique."""
    # What stands between stars. After a star that keeps within a name the first place that fits will do, as
    # long as others follow: nothing is tried twice, so that many stars take no time.
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
    parts = []
    for index, (star, inside) in enumerate(chunks):
        fixed = b"".join(inside)
        if star == _STAR and index < len(chunks) - 1:
            name = b"s%d_%d" % (number, index)
            parts.append(b"(?=(?P<%b>[^/]*?%b))(?P=%b)" % (name, fixed, name))
        else:
            parts.append(star + fixed)
    return b"".join(parts)


def _stars(pattern: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The expression for the stars at `start` to `end`, and where to go on. Two that stand between slashes,
    or at an end, go over slashes."""
    at_begin = start == 0 or pattern[start - 1 : start] == b"/"
    follows = pattern[end : end + 1]
    if end - start < 2 or not at_begin or (follows and not pattern[end:].startswith((b"/", b"\\/"))):
        return _STAR, end
    # `**/` may also be nothing at all.
    return (b"(?:.*/)?", end + 1) if follows == b"/" else (b".*", end)


def _set(pattern: bytes, position: int) -> tuple[bytes, int]:
    """The expression for what is in brackets, which begins at `position`, and where to go on."""
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
                before = b"["
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
