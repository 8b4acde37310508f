"""Record samples: the JSON of one record, in files beside a module, on the command line and in results.

A record without bins does not exist: Aerospike stores none. json_forms.py has the JSON of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

import msgspec

from modgo_lsp.golang.files import DiskFiles, FileTooLargeError
from modgo_lsp.host.json_forms import FormError, json_of, members, parse, value_of
from modgo_lsp.host.record import BINS_MAX
from modgo_lsp.host.values import Value
from modgo_lsp.model.sdk import BIN_NAME_MAX

NEVER_EXPIRES = 0xFFFFFFFF
_NAME_MAX = 63  # of sets; of namespaces it is 31
_SIZE_MAX = 64 << 20

SAMPLES = Path("testdata") / "udf"


_KEY = "sample"


class SampleError(Exception):
    """A malformed record sample. The message says what is wrong, where, and what to do."""


class Record(msgspec.Struct, frozen=True):
    """A record: its key, bins, seconds to live (0: the namespace's default), generation, and the time of its
    last update in ms since 1970 (0: unknown). A record without bins does not exist."""

    namespace: str = "test"
    set_name: str = "demo"
    key: Union[int, str, bytes, None] = _KEY
    bins: Mapping[str, Value] = {}
    ttl: int = 0
    generation: int = 0
    last_update: int = 0

    @property
    def exists(self) -> bool:
        return bool(self.bins)


def read_sample(text: str) -> Record:
    """The record of `--record`: JSON if it begins with "{", else a file name. Raises SampleError."""
    if text.lstrip()[:1] == "{" or text.strip() == "null":
        return parse_sample(text, "record")
    return read_sample_file(Path(text))


def read_sample_file(path: Path) -> Record:
    """Raises SampleError."""
    return parse_sample(read_text(path, "record sample"), str(path))


def read_text(path: Path, what: str) -> str:
    """The text of a sample file. Raises SampleError."""
    try:
        return DiskFiles().read(str(path), _SIZE_MAX).decode("utf-8-sig")
    except FileTooLargeError:
        message = f"{path} is larger than the {_SIZE_MAX >> 20} MiB that a {what} may have"
        raise SampleError(message) from None
    except OSError as error:
        raise SampleError(f"the {what} {path} cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError as error:
        raise SampleError(f"the {what} {path} is not UTF-8 (byte {error.start})") from None
    except ValueError as error:  # of the path: it has a NUL
        raise SampleError(f"the {what} {str(path)!r} cannot be a file's name ({error})") from None


def parse_sample(text: str, what: str, key: int | str = _KEY) -> Record:
    """Parses the JSON of a record, named `what` in errors; `key` is used if it has none. Raises
    SampleError."""
    try:
        return record_of(parse(text, what), key)
    except FormError as error:
        text = str(error)
        raise SampleError(text if text.startswith(what) else f"{what}: {text}") from None


def record_of(tree: Any, key: int | str = _KEY) -> Record:
    """The record of parsed JSON; `key` is used if it has none. Raises FormError."""
    return Record(key=key) if tree is None else _record(members(tree, "", "a record sample"), key)


def parse_key(text: str) -> Record:
    """A record without bins, with the key of `--key`: [namespace, set, key]. Raises SampleError."""
    try:
        namespace, set_name, key = _key(parse(text, "key"))
    except FormError as error:
        raise SampleError(str(error)) from None
    return Record(namespace, set_name, key)


def default_sample(directory: Path, function: str) -> Path | None:
    """The sample file of `function` in the module's folder, None if there is none."""
    for name in (function, "default"):
        if "/" in name or "\0" in name:  # a module's manifest may contain any name
            continue
        path = directory / SAMPLES / f"{name}.record.json"
        if path.is_file():
            return path
    return None


def sample_json(record: Record) -> dict[str, Any]:
    """The record as data for `json.dumps`."""
    return {
        "key": [record.namespace, record.set_name, json_of(record.key)],
        "bins": {name: json_of(value) for name, value in sorted(record.bins.items())},
        "ttl": -1 if record.ttl == NEVER_EXPIRES else record.ttl,
        "generation": record.generation,
    }


def _record(found: dict[str, Any], absent_key: int | str) -> Record:
    unknown = [name for name in found if name not in ("key", "bins", "ttl", "generation", "$schema")]
    if unknown:
        raise FormError(unknown[0], 'a record sample has only "key", "bins", "ttl" and "generation"')
    if "bins" not in found:
        raise FormError("", 'a record sample needs "bins", like {"bins": {"a": 1}}')
    bins = {name: _bin(name, tree) for name, tree in members(found["bins"], "bins", "bins").items()}
    if len(bins) > BINS_MAX:
        raise FormError("bins", f"there are {len(bins)} bins, and a UDF can read at most {BINS_MAX}")
    bins = {name: value for name, value in bins.items() if value is not None}
    namespace, set_name, key = _key(found.get("key", ["test", "demo", absent_key]))
    return Record(
        namespace=namespace,
        set_name=set_name,
        key=key,
        bins=bins,
        ttl=NEVER_EXPIRES if found.get("ttl") == -1 else _count(found, "ttl", 0, NEVER_EXPIRES),
        generation=_count(found, "generation", 1 if bins else 0, 0xFFFF),
    )


def _bin(name: str, tree: Any) -> Value:
    place = f"bins.{name}"
    if not name or "\0" in name:
        raise FormError(place, "a bin needs a name without NUL")
    if len(name.encode(errors="replace")) > BIN_NAME_MAX:
        raise FormError(place, f"a bin's name has at most {BIN_NAME_MAX} bytes")
    return value_of(tree, place)


def _key(tree: Any) -> tuple[str, str, Union[int, str, bytes, None]]:
    if not isinstance(tree, list) or len(tree) != 3 or not all(isinstance(part, str) for part in tree[:2]):
        raise FormError("key", 'must be [namespace, set, key], like ["test", "demo", "k1"]')
    namespace, set_name = tree[0], tree[1]
    if any("\0" in name or len(name.encode(errors="replace")) > _NAME_MAX for name in (namespace, set_name)):
        raise FormError("key", f"namespace and set are at most {_NAME_MAX} bytes, without NUL")
    key = value_of(tree[2], "key[2]")
    if key is None or (isinstance(key, (int, str, bytes)) and not isinstance(key, bool)):
        return namespace, set_name, key
    raise FormError("key[2]", "the user's key is an integer, a string, bytes or null")


def _count(found: dict[str, Any], name: str, absent: int, most: int) -> int:
    number = found.get(name, absent)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= most:
        also = " (or -1: never expires)" if name == "ttl" else ""
        raise FormError(name, f"must be an integer from 0 to {most}{also}")
    return number
