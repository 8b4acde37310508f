"""The tree of a case file, JSON or YAML, with the place of each node.

YAML is read by the core schema of YAML 1.2: `yes` and dates are strings, 1.0 is a double. Anchors, aliases
and tags are refused, keys are unique, and depth and size are limited, so that no file takes more time and
memory than its size allows.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator
from typing import Literal, Union

import msgspec
import yaml

from modgo_lsp.host.json_forms import FormError, Object
from modgo_lsp.host.values import DEPTH_MAX

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

# A value of the deepest nesting, inside of record, case and list.
NESTING_MAX = DEPTH_MAX + 16

Scalar = Union[None, bool, int, float, str]


class TreeError(Exception):
    """The file is not valid JSON or YAML, or more than is allowed. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class Node(msgspec.Struct, frozen=True):
    """`items` are those of a list; `pairs` the keys and values of a map. `start` and `end` are offsets in the
    text, `line` counts from 1."""

    kind: Literal["scalar", "list", "map"]
    line: int
    start: int
    end: int
    scalar: Scalar = None
    items: tuple[Node, ...] = ()
    pairs: tuple[tuple[Node, Node], ...] = ()

    def get(self, key: str) -> Node | None:
        """The value of a map's key."""
        return next((value for name, value in self.pairs if name.scalar == key), None)


def parse_tree(text: str, as_json: bool) -> Node:
    """The root of a document. Raises TreeError."""
    return _Builder().build(_json_events(text) if as_json else _yaml_events(text))


def tree_of(node: Node, nil_for: Collection[str] = ()) -> object:
    """The node as json_forms.py reads it, with nil for each map that has a key in `nil_for`. A map with keys
    that are no strings becomes a `$map`."""
    if node.kind == "scalar":
        scalar = node.scalar
        if isinstance(scalar, float) and not math.isfinite(scalar):
            return Object([("$double", "NaN" if math.isnan(scalar) else f"{'-' * (scalar < 0)}Infinity")])
        return scalar
    if node.kind == "list":
        return [tree_of(item, nil_for) for item in node.items]
    if any(key.scalar in nil_for for key, _ in node.pairs):
        return None
    if all(isinstance(key.scalar, str) for key, _ in node.pairs):
        return Object([(str(key.scalar), tree_of(value, nil_for)) for key, value in node.pairs])
    return Object([("$map", [[tree_of(key), tree_of(value, nil_for)] for key, value in node.pairs])])


def line_at(node: Node, place: str) -> int:
    """The line of a place below `node`, like "bins.tags[2]", or of the nearest node above it."""
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", place):
        if index:
            below = node.items[int(index)] if int(index) < len(node.items) else None
        else:
            below = node.get(name)
        if below is None:
            break
        node = below
    return node.line


def error_at(node: Node, error: FormError) -> TreeError:
    return TreeError(line_at(node, error.place), str(error))


# What both parsers yield: the start of a list or map, its end, or a scalar; with line, start and end.
_Event = tuple[Literal["list", "map", "end", "scalar"], int, int, int, Scalar]


class _Builder:
    """Makes the tree of events, without recursion."""

    def __init__(self) -> None:
        self._open: list[tuple[_Event, list[Node]]] = []

    def build(self, events: Iterator[_Event]) -> Node:
        for event in events:
            kind, line, start, end, scalar = event
            if kind in ("list", "map"):
                if len(self._open) == NESTING_MAX:
                    raise TreeError(line, f"lists and maps nest deeper than {NESTING_MAX}")
                self._open.append((event, []))
                continue
            node = Node("scalar", line, start, end, scalar) if kind == "scalar" else self._close(end)
            if not self._open:
                for _ in events:  # to the end of the document: what follows may be wrong
                    pass
                return node
            self._open[-1][1].append(node)
        raise TreeError(1, "the file is empty")

    def _close(self, end: int) -> Node:
        (kind, line, start, _, _), parts = self._open.pop()
        if kind == "list":
            return Node("list", line, start, end, items=tuple(parts))
        pairs = tuple(zip(parts[::2], parts[1::2], strict=True))
        _check_keys(pairs)
        return Node("map", line, start, end, pairs=pairs)


def _check_keys(pairs: tuple[tuple[Node, Node], ...]) -> None:
    found: set[tuple[type, Scalar]] = set()
    for key, _ in pairs:
        if key.kind != "scalar" or isinstance(key.scalar, (bool, float)) or key.scalar is None:
            raise TreeError(key.line, "a key must be a string or an integer; quote it to make it a string")
        if (type(key.scalar), key.scalar) in found:
            raise TreeError(key.line, f"the key {json.dumps(key.scalar, ensure_ascii=False)} stands twice")
        found.add((type(key.scalar), key.scalar))


def _yaml_events(text: str) -> Iterator[_Event]:
    documents = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            mark = event.start_mark
            line = mark.line + 1 if mark is not None else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise TreeError(line, "anchors and aliases are not supported; cases share keys in a table")
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise TreeError(line, "a case file has one document; write a list of cases")
            elif isinstance(event, (yaml.NodeEvent, yaml.CollectionEndEvent)):
                yield _yaml_event(event, line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line, text.count("\n")) + 1 if mark is not None else 1
        raise TreeError(line, f"not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise TreeError(line, f"not YAML: the character {error.character!r} is not allowed") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise TreeError(1, f"not YAML: {error}") from None


def _yaml_event(event: yaml.NodeEvent | yaml.CollectionEndEvent, line: int) -> _Event:
    assert event.start_mark is not None
    assert event.end_mark is not None
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.CollectionEndEvent):
        return "end", line, start, end, None
    tag = getattr(event, "tag", None)
    if tag not in (None, "!"):
        raise TreeError(line, f"the tag {tag} is not supported; values have forms like $bytes")
    if isinstance(event, yaml.ScalarEvent):
        is_plain = event.implicit[0]
        scalar = _plain_scalar(event.value, line) if is_plain else event.value
        return "scalar", line, start, end, scalar
    return "list" if isinstance(event, yaml.SequenceStartEvent) else "map", line, start, end, None


_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{f"{sign}{word}": math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{f"-{word}": -math.inf for word in (".inf", ".Inf", ".INF")},
}
_DIGITS_MAX = 40  # of an integer. Python refuses thousands, and 64 bits need 20.


def _plain_scalar(text: str, line: int) -> Scalar:
    """The value of a word without quotes, by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        digits = text.lstrip("+-")
        if digits[0] == "0" and len(digits) > 1:
            raise TreeError(line, f"{text} begins with 0: quote it if it is a string, else leave out the 0")
        return _integer(text, line)
    if _OTHER_BASE.fullmatch(text) and len(text) <= _DIGITS_MAX:
        return int(text, 0)
    return _double(text, line) if _FLOAT.fullmatch(text) else text


def _integer(text: str, line: int) -> int:
    if len(text) > _DIGITS_MAX:
        raise TreeError(line, f"an integer of {len(text)} digits does not fit into 64 bits")
    return int(text)


def _double(text: str, line: int) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise TreeError(line, "the number is too large for a double")
    return number


_TOKEN = re.compile(
    r'[ \t\n\r]*(?:(?P<mark>[\[\]{}:,])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[-+.0-9a-zA-Z]+))', re.DOTALL
)
_JSON_WORDS: dict[str, Scalar] = {"null": None, "true": True, "false": False}


def _json_events(text: str) -> Iterator[_Event]:
    try:
        json.loads(text, parse_int=len, parse_float=len, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise TreeError(error.lineno, f"not JSON: {error.msg.lower()} (column {error.colno})") from None
    except RecursionError:
        raise TreeError(1, f"lists and maps nest deeper than {NESTING_MAX}") from None
    except ValueError as error:
        raise TreeError(1, f"not JSON: {error}") from None
    line, place = 1, 0
    while match := _TOKEN.match(text, place):
        group = match.lastgroup or ""
        start, end = match.span(group)
        line += text.count("\n", place, start)
        place = end
        token = match[group]
        if group == "text":
            yield "scalar", line, start, end, _json_text(token, line)
        elif group == "word":
            yield "scalar", line, start, end, _json_word(token, line)
        elif token in "[{":
            yield "list" if token == "[" else "map", line, start, end, None
        elif token in "]}":
            yield "end", line, start, end, None


def _json_text(token: str, line: int) -> str:
    if "\\" not in token:
        return token[1:-1]
    text: str = json.loads(token)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise TreeError(line, "text has half of a surrogate pair, which UTF-8 cannot hold") from None
    return text


def _json_word(word: str, line: int) -> Scalar:
    if word in _JSON_WORDS:
        return _JSON_WORDS[word]
    return _integer(word, line) if _INTEGER.fullmatch(word) else _double(word, line)


def _refuse_constant(name: str) -> object:
    raise ValueError(f'{name} is no JSON number; write {{"$double": "{name}"}}')
