"""Parsers of files and arguments, on damaged and random text: each returns a value or raises its error.

`make fuzz` runs more examples (MODGO_EXAMPLES). tests/host/test_msgpack_dialect.py and tests/native fuzz the
msgpack dialect, libmod_go/fuzz and udf the parsers in C and Go.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.host.crash_output import read_crash_output
from modgo_lsp.host.json_forms import FormError, argument, json_of, parse, value_of
from modgo_lsp.host.msgpack_dialect import decode, encode, from_flat, to_flat
from modgo_lsp.host.records_file import read_records_file
from modgo_lsp.host.sample import SampleError, parse_sample, read_sample, sample_json
from modgo_lsp.host.values import List, Map, UnstorableError
from modgo_lsp.lint.baseline import BaselineError, read_baseline
from modgo_lsp.lint.config import KEYS, configuration

FORMS = ("$bytes", "$hll", "$geojson", "$double", "$int", "$list", "$map", "$order", "$other")
SAMPLE = (
    '{"key": ["test", "users", {"$bytes": "AAEC"}], "ttl": 3600, "generation": 3, "bins": {"a": 1, "b": '
    '[1.5, {"$map": [[1, "x"], ["k", {"$geojson": "{}"}]], "$order": "kv"}], "n": {"$double": "NaN"}, "i": '
    '{"$int": "9007199254740993"}, "l": {"$list": [1, 2], "$order": true}, "h": {"$hll": "AA=="}}}'
)
CONFIG = (
    'select = ["MG"]\nignore = ["MG104"]\nfail-on = "error"\nexclude = ["**/x/**"]\nbaseline = "b.json"\n'
)
GO_END = "panic: boom [recovered]\n\ngoroutine 17 [running]:\nmain.f(...)\n\t/src/udfs.go:42 +0x1d\nexit 2\n"


def damaged(text: str) -> some.SearchStrategy[bytes]:
    """Text with some bytes overwritten, removed or inserted."""
    raw = text.encode()
    change = some.tuples(some.integers(0, len(raw)), some.integers(0, 8), some.binary(max_size=8))

    def apply(changes: list[tuple[int, int, bytes]]) -> bytes:
        data = raw
        for at, cut, put in changes:
            data = data[:at] + put + data[at + cut :]
        return data

    return some.lists(change, min_size=1, max_size=4).map(apply)


leaves = some.one_of(
    some.none(), some.booleans(), some.integers(), some.floats(), some.text(max_size=20), some.just("AAEC")
)
trees = some.recursive(
    leaves,
    lambda inner: some.one_of(
        some.lists(inner, max_size=4),
        some.dictionaries(some.one_of(some.sampled_from(FORMS), some.text(max_size=8)), inner, max_size=3),
    ),
    max_leaves=15,
)
texts = some.one_of(
    damaged(SAMPLE).map(lambda data: data.decode("utf-8", "replace")),
    trees.map(json.dumps),
    some.text(max_size=60),
)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same. NaN equals itself."""
    return repr(one) == repr(other) or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


def read_or_refused(error: type[Exception], read: Callable[..., Any], *arguments: Any) -> Any:
    """The value, or None if it was refused with a message."""
    try:
        return read(*arguments)
    except error as refusal:
        if not str(refusal):
            pytest.fail(f"{error.__name__} has no message")
        return None


@given(texts)
def test_a_value_in_json(text: str) -> None:
    value = read_or_refused(FormError, lambda: value_of(parse(text, "bin")))
    assert same(value_of(parse(json.dumps(json_of(value)), "bin")), value)
    flat = read_or_refused(UnstorableError, to_flat, value)
    if flat is not None and isinstance(value, (List, Map)):
        assert encode(decode(flat.data)) == flat.data
    elif flat is not None:
        assert same(from_flat(flat), value)


@given(texts)
def test_a_command_line_argument(text: str) -> None:
    read_or_refused(FormError, argument, text)


@given(texts)
def test_a_record_sample(text: str) -> None:
    record = read_or_refused(SampleError, parse_sample, text, "record")
    if record is not None:
        assert same(parse_sample(json.dumps(sample_json(record)), "record").bins, record.bins)


@given(some.lists(texts, max_size=3).map("\n".join))
def test_a_file_of_records(folder: Path, text: str) -> None:
    path = folder / "records.jsonl"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    found = read_or_refused(SampleError, read_records_file, path)
    assert found is None or len(found) <= len(text.split("\n"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("configured")


tables = some.dictionaries(
    some.one_of(some.sampled_from(sorted(KEYS)), some.text(max_size=6)), trees, max_size=4
)


@given(text=some.one_of(damaged(CONFIG), some.binary(max_size=60)), overrides=tables)
def test_a_configuration(folder: Path, text: bytes, overrides: dict[str, Any]) -> None:
    (folder / "modgo.toml").write_bytes(text)
    found = configuration(str(folder), DiskFiles(), overrides)
    assert set(found.sources) >= set(KEYS)
    assert all(str(problem) for problem in found.problems)


@given(some.one_of(damaged('{"version": 1, "findings": {"a.go": {"MG104 x": 2}}}'), some.binary(max_size=60)))
def test_a_baseline(raw: bytes) -> None:
    read_or_refused(BaselineError, read_baseline, raw, "/folder")


@given(some.integers(-64, 255), damaged(GO_END).map(lambda data: data.decode("utf-8", "replace")))
def test_the_crash_output_of_a_worker(code: int, text: str) -> None:
    assert read_crash_output(code, text) is not None


def test_a_baseline_that_is_not_utf8() -> None:
    """The test above found this."""
    with pytest.raises(BaselineError, match="it is not a baseline"):
        read_baseline(b'{"\x80version": 1}', "/folder")


def test_names_that_no_file_can_have() -> None:
    found = configuration("/", DiskFiles(), {"baseline": "a\0b"})
    assert "no file can have that name" in str(found.problems[0])
    with pytest.raises(SampleError, match="cannot be a file's name"):
        read_sample("a\0b")
