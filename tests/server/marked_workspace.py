"""A workspace of marked files in an editor: places in it, as markers name them and as the server does."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlparse

from lsprotocol import types

from .archive import Archive
from .conftest import GO_MOD, Editor
from .markers import Golden, Marker, Name, read_markers


class Place(NamedTuple):
    """Characters `start` up to `end` of a file."""

    file: str
    start: int
    end: int


def is_golden(name: str) -> bool:
    return name.startswith("@")


class MarkedWorkspace:
    """`texts` are the files without their markers, `opened` those that the editor has open."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self.archive = archive
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.markers: list[Marker] = []
        self.texts["go.mod"] = GO_MOD
        for name, text in archive.files.items():
            if not is_golden(name) and name != "settings.json":
                self.texts[name], markers = read_markers(name, text)
                self.markers += markers
        self.locations = {
            marker.arguments[0].name: self.place(marker, marker.arguments[1])
            for marker in self.markers
            if marker.name == "loc"
        }
        self.opened = list(dict.fromkeys(marker.file for marker in self.markers))

    def begin(self, editor: Editor, encoding: str) -> None:
        """Writes the files and opens those that have markers."""
        self.editor = editor
        self.encoding = encoding
        for name, text in self.texts.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for name in self.opened:
            editor.open(name)

    # --- places

    def place(self, marker: Marker, argument: Any) -> Place:
        """The place of a marker's argument: text of its line, or a named place."""
        if isinstance(argument, Name):
            assert argument.name in self.locations, f"{marker}: there is no loc {argument.name}"
            return self.locations[argument.name]
        text = self.texts[marker.file]
        start = self._line_start(text, marker.line)
        line = text[start:].split("\n", 1)[0]
        if isinstance(argument, re.Pattern):
            match = argument.search(line)
            assert match is not None, f"{marker}: {argument.pattern} does not match {line!r}"
            group = 1 if argument.groups else 0
            return Place(marker.file, start + match.start(group), start + match.end(group))
        assert argument in line, f"{marker}: {argument!r} is not in {line!r}"
        at = start + line.index(argument)
        return Place(marker.file, at, at + len(argument))

    def range_of(self, place: Place) -> types.Range:
        return types.Range(self._position(place.file, place.start), self._position(place.file, place.end))

    def at(self, place: Place, end: bool = False) -> dict[str, Any]:
        """The parameters of a request about the start of a place, or about its end."""
        position = self._position(place.file, place.end if end else place.start)
        return {"text_document": self.document(place.file), "position": position}

    def document(self, file: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.editor.uri(file))

    def place_of(self, uri: str, range_: types.Range) -> Place:
        file = self.file_of(uri)
        return Place(file, self._offset(file, range_.start), self._offset(file, range_.end))

    def holds(self, uri: str) -> bool:
        return Path(unquote(urlparse(uri).path)).is_relative_to(self.folder)

    def file_of(self, uri: str) -> str:
        path = Path(unquote(urlparse(uri).path))
        return path.relative_to(self.folder).as_posix()

    def text(self, place: Place) -> str:
        return self.texts[place.file][place.start : place.end]

    def described(self, places: Iterable[Place]) -> list[str]:
        """The places in readable form, in their order."""
        return [f"{p.file}:{self.line(p) + 1}: {self.text(p)!r}" for p in sorted(places)]

    def readable(self, value: Any, file: str) -> Any:
        """JSON about a file with its positions as "LINE:COLUMN", in characters and from 1: the same in each
        encoding. Where the JSON names a document, the positions beside that are in it."""
        if isinstance(value, list):
            return [self.readable(each, file) for each in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"line", "character"}:
            return self._readable_position(types.Position(**value), file)
        document = value["textDocument"] if isinstance(value.get("textDocument"), dict) else value
        named = document.get("targetUri") or document.get("uri")
        inside = self.file_of(named) if named and self.holds(named) else named or file
        files = {"originSelectionRange": file}  # of a LocationLink: in the document of the request
        files |= {key: self.file_of(key) for key in value if key.startswith("file:") and self.holds(key)}
        return {key: self.readable(each, files.get(key, inside)) for key, each in value.items()}

    def _readable_position(self, position: types.Position, file: str) -> str:
        if file not in self.texts:  # outside of the workspace
            return f"{position.line + 1}:{position.character + 1} in the client's encoding"
        column = self._offset(file, position) - self._line_start(self.texts[file], position.line)
        return f"{position.line + 1}:{column + 1}"

    def line(self, place: Place) -> int:
        return self.texts[place.file].count("\n", 0, place.start)

    def _position(self, file: str, offset: int) -> types.Position:
        text = self.texts[file]
        start = text.rfind("\n", 0, offset) + 1
        return types.Position(text.count("\n", 0, offset), self._units(text[start:offset]))

    def _offset(self, file: str, position: types.Position) -> int:
        text = self.texts[file]
        start = self._line_start(text, position.line)
        line = text[start:].split("\n", 1)[0]
        columns = {self._units(line[:index]): index for index in range(len(line) + 1)}
        assert position.character in columns, f"{file}: {position} is inside of a character, or nowhere"
        return start + columns[position.character]

    @staticmethod
    def _line_start(text: str, line: int) -> int:
        start = 0
        for _ in range(line):
            start = text.index("\n", start) + 1
        return start

    def _units(self, text: str) -> int:
        width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[self.encoding]
        return len(text.encode(self.encoding if width == 1 else f"{self.encoding}-le")) // width

    # --- edits

    def edited(self, edit: types.WorkspaceEdit) -> tuple[dict[str, str], list[str]]:
        """The files that an edit changes, with their new text; and its renames of files, one in a line."""
        texts: dict[str, str] = {}
        moves: list[str] = []
        for uri, edits in (edit.changes or {}).items():
            texts[self.file_of(uri)] = self._applied(self.file_of(uri), edits)
        for change in edit.document_changes or ():
            if isinstance(change, types.TextDocumentEdit):
                file = self.file_of(change.text_document.uri)
                version = self.editor.versions.get(self.editor.uri(file))
                assert change.text_document.version == version, f"an edit of another version of {file}"
                texts[file] = self._applied(file, change.edits)
            else:
                assert isinstance(change, types.RenameFile)
                moves.append(f"rename {self.file_of(change.old_uri)} {self.file_of(change.new_uri)}\n")
        return texts, moves

    def _applied(self, file: str, edits: Iterable[Any]) -> str:
        text = self.texts[file]
        places = [(self.place_of(self.editor.uri(file), each.range), each.new_text) for each in edits]
        for place, new in sorted(places, reverse=True):
            text = text[: place.start] + new + text[place.end :]
        return text

    def difference(self, texts: Mapping[str, str], moves: Iterable[str] = ()) -> str:
        """What changes, as `diff -U0` writes it."""
        parts: list[str] = []
        for file, text in sorted(texts.items()):
            before, after = self.texts[file].splitlines(keepends=True), text.splitlines(keepends=True)
            parts += difflib.unified_diff(before, after, file, file, n=0)
        return "".join(part if part.endswith("\n") else part + "\n" for part in [*parts, *moves])

    # --- golden files

    def compare(self, marker: Marker, golden: Golden, found: str, update: bool) -> None:
        name = f"@{golden.name}"
        found = found if not found or found.endswith("\n") else found + "\n"
        if update:
            self.archive.files[name] = found
        expected = self.archive.files.get(name)
        assert expected is not None, f"{marker}: there is no {name}; --update-golden writes it"
        assert found.rstrip("\n") == expected.rstrip("\n"), f"{marker}: not as in {name} (--update-golden)"
