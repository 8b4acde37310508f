"""The JSON of values and record samples: its form, lossless conversion, and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from modgo_lsp.host.json_forms import FormError, argument, json_of, parse, value_of
from modgo_lsp.host.records_file import default_records
from modgo_lsp.host.sample import (
    NEVER_EXPIRES,
    Record,
    SampleError,
    default_sample,
    parse_sample,
    read_sample,
    sample_json,
)
from modgo_lsp.host.values import GeoJson, Hll, List, Map, Value
from modgo_lsp.resources import resource

SCHEMA = json.loads((resource("grammars") / "record-sample.schema.json").read_text())


def read(text: str) -> Value:
    return value_of(parse(text, "x"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        ("null", None),
        ('{"$double": 1}', 1.0),
        ('{"$int": 5}', 5),
        ('{"$double": "-Infinity"}', float("-inf")),
        ('{"$int": "9007199254740993"}', 9007199254740993),
        ('{"$int": "-9223372036854775808"}', -(2**63)),
        ('{"$bytes": "aGk="}', b"hi"),
        ('{"$hll": "aGk="}', Hll(b"hi")),
        ('{"$geojson": "{\\"type\\": \\"Point\\"}"}', GeoJson('{"type": "Point"}')),
        ("[1, [2]]", List((1, List((2,))))),
        ('{"$list": [2, 1], "order": "ordered"}', List((2, 1), True)),
        ('{"$list": [2, 1], "order": "none"}', List((2, 1))),
        ('{"$list": [2, 1]}', List((2, 1))),
        ('{"b": 1, "a": 2}', Map((("a", 2), ("b", 1)), "k")),
        ('{"$map": [["b", 1], [1, 2]]}', Map(((1, 2), ("b", 1)), "k")),
        ('{"$map": [["b", 1], [1, 2]], "order": "none"}', Map((("b", 1), (1, 2)), "none")),
        ('{"$map": [["$bytes", 1]], "order": "kv"}', Map((("$bytes", 1),), "kv")),
        ('{"$map": [["$bytes", 1]]}', Map((("$bytes", 1),), "k")),
        ('{"$map": [["b", 1], [1, 2]], "order": "kv"}', Map(((1, 2), ("b", 1)), "kv")),
        ('{"$double": "Infinity"}', float("inf")),
        ("9007199254740991", 2**53 - 1),
        ("-9007199254740992", -(2**53)),
    ],
)
def test_forms(text: str, value: Value) -> None:
    assert repr(read(text)) == repr(value)
    assert repr(read(json.dumps(json_of(value)))) == repr(value)


def test_values_that_json_has_are_plain() -> None:
    assert json_of(Map((("a", List((1, 2.5, "x"))),))) == {"a": [1, 2.5, "x"]}
    assert json_of(2**53) == {"$int": "9007199254740992"}
    assert json_of(-(2**53)) == {"$int": "-9007199254740992"}
    assert [json_of(sign * (2**53 - 1)) for sign in (1, -1)] == [2**53 - 1, 1 - 2**53]
    assert json_of(Map((("$a", 1),))) == {"$map": [["$a", 1]], "order": "k"}
    assert json_of(Map((("a", 1),), "kv")) == {"$map": [["a", 1]], "order": "kv"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": }', "x:1:7: not JSON"),
        ("NaN", r'write \{"\$double": "NaN"\}'),
        ("9223372036854775808", "does not fit into a signed 64-bit integer"),
        ("1e999", "too large for a double"),
        ('{"a": {"$bytes": "?"}}', r"a\.\$bytes: must be a string of base64"),
        ('{"a": [1, {"$int": 1.5}]}', r"a\[1\]\.\$int: must be an integer"),
        ('{"$int": true}', r"\$int: must be an integer"),
        ('{"$int": 9223372036854775808}', r"\$int: .*does not fit into a signed 64-bit integer"),
        ('{"$double": true}', r"\$double: must be a number"),
        ('{"$double": 1%s}' % ("0" * 400), r"\$double: must be a number"),
        ('{"$foo": 1}', r"there is no form \$foo"),
        ('{"$bytes": "", "b": 1}', r"\$bytes cannot be combined with b"),
        ('{"\\ud800": 1}', "half of a surrogate pair"),
        ('["\\ud800"]', "half of a surrogate pair"),
        ('{"$map": {"a": 1}}', "must be an array of"),
        ('{"$map": [["a", 1, 2]]}', r"\$map\[0\]: must be \[key, value\]"),
        ('{"$map": [[1.5, 1]]}', "may be an integer, a string or bytes, not double"),
        ('{"$map": [["a", 1], ["a", 2]]}', "one key twice"),
        ('{"$map": [], "order": "up"}', "the order of a map is"),
        ('{"$list": [], "order": "k"}', "the order of a list is"),
        ('{"$geojson": {}}', "string that holds the GeoJSON"),
        ('{"a": 1, "a": 2}', "a: is given twice"),
        ("[" * 70 + "]" * 70, "deeper than 64"),
        ("[" * 900 + "]" * 900, "deeper than 64"),
        ('{"a": ' * 900 + "1" + "}" * 900, "deeper than 64"),
        ('{"$list": [' * 300 + "]}" * 300, "deeper than 64"),
        ('{"$map": [["a", ' * 300 + "1" + "]]}" * 300, "deeper than 64"),
        ("[" * 100_000, "nests too deep"),
        ('"\\ud800"', "surrogate"),
        ("1" * 5000, "not JSON"),
        ('{"$list": {"a": 1}}', r"^\$list: must be a JSON array$"),
        ('{"$list": 1}', r"^\$list: must be a JSON array$"),
        ('{"$list": [], "order": ["none"]}', 'the order of a list is "ordered" or "none"'),
        ('{"$map": 1}', r"^\$map: must be an array of \[key, value\]$"),
        ('{"$map": [1]}', r"^\$map\[0\]: must be \[key, value\]$"),
        ('{"$map": [{"a": 1, "b": 2}]}', r"^\$map\[0\]: must be \[key, value\]$"),
        ('{"$list": [], "order": null}', 'the order of a list is "ordered" or "none"'),
        ('{"$map": [], "order": null}', 'the order of a map is "k", "kv" or "none"'),
        ('{"$map": [], "order": ["k"]}', 'the order of a map is "k", "kv" or "none"'),
        ('{"$map": [["a", 1], [null, 1]]}', r"^\$map\[1\]\[0\]: a map key may be .*, not nil$"),
        ('{"$map": [["a", {"$int": ""}]]}', r"^\$map\[0\]\[1\]\.\$int: must be an integer"),
        ('{"x": {"a": 1, "a": 2}}', r"^x\.a: is given twice$"),
        ('{"$int": "\u0663"}', r"^\$int: must be an integer in a string"),
        *(
            (f'{{"$int": "{text}"}}', r"^\$int: must be an integer in a string")
            for text in ("", "-", "+5", " 5", "5 ", "1_0", "5\\n", "1" * 21)
        ),
        ('{"$int": "-92233720368547758080"}', r"^\$int: -92233720368547758080 does not fit"),
        ('{"$int": "-9223372036854775809"}', r"^\$int: -9223372036854775809 does not fit"),
        ('{"$double": "1"}', r"^\$double: must be a number"),
        ('{"$hll": 1}', r"^\$hll: must be a string of base64"),
        ('{"$bytes": "é"}', r"^\$bytes: must be a string of base64"),
        ('{"$bytes": "AA==", "order": "k"}', r"^\$bytes cannot be combined with order$"),
        ('{"$map": [], "b": 1}', r"^\$map cannot be combined with b$"),
    ],
)
def test_invalid_values_are_reported_with_their_path(text: str, message: str) -> None:
    with pytest.raises(FormError, match=message):
        read(text)


def test_a_word_that_is_not_json_is_a_string() -> None:
    assert argument("hello world") == "hello world"
    assert argument("5") == 5
    assert argument('"5"') == "5"
    assert argument("-3.5") == -3.5
    assert argument('"{') == '"{'
    assert argument("") == ""
    for word in ("[1, 2", " {", "{a}"):
        with pytest.raises(FormError, match=r"^argument:1:"):
            argument(word)
    with pytest.raises(FormError, match=r"^argument\.a: there is no form \$foo"):
        argument('{"a": {"$foo": 1}}')


def test_a_complete_sample_round_trips() -> None:
    text = {"key": ["test", "demo", "k1"], "bins": {"a": 1, "s": "x"}, "ttl": 30, "generation": 4}
    record = parse_sample(json.dumps(text), "x")
    assert record == Record("test", "demo", "k1", {"a": 1, "s": "x"}, 30, 4)
    assert sample_json(record) == text
    jsonschema.validate(text, SCHEMA)


def test_a_sample_needs_bins_only_and_without_bins_there_is_no_record() -> None:
    record = parse_sample('{"bins": {"a": 1}}', "x")
    assert (record.exists, record.generation, record.ttl) == (True, 1, 0)
    for text in ('{"bins": {}}', "null", '{"bins": {"a": null}}'):
        empty = parse_sample(text, "x")
        assert (empty.exists, empty.generation) == (False, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"ttl": -1},
        {"ttl": 0},
        {"ttl": 4294967294},
        {"generation": 0},
        {"generation": 65535},
        {"bins": {"fifteen-bytes-a": 1}},
        {"bins": {"é" * 7 + "x": 1}},
        {"key": ["n", "", None]},
        {"key": ["n" * 63, "é" * 31 + "s", "k"]},
        {"bins": {f"b{each}": 1 for each in range(512)}},
    ],
    ids=lambda fields: str(fields)[:40],
)
def test_values_at_the_bounds_round_trip(fields: dict[str, object]) -> None:
    text = {"key": ["n", "s", "k"], "bins": {"a": 1}, "ttl": 5, "generation": 1, **fields}
    record = parse_sample(json.dumps(text), "x")
    assert sample_json(record) == text
    assert (record.ttl == NEVER_EXPIRES) == (text["ttl"] == -1)
    jsonschema.validate(text, SCHEMA)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"bins": {"a": 1}', r"r\.json:1:18: not JSON"),
        ("[]", "must be a JSON object, not an array"),
        ('{"bins": null}', "bins must be a JSON object, not null"),
        ('{"bins": true}', "bins must be a JSON object, not true"),
        ('{"bins": 1.5}', "bins must be a JSON object, not a number"),
        ('{"bins": "a"}', "bins must be a JSON object, not a string"),
        ('{"key": ["a", "b", "c"]}', 'needs "bins"'),
        ('{"bins": [1]}', "bins: bins must be a JSON object"),
        ('{"bin": {}}', 'has only "key", "bins"'),
        ('{"bins": {"sixteen-bytes-ab": 1}}', "at most 15 bytes"),
        ('{"bins": {"": 1}}', "needs a name"),
        ('{"bins": {}, "key": ["a", "b"]}', "namespace, set, key"),
        ('{"bins": {}, "key": ["a", "b", 1.5]}', "the user's key is"),
        ('{"bins": {}, "ttl": -2}', "from 0 to 4294967295 .or -1"),
        ('{"bins": {}, "ttl": 4294967296}', "from 0 to 4294967295 .or -1"),
        ('{"bins": {}, "generation": true}', "from 0 to 65535"),
        ('{"bins": {}, "generation": 65536}', "from 0 to 65535"),
        ('{"bins": {}, "generation": -1}', "from 0 to 65535"),
        ('{"bins": {"ééééééééé": 1}}', "at most 15 bytes"),
        ('{"bins": {"a\\u0000": 1}}', "needs a name without NUL"),
        ('{"bins": {}, "key": ["%s", "s", 1]}' % ("n" * 64), "namespace and set are at most 63 bytes"),
        ('{"bins": {}, "key": ["n", "%s", 1]}' % ("é" * 32), "namespace and set are at most 63 bytes"),
        ('{"bins": {}, "key": ["n", "\\u0000", 1]}', "namespace and set are at most 63 bytes"),
        ('{"bins": {}, "key": ["n", 1, 1]}', "namespace, set, key"),
        ('{"bins": {}, "key": ["n", "s", true]}', "the user's key is"),
        (json.dumps({"bins": {f"b{each}": 1 for each in range(513)}}), "there are 513 bins"),
        ('{"bins": {"a": {"$bytes": 3}}}', r"r\.json: bins\.a\.\$bytes: must be"),
    ],
)
def test_invalid_samples(text: str, message: str) -> None:
    with pytest.raises(SampleError, match=message):
        parse_sample(text, "r.json")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="cannot be read"):
        read_sample(str(tmp_path / "none.json"))
    (tmp_path / "latin.json").write_bytes(b'{"bins": {"a": "\xe9"}}')
    with pytest.raises(SampleError, match="not UTF-8"):
        read_sample(str(tmp_path / "latin.json"))
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(SampleError, match=r"large\.json is larger than the 64 MiB that a record sample may"):
        read_sample(str(tmp_path / "large.json"))


def test_default_samples(tmp_path: Path) -> None:
    folder = tmp_path / "testdata" / "udf"
    folder.mkdir(parents=True)
    assert default_sample(tmp_path, "add") is None
    (folder / "default.record.json").touch()
    assert default_sample(tmp_path, "add") == folder / "default.record.json"
    (folder / "add.record.json").touch()
    assert default_sample(tmp_path, "add") == folder / "add.record.json"
    assert default_records(tmp_path, "add") is None
    for name in ("default", "add"):
        (folder / f"{name}.records.jsonl").touch()
        assert default_records(tmp_path, "add") == folder / f"{name}.records.jsonl"


@pytest.mark.parametrize("function", ["../secret", "sub/add", "/etc/secret", "nul\0"])
def test_a_functions_name_leads_to_no_other_folder(tmp_path: Path, function: str) -> None:
    folder = tmp_path / "testdata" / "udf"
    (folder / "sub").mkdir(parents=True)
    for place in (folder.parent / "secret", folder / "sub" / "add"):
        place.with_suffix(".record.json").write_text("{}")
        place.with_suffix(".records.jsonl").write_text("{}")
    assert default_sample(tmp_path, function) is None
    assert default_records(tmp_path, function) is None
    # Its own file is that of all functions.
    for name in ("default.record.json", "default.records.jsonl"):
        (folder / name).touch()
    assert default_sample(tmp_path, function) == folder / "default.record.json"
    assert default_records(tmp_path, function) == folder / "default.records.jsonl"


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    bad: list[Any] = [{}, {"bins": {"": 1}}, {"bins": {}, "x": 1}, {"bins": {"a": {"$foo": 1}}}, []]
    for sample in bad:
        with pytest.raises(SampleError):
            parse_sample(json.dumps(sample), "x")
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(sample, SCHEMA)
