"""Renames a UDF: its registered name in the module, its cases and its samples. gopls renames the Go
function."""

from __future__ import annotations

from pathlib import PurePath

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.case_files import (
    module_directory,
    names_in,
    names_in_cases,
    replacement_text,
    sample_files,
)
from modgo_lsp.ide.udf_names import registrations, touches
from modgo_lsp.model.finding import Edit, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.registered_names import is_valid, quoted
from modgo_lsp.rules.analysis.source_lookup import is_string_literal


class RenameError(Exception):
    """Why a UDF can't be renamed; the message is for the user."""


class Renaming(msgspec.Struct, frozen=True):
    """The `edits` of source and cases, and the `files` to be renamed, each as old and new path."""

    edits: tuple[Edit, ...]
    files: tuple[tuple[str, str], ...]


def renamable(package: Package, path: str, offset: int, files: Files) -> tuple[Span, str] | None:
    """The span of the registered name at `offset`, without its quotes, and the name; None if there is
    none."""
    if module_directory(path) is not None:
        known = {each.name for each in registrations(package)}
        for named in names_in(path, files):
            if named.kind == "function" and named.text in known and touches(named.location, path, offset):
                return named.location.span, named.text
        return None
    for each in registrations(package):
        literal = each.name_argument
        if touches(literal, path, offset) and is_string_literal(package, literal) and each.name is not None:
            return _inside(literal).span, each.name
    return None


def rename(
    package: Package, path: str, offset: int, name: str, files: Files, moving: bool = True
) -> Renaming:
    """Renames the UDF at `offset` to `name`, and with `moving` the files that are named after it. Raises
    RenameError."""
    found = renamable(package, path, offset, files)
    if found is None:
        raise RenameError(
            "there is no registered name here; put the cursor into the string that names the UDF"
        )
    before = found[1]
    if not is_valid(name):
        raise RenameError(f"not every client can call {quoted(name)}: use letters, digits and underscores")
    same = [each for each in registrations(package) if each.name == before]
    if name != before and any(each.name == name for each in registrations(package)):
        raise RenameError(f"{quoted(name)} is already registered: choose another name")
    if not all(is_string_literal(package, each.name_argument) for each in same):
        raise RenameError(f"{quoted(before)} is also a constant: change the constant's value instead")
    moves = _files(package, before, name, files) if moving else ()
    moved = {PurePath(old).name: PurePath(new).name for old, new in moves}
    edits = [Edit(_inside(each.name_argument), name) for each in same]
    for named in names_in_cases(package.directory, files):
        if named.kind == "function" and named.text == before:
            edits.append(Edit(named.location, replacement_text(name, named)))
        elif named.kind != "function" and named.text in moved:
            edits.append(Edit(named.location, moved[named.text]))
    return Renaming(tuple(edits), moves)


def _inside(place: Location) -> Location:
    return Location(place.path, Span(place.span.start + 1, place.span.end - 1))


def _files(package: Package, before: str, after: str, files: Files) -> tuple[tuple[str, str], ...]:
    """The files that are named after the UDF, unless a file of the new name exists."""
    beside = list(sample_files(package.directory, files))
    taken = {path for _, path in beside}
    renamed = [(path, _renamed(path, before, after)) for name, path in beside if name == before]
    return tuple((old, new) for old, new in renamed if new not in taken)


def _renamed(path: str, before: str, after: str) -> str:
    pure = PurePath(path)
    return str(pure.with_name(after + pure.name.removeprefix(before)))
