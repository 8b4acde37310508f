"""The configuration: what can be set, and which value is in effect where.

It is read from the nearest modgo.toml, or pyproject.toml with [tool.modgo], from a folder upwards. Settings
of the editor and the command line override it.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args

import msgspec
from msgspec import structs
from msgspec.structs import FieldInfo

from modgo_lsp.golang.files import LARGEST_GO_FILE, Files, FileTooLargeError, join, upwards
from modgo_lsp.lint.baseline import BaselineError, Known, read_baseline
from modgo_lsp.lint.toml_lines import BOM, Path, line_of, parse_toml
from modgo_lsp.model.finding import Severity
from modgo_lsp.rules.catalogue import PREFIX, codes_under, unknown_rule
from modgo_lsp.spelling import did_you_mean

FILES = ("modgo.toml", "pyproject.toml")

# The largest of these files that is read, in bytes, and how many problems are reported in one.
_LARGEST = 1_000_000
_MOST_PROBLEMS = 50

Codes = tuple[str, ...]
FailOn = Literal["error", "warning", "information", "hint", "never"]
_About = msgspec.Meta


class Settings(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """The settings. A code may be a prefix: "MG2" selects all codes that begin with it.

    Two fields are not keys: `root` is the absolute folder that patterns and paths are relative to, `known`
    has the findings of the baseline."""

    select: Annotated[Codes, _About(description="Rules to report, by code or its beginning.")] = (PREFIX,)
    ignore: Annotated[
        Codes,
        _About(description="Rules not to report. Against `select`, the longer of two that match counts."),
    ] = ()
    severity: Annotated[
        dict[str, Severity], _About(description="Severities other than the rules' own, by code.")
    ] = {}
    per_file_ignores: Annotated[
        dict[str, Codes],
        _About(description="Rules not to report in files that match a pattern, written as in .gitignore."),
    ] = {}
    exclude: Annotated[
        tuple[str, ...],
        _About(description="Files and folders not to lint, also named ones, by patterns as in .gitignore."),
    ] = ()
    require_suppression_reason: Annotated[
        bool, _About(description="Whether each //modgo:ignore needs a reason.")
    ] = False
    fail_on: Annotated[
        FailOn, _About(description="The least severity for which `modgo lint` exits with 1.")
    ] = "warning"
    baseline: Annotated[
        Union[str, None],
        _About(description="A file of findings that are known and not to be reported; null: none."),
    ] = None
    go: Annotated[
        Union[str, None],
        _About(
            description="The go command to build with; null: the one that is found. "
            "A relative path begins at this file's folder."
        ),
    ] = None
    cc: Annotated[
        Union[str, None],
        _About(
            description="The C compiler to build with; null: the one that is found. "
            "A relative path begins at this file's folder."
        ),
    ] = None
    max_file_size: Annotated[
        Union[int, str],
        _About(description='The largest Go file to analyse, in bytes, or as text: "5 MB", "500 kB".'),
    ] = "5 MB"
    wants_network: Annotated[bool, _About(description="Whether the module wants to use the network.")] = False
    wants_read: Annotated[
        Codes, _About(description="Folders and files that the module wants to read, by absolute paths.")
    ] = ()
    root: str = ""
    known: dict[str, dict[str, int]] = {}

    @property
    def largest_file(self) -> int:
        """`max_file_size` in bytes."""
        return parse_size(self.max_file_size) or LARGEST_GO_FILE


_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
# A larger limit would not bound memory.
_LARGEST_SIZE = 100_000_000


def parse_size(size: int | str) -> int | None:
    """A size in bytes; None if it is malformed, 0, or over 100 MB."""
    match = re.fullmatch(r"([0-9]{1,9}) *([A-Za-z]{0,3})", str(size).strip())
    unit = None if match is None else _UNITS.get(match[2].lower())
    found = 0 if match is None or unit is None else int(match[1]) * unit
    return found if 0 < found <= _LARGEST_SIZE else None


_NO_KEYS = ("root", "known")
KEYS = tuple(name for name in Settings.__struct_encode_fields__ if name not in _NO_KEYS)


@cache
def _fields() -> dict[str, FieldInfo]:
    """Each key's field."""
    return {field.encode_name: field for field in structs.fields(Settings) if field.name not in _NO_KEYS}


class ConfigProblem(msgspec.Struct, frozen=True):
    """An error in the configuration. `origin` is the file, or where else the setting comes from ("command
    line"); `line` counts from 1 and is None without a file."""

    origin: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.origin if self.line is None else f"{self.origin}:{self.line}"
        return f"{place}: {self.message}"


class Configuration(msgspec.Struct, frozen=True):
    """Settings and where they come from. `sources` has "default", "command line" or "FILE:LINE" for each
    key. `file` is the configuration file in effect, None without one."""

    settings: Settings
    sources: dict[str, str]
    problems: tuple[ConfigProblem, ...]
    file: str | None


def resolve(
    directory: str, files: Files, overrides: Mapping[str, Any] | None = None, origin: str = "command line"
) -> tuple[Settings, tuple[ConfigProblem, ...]]:
    """The settings in effect for `directory`, and the errors in them. See `configuration`."""
    found = configuration(directory, files, overrides, origin)
    return found.settings, found.problems


def configuration(
    directory: str,
    files: Files,
    overrides: Mapping[str, Any] | None = None,
    origin: str = "command line",
    named: str | None = None,
) -> Configuration:
    """The configuration of an absolute `directory`. `overrides` are values by key ("fail-on"), from
    `origin`. An invalid value is reported, and the one that it would override stays in effect. `named` is a
    file to read instead of the nearest one; patterns and the baseline are then relative to the working
    directory."""
    values: dict[str, Any] = {}
    sources = dict.fromkeys(KEYS, "default")
    problems: list[ConfigProblem] = []
    given = _Given(values, sources, problems)
    found = _nearest_file(directory, files) if named is None else _named_file(os.path.abspath(named), files)
    if found is not None:
        path, text, table, tables, error = found
        if error is not None:
            problems.append(error)
        for key, value in table.items():
            _take(key, value, _Place(path, line_of(text, (*tables, key)) or 1, text, tables), given)
    for key, value in (overrides or {}).items():
        _take(key, value, _Place(origin), given)
    file = found[0] if found else None
    root = os.getcwd() if named is not None else os.path.dirname(file) if file else directory
    known: Known = {}
    if values.get("baseline") is not None:
        known, problem = _baseline(root, values["baseline"], sources["baseline"], files)
        if problem is not None:
            problems.append(problem)
    settings = Settings(root=root)
    if values:
        settings = msgspec.convert({**values, "root": root, "known": known}, Settings)
    return Configuration(settings, sources, tuple(problems), file)


def schema() -> dict[str, Any]:
    """The JSON schema of modgo.toml."""
    whole = msgspec.json.schema(Settings)
    fields: dict[str, Any] = whole["$defs"]["Settings"]
    fields.pop("description", None)
    for name in _NO_KEYS:
        del fields["properties"][name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **fields,
        "title": "Configuration of modgo",
    }


def _baseline(root: str, named: str, source: str, files: Files) -> tuple[Known, ConfigProblem | None]:
    """The findings in a baseline file, or the error that it can't be read, at the setting that names it."""
    path = os.path.normpath(os.path.join(root, named))
    try:
        return read_baseline(files.read(path), os.path.dirname(path)), None
    except OSError as error:
        why = f"it cannot be read ({error.strerror or error}); --write-baseline makes one"
    except ValueError as error:  # of the path: it has a NUL
        why = f"no file can have that name ({error})"
    except BaselineError as error:
        why = str(error)
    origin, _, line = source.rpartition(":")
    message = f"baseline {path}: {why}"
    if origin and line.isdigit():
        return {}, ConfigProblem(origin, int(line), message)
    return {}, ConfigProblem(source, None, message)


# The path of a configuration file, its text, table, the tables that its keys are in, and the error for which
# it could not be read.
_File = tuple[str, str, dict[str, Any], Path, Union[ConfigProblem, None]]


def _nearest_file(directory: str, files: Files) -> _File | None:
    for folder in upwards(directory):
        for name in FILES:
            path = join(folder, name)
            try:
                found = _configuration_file(path, files)
            except OSError:
                continue
            if found is not None:
                return found
    return None


def _named_file(path: str, files: Files) -> _File:
    """The file that a user has named."""
    try:
        found = _configuration_file(path, files)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return path, "", {}, (), ConfigProblem(path, 1, f"this cannot be read: {why}")
    return found or (path, "", {}, (), ConfigProblem(path, 1, "this has no [tool.modgo]"))


def _configuration_file(path: str, files: Files) -> _File | None:
    """None for a pyproject.toml without our table. Raises OSError."""
    try:
        raw = files.read(path, _LARGEST)
    except FileTooLargeError as error:
        return path, "", {}, (), ConfigProblem(path, 1, f"this was not read: {error.strerror}")
    pyproject = os.path.basename(path) == "pyproject.toml"
    if pyproject and b"tool.modgo" not in raw:
        return None
    text = raw.removeprefix(BOM).decode("utf-8", "replace")
    table, line, message = parse_toml(raw)
    if message is not None:
        return path, text, {}, (), ConfigProblem(path, line, message)
    if not pyproject:
        return path, text, table, (), None
    tool = table.get("tool")
    ours = tool.get("modgo") if isinstance(tool, dict) else None
    return (path, text, ours, ("tool", "modgo"), None) if isinstance(ours, dict) else None


class _Place(NamedTuple):
    """Where a value is set: its origin; in a file also the line, the text and the tables that it is in."""

    origin: str
    line: int | None = None
    text: str = ""
    tables: Path = ()

    def below(self, key: str, inner: object) -> _Place:
        """The place of `inner` in the table that is the value of `key`."""
        if self.line is None:
            return self
        return self._replace(line=line_of(self.text, (*self.tables, key, str(inner))) or self.line)

    def __str__(self) -> str:
        return self.origin if self.line is None else f"{self.origin}:{self.line}"


class _Given(NamedTuple):
    """The values so far, where they come from, and the errors in them."""

    values: dict[str, Any]
    sources: dict[str, str]
    problems: list[ConfigProblem]

    def complain(self, place: _Place, message: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(ConfigProblem(place.origin, place.line, message))


def _take(key: str, value: Any, place: _Place, given: _Given) -> None:
    """Adds one value, or reports why it is invalid. Of a table, the valid entries are added."""
    field = _fields().get(key)
    if field is None:
        hint = did_you_mean(key, KEYS, f"there are {', '.join(KEYS)}")
        given.complain(place, f"unknown key {key}; {hint}")
        return
    # The name of a baseline is checked where the file is read, so that none is written elsewhere.
    if key != "baseline" and any("\0" in text for text in _texts(value)):
        given.complain(
            place, f"{key}: this has a NUL character, which no file, program or rule has in its name"
        )
        return
    if isinstance(value, Mapping) and field.default_factory is dict:
        found: Any = {}
        for inner, each in value.items():
            below = place.below(key, inner)
            taken = _converted(f"{key}.{inner}", {inner: each}, field, below, given)
            if taken is not msgspec.UNSET:
                found |= taken
                _check_codes(key, taken, below, given)
    else:
        found = _converted(key, value, field, place, given)
        if found is msgspec.UNSET:
            return
        if key in _PROGRAMS and found is not None and place.line is not None:
            found = _from_folder(found, os.path.dirname(place.origin))
        _check_codes(key, found, place, given)
    if key == "max-file-size" and parse_size(found) is None:
        given.complain(
            place, f'{key}: this is not a size; write bytes or a text such as "5 MB", up to 100 MB'
        )
        return
    given.values[key] = found
    given.sources[key] = str(place)


def _texts(value: Any) -> Iterator[str]:
    """All strings in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from (*_texts(key), *_texts(each))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _converted(name: str, value: Any, field: FieldInfo, place: _Place, given: _Given) -> Any:
    """The value in the type of its field; UNSET if it is invalid, which is reported."""
    try:
        return msgspec.to_builtins(msgspec.convert(value, field.type))
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        path = path.strip("`").removeprefix("$").removeprefix("[...]")
        allowed = _CHOICES.get(field.name) if message.startswith("Invalid enum value") else None
        choices = f": choose {', '.join(allowed[:-1])} or {allowed[-1]}" if allowed else ""
        given.complain(place, f"{name}{path}: {message[:1].lower()}{message[1:]}{choices}")
        return msgspec.UNSET


_PROGRAMS = ("go", "cc")


def _from_folder(program: str, folder: str) -> str:
    """The program, or command line, with a relative path of a program made absolute by `folder`, that of
    the file which names it."""
    try:
        words = shlex.split(program)
    except ValueError:
        return program
    if not words or not os.path.dirname(words[0]) or words[0].startswith(("~", os.sep)):
        return program
    words[0] = os.path.normpath(os.path.join(folder, words[0]))
    return words[0] if len(words) == 1 else shlex.join(words)


# The values of an enumeration, by field.
_CHOICES: dict[str, tuple[str, ...]] = {"severity": get_args(Severity), "fail_on": get_args(FailOn)}


def _check_codes(key: str, value: Any, place: _Place, given: _Given) -> None:
    for code in _codes_in(key, value):
        if len(given.problems) >= _MOST_PROBLEMS:
            return
        if not codes_under(code):
            given.complain(place, f"{key}: {unknown_rule(code)}")


def _codes_in(key: str, value: Any) -> list[str]:
    if key in ("select", "ignore"):
        return list(value)
    if key == "severity":
        return list(value)
    if key == "per-file-ignores":
        return [code for codes in value.values() for code in codes]
    return []
