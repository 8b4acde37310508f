"""Case files: what they may say in JSON and YAML, and the place of everything that is wrong."""

from __future__ import annotations

import json
import math
import tracemalloc
from pathlib import Path

import jsonschema
import pytest
import yaml

from modgo_lsp.host.cases import case_tree
from modgo_lsp.host.cases.case_file import CaseFile, parse_cases, read_case_file
from modgo_lsp.host.cases.case_tree import NESTING_MAX
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import GeoJson, List, Map, Value
from modgo_lsp.resources import resource

ROOT = Path(__file__).parents[2]


def yaml_cases(text: str) -> CaseFile:
    return parse_cases(text, Path("x.case.yaml"))


def json_cases(text: str) -> CaseFile:
    return parse_cases(text, Path("x.case.json"))


def problems(found: CaseFile) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in found.problems]


def argument(text: str) -> Value:
    found = yaml_cases(f"function: f\nargs: [{text}]\n")
    assert found.problems == ()
    return found.cases[0].arguments[0]


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/testdata/udf/*.case.*")), ids=lambda p: p.name)
def test_the_examples_have_valid_cases(path: Path) -> None:
    found = read_case_file(path)
    assert found.problems == ()
    assert found.cases


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("1", 1),
        ("-9223372036854775808", -(2**63)),
        ("9007199254740993", 9007199254740993),
        ("0x1F", 31),
        ("0o17", 15),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2020-01-01", "2020-01-01"),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("'1'", "1"),
        ('"\\u0041"', "A"),
        ("{$bytes: AAE=}", b"\x00\x01"),
        ("{$double: 1}", 1.0),
        ("{$int: '9007199254740993'}", 9007199254740993),
        ("{$geojson: '{}'}", GeoJson("{}")),
        ("[1, a]", List((1, "a"))),
        ("{b: 1, a: 2}", Map((("a", 2), ("b", 1)))),
        ("{2: x, 1: y}", Map(((1, "y"), (2, "x")))),
        ("{1: x, a: y}", Map(((1, "x"), ("a", "y")))),
    ],
)
def test_values_are_of_yaml_1_2(text: str, value: Value) -> None:
    found = argument(text)
    assert (type(found), found) == (type(value), value)


def test_nan_is_a_double() -> None:
    assert math.isnan(argument(".nan"))  # type: ignore[arg-type]


def test_one_case_a_list_and_tables() -> None:
    assert [case.name for case in yaml_cases("function: f").cases] == ["f()"]
    found = yaml_cases(
        """
- name: first
  function: f
- function: g
  args: [1]
  record: {bins: {a: 1}}
  cases:
    - name: row one
    - args: [2, x]
      record: null
    - args: [2, x]
      function: h
"""
    )
    assert found.problems == ()
    assert [(case.name, case.line, case.function, case.arguments) for case in found.cases] == [
        ("first", 2, "f", ()),
        ("row one", 8, "g", (1,)),
        ('g(2, "x")', 9, "g", (2, "x")),
        ('h(2, "x")', 11, "h", (2, "x")),
    ]
    assert [case.record for case in found.cases] == [
        None,
        Record(bins={"a": 1}, generation=1),
        Record(),
        Record(bins={"a": 1}, generation=1),
    ]


def test_equal_names_are_numbered() -> None:
    found = yaml_cases("[{function: f}, {function: f}, {name: x, function: f}, {name: x, function: f}]")
    assert [case.name for case in found.cases] == ["f()", "f() #2", "x", "x #2"]


def test_records_of_streams() -> None:
    found = yaml_cases("function: s\nrecords: [{bins: {a: 1}}, {bins: {a: 2}}]\nnodes: 2\n")
    (case,) = found.cases
    assert case.is_stream
    assert case.nodes == 2
    assert case.records is not None
    assert [(one.line, one.record.key, one.record.bins) for one in case.records] == [
        (1, 1, {"a": 1}),
        (2, 2, {"a": 2}),
    ]


def test_records_in_files(tmp_path: Path) -> None:
    (tmp_path / "a.record.json").write_text('{"bins": {"a": 7}}')
    (tmp_path / "a.records.jsonl").write_text('{"bins": {"a": 7}}\n\n{"bins": {"a": 8}}\n')
    (tmp_path / "bad.record.json").write_text('{"bins": 1}')
    path = tmp_path / "x.case.yaml"
    path.write_text(
        "- {function: f, record: a.record.json}\n"
        "- {function: f, records: a.records.jsonl}\n"
        "- {function: f, record: bad.record.json}\n"
        "- {function: f, record: missing.json}\n"
        "- {function: f, expect: {record: a.record.json}}\n"
    )
    found = read_case_file(path)
    assert found.cases[0].record == Record(bins={"a": 7}, generation=1)
    assert [one.line for one in found.cases[1].records or ()] == [1, 3]
    assert [line for line, _ in problems(found)] == [3, 4]
    assert "bad.record.json" in found.problems[0].message
    assert "missing.json cannot be read" in found.problems[1].message
    assert found.cases[2].expected == {"record": "a.record.json"}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("just text", 1, "a case file has a case"),
        ("- 5", 1, "a case file has a case"),
        ("- {}\n- args: []", 1, "a case needs function"),
        ("function: [f]", 1, "function must be"),
        ("name: 5\nfunction: f", 1, "name must be a string"),
        ("function: f\narg: [1]", 2, "no key 'arg'; did you mean args?"),
        ("function: f\nargs: 1", 2, "args must be a list"),
        ("function: f\nargs:\n  - 1\n  - {a: {$foo: 1}}", 4, "a: there is no form $foo"),
        ("function: f\nargs:\n  -\n    a:\n      b:\n        $bytes: '?'", 6, "a.b.$bytes: must be"),
        ("function: f\nargs: [9223372036854775808]", 2, "does not fit"),
        (f"function: f\nargs: [{'1' * 5000}]", 2, "does not fit"),
        ("function: f\nargs: [1e999]", 2, "too large for a double"),
        ("function: f\nargs: [012]", 2, "012 begins with 0"),
        ("function: f\nargs: [{1.5: a}]", 2, "a key must be a string or an integer"),
        ("function: f\nargs: [{[1]: a}]", 2, "a key must be a string or an integer"),
        ("function: f\nargs: [{a: 1,\n  a: 2}]", 3, 'the key "a" stands twice'),
        ("function: f\nfunction: g", 2, 'the key "function" stands twice'),
        ("function: f\nrecord:\n  bins:\n    name_that_is_too_long: 1", 4, "at most 15 bytes"),
        ("function: f\nrecord:\n  ttl: 1", 3, 'needs "bins"'),
        ("function: f\nrecord: {}\nnodes: 2", 1, "record is for a record UDF"),
        ("function: f\nrecords: 7", 2, "records must be a list"),
        ("function: f\nrecords:\n  - {bins: {a: 1}}\n  - ttl: 1", 4, 'needs "bins"'),
        ("function: f\nrecords:\n  - bins:\n      a: 1\n      b: {$foo: 1}", 5, "there is no form $foo"),
        ("function: f\nargs:\n  - 1\n  - {a.b: 1,\n     c.d: {$foo: 1}}", 4, "c.d: there is no form $foo"),
        ("function: f\nnodes: 0", 2, "nodes must be an integer from 1"),
        ("function: f\nnow: today", 2, "now must be a time like"),
        ("function: f\nnow: 2026-02-30T00:00:00Z", 2, "now must be a time like"),
        ("function: f\nnow: 2026-02-03T00:00:00", 2, "now must be a time like"),
        ("function: f\nnow: 0", 2, "now must be a time like"),
        ("function: f\ntimeout: 0", 2, "timeout must be a number of seconds above 0"),
        ("function: f\ntolerance: -1", 2, "tolerance must be a number from 0"),
        ("function: f\nexpect: 5", 2, "expect must be a map"),
        ("function: f\nexpect:\n  results: 1", 3, "no key 'results'; did you mean result?"),
        ("function: f\nexpect: {result: 1, error: x}", 2, "a result or an error"),
        ("function: f\nexpect:\n  result:\n    a: {$any: text}", 4, "$any is true, or one of"),
        ("function: f\nexpect:\n  result:\n    a: {$foo: 1}", 4, "a: there is no form $foo"),
        (f"function: f\nexpect: {{result: {{$matches: {'a' * 1001}}}}}", 2, "at most 1000 characters"),
        (f"function: f\nexpect: {{result: {{$matches: {'a' * 1000}}}}}", 0, ""),
        ("function: f\nexpect: {result: {$near: 1}}", 2, "$near needs within"),
        ("function: f\nexpect: {result: {$near: x, within: 1}}", 2, "$near must be a number"),
        ("function: f\nexpect: {result: {$matches: '('}}", 2, "not a regular expression"),
        ("function: f\nexpect: {result: {$matches: a, b: 1}}", 2, "cannot be combined with b"),
        ("function: f\nexpect: {error: 5}", 2, "error must be"),
        ("function: f\nexpect: {error: {kind: sad}}", 2, "kind must be one of"),
        (
            "function: f\nexpect: {error: {message: a, matches: b}}",
            2,
            "use message or matches, not both",
        ),
        ("function: f\nexpect: {error: {kind: udf,\n  message: 5}}", 3, "message must be a string"),
        ("function: f\nexpect: {record:\n  {bins: [a]}}", 3, "bins must be a map of values by bin name"),
        ("function: f\nexpect: {record: {ttl: 5}}", 2, "record needs bins"),
        ("function: f\nexpect: {record: {bins: {a: 1}, ttl: -2}}", 2, "ttl: must be"),
        ("function: f\nexpect: {operations: [write]}", 2, "operations must be a list of create"),
        ("function: f\nexpect: {logs: hello}", 2, "logs must be a list"),
        ("function: f\nexpect: {logs: [{level: loud}]}", 2, "level must be one of"),
        ("function: f\nargs: [&a 1, *a]", 2, "anchors and aliases are not supported"),
        ("function: f\nargs: [!!python/object:os.system x]", 2, "the tag"),
        ("function: f\nargs: [!!binary AA==]", 2, "the tag"),
        ("function: f\n---\nfunction: g", 2, "one document"),
        ("function: f\n\targs: []", 2, "not YAML"),
        ("function: f\nargs: [1", 2, "not YAML"),
        ("function: f\nargs: ['\x00']", 2, "not YAML"),
        (f"function: f\nargs: {'[' * 100}", 2, f"nest deeper than {NESTING_MAX}"),
        (f"function: f\nargs: {'[' * 5000}", 2, "nest"),
        (f"function: f\nargs: [{'[' * 70}{']' * 70}]", 2, "deeper than 64"),
        ("function: f\nargs: ['\\ud800']", 0, ""),
    ],
)
@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])  # with libyaml and without it
def test_the_place_of_what_is_wrong(
    text: str, line: int, message: str, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_tree, "_Loader", loader)
    found = problems(yaml_cases(text))
    if not line:
        assert found == []
        return
    assert found[0][0] == line
    assert message in found[0][1]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"function": "f",\n}', 2, "not JSON"),
        ('{"function": "f"}\n{"function": "g"}', 2, "not JSON"),
        ('{"function": "f",\n "args": [NaN]}', 1, 'write {"$double": "NaN"}'),
        ('{"function": "f",\n "args": [\n1' + "0" * 5000 + "]}", 3, "does not fit"),
        ('{"function": "f",\n "args": [1e999]}', 2, "too large for a double"),
        ('{"function": "f",\n\n "args": ["\\ud800"]}', 3, "surrogate"),
        ('{"function": "f",\n "name": "\\ud800"}', 2, "surrogate"),
        ('{"a": 1,\n "a": 2}', 2, 'the key "a" stands twice'),
        ("[" * 100_000, 1, "nest deeper"),
        ("[" * 100 + "]" * 100, 1, "nest deeper"),
    ],
)
def test_json_has_places_too(text: str, line: int, message: str) -> None:
    found = problems(json_cases(text))
    assert found[0][0] == line
    assert message in found[0][1]


def test_json_is_read_as_json() -> None:
    found = json_cases('\t[\n\t{"function": "f", "args": ["a\\/b\\ud83d\\ude00", 1.0, 10, "yes", "\\n"]}\n]')
    assert found.problems == ()
    assert found.cases[0].arguments == ("a/b😀", 1.0, 10, "yes", "\n")
    assert found.cases[0].line == 2


def test_other_cases_of_a_file_with_a_wrong_one_are_valid() -> None:
    found = yaml_cases("- function: f\n- fun: g\n- function: h\n")
    assert [case.function for case in found.cases] == ["f", "h"]
    assert [problem.line for problem in found.problems] == [2]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.case.json"
    assert "cannot be read" in read_case_file(path).problems[0].message
    path.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in read_case_file(path).problems[0].message
    path.write_bytes(b'\xef\xbb\xbf{"function": "f"}\r\n')
    assert read_case_file(path).problems == ()


def test_no_more_of_a_file_is_read_than_a_case_file_may_have(tmp_path: Path) -> None:
    path = tmp_path / "x.case.json"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    try:
        found = read_case_file(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "larger than the 4 MiB" in found.problems[0].message
    assert peak < 16 << 20


def test_billions_of_laughs_are_refused_at_once() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 30))
    assert problems(yaml_cases(text)) == [
        (1, "anchors and aliases are not supported; cases share keys in a table")
    ]


def test_what_is_expected_is_written_as_json() -> None:
    text = "function: f\nexpect: {result: {1: a, b: [1.0, {$any: double}]}, operations: []}"
    (case,) = yaml_cases(text).cases
    assert json.dumps(case.expected) == json.dumps(
        {"result": {"$map": [[1, "a"], ["b", [1.0, {"$any": "double"}]]]}, "operations": []}
    )


SCHEMA = json.loads((resource("grammars") / "case.schema.json").read_text())
SAMPLE_SCHEMA = json.loads((resource("grammars") / "record-sample.schema.json").read_text())


def is_valid(text: str) -> bool:
    """By the data that an editor checks: its keys are strings."""
    data = json.loads(json.dumps(yaml.load(text, yaml.SafeLoader), default=str))
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(data)


VALID = [
    "function: f",
    "{name: n, function: f, args: [1, {a: [x]}], timeout: 0.5, tolerance: 0, expect: {}}",
    "{$schema: case.schema.json, function: f}",
    "[{function: f}, {function: g, cases: [{args: [1]}, {function: h}]}]",
    "{function: f, cases: [{}], $schema: x}",
    "{function: f, record: a.record.json}",
    "{function: f, record: null, expect: {record: null, operations: [create, update, remove]}}",
    "{function: f, record: {key: [test, demo, 5], bins: {a: 1}, ttl: -1, generation: 3}}",
    "{function: f, records: [{bins: {a: 1}}, null], nodes: 1024}",
    "{function: f, nodes: 1}",
    "{function: f, now: 1}",
    "{function: f, now: '2026-02-03T04:05:06.789Z'}",
    "{function: f, now: '2026-02-03 04:05:06-07:00'}",
    "{function: f, expect: {result: {$any: true}}}",
    "{function: f, expect: {result: [{$any: GeoJSON}, {$near: 1, within: 0.5}, {$matches: x}]}}",
    "{function: f, expect: {result: {$map: [[1, {$any: HLL}]], order: kv}}}",
    "{function: f, expect: {result: {$list: [{$near: 1.5, within: 0}], order: ordered}}}",
    "{function: f, expect: {result: {$bytes: AA==}, record: {bins: {a: null, b: {$any: double}}}}}",
    "{function: f, expect: {record: {includes: {a: null}, key: [a, b, c], ttl: 0, generation: 1}}}",
    "{function: f, expect: {error: true, logs: []}}",
    "{function: f, expect: {error: text, logs: [text, {}, {level: stdout}]}}",
    "{function: f, expect: {error: {kind: crash, matches: x}, logs: {includes: [{matches: x}]}}}",
    "{function: f, expect: {error: {message: x}, logs: [{level: info, message: x}]}}",
]
INVALID = [
    "5",
    "[5]",
    "{}",
    "{name: '', function: f}",
    "{function: ''}",
    "{function: 5}",
    "{function: f, arg: []}",
    "[{$schema: x, function: f}]",
    "{function: f, cases: []}",
    "{function: f, cases: [{cases: [{}]}]}",
    "{function: f, args: 5}",
    "{function: f, args: [{$foo: 1}]}",
    "{function: f, args: [{$any: true}]}",
    "{function: f, record: 5}",
    "{function: f, record: {}}",
    "{function: f, record: {bins: {}}, records: []}",
    "{function: f, record: {bins: {}}, nodes: 1}",
    "{function: f, records: {}}",
    "{function: f, nodes: 1025}",
    "{function: f, nodes: 1.5}",
    "{function: f, now: 0}",
    "{function: f, now: '2026-02-03'}",
    "{function: f, timeout: 0}",
    "{function: f, timeout: 86401}",
    "{function: f, tolerance: -1}",
    "{function: f, expect: 5}",
    "{function: f, expect: {result: 1, error: x}}",
    "{function: f, expect: {result: {$any: nil}}}",
    "{function: f, expect: {result: {$any: false}}}",
    "{function: f, expect: {result: {$near: 1}}}",
    "{function: f, expect: {result: {$near: 1, within: -1}}}",
    "{function: f, expect: {result: {$matches: 5}}}",
    "{function: f, expect: {result: {$matches: a, more: 1}}}",
    "{function: f, expect: {error: false}}",
    "{function: f, expect: {error: {kind: sad}}}",
    "{function: f, expect: {error: {text: x}}}",
    "{function: f, expect: {error: {message: x, matches: x}}}",
    "{function: f, expect: {record: {}}}",
    "{function: f, expect: {record: {bins: {}, includes: {}}}}",
    "{function: f, expect: {record: {bins: {a_name_too_long_for_bins: 1}}}}",
    "{function: f, expect: {operations: [write]}}",
    "{function: f, expect: {logs: x}}",
    "{function: f, expect: {logs: {includes: [], more: 1}}}",
    "{function: f, expect: {logs: {}}}",
    "{function: f, expect: {logs: [5]}}",
    "{function: f, expect: {logs: [{level: loud}]}}",
    "{function: f, expect: {logs: [{message: x, matches: x}]}}",
]


@pytest.mark.parametrize("text", VALID)
def test_the_schema_accepts_what_is_valid(text: str) -> None:
    wrong = [one for one in problems(yaml_cases(text)) if "cannot be read" not in one[1]]
    assert (wrong, is_valid(text)) == ([], True)


@pytest.mark.parametrize("text", INVALID)
def test_the_schema_refuses_what_is_not(text: str) -> None:
    assert (problems(yaml_cases(text)) != [], is_valid(text)) == (True, False)


def test_the_schema_has_the_values_of_samples() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name, definition in SAMPLE_SCHEMA["$defs"].items():
        assert SCHEMA["$defs"][name] == definition
    record = SCHEMA["$defs"]["record"]
    assert all(SAMPLE_SCHEMA[key] == value for key, value in record.items())


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/testdata/udf/*.case.*")), ids=lambda p: p.name)
def test_the_examples_are_valid_by_the_schema(path: Path) -> None:
    assert is_valid(path.read_text())
