"""The values of Go's string and rune literals."""

from __future__ import annotations

import re

# Compiled on first use: a run that finds every result in the cache never needs it.
_ESCAPE = rb"""\\(?:([abfnrtv\\'"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|\\"""
_SIMPLE = dict(zip(b"abfnrtv\\'\"", b"\a\b\f\n\r\t\v\\'\"", strict=True))


def unquote(literal: bytes) -> bytes | None:
    """The value of a string literal, interpreted or raw; None if it is malformed."""
    if len(literal) < 2 or literal[:1] != literal[-1:]:
        return None
    inside = literal[1:-1]
    if literal[:1] == b"`":
        return None if b"`" in inside else inside.replace(b"\r", b"")
    if literal[:1] != b'"' or b"\n" in inside:
        return None
    return _unescape(inside)


def rune_value(literal: bytes) -> int | None:
    """The code point of a rune literal; None if it is malformed."""
    inside = literal[1:-1]
    if len(literal) < 3 or literal[:1] != b"'" or literal[-1:] != b"'":
        return None
    match = re.fullmatch(_ESCAPE, inside)
    if match is not None:
        simple, octal, hexadecimal, short, long = match.groups()
        if simple:
            return _SIMPLE[simple[0]]
        digits = hexadecimal or short or long
        if octal:
            return int(octal, 8)
        return int(digits, 16) if digits else None
    try:
        text = inside.decode()
    except UnicodeDecodeError:
        return None
    return ord(text) if len(text) == 1 else None


def _unescape(inside: bytes) -> bytes | None:
    if b"\\" not in inside:
        return inside if b'"' not in inside else None
    broken = False

    def value(match: re.Match[bytes]) -> bytes:
        nonlocal broken
        simple, octal, hexadecimal, short, long = match.groups()
        if simple:
            broken = broken or simple == b"'"
            return bytes([_SIMPLE[simple[0]]])
        if octal or hexadecimal:
            number = int(octal, 8) if octal else int(hexadecimal, 16)
            broken = broken or number > 255
            return bytes([number & 255])
        if short or long:
            number = int(short or long, 16)
            if number <= 0x10FFFF and not 0xD800 <= number < 0xE000:
                return chr(number).encode()
        broken = True
        return b""

    result = re.sub(_ESCAPE, value, inside)
    return None if broken else result
