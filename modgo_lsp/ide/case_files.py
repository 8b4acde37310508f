"""Where the files beside a module name its UDFs and its samples: testdata/udf/NAME.case.yaml or .json, and
the names of the files themselves.

Not for: running cases, or judging what is in them.
"""

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
SAMPLE_ENDINGS = (".record.json", ".records.jsonl", *CASE_ENDINGS)
_FOLDER = ("testdata", "udf")
# Cases are written by hand; whatever is larger is something else.
_LARGEST = 1 << 20

NameKind = Literal["function", "record", "records"]


class Named(msgspec.Struct, frozen=True):
    """The value of a key "function", "record" or "records" in a case: `text`, which stands at `location`
    without its quotes. `quoted`: it has some."""

    kind: NameKind
    text: str
    location: Location
    quoted: bool


def sample_folder(directory: str) -> str:
    """Where the files beside the module in `directory` are."""
    return str(PurePath(directory, *_FOLDER))


def directory_beside(path: str) -> str | None:
    """The module's folder that a case file or sample at `path` lies beside; None of any other file."""
    pure = PurePath(path)
    if not path.endswith(SAMPLE_ENDINGS) or pure.parent.parts[-2:] != _FOLDER:
        return None
    return str(pure.parents[2])


def sample_files(directory: str, files: Files) -> Iterator[tuple[str, str]]:
    """The files beside the module that are named after something: that name, and the path."""
    folder = sample_folder(directory)
    try:
        names = sorted(name for name, is_folder in files.entries(folder) if not is_folder)
    except OSError:
        return
    for name in names:
        for ending in SAMPLE_ENDINGS:
            if name.endswith(ending) and name != ending:
                yield name.removesuffix(ending), str(PurePath(folder, name))


def names_beside(directory: str, files: Files) -> Iterator[Named]:
    """What all case files beside the module name."""
    for _, path in sample_files(directory, files):
        if path.endswith(CASE_ENDINGS):
            yield from names_in(path, files)


def names_in(path: str, files: Files) -> Iterator[Named]:
    """What one case file names; nothing where it can't be read or is not yet whole."""
    try:
        data = files.read(path)
        if len(data) > _LARGEST:
            return
        # JSON may be indented by tabs, which YAML refuses; neither has them within a word or a string.
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


def written(name: str, named: Named) -> str:
    """`name` as it is written in place of what is there: YAML takes some words for other than strings."""
    return name if named.quoted or isinstance(yaml.load(name, _Loader), str) else f'"{name}"'
