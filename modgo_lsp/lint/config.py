"""The configuration: what can be set, and which value is in effect where.

modgo.toml, or [tool.modgo] in pyproject.toml; the nearest above a folder wins, and what the editor or the
command line says overrides it. Not for: acting on any of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Any, Literal, Union

import msgspec

from modgo_lsp.lint.baseline import BaselineError, Known, read_baseline
from modgo_lsp.lint.toml_places import line_of_key, parse_toml
from modgo_lsp.model.files import Files
from modgo_lsp.model.finding import Severity
from modgo_lsp.rules.catalogue import codes_under, unknown_rule
from modgo_lsp.rules.nearest import nearest

FILES = ("modgo.toml", "pyproject.toml")

Codes = tuple[str, ...]
FailOn = Literal["error", "warning", "information", "hint", "never"]
_About = msgspec.Meta


class Settings(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What can be set. Codes may be cut short: "MG2" stands for all that begin so.

    Two are no keys: `root` is the absolute folder that patterns and paths are relative to, `known` holds what
    the baseline says."""

    select: Annotated[Codes, _About(description="Rules to report, by code or its beginning.")] = ("MG",)
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
    require_suppression_reason: Annotated[
        bool, _About(description="Whether each //modgo:ignore has to say why.")
    ] = False
    fail_on: Annotated[
        FailOn, _About(description="The least severity for which `modgo lint` exits with 1.")
    ] = "warning"
    baseline: Annotated[
        Union[str, None],
        _About(description="A file of findings that are known and not to be reported; null: none."),
    ] = None
    go: Annotated[
        Union[str, None], _About(description="The go command to build with; null: the one that is found.")
    ] = None
    cc: Annotated[
        Union[str, None], _About(description="The C compiler to build with; null: the one that is found.")
    ] = None
    root: str = ""
    known: dict[str, dict[str, int]] = {}


_NO_KEYS = ("root", "known")
KEYS = {field.encode_name: field for field in msgspec.structs.fields(Settings) if field.name not in _NO_KEYS}


class ConfigProblem(msgspec.Struct, frozen=True):
    """Something wrong with the configuration. `origin` is the file, or what else said it ("command line");
    `line` counts from 1 and is None where there is no file."""

    origin: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.origin if self.line is None else f"{self.origin}:{self.line}"
        return f"{place}: {self.message}"


class Configuration(msgspec.Struct, frozen=True):
    """Settings with where they come from. `sources` has "default", "command line" or "FILE:LINE" for each
    key. `file` is the file that counts, None without one."""

    settings: Settings
    sources: dict[str, str]
    problems: tuple[ConfigProblem, ...]
    file: str | None


def resolve(
    directory: str, files: Files, overrides: Mapping[str, Any] | None = None, origin: str = "command line"
) -> tuple[Settings, tuple[ConfigProblem, ...]]:
    """The settings in effect for `directory`, and what is wrong with them. See `configuration`."""
    found = configuration(directory, files, overrides, origin)
    return found.settings, found.problems


def configuration(
    directory: str, files: Files, overrides: Mapping[str, Any] | None = None, origin: str = "command line"
) -> Configuration:
    """The configuration of an absolute `directory`. `overrides` are values by key ("fail-on"), as `origin`
    gives them. A value that is wrong is reported and leaves the one below it in effect."""
    values: dict[str, Any] = {}
    sources = dict.fromkeys(KEYS, "default")
    problems: list[ConfigProblem] = []
    found = _nearest_file(directory, files)
    if found is not None:
        path, text, table, header, error = found
        if error is not None:
            problems.append(error)
        for key, value in table.items():
            line = line_of_key(text, header, key)
            _take(key, value, path, line, values, sources, problems)
    for key, value in (overrides or {}).items():
        _take(key, value, origin, None, values, sources, problems)
    file = found[0] if found else None
    root = str(PurePath(file).parent) if file else directory
    known: Known = {}
    if values.get("baseline") is not None:
        known, problem = _baseline(str(PurePath(root, values["baseline"])), sources["baseline"], files)
        if problem is not None:
            problems.append(problem)
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


def _baseline(path: str, source: str, files: Files) -> tuple[Known, ConfigProblem | None]:
    """What a baseline file says, or why it can't be read, told at the setting that names it."""
    try:
        return read_baseline(files.read(path), str(PurePath(path).parent)), None
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


def _nearest_file(
    directory: str, files: Files
) -> tuple[str, str, dict[str, Any], str, ConfigProblem | None] | None:
    """The nearest configuration: its path, text, table, the header its keys stand below, and what is wrong
    with the file as a whole."""
    folder = PurePath(directory)
    for parent in (folder, *folder.parents):
        for name in FILES:
            path = str(parent / name)
            try:
                raw = files.read(path)
            except OSError:
                continue
            pyproject = name == "pyproject.toml"
            if pyproject and b"tool.modgo" not in raw:
                continue
            text = raw.decode("utf-8", "replace")
            table, line, message = parse_toml(raw)
            if message is not None:
                return path, text, {}, "", ConfigProblem(path, line, message)
            if not pyproject:
                return path, text, table, "", None
            tool = table.get("tool")
            ours = tool.get("modgo") if isinstance(tool, dict) else None
            if isinstance(ours, dict):
                return path, text, ours, "tool.modgo", None
    return None


def _take(
    key: str,
    value: Any,
    origin: str,
    line: int | None,
    values: dict[str, Any],
    sources: dict[str, str],
    problems: list[ConfigProblem],
) -> None:
    """Puts one value in, or says why not."""
    field = KEYS.get(key)
    if field is None:
        near = nearest(key, KEYS)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(KEYS)}"
        problems.append(ConfigProblem(origin, line, f"unknown key {key}; {hint}"))
        return
    try:
        values[key] = msgspec.to_builtins(msgspec.convert(value, field.type))
    except msgspec.ValidationError as error:
        what = str(error).partition(" - at ")
        place = what[2].strip("`").removeprefix("$")
        problems.append(ConfigProblem(origin, line, f"{key}{place}: {what[0][:1].lower()}{what[0][1:]}"))
        return
    sources[key] = origin if line is None else f"{origin}:{line}"
    for code in _codes_in(key, values[key]):
        if not codes_under(code):
            problems.append(ConfigProblem(origin, line, f"{key}: {unknown_rule(code)}"))


def _codes_in(key: str, value: Any) -> list[str]:
    if key in ("select", "ignore"):
        return list(value)
    if key == "severity":
        return list(value)
    if key == "per-file-ignores":
        return [code for codes in value.values() for code in codes]
    return []
