"""What is read from a case file, whole, and both sides of the bounds of its values."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import (
    NODES_MAX,
    NOW_MAX,
    Case,
    CaseProblem,
    Table,
    case_files,
    parse_cases,
    read_case_file,
)
from modgo_lsp.host.cases.case_tree import NESTING_MAX, TreeError, parse_tree
from modgo_lsp.host.cases.expectation import (
    Expectation,
    ExpectedError,
    ExpectedLine,
    ExpectedLogs,
    ExpectedRecord,
)
from modgo_lsp.host.cases.expected_value import ListOf, Matches
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.sample import NEVER_EXPIRES, Record
from modgo_lsp.host.values import Map, Value

PATH = Path("x.case.yaml")


def cases(text: str) -> tuple[Case, ...]:
    found = parse_cases(text, PATH)
    assert found.problems == ()
    return found.cases


def problem(text: str, path: Path = PATH) -> tuple[int, str]:
    (found,) = parse_cases(text, path).problems
    return found.line, found.message


def case(function: str, line: int, position: int, **more: object) -> Case:
    facts: dict[str, object] = {
        "name": f"{function}()",
        "arguments": (),
        "record": None,
        "records": None,
        "nodes": None,
        "now": None,
        "timeout": None,
        "expectation": Expectation(),
        "expected": None,
        "table": None,
    }
    return Case(path=PATH, line=line, position=position, function=function, **{**facts, **more})  # type: ignore[arg-type]


def test_every_key_of_a_case() -> None:
    text = """
- {function: g}
- {functio: wrong}
- args: [1, a]
  name: " two   words "
  function: f
  record: {bins: {a: 1}}
  now: 5
  timeout: 0.5
  tolerance: 1
  expect: {result: [1.5], operations: [update], logs: [x]}
- {function: s, records: [{bins: {a: 1}}, null], nodes: 3, expect: {}}
"""
    found = parse_cases(text, PATH)
    assert found.problems == (CaseProblem(PATH, 3, "a case has no key 'functio'; did you mean function?"),)
    logs = ExpectedLogs((ExpectedLine(None, "x"),), False)
    assert found.cases == (
        case("g", 2, 0),
        case(
            "f",
            4,
            2,
            name="two words",
            arguments=(1, "a"),
            record=Record(bins={"a": 1}, generation=1),
            now=5,
            timeout=0.5,
            expectation=Expectation(ListOf((1.5,), False), True, None, None, ("update",), logs, 1.0),
            expected={"result": [1.5], "operations": ["update"], "logs": ["x"]},
        ),
        case(
            "s",
            12,
            3,
            records=(
                NumberedRecord(1, Record(key=1, bins={"a": 1}, generation=1)),
                NumberedRecord(2, Record(key=2)),
            ),
            nodes=3,
            expected={},
        ),
    )
    assert [one.is_stream for one in found.cases] == [False, False, True]
    (nodes,) = cases("{function: s, nodes: 1}")
    assert nodes.is_stream


def test_tables_have_the_name_that_their_rows_share_or_their_function() -> None:
    found = cases(
        "- name: a  b\n  function: f\n  cases: [{args: [1]}, {name: x}]\n"
        "- {function: g, cases: [{}]}\n- {cases: [{function: h}]}\n- {function: f}\n"
    )
    assert [(one.name, one.line, one.position, one.table) for one in found] == [
        ("a b", 3, 0, Table(1, "a b")),
        ("x", 3, 1, Table(1, "a b")),
        ("g()", 4, 2, Table(4, "g")),
        ("h()", 5, 3, Table(5, "")),
        ("f()", 6, 4, None),
    ]


@pytest.mark.parametrize("rows", ["5", "[]", "{}"])
def test_a_table_without_rows(rows: str) -> None:
    assert problem(f"function: f\ncases: {rows}") == (2, "cases must be a list of cases")


def test_a_wrong_row_is_named_with_its_line() -> None:
    found = parse_cases("function: f\ncases:\n  - {}\n  - {cases: [{}]}\n  - {}\n", PATH)
    assert [one.position for one in found.cases] == [0, 2]
    assert [(one.line, one.message) for one in found.problems] == [
        (
            4,
            "a case has no key 'cases'; there are name, function, args, record, records, nodes, now, "
            "timeout, tolerance, expect",
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("[1, é]", 'f(1, "é")'),
        (f"[{'a' * 58}]", f'f("{"a" * 58}")'),
        (f"[{'a' * 59}]", f'f("{"a" * 59}…)'),
    ],
)
def test_a_case_without_a_name_has_that_of_its_call(arguments: str, name: str) -> None:
    assert [one.name for one in cases(f"function: f\nargs: {arguments}")] == [name]


@pytest.mark.parametrize(
    ("now", "milliseconds"),
    [
        ("1", 1),
        (str(NOW_MAX), NOW_MAX),
        ("1970-01-01T00:00:00.001Z", 1),
        ("1970-01-01 00:00:01z", 1000),
        ("1970-01-01t00:00:01.7Z", 1700),
        ("1970-01-01T00:00:01.789999999Z", 1789),
        ("1970-01-01T00:00:00-00:01", 60_000),
        ("1970-01-01T00:01:01+00:01", 1000),
        ("2026-03-01T12:00:00Z", 1_772_366_400_000),
    ],
)
def test_moments(now: str, milliseconds: int) -> None:
    assert [one.now for one in cases(f"function: f\nnow: {now}")] == [milliseconds]


@pytest.mark.parametrize(
    ("key", "values", "message"),
    [
        (
            "now",
            ("0", "-1", str(NOW_MAX + 1), "true", "1.0", "[1]", "1970-01-01T00:00:00Z",
             "1969-12-31T00:00:00Z", "2026-03-01T12:00:00.Z", "2026-03-01T24:00:00Z",
             "2026-03-01T12:00:00+25:00"),
            'now must be a time like "2026-03-01T12:00:00Z", or milliseconds since 1970',
        ),
        ("nodes", ("0", str(NODES_MAX + 1), "true", "1.0", "x"), "nodes must be an integer from 1 to 1024"),
        ("timeout", ("0", "86400.1"), "timeout must be a number of seconds above 0, up to 86400"),
        ("name", ("1", "''", "' '", "[x]"), "name must be a string"),
        ("function", ("1", "''", "[x]"), "function must be the registered name of a UDF"),
        ("args", ("1", "{}", "x"), "args must be a list of values"),
        ("records", ("1", "{}"), "records must be a list of records, or the name of a file of them"),
    ],
)  # fmt: skip
def test_values_that_a_key_may_not_have(key: str, values: tuple[str, ...], message: str) -> None:
    others = "args: []" if key == "function" else "function: f"
    assert [problem(f"{others}\n{key}: {value}") for value in values] == [(2, message)] * len(values)


def test_values_at_the_bounds() -> None:
    (found,) = cases(f"{{function: f, nodes: {NODES_MAX}, timeout: 86400, records: []}}")
    assert (found.nodes, found.timeout, found.records) == (NODES_MAX, 86400.0, ())


@pytest.mark.parametrize(
    ("text", "expectation"),
    [
        ("{}", Expectation()),
        ("{result: null}", Expectation(None, True)),
        ("{error: true}", Expectation(error=ExpectedError())),
        ("{error: x}", Expectation(error=ExpectedError(None, "x"))),
        ("{error: {}}", Expectation(error=ExpectedError())),
        ("{error: {kind: udf}}", Expectation(error=ExpectedError("udf"))),
        ("{error: {message: x}}", Expectation(error=ExpectedError(None, "x"))),
        ("{error: {kind: crash, matches: x}}", Expectation(error=ExpectedError("crash", Matches("x")))),
        ("{record: null}", Expectation(record=ExpectedRecord())),
        ("{record: {bins: {}}}", Expectation(record=ExpectedRecord())),
        ("{record: {includes: {a: null}}}", Expectation(record=ExpectedRecord({"a": None}, True))),
        (
            "{record: {bins: {fifteen-bytes-a: 1}, ttl: -1}}",
            Expectation(record=ExpectedRecord({"fifteen-bytes-a": 1}, ttl=NEVER_EXPIRES)),
        ),
        ("{record: {bins: {}, generation: 0}}", Expectation(record=ExpectedRecord(generation=0))),
        ("{record: {bins: {}, key: [a, b, 5]}}", Expectation(record=ExpectedRecord(key=("a", "b", 5)))),
        ("{operations: []}", Expectation(operations=())),
        ("{logs: []}", Expectation(logs=ExpectedLogs((), False))),
        ("{logs: {includes: []}}", Expectation(logs=ExpectedLogs((), True))),
        (
            "{logs: [{}, {level: stdout}, {level: error, matches: x}]}",
            Expectation(
                logs=ExpectedLogs(
                    (ExpectedLine(), ExpectedLine("stdout"), ExpectedLine("error", Matches("x"))), False
                )
            ),
        ),
    ],
)
def test_expectations(text: str, expectation: Expectation) -> None:
    assert [one.expectation for one in cases(f"function: f\nexpect: {text}")] == [expectation]


@pytest.mark.parametrize("name", ["sixteen-bytes-ab", "''", "1", "éééééééé"])
def test_names_that_no_bin_has(name: str) -> None:
    text = f"function: f\nexpect:\n  record:\n    bins:\n      {name}: 1"
    assert problem(text) == (5, "a bin's name is a string of 1 to 15 bytes")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+5", 5),
        ("0", 0),
        ("-0", 0),
        ("5.", 5.0),
        ("-.5", -0.5),
        ("1e+3", 1000.0),
        ("+.Inf", float("inf")),
        ("NULL", None),
        ("TRUE", True),
        ("-a", "-a"),
        (".", "."),
        ("0b1", "0b1"),
        ("0o8", "0o8"),
        ("0x7FFFFFFFFFFFFFFF", 2**63 - 1),
        ("'~'", "~"),
        ("{1: x, '1': y}", Map(((1, "x"), ("1", "y")))),
    ],
)
def test_scalars(text: str, value: Value) -> None:
    (found,) = cases(f"function: f\nargs:\n  - {text}\n")
    assert repr(found.arguments) == repr((value,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("00", "00 begins with 0: quote it if it is a string, else leave out the 0"),
        ("+01", "+01 begins with 0: quote it if it is a string, else leave out the 0"),
        ("1" * 40, f"{'1' * 40} does not fit into a signed 64-bit integer"),
        ("1" * 41, "an integer of 41 digits does not fit into 64 bits"),
        ("0x8000000000000000", "9223372036854775808 does not fit into a signed 64-bit integer"),
        ("{true: 1}", "a key must be a string or an integer; quote it to make it a string"),
        ("{~: 1}", "a key must be a string or an integer; quote it to make it a string"),
        ("{é: 1, é: 2}", 'the key "é" stands twice'),
        ("{1: 1, 1: 2}", "the key 1 stands twice"),
    ],
)
def test_scalars_that_no_value_has(text: str, message: str) -> None:
    assert problem(f"function: f\nargs: [x,\n  {text}]") == (3, message)


def test_a_key_that_looks_like_the_path_of_an_element() -> None:
    line, message = problem('function: f\nargs:\n  - a: [1]\n    "a[5]": {$foo: 1}')
    assert (line, message.partition(" (")[0]) == (3, "a[5]: there is no form $foo")  # the nearest node


@pytest.mark.parametrize("as_json", [True, False])
def test_the_deepest_nesting(as_json: bool) -> None:
    assert parse_tree("[" * NESTING_MAX + "]" * NESTING_MAX, as_json).kind == "list"
    with pytest.raises(TreeError, match=f"^lists and maps nest deeper than {NESTING_MAX}$") as refused:
        parse_tree("\n" + "[" * (NESTING_MAX + 1) + "]" * (NESTING_MAX + 1), as_json)
    assert refused.value.line == 2


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.case.yaml"
    messages = []
    for content in (None, b"a: \xff", b"#" * ((4 << 20) + 1)):
        if content is not None:
            path.write_bytes(content)
        messages += read_case_file(path).problems
    assert messages == [
        CaseProblem(path, 1, "the file cannot be read (No such file or directory)"),
        CaseProblem(path, 1, "the file is not UTF-8 (byte 3)"),
        CaseProblem(path, 1, "the file is larger than the 4 MiB that a case file may have"),
    ]


def test_the_case_files_of_a_module(tmp_path: Path) -> None:
    assert case_files(tmp_path) == []
    folder = tmp_path / "testdata" / "udf"
    folder.mkdir(parents=True)
    for name in ("b.case.json", "a.case.yaml", ".hidden.case.yaml", "c.yaml", "a.record.json"):
        folder.joinpath(name).touch()
    folder.joinpath("folder.case.yaml").mkdir()
    assert case_files(tmp_path) == [folder / "a.case.yaml", folder / "b.case.json"]
