"""Every kind of type that a UDF may take or return: each kind of dispatch gives the same answer, word for
word, to the same argument, whether it is valid, out of range or noise."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.host.msgpack_dialect import encode
from modgo_lsp.host.values import GeoJson, Hll, List, Map, Value

MODULE = Path(__file__).parent / "modules" / "types"
DISPATCHES = ["registry", "exported", "reflect"]

Driver = Callable[..., list[str]]

INTEGERS = [0, 1, -1, 127, 128, -128, -129, 255, 256, 2**15, 2**16, 2**24 + 1, 2**31, 2**32, 2**53 + 1]
INTEGERS += [2**63 - 1, -(2**63)]
DOUBLES = [0.5, -0.0, 1e300, float("inf"), float("nan")]
TEXTS = ["", "a", "é", "x" * 31, "y" * 300]
NAMES = ["id", "Title", "Extra", "name", "tags", "points", "best", "by_id", "any", "odd", "a", "b", "A", "B"]


BEYOND = "is beyond Aerospike's 64 signed bits (at most 9223372036854775807)"
NOT_TEXT = "a string is not valid UTF-8"
NO_KEY = "a map's key is an integer, a string or bytes, not"
DEEP = "lists and maps nest deeper than 64 levels"
LEVELS = "91" * 63

BAD = "2 string argument 1 of NAME: "
WRONG = "3 string the result of NAME: "

# Calls, and what the driver prints.
ANSWERS = {
    # Out of range is an error, never a wrap.
    "int8 i:128": BAD + "expected an integer from -128 to 127, got the integer 128",
    "small i:-129": BAD + "expected an integer from -128 to 127, got the integer -129",
    "uint64 i:-1": BAD + "expected an integer of 0 or more, got the integer -1",
    "givesUint64 i:1": "0 integer 9223372036854775807",
    "givesUint64 i:2": WRONG + f"the integer 9223372036854775808 {BEYOND}",
    "givesUints i:0": WRONG + f"element 1: the integer 9223372036854775808 {BEYOND}",
    "int64 d:1": BAD + "expected an integer, got the double 1",
    # An integer is a double where that is exact.
    "float64 i:9007199254740992": "0 double 9007199254740992",
    "float64 i:9007199254740993": BAD + "expected a double, got the integer "
    "9007199254740993, which a float64 can't represent exactly",
    "ratio i:16777217": BAD + "expected a double, got the integer 16777217, which a "
    "float32 can't represent exactly",
    "floats l:9202cb3fe0000000000000": "0 list 92cb4000000000000000cb3fe0000000000000",
    # Text is UTF-8; inside of a collection it has no NUL.
    "string t:4:ff": BAD + f"{NOT_TEXT}",
    "strings l:91a203ff": BAD + f"element 0: {NOT_TEXT}",
    "byString m:81a203ff01": BAD + f'key "\\xff": {NOT_TEXT}',
    "givesString i:3": WRONG + f"{NOT_TEXT}",
    "givesByString i:3": WRONG + f'key "\\xff": {NOT_TEXT}',
    "givesByString i:4": WRONG + 'key "a\\x00": a string inside a list or map holds '
    "a NUL byte, where Aerospike would cut it",
    # Nil is nil, both ways; empty is not.
    "strings n": "0 nil",
    "byString n": "0 nil",
    "bytes n": "0 nil",
    "pointerToPointer n": "0 nil",
    "pointerToStruct n": "0 nil",
    "hll n": "0 nil",
    "base n": BAD + "expected a map with the fields of types.base, got nil",
    "int n": BAD + "expected an integer, got nil",
    "givesBlob i:0": "0 nil",
    "givesBlob i:1": "0 bytes ",
    "givesByString i:1": "0 map 81c70001c0",
    "rest s:x": "0 nil",
    "rest": "2 string rest expects at least 1 argument, got 0",
    "rest s:x i:1 n": "2 string argument 3 of rest: expected an integer from -128 to 127, got nil",
    # Named types count as what they are made of, but udf.GeoJSON and udf.HLL are themselves.
    "plain s:x": "0 string x",
    "plain t:6:7b7d": BAD + "expected a string, got GeoJSON (2 bytes long)",
    "shape t:6:7b7d": "0 geojson {}",
    "geojson s:x": BAD + 'expected GeoJSON, got the string "x"',
    "opaque x:07": "0 bytes 07",
    "hll t:7:07": "0 hll 07",
    "octetSlice x:0102": "0 bytes 0102",
    "restOctet i:1 i:2": "0 bytes 0102",
    # Maps come out in Aerospike's order of keys, and have no other ones.
    "givesByAny i:0": "0 map 88c70001c0ff030502a20361c0a2036201a2037806a304010005a204ff04",
    "givesByAny i:1": WRONG + "key 1: two keys of the map are the same key in Aerospike",
    "givesByAny i:4": WRONG + f"{NO_KEY} bool",
    "givesByAny i:5": WRONG + f"{NO_KEY} float64",
    "byAny m:81c301": BAD + f"{NO_KEY} the boolean true",
    "byString m:81c001": BAD + f"{NO_KEY} nil",
    "byInt64 m:819001": BAD + f"{NO_KEY} a list of 0",
    "byArray m:81a4040102030a": BAD + "a key of 3 bytes: expected 4 bytes, got bytes (3 bytes long)",
    # Structs are maps of the fields that encoding/json would take; Title is in two here, so in none.
    "base m:82a3036964" + "07" + "a6036f74686572c3": "0 map 83c70001c0a6035469746c65a103a303696407",
    "base m:81a3036964c0": BAD + 'field "id": expected an integer, got nil',
    "givesProfile i:0": "0 map 84c70001c0a50362657374c0a303696400a50374616773c0",
    "givesProfile i:4": WRONG + f'field "name": {NOT_TEXT}',
    "givesAny i:38": "0 map 82c70001c0a2034e00",  # marshalers are not asked
    # Views keep the bytes, with the order, and report what plain lists and maps do.
    "listView l:94c7000301c30203": BAD + "the msgpack of this list or map has an order flag that Aerospike "
    "doesn't have",
    "listView l:94c700010102a203ff": "0 list 94c700010102a203ff",
    "listView n": "0 nil",
    "listView m:80": BAD + "expected a list, got a map of 0",
    "listView l:9102ff": BAD + "the msgpack of this list or map has bytes after its end",
    "mapView m:82c70003c0a2036101": "0 map 82c70003c0a2036101",
    "mapView m:81c301": BAD + f"{NO_KEY} the boolean true",
    "mapView i:1": BAD + "expected a map, got the integer 1",
    "listViews l:9392c7000101c0dc000105": "0 list 9392c7000101c0dc000105",
    "listViews l:9101": BAD + "element 0: expected a list, got the integer 1",
    "mapViews m:81a2036182c70001c00102": "0 map 82c70001c0a2036182c70001c00102",
    "pointerToView n": "0 nil",
    "views m:82a5036c69737490a4036d617080": "0 map 82c70001c0a4036d617080",
    "views m:81a5036c6973749101": "0 map 83c70001c0a5036c6973749101a4036d6170c0",
    "views m:81a5036c69737401": BAD + 'field "list": expected a list, got the integer 1',
    f"listView l:{LEVELS}9101": f"0 list {LEVELS}9101",
    f"listView l:{LEVELS}919101": BAD + f"{DEEP}",
    # Lists and maps nest 64 levels, on their way in and out.
    f"any l:{LEVELS}9101": f"0 list {LEVELS}9101",
    f"any l:{LEVELS}919101": BAD + f"{DEEP}",
    "givesAny i:28": f"0 list {LEVELS}9101",
    "givesAny i:29": WRONG + f"{DEEP}",
    "givesAny i:32": WRONG + f"{DEEP}",
    "methodExpression": "0 boolean 1",
    "method i:3": "0 integer 5",
}


class Arguments:
    """Arguments for the driver, each time the same."""

    def __init__(self) -> None:
        self._random = random.Random(2026)

    def one(self) -> str:
        value = self._value(3)
        if value is None:
            return "n"
        if isinstance(value, bool):
            return f"b:{value:d}"
        if isinstance(value, int):
            return f"i:{value}"
        if isinstance(value, float):
            return f"d:{value}"
        if isinstance(value, (List, Map)):
            return ("l:" if isinstance(value, List) else "m:") + self._damaged(encode(value)).hex()
        if isinstance(value, str):
            return f"t:4:{self._damaged(value.encode()).hex()}"
        number, data = (
            (5, value)
            if isinstance(value, bytes)
            else (6, b"{}")
            if isinstance(value, GeoJson)
            else (7, b"\1")
        )
        return f"t:{number}:{data.hex()}"

    def some(self) -> str:
        return " ".join(self.one() for _ in range(self._random.randrange(4)))

    def _damaged(self, data: bytes) -> bytes:
        """Usually unchanged; else with invalid UTF-8, or with bytes changed, removed or added."""
        pick = self._random.random()
        if pick < 0.7 or not data:
            return data
        if pick < 0.8:
            return data.replace("é".encode(), b"\xc3(")
        changed = bytearray(data)
        changed[self._random.randrange(len(data))] = self._random.randrange(256)
        return bytes(changed) if pick < 0.92 else data[:-1] if pick < 0.96 else data + b"\1"

    def _value(self, depth: int) -> Value:
        pick = self._random.random()
        if depth == 0 or pick < 0.3:
            return self._scalar()
        item = self._like(depth - 1)  # often all alike, as in a []int64
        items = [item() for _ in range(self._random.randrange(5))]
        if pick < 0.6:
            return List(tuple(items))
        key = self._random.choice([self._name, self._name, self._text, self._integer, self._bytes, self._key])
        return Map(tuple({key(): item for item in items}.items()))

    def _like(self, depth: int) -> Callable[[], Value]:
        scalars: list[Callable[[], Value]] = [self._integer, self._text, self._bytes, self._scalar]
        scalars += [
            lambda: self._random.random() < 0.5,
            lambda: self._random.choice(DOUBLES[:2]),
            lambda: None,
        ]
        return self._random.choice([*scalars, *[lambda: self._value(depth)] * 3])

    def _scalar(self) -> Value:
        rest: list[Value] = [None, True, False, GeoJson("{}"), Hll(b"\1"), *DOUBLES]
        return self._random.choice([self._integer(), self._text(), self._bytes(), self._random.choice(rest)])

    def _key(self) -> Any:
        return self._random.choice([self._text(), self._integer(), self._bytes()])

    def _integer(self) -> int:
        return self._random.choice(INTEGERS)

    def _text(self) -> str:
        return self._random.choice(TEXTS)

    def _name(self) -> str:
        return self._random.choice(NAMES)

    def _bytes(self) -> bytes:
        return self._random.randbytes(self._random.choice([0, 1, 4, 4, 20]))


Modules = dict[str, tuple[Path, list[str]]]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Modules:
    """The module with the names of its functions, by kind of dispatch."""
    built = {}
    for dispatch in DISPATCHES:
        output = tmp_path_factory.mktemp(dispatch) / "types.so"
        request = BuildRequest((MODULE,), output=output, dispatch=dispatch, keep_generated=output.parent)
        result = asyncio.run(build_module(request))
        assert result.ok, result.findings
        built[dispatch] = output, [str(function["name"]) for function in result.functions]
    return built


def test_every_function_gets_a_wrapper(modules: Modules) -> None:
    module, names = modules["registry"]
    assert (module.parent / "zz_modgo_bind.go").read_text().count("\tAdapt: ") == len(names)


@pytest.mark.parametrize("dispatch", DISPATCHES)
def test_the_properties_of_the_module_are_those_of_the_builder(
    driver: Driver, modules: Modules, dispatch: str
) -> None:
    module, names = modules[dispatch]
    properties = driver(module, "property functions", "property dispatch", "property build")
    functions = {function["name"]: function for function in json.loads(properties[0])}
    assert (list(functions), properties[1]) == (names, dispatch)
    symbol = "modgo_udf_restStruct" if dispatch == "exported" else ""
    assert functions["restStruct"] == {
        **{"name": "restStruct", "kind": "record", "doc": "", "symbol": symbol},
        **{"params": [{"name": "rest", "type": "...*base"}], "results": ["[]*base"]},
        **{"bins": [], "bin_arguments": [], "context": False},
        "location": "types.go:158",
    }
    assert functions["pair"]["params"] == [{"name": "v", "type": "pair[string, []int]"}]
    build = json.loads(properties[2])
    assert set(build) == {"target", "flags", "source", "folders"}
    assert build["source"] == json.loads(driver(modules["registry"][0], "property build")[0])["source"]


def test_answers_are_the_same(driver: Driver, modules: Modules) -> None:
    arguments = Arguments()
    pool = ["", *(arguments.one() for _ in range(700))]
    calls = []
    for name in modules["registry"][1]:
        given = [f"i:{index}" for index in range(45)] if name.startswith("gives") else pool
        given = [arguments.some() for _ in pool] if name.startswith("rest") else given
        calls += [f"apply {name} {one}" for one in given]
    answers = [driver(modules[dispatch][0], *calls) for dispatch in ("registry", "reflect")]
    by_symbol = [call.replace("apply ", "apply @modgo_udf_") for call in calls]
    answers.append(driver(modules["exported"][0], *by_symbol))
    succeeded = set()
    for call, *three in zip(calls, *answers, strict=True):
        assert len(set(three)) == 1, (call, three)
        assert three[0][0] in "023" or "index out of range" in three[0], (call, three[0])
        if three[0].startswith("0 "):
            succeeded.add(call.split()[1])
    assert set(modules["registry"][1]) - succeeded == {"givesUints", "givesWide", "givesPairs"}


@pytest.mark.parametrize("dispatch", DISPATCHES)
def test_answers_are_as_documented(driver: Driver, modules: Modules, dispatch: str) -> None:
    module, _ = modules[dispatch]
    answers = driver(module, *(f"apply {call}" for call in ANSWERS))
    expected = {call: answer.replace("NAME", call.split()[0]) for call, answer in ANSWERS.items()}
    assert dict(zip(ANSWERS, answers, strict=True)) == expected
