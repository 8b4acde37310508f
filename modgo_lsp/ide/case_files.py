"""The test cases and samples of a module, and the UDFs and samples that the cases name:
testdata/udf/NAME.case.yaml or .json, and NAME.record.json or .records.jsonl. Here they are only read for
names; host/ runs them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from pathlib import PurePath
from typing import Literal

import msgspec
import yaml

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Location

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

CASE_ENDINGS = (".case.yaml", ".case.json")
_RECORDS_ENDING = ".records.jsonl"
SAMPLE_ENDINGS = (".record.json", _RECORDS_ENDING, *CASE_ENDINGS)
_FOLDER = ("testdata", "udf")
# Cases are written by hand. A larger file is something else.
_LARGEST = 1 << 20

NameKind = Literal["function", "record", "records"]


class Named(msgspec.Struct, frozen=True):
    """The value of a key "function", "record" or "records" in a case. `location` excludes the quotes;
    `quoted` says whether there are any."""

    kind: NameKind
    text: str
    location: Location
    quoted: bool


def sample_folder(directory: str) -> str:
    """The folder of the cases and samples of the module in `directory`."""
    return str(PurePath(directory, *_FOLDER))


def module_directory(path: str) -> str | None:
    """The folder of the module that a case file or sample at `path` belongs to; None for any other file."""
    pure = PurePath(path)
    if not path.endswith(SAMPLE_ENDINGS) or pure.parent.parts[-2:] != _FOLDER:
        return None
    return str(pure.parents[2])


def is_records(path: str) -> bool:
    """Whether a sample has many records, for a stream."""
    return path.endswith(_RECORDS_ENDING)


def sample_name(path: str) -> str:
    """The name of a case file or sample, without the ending."""
    name = PurePath(path).name
    return next((name.removesuffix(ending) for ending in SAMPLE_ENDINGS if name.endswith(ending)), name)


def sample_files(directory: str, files: Files) -> Iterator[tuple[str, str]]:
    """The cases and samples of the module: the name without the ending, and the path."""
    folder = sample_folder(directory)
    try:
        names = sorted(name for name, is_folder in files.entries(folder) if not is_folder)
    except OSError:
        return
    for name in names:
        for ending in SAMPLE_ENDINGS:
            if name.endswith(ending) and name != ending:
                yield name.removesuffix(ending), str(PurePath(folder, name))


def names_in_cases(directory: str, files: Files) -> Iterator[Named]:
    """The names in all case files of the module."""
    for _, path in sample_files(directory, files):
        if path.endswith(CASE_ENDINGS):
            yield from names_in(path, files)


def names_in(path: str, files: Files) -> Iterator[Named]:
    """The names in one case file; none if it can't be read or doesn't parse."""
    try:
        data = files.read(path)
        if len(data) > _LARGEST:
            return
        # JSON may be indented with tabs, which YAML refuses. Neither has tabs inside a word or string.
        text = data.decode()
        root = yaml.compose(text.replace("\t", " "), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return
    offsets: list[int] | None = None
    for case in root.value if isinstance(root, yaml.SequenceNode) else [root]:
        if not isinstance(case, yaml.MappingNode):
            continue
        for key, value in case.value:
            if key.value in ("function", "record", "records") and isinstance(value, yaml.ScalarNode):
                offsets = offsets or [0, *accumulate(len(each.encode()) for each in text)]
                yield _named(path, key.value, value, offsets)


def _named(path: str, kind: NameKind, value: yaml.ScalarNode, offsets: list[int]) -> Named:
    quoted = value.style in ('"', "'")
    start, end = value.start_mark.index + quoted, value.end_mark.index - quoted
    return Named(kind, value.value, Location(path, Span(offsets[start], offsets[end])), quoted)


def replacement_text(name: str, named: Named) -> str:
    """The text that replaces `named` by `name`: in quotes if YAML would not read the name as a string."""
    return name if named.quoted or isinstance(yaml.load(name, _Loader), str) else f'"{name}"'
