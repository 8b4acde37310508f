"""The JSON of values in record samples, arguments and results: plain JSON where it is exact, and `$` forms
for other types.

A JSON array is an unordered list, a JSON object a key-ordered map with string keys (what Go UDFs write), a
number with a fraction or exponent a double. sample.py has the JSON of whole records.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.values import (
    DEPTH_MAX,
    INTEGER_MAX,
    INTEGER_MIN,
    GeoJson,
    Hll,
    List,
    Map,
    MapOrder,
    UnstorableError,
    Value,
    key_rank,
)

# Programs that read JSON numbers as doubles lose digits of larger integers.
_SAFE_INTEGER = 2**53 - 1
_LIST_ORDERS = {"none": False, "ordered": True}
_MAP_ORDERS: tuple[MapOrder, ...] = ("none", "k", "kv")
# The orders of a form that does not name one.
_USUAL_ORDERS = {"$map": "k", "$list": "none"}
_INTEGER = re.compile(r"-?[0-9]{1,20}")  # 64 bits need 19 digits
_DOUBLES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class FormError(Exception):
    """JSON that is not a value. `place` is a path in the document, like "bins.tags[2]" ("" at its root)."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.message = message


class Object(list[tuple[str, Any]]):
    """The pairs of a JSON object, with duplicate keys."""


def parse(text: str, what: str) -> Any:
    """Parses a JSON document, named `what` in errors. Objects become `Object`. Raises FormError with line
    and column."""
    try:
        return json.loads(text, object_pairs_hook=Object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise FormError(f"{what}:{error.lineno}:{error.colno}", f"not JSON: {error.msg.lower()}") from None
    except RecursionError:
        raise FormError(what, "the JSON nests too deep") from None
    except ValueError as error:  # an integer with thousands of digits, NaN
        raise FormError(what, f"not JSON: {error}") from None


def members(tree: Any, place: str, what: str) -> dict[str, Any]:
    """The members of an object. Raises FormError if `tree` is not an object or has a key twice."""
    if not isinstance(tree, Object):
        raise FormError(place, f"{what} must be a JSON object, not {_kind(tree)}")
    found: dict[str, Any] = {}
    for key, value in tree:
        if key in found:
            raise FormError(_member(place, key), "is given twice")
        found[key] = value
    return found


def value_of(tree: Any, place: str = "") -> Value:
    """The value of parsed JSON. Raises FormError."""
    try:
        value = _read(tree, place, 0)
        to_flat(value)
    except UnstorableError as error:
        raise FormError(place, str(error)) from None
    return value


def argument(word: str) -> Value:
    """The value of an argument on the command line: JSON, or else the word itself as a string. Raises
    FormError for JSON that is not a value, and for a malformed object or array."""
    try:
        tree = parse(word, "argument")
    except FormError:
        if word.lstrip()[:1] in ("{", "["):
            raise
        return word
    return value_of(tree, "argument")


def json_of(value: Value) -> Any:
    """The value as data for `json.dumps`; `value_of` reverses it."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else {"$int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$double": _name_of(value)}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, Hll):
        return {"$hll": base64.b64encode(value.data).decode()}
    if isinstance(value, GeoJson):
        return {"$geojson": value.text}
    if isinstance(value, List):
        items = [json_of(item) for item in value.items]
        return {"$list": items, "order": "ordered"} if value.ordered else items
    return _json_of_map(value)


def has_plain_json(order: MapOrder, keys: Iterable[Value]) -> bool:
    """Whether a map is a plain JSON object."""
    return order == "k" and all(isinstance(key, str) and not key.startswith("$") for key in keys)


def _json_of_map(value: Map) -> Any:
    if has_plain_json(value.order, (key for key, _ in value.pairs)):
        return {str(key): json_of(item) for key, item in value.pairs}
    return {"$map": [[json_of(key), json_of(item)] for key, item in value.pairs], "order": value.order}


def _read(tree: Any, place: str, depth: int) -> Value:
    if depth > DEPTH_MAX:
        raise FormError(place, f"lists and maps nest deeper than {DEPTH_MAX}")
    if isinstance(tree, Object):
        return _read_object(tree, place, depth)
    if isinstance(tree, list):
        return List(tuple(_read(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(tree)))
    if isinstance(tree, int) and not isinstance(tree, bool):
        return _integer(tree, place)
    if isinstance(tree, float) and not math.isfinite(tree):
        raise FormError(place, "the number is too large for a double")
    assert tree is None or isinstance(tree, (bool, float, str))
    return tree


def _read_object(tree: Object, place: str, depth: int) -> Value:
    found = members(tree, place, "a map")
    form = next((key for key in found if key.startswith("$")), None)
    if form is None:
        pairs: list[tuple[Value, Value]] = [
            (key, _read(item, _member(place, key), depth + 1)) for key, item in found.items()
        ]
        return Map(tuple(sorted(pairs, key=lambda pair: key_rank(pair[0]))), "k")
    reader = _FORMS.get(form)
    if reader is None:
        raise FormError(
            place,
            f"there is no form {form} (there are {', '.join(_FORMS)}); "
            'a map with such a key is written {"$map": [[key, value], …]}',
        )
    others = [key for key in found if key != form and not (key == "order" and form in _USUAL_ORDERS)]
    if others:
        raise FormError(place, f"{form} cannot be combined with {others[0]}")
    order = found.get("order", _USUAL_ORDERS.get(form))
    return reader(found[form], order, f"{place}.{form}" if place else form, depth)


def _read_bytes(tree: Any, _order: Any, place: str, _depth: int) -> bytes:
    if isinstance(tree, str):
        try:
            return base64.b64decode(tree, validate=True)
        except ValueError:
            pass
    raise FormError(place, "must be a string of base64")


def _read_hll(tree: Any, order: Any, place: str, depth: int) -> Hll:
    return Hll(_read_bytes(tree, order, place, depth))


def _read_geojson(tree: Any, _order: Any, place: str, _depth: int) -> GeoJson:
    if not isinstance(tree, str):
        raise FormError(place, "must be a string that holds the GeoJSON")
    return GeoJson(tree)


def _read_double(tree: Any, _order: Any, place: str, _depth: int) -> float:
    if isinstance(tree, str) and tree in _DOUBLES:
        return _DOUBLES[tree]
    if isinstance(tree, (int, float)) and not isinstance(tree, bool):
        try:
            return float(tree)
        except OverflowError:
            pass
    raise FormError(place, 'must be a number, "NaN", "Infinity" or "-Infinity"')


def _read_int(tree: Any, _order: Any, place: str, _depth: int) -> int:
    if isinstance(tree, int) and not isinstance(tree, bool):
        return _integer(tree, place)
    if isinstance(tree, str) and _INTEGER.fullmatch(tree):
        return _integer(int(tree), place)
    raise FormError(place, 'must be an integer in a string, like "9007199254740993"')


def _read_list(tree: Any, order: Any, place: str, depth: int) -> List:
    if isinstance(tree, Object) or not isinstance(tree, list):
        raise FormError(place, "must be a JSON array")
    if not isinstance(order, str) or order not in _LIST_ORDERS:
        raise FormError(place, 'the order of a list is "ordered" or "none"')
    value = _read(tree, place, depth)
    assert isinstance(value, List)
    return List(value.items, _LIST_ORDERS[order])


def _read_map(tree: Any, order: Any, place: str, depth: int) -> Map:
    if isinstance(tree, Object) or not isinstance(tree, list):
        raise FormError(place, "must be an array of [key, value]")
    if not isinstance(order, str) or order not in _MAP_ORDERS:
        raise FormError(place, 'the order of a map is "k", "kv" or "none"')
    pairs: list[tuple[Value, Value]] = []
    for index, pair in enumerate(tree):
        where = f"{place}[{index}]"
        if isinstance(pair, Object) or not isinstance(pair, list) or len(pair) != 2:
            raise FormError(where, "must be [key, value]")
        key = _read(pair[0], f"{where}[0]", depth + 1)
        try:
            key_rank(key)
        except UnstorableError as error:
            raise FormError(f"{where}[0]", str(error)) from None
        pairs.append((key, _read(pair[1], f"{where}[1]", depth + 1)))
    if order != "none":
        pairs.sort(key=lambda pair: key_rank(pair[0]))
    return Map(tuple(pairs), order)


_FORMS: dict[str, Callable[[Any, Any, str, int], Value]] = {
    "$bytes": _read_bytes,
    "$hll": _read_hll,
    "$geojson": _read_geojson,
    "$double": _read_double,
    "$int": _read_int,
    "$list": _read_list,
    "$map": _read_map,
}


def _integer(number: int, place: str) -> int:
    if not INTEGER_MIN <= number <= INTEGER_MAX:
        raise FormError(place, f"{number} does not fit into a signed 64-bit integer")
    return number


def _member(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _name_of(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _kind(tree: Any) -> str:
    if tree is None:
        return "null"
    if isinstance(tree, bool):
        return "true" if tree else "false"
    return {int: "a number", float: "a number", str: "a string"}.get(type(tree), "an array")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f'{name} is not a JSON number; write {{"$double": "{name}"}}')
