"""The lines of `modgo repl`: `add hits 5 100`, `add("hits", 5, 100)`, or a command like `:record k1`."""

from __future__ import annotations

import json
import re
from typing import Union

import msgspec

from modgo_lsp.host.json_forms import FormError, argument, parse, value_of
from modgo_lsp.host.values import Value

_NAME = re.compile(r"\s*([A-Za-z_]\w*)")
_WORD = re.compile(r"[^\s]+")
_HINT = 'a call looks like: add hits 5, or add("hits", 5)'


class LineError(Exception):
    """A line that is neither a call nor a command. The message says what to write."""


class CallLine(msgspec.Struct, frozen=True):
    function: str
    arguments: tuple[Value, ...]


class CommandLine(msgspec.Struct, frozen=True):
    """`rest` is the text after the command's name, without the spaces around it."""

    name: str
    rest: str


def parse_line(text: str) -> Union[CallLine, CommandLine, None]:
    """None for an empty line and a comment, which begins with "#". Raises LineError."""
    text = text.strip()
    if not text or text.startswith("#"):
        return None
    if text.startswith(":"):
        name, _, rest = text[1:].partition(" ")
        return CommandLine(name, rest.strip())
    match = _NAME.match(text)
    if match is None:
        raise LineError(f"a call begins with the name of a function; {_HINT}")
    rest = text[match.end() :]
    try:
        if rest.lstrip().startswith("("):
            return CallLine(match[1], _between_brackets(rest.strip()))
        if rest and not rest[0].isspace():
            raise LineError(f"{text.split()[0]} is not the name of a function; {_HINT}")
        return CallLine(match[1], tuple(argument(word) for word in _words(rest)))
    except FormError as error:
        raise LineError(str(error)) from None


def _between_brackets(text: str) -> tuple[Value, ...]:
    """The values of `("hits", 5)`: JSON separated by commas."""
    if not text.endswith(")"):
        raise LineError(f"there is no closing bracket at the end; {_HINT}")
    trees = parse(f"[{text[1:-1]}]", "arguments")
    return tuple(value_of(tree, f"argument {index}") for index, tree in enumerate(trees, 1))


def _words(text: str) -> list[str]:
    """The words of a line. JSON objects, lists and strings may have spaces, and so may text in single quotes,
    as in a shell."""
    words, offset = [], 0
    while (start := _start_of_word(text, offset)) < len(text):
        offset = _end_of_word(text, start)
        word = text[start:offset]
        words.append(word[1:-1] if word[0] == "'" else word)
    return words


def _start_of_word(text: str, offset: int) -> int:
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset


def _end_of_word(text: str, start: int) -> int:
    if text[start] == "'":
        end = text.find("'", start + 1)
        if end < 0:
            raise LineError("there is no closing ' for the one in the line")
        return end + 1
    if text[start] in '[{"':
        try:
            return json.JSONDecoder().raw_decode(text, start)[1]
        except (ValueError, RecursionError) as error:
            raise LineError(f"an argument is not JSON: {error}") from None
    match = _WORD.match(text, start)
    assert match is not None
    return match.end()


def is_incomplete(text: str) -> bool:
    """Whether a bracket of the text is still open, so that the next line belongs to it."""
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
    return depth > 0
