"""The key `expect` of a case: what a call must return, log and store.

What is not named is not compared. What is named is compared exactly; `includes` in a record or in logs names
only some of the bins or lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Union, get_args

import msgspec

from modgo_lsp.host.cases.case_tree import Node, TreeError, error_at, tree_of
from modgo_lsp.host.cases.expected_value import Expected, Matches, exactly, expected_value, pattern_of
from modgo_lsp.host.json_forms import FormError
from modgo_lsp.host.named_samples import NamedSamples
from modgo_lsp.host.result import FailureKind
from modgo_lsp.host.sample import Record, SampleError, record_of
from modgo_lsp.model.sdk import BIN_NAME_MAX
from modgo_lsp.spelling import did_you_mean

OPERATIONS = ("create", "update", "remove")
LEVELS = ("error", "warning", "info", "debug", "trace", "stdout")

Text = Union[str, Matches]


class ExpectedError(msgspec.Struct, frozen=True):
    """`kind` and `message` are None where any will do."""

    kind: FailureKind | None = None
    message: Text | None = None


class ExpectedRecord(msgspec.Struct, frozen=True):
    """The stored record after the call. With `includes`, it may have more bins, and nil stands for a bin that
    it must not have. Key, ttl and generation are None where they are not compared."""

    bins: Mapping[str, Expected] = {}
    includes: bool = False
    key: tuple[str, str, Union[int, str, bytes, None]] | None = None
    ttl: int | None = None
    generation: int | None = None


class ExpectedLine(msgspec.Struct, frozen=True):
    """`level` and `message` are None where any will do."""

    level: str | None = None
    message: Text | None = None


class ExpectedLogs(msgspec.Struct, frozen=True):
    """All lines; with `includes`, some of the lines in this order."""

    lines: tuple[ExpectedLine, ...]
    includes: bool


class Expectation(msgspec.Struct, frozen=True):
    """`result` counts only if `has_result`. `tolerance` is for doubles: the greatest difference from the
    expected one."""

    result: Expected = None
    has_result: bool = False
    error: ExpectedError | None = None
    record: ExpectedRecord | None = None
    operations: tuple[str, ...] | None = None
    logs: ExpectedLogs | None = None
    tolerance: float = 0.0


def expectation_of(node: Node, tolerance: float, samples: NamedSamples) -> Expectation:
    """The expectation in a node; a record may be in a file. Raises TreeError."""
    found = _members(node, "expect", ("result", "error", "record", "operations", "logs"))
    if "result" in found and "error" in found:
        raise TreeError(node.line, "expect has a result or an error, not both")
    result, error, record = found.get("result"), found.get("error"), found.get("record")
    operations, logs = found.get("operations"), found.get("logs")
    return Expectation(
        result=None if result is None else expected_value(result),
        has_result=result is not None,
        error=None if error is None else _error(error),
        record=None if record is None else _record(record, samples),
        operations=None if operations is None else _operations(operations),
        logs=None if logs is None else _logs(logs),
        tolerance=tolerance,
    )


def _members(node: Node, what: str, known: tuple[str, ...]) -> dict[str, Node]:
    if node.kind != "map":
        raise TreeError(node.line, f"{what} must be a map with {', '.join(known)}")
    for key, _ in node.pairs:
        if key.scalar not in known:
            near = did_you_mean(str(key.scalar), known, f"it may have {', '.join(known)}")
            raise TreeError(key.line, f"{what} has no key {key.scalar!r}; {near}")
    return {str(key.scalar): value for key, value in node.pairs}


def _error(node: Node) -> ExpectedError:
    if node.scalar is True:
        return ExpectedError()
    if isinstance(node.scalar, str):
        return ExpectedError(message=node.scalar)
    if node.kind != "map":
        raise TreeError(node.line, "error must be a text, a map with kind, message or matches, or true")
    found = _members(node, "error", ("kind", "message", "matches"))
    kind = found.get("kind")
    if kind is not None and kind.scalar not in get_args(FailureKind):
        raise TreeError(kind.line, f"kind must be one of {', '.join(get_args(FailureKind))}")
    return ExpectedError(None if kind is None else kind.scalar, _text(node, found))  # type: ignore[arg-type]


def _text(node: Node, found: Mapping[str, Node]) -> Text | None:
    message, matches = found.get("message"), found.get("matches")
    if message is not None and matches is not None:
        raise TreeError(node.line, "use message or matches, not both")
    if message is not None and not isinstance(message.scalar, str):
        raise TreeError(message.line, "message must be a string")
    if message is not None:
        return str(message.scalar)
    return None if matches is None else pattern_of(matches)


def _record(node: Node, samples: NamedSamples) -> ExpectedRecord:
    if isinstance(node.scalar, str):
        try:
            record = samples.record(node.scalar)
        except SampleError as error:
            raise TreeError(node.line, str(error)) from None
        return ExpectedRecord(bins={name: exactly(value) for name, value in record.bins.items()})
    if node.kind == "scalar" and node.scalar is None:
        return ExpectedRecord()
    found = _members(node, "record", ("bins", "includes", "key", "ttl", "generation"))
    bins, includes = found.get("bins"), found.get("includes")
    if (bins is None) == (includes is None):
        raise TreeError(node.line, "record needs bins (all of them) or includes (some of them)")
    metadata = {name: value for name, value in found.items() if name in ("key", "ttl", "generation")}
    record = _metadata(node, metadata)
    return ExpectedRecord(
        bins=_bins(bins or includes or node),
        includes=includes is not None,
        key=(record.namespace, record.set_name, record.key) if "key" in found else None,
        ttl=record.ttl if "ttl" in found else None,
        generation=record.generation if "generation" in found else None,
    )


def _metadata(node: Node, found: Mapping[str, Node]) -> Record:
    """A record with the key, ttl and generation that are found."""
    pairs = tuple(pair for pair in node.pairs if pair[0].scalar in found)
    no_bins = (Node("scalar", node.line, 0, 0, "bins"), Node("map", node.line, 0, 0))
    try:
        return record_of(tree_of(Node("map", node.line, 0, 0, pairs=(*pairs, no_bins))))
    except FormError as error:
        raise error_at(node, error) from None


def _bins(node: Node) -> dict[str, Expected]:
    if node.kind != "map":
        raise TreeError(node.line, "bins must be a map of values by bin name")
    for key, _ in node.pairs:
        name = key.scalar
        if not isinstance(name, str) or not 0 < len(name.encode(errors="replace")) <= BIN_NAME_MAX:
            raise TreeError(key.line, f"a bin's name is a string of 1 to {BIN_NAME_MAX} bytes")
    return {str(key.scalar): expected_value(value) for key, value in node.pairs}


def _operations(node: Node) -> tuple[str, ...]:
    if node.kind != "list" or any(item.scalar not in OPERATIONS for item in node.items):
        raise TreeError(node.line, f"operations must be a list of {', '.join(OPERATIONS)}")
    return tuple(str(item.scalar) for item in node.items)


def _logs(node: Node) -> ExpectedLogs:
    includes = node.kind == "map"
    listed = _members(node, "logs", ("includes",)).get("includes", node) if includes else node
    if listed.kind != "list":
        raise TreeError(node.line, "logs must be a list of lines, or {includes: a list of some of them}")
    return ExpectedLogs(tuple(map(_line, listed.items)), includes)


def _line(node: Node) -> ExpectedLine:
    if isinstance(node.scalar, str):
        return ExpectedLine(message=node.scalar)
    if node.kind != "map":
        raise TreeError(node.line, "a line is a text, or a map with level, message or matches")
    found = _members(node, "a line", ("level", "message", "matches"))
    level = found.get("level")
    if level is not None and level.scalar not in LEVELS:
        raise TreeError(level.line, f"level must be one of {', '.join(LEVELS)}")
    return ExpectedLine(None if level is None else str(level.scalar), _text(node, found))
