"""Case files: testdata/udf/NAME.case.yaml or NAME.case.json beside a module, with calls and what to expect of
them. docs/testing.md describes the format, grammars/case.schema.json is its schema.

A file has one case, or a list of cases and tables. A table is a case with the key `cases`: a list of cases
that share the table's other keys.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from modgo_lsp.golang.files import DiskFiles, FileTooLargeError
from modgo_lsp.host.cases.case_tree import Node, TreeError, error_at, parse_tree, tree_of
from modgo_lsp.host.cases.expectation import Expectation, expectation_of
from modgo_lsp.host.cases.expected_value import number_of
from modgo_lsp.host.json_forms import FormError, Object, json_of, value_of
from modgo_lsp.host.named_samples import NamedSamples
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.sample import SAMPLES, Record, SampleError, record_of
from modgo_lsp.host.session import LONGEST_SECONDS
from modgo_lsp.host.values import Value
from modgo_lsp.spelling import did_you_mean

CASE_ENDINGS = (".case.yaml", ".case.json")
LARGEST = 4 << 20
# Of the texts of all cases, each with what it shares of its table, in characters.
EXPANDED_MAX = 16 << 20
NODES_MAX = 1024
NOW_MAX = 9_000_000_000_000  # in 2255; the worker counts nanoseconds in 63 bits
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([zZ]|[+-]\d\d:\d\d)", re.ASCII)
_CALL_TEXT_MAX = 60

T = TypeVar("T")

_KEYS = ("name", "function", "args", "record", "records", "nodes", "now", "timeout", "tolerance", "expect")


class Table(msgspec.Struct, frozen=True):
    """Cases that share keys. `name` is the one that its rows share, else its function; "" if it has
    neither."""

    line: int
    name: str


class Case(msgspec.Struct, frozen=True):
    """One call. `record` and `records` are None where the case names none: then it uses the function's
    sample, as `modgo call` does. `line` is that of its first key, `position` its number in the file, from
    0; `now` is the time that the module reads, in ms since 1970, None for the real one; `expected` is
    `expect` as data for JSON; `table` is set in a row of a table."""

    path: Path
    line: int
    position: int
    name: str
    function: str
    arguments: tuple[Value, ...]
    record: Record | None
    records: tuple[NumberedRecord, ...] | None
    nodes: int | None
    now: int | None
    timeout: float | None
    expectation: Expectation
    expected: Any
    table: Table | None

    @property
    def is_stream(self) -> bool:
        return self.records is not None or self.nodes is not None


class CaseProblem(msgspec.Struct, frozen=True):
    """A case that is not valid, or a file that cannot be read."""

    path: Path
    line: int
    message: str


class CaseFile(msgspec.Struct, frozen=True):
    """The valid cases of a file, and its problems."""

    cases: tuple[Case, ...] = ()
    problems: tuple[CaseProblem, ...] = ()


def case_files(directory: Path) -> list[Path]:
    """The case files of the module in `directory`, sorted by name."""
    folder = directory / SAMPLES
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if is_case_file(path))


def is_case_file(path: Path) -> bool:
    return path.name.endswith(CASE_ENDINGS) and not path.name.startswith(".") and path.is_file()


def read_case_file(path: Path) -> CaseFile:
    """Every error is in the result's problems."""
    try:
        return parse_cases(DiskFiles().read(str(path), LARGEST).decode("utf-8-sig"), path)
    except FileTooLargeError:
        message = f"the file is larger than the {LARGEST >> 20} MiB that a case file may have"
    except OSError as error:
        message = f"the file cannot be read ({error.strerror or error})"
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start})"
    return CaseFile(problems=(CaseProblem(path, 1, message),))


def parse_cases(text: str, path: Path) -> CaseFile:
    """The cases in the text of the file `path`. Files that they name are relative to its folder."""
    cases: list[Case] = []
    problems: list[CaseProblem] = []
    try:
        root = parse_tree(text, as_json=path.name.endswith(".json"))
        if root.kind == "scalar":
            raise TreeError(root.line, _NO_CASES)
    except TreeError as error:
        return CaseFile(problems=(CaseProblem(path, error.line, error.message),))
    names: Counter[str] = Counter()
    samples, expanded = NamedSamples(path.parent), 0
    for position, (keys, wrong) in enumerate(case_rows(root)):
        expanded += sum(node.end - node.start for node in keys.values.values())
        if expanded > EXPANDED_MAX:
            message = f"the cases, each with the keys of its table, have more than {EXPANDED_MAX >> 20} MiB"
            problems.append(CaseProblem(path, keys.node.line, message))
            break
        try:
            if wrong is not None:
                raise wrong
            case = _case(keys, position, path, samples)
        except TreeError as error:
            problems.append(CaseProblem(path, error.line, error.message))
            continue
        names[case.name] += 1
        if names[case.name] > 1:  # `modgo test --failed` and editors identify a case by its name
            case = msgspec.structs.replace(case, name=f"{case.name} #{names[case.name]}")
        cases.append(case)
    return CaseFile(tuple(cases), tuple(problems))


_NO_CASES = "a case file has a case, like {function: add, args: [hits, 1, 5], expect: {result: 1}}, or a list"


class Keys(msgspec.Struct, frozen=True):
    """The keys of one case, with those of its table. `node` is the case's own map, `table` that of its
    table."""

    node: Node
    values: Mapping[str, Node]
    table: Node | None = None


def case_rows(root: Node) -> Iterator[tuple[Keys, TreeError | None]]:
    """The keys of each case, with an error where they are wrong."""
    for node in root.items if root.kind == "list" else (root,):
        table = _read(node, (*_KEYS, "cases", "$schema") if node is root else (*_KEYS, "cases"))
        rows = table[0].values.get("cases")
        if table[1] is not None or rows is None:
            yield table
        elif rows.kind != "list" or not rows.items:
            yield table[0], TreeError(rows.line, "cases must be a list of cases")
        else:
            shared = {name: value for name, value in table[0].values.items() if name != "cases"}
            for row in rows.items:
                keys, error = _read(row, _KEYS)
                yield Keys(row, {**shared, **keys.values}, node), error


def _read(node: Node, known: tuple[str, ...]) -> tuple[Keys, TreeError | None]:
    if node.kind != "map":
        return Keys(node, {}), TreeError(node.line, _NO_CASES)
    for key, _ in node.pairs:
        if key.scalar not in known:
            near = did_you_mean(str(key.scalar), known, f"there are {', '.join(_KEYS)}")
            return Keys(node, {}), TreeError(key.line, f"a case has no key {key.scalar!r}; {near}")
    return Keys(node, {str(key.scalar): value for key, value in node.pairs}), None


def _case(keys: Keys, position: int, path: Path, samples: NamedSamples) -> Case:
    """Raises TreeError."""
    found = keys.values
    function = found.get("function")
    if function is None:
        raise TreeError(keys.node.line, "a case needs function, the registered name of a UDF")
    if not isinstance(function.scalar, str) or not function.scalar:
        raise TreeError(function.line, "function must be the registered name of a UDF")
    if "record" in found and ("records" in found or "nodes" in found):
        raise TreeError(keys.node.line, "record is for a record UDF, records and nodes are for a stream UDF")
    arguments = _arguments(found.get("args"))
    tolerance = _optional(found.get("tolerance"), lambda node: number_of(node, "tolerance"))
    expect = found.get("expect")
    return Case(
        path=path,
        line=keys.node.line,
        position=position,
        name=_name(found.get("name")) or _call_text(function.scalar, arguments),
        function=function.scalar,
        arguments=arguments,
        record=_optional(found.get("record"), lambda node: record_at(node, samples)),
        records=_optional(found.get("records"), lambda node: _records(node, samples)),
        nodes=_optional(found.get("nodes"), _nodes),
        now=_optional(found.get("now"), _now),
        timeout=_optional(found.get("timeout"), _timeout),
        expectation=_optional(expect, lambda node: expectation_of(node, tolerance or 0.0, samples))
        or Expectation(),
        expected=None if expect is None else plain(tree_of(expect)),
        table=None if keys.table is None else _table(keys.table),
    )


def _table(node: Node) -> Table:
    shared = {key.scalar: value.scalar for key, value in node.pairs}
    names = (shared.get(key) for key in ("name", "function"))
    return Table(node.line, next((" ".join(name.split()) for name in names if isinstance(name, str)), ""))


def _optional(node: Node | None, read: Callable[[Node], T]) -> T | None:
    return None if node is None else read(node)


def _name(node: Node | None) -> str:
    if node is None:
        return ""
    if not isinstance(node.scalar, str) or not node.scalar.strip():
        raise TreeError(node.line, "name must be a string")
    return " ".join(node.scalar.split())


def _arguments(node: Node | None) -> tuple[Value, ...]:
    if node is None:
        return ()
    if node.kind != "list":
        raise TreeError(node.line, "args must be a list of values")
    found = []
    for item in node.items:
        try:
            found.append(value_of(tree_of(item)))
        except FormError as error:
            raise error_at(item, error) from None
    return tuple(found)


def record_at(node: Node, samples: NamedSamples) -> Record:
    """The record sample in a node, or in the file that it names. Raises TreeError."""
    if isinstance(node.scalar, str):
        try:
            return samples.record(node.scalar)
        except SampleError as error:
            raise TreeError(node.line, str(error)) from None
    try:
        return record_of(tree_of(node))
    except FormError as error:
        raise error_at(node, error) from None


def _records(node: Node, samples: NamedSamples) -> tuple[NumberedRecord, ...]:
    if isinstance(node.scalar, str):
        try:
            return samples.records(node.scalar)
        except SampleError as error:
            raise TreeError(node.line, str(error)) from None
    if node.kind != "list":
        raise TreeError(node.line, "records must be a list of records, or the name of a file of them")
    found = []
    for number, item in enumerate(node.items, 1):
        try:
            found.append(NumberedRecord(number, record_of(tree_of(item), number)))
        except FormError as error:
            raise error_at(item, error) from None
    return tuple(found)


def _nodes(node: Node) -> int:
    count = node.scalar
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= NODES_MAX:
        raise TreeError(node.line, f"nodes must be an integer from 1 to {NODES_MAX}")
    return count


def _now(node: Node) -> int:
    """The time in ms since 1970."""
    moment = node.scalar
    if isinstance(moment, str) and (match := _MOMENT.fullmatch(moment)):
        day, clock, fraction, zone = match.groups()
        try:
            whole = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in 'zZ' else zone}")
            moment = int(whole.timestamp()) * 1000 + int((fraction or "").ljust(3, "0")[:3])
        except (ValueError, OverflowError):
            moment = None
    if isinstance(moment, bool) or not isinstance(moment, int) or not 0 < moment <= NOW_MAX:
        raise TreeError(
            node.line, 'now must be a time like "2026-03-01T12:00:00Z", or milliseconds since 1970'
        )
    return moment


def _timeout(node: Node) -> float:
    seconds = number_of(node, "timeout")
    if not 0 < seconds <= LONGEST_SECONDS:
        raise TreeError(node.line, f"timeout must be a number of seconds above 0, up to {LONGEST_SECONDS}")
    return seconds


def _call_text(function: str, arguments: Sequence[Value]) -> str:
    """The name of a case without a name, like `add("hits", 1, 5)`."""
    text = ", ".join(json.dumps(json_of(value), ensure_ascii=False) for value in arguments)
    return f"{function}({text if len(text) <= _CALL_TEXT_MAX else text[:_CALL_TEXT_MAX] + '…'})"


def plain(tree: object) -> Any:
    """What `tree_of` returns, as data for `json.dumps`."""
    if isinstance(tree, Object):
        return {key: plain(value) for key, value in tree}
    return [plain(item) for item in tree] if isinstance(tree, list) else tree
