"""Giving a UDF another registered name, everywhere in its module, its samples included.

Not for: renaming the Go function, which is gopls's work.
"""

from __future__ import annotations

from pathlib import PurePath

import msgspec

from modgo_lsp.ide.udf_names import registrations, touches
from modgo_lsp.model.files import Files
from modgo_lsp.model.finding import Edit, Location
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.rules.naming import is_valid, quoted
from modgo_lsp.rules.written import is_string_literal
from modgo_lsp.syntax.positions import Span

_SAMPLES = ("record.json", "records.jsonl", "case.yaml", "case.json")


class RenameError(Exception):
    """Why a name can't be given; the message is for the user."""


class Renaming(msgspec.Struct, frozen=True):
    """`edits` of the source; `files` to be renamed, as paths before and after."""

    edits: tuple[Edit, ...]
    files: tuple[tuple[str, str], ...]


def renamable(package: Package, path: str, offset: int) -> tuple[Span, str] | None:
    """The registered name at `offset` without its quotes, and where it stands; None where there is none."""
    found = _literal_at(package, path, offset)
    if found is None or found.name is None:
        return None
    span = found.name_argument.span
    return Span(span.start + 1, span.end - 1), found.name


def rename(package: Package, path: str, offset: int, name: str, files: Files) -> Renaming:
    """Renames the UDF at `offset` to `name`. Raises RenameError."""
    found = _literal_at(package, path, offset)
    if found is None or found.name is None:
        raise RenameError(
            "there is no registered name here; put the cursor into the string that names the UDF"
        )
    if not is_valid(name):
        raise RenameError(f"not every client can call {quoted(name)}: use letters, digits and underscores")
    same = [each for each in registrations(package) if each.name == found.name]
    if name != found.name and any(each.name == name for each in registrations(package)):
        raise RenameError(f"{quoted(name)} is registered already: choose another name")
    if not all(is_string_literal(package, each.name_argument) for each in same):
        raise RenameError(f"{quoted(found.name)} is also a constant: change the constant's value instead")
    edits = tuple(Edit(_inside(each.name_argument), name) for each in same)
    return Renaming(edits, _files(package, found.name, name, files))


def _literal_at(package: Package, path: str, offset: int) -> Registration | None:
    for each in registrations(package):
        if touches(each.name_argument, path, offset) and is_string_literal(package, each.name_argument):
            return each
    return None


def _inside(place: Location) -> Location:
    return Location(place.path, Span(place.span.start + 1, place.span.end - 1))


def _files(package: Package, before: str, after: str, files: Files) -> tuple[tuple[str, str], ...]:
    folder = PurePath(package.directory, "testdata", "udf")
    try:
        names = {name for name, is_folder in files.entries(str(folder)) if not is_folder}
    except OSError:
        return ()
    return tuple(
        (str(folder / f"{before}.{end}"), str(folder / f"{after}.{end}"))
        for end in _SAMPLES
        if f"{before}.{end}" in names and f"{after}.{end}" not in names
    )
