"""Values in commands: 64-bit integers and doubles are exact in arguments and results."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.values import List, Value
from modgo_lsp.server.commands.arguments import UsageError, request_of
from modgo_lsp.server.commands.call_arguments import call_of

from .conftest import CLEAN, capable, running

ECHO = """
func init() { udf.Register("echo", Echo) }

// Echo stores v in a bin and gives it back.
func Echo(rec *udf.Record, v any) (any, error) {
	rec.Set("v", v)
	return v, rec.Update()
}
"""
VALUES = [9007199254740993, -(2**63), 88.0, -0.0, 1e300, 5e-324, 123456789012345680.0, 2**53, 6, 6.0]

values = some.recursive(
    some.one_of(
        some.integers(-(2**63), 2**63 - 1),
        some.floats(),
        some.text(some.characters(codec="utf-8", exclude_characters="\0")),
    ),
    lambda inner: some.lists(inner, max_size=5).map(lambda items: List(tuple(items))),
    max_leaves=20,
)


def work_of(argument: Any) -> Any:
    return call_of(request_of([argument]), Path("/nowhere"), streams=False).work


@given(some.lists(values, max_size=5), some.booleans())
@settings(max_examples=200)
def test_arguments_are_exact_as_an_object_and_as_text(given_values: list[Value], plain: bool) -> None:
    # Numbers may be plain too: every JSON parser that has integers reads them exactly.
    trees = [_plain(value) if plain else json_of(value) for value in given_values]
    argument = {"uri": "file:///m", "function": "f", "args": trees, "record": {"bins": {"b": trees}}}
    for form in (argument, json.dumps(argument)):
        work = work_of(form)
        assert repr(work.arguments) == repr(tuple(given_values))
        assert repr(work.records[0].record.bins["b"]) == repr(List(tuple(given_values)))


def _plain(value: Value) -> Any:
    if isinstance(value, List):
        return [_plain(item) for item in value.items]
    return value if isinstance(value, int) else json_of(value)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ('{"function": "f", "args": [9223372036854775808]}', r"args\[0\].*does not fit into a signed 64-bit"),
        ('{"function": "f", "args": [1, {"a": 1, "a": 2}]}', r"args\[1\]\.a: is given twice"),
        ('{"function": "f", "args": [1e999]}', "too large for a double"),
        ('{"function": "f", "record": {"bins": {"a": 1, "a": 2}}}', r"bins\.a: is given twice"),
        ('{"function": "f", "args": [NaN]}', "not as expected: JSON is malformed"),
        ({"function": "f", "args": [math.nan]}, "not as expected"),
        ("add", "not as expected: JSON is malformed"),
        ('{"function": 1}', r"not as expected: Expected .* at `\$.function`"),
        ('{"funktion": "f"}', "unknown field `funktion`"),
        (["f"], "not as expected"),
    ],
)
def test_an_invalid_argument_is_named(argument: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        work_of(argument)


@pytest.mark.asyncio(loop_scope="session")
async def test_values_are_exact_in_both_directions(module: Path) -> None:
    (module / "stats.go").write_text(CLEAN + ECHO)
    call = {"uri": module.as_uri(), "function": "echo", "args": [VALUES], "record": {"bins": {"v": VALUES}}}
    expected = json.dumps(json_of(List(tuple(VALUES))))
    async with running(module, capable(), options={"results": "text"}) as editor:
        for form in (call, json.dumps(call)):
            answer = await editor.run("modgo.call", form)
            assert list(answer) == ["json"]
            result = json.loads(answer["json"])
            for value in (
                result["result"],
                *(result["record"][when]["bins"]["v"] for when in result["record"]),
            ):
                assert json.dumps(value) == expected
        assert '"result":[{"$int":"9007199254740993"},' in answer["json"]
        assert ",88.0,-0.0,1e300," in answer["json"]
        failed = json.loads((await editor.run("modgo.call", {"uri": module.as_uri()}))["json"])
        assert failed["error"]["kind"] == "usage"
        assert json.loads((await editor.run("modgo.status"))["json"])["trusted"]
    async with running(module, capable()) as editor:
        answer = await editor.run("modgo.call", call)
        assert json.dumps(answer["result"]) == expected
