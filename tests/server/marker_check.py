"""A marker under check: its workspace, its arguments, and the comparison of results."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from lsprotocol import types

from .marked_workspace import MarkedWorkspace, Place
from .markers import Golden, Marker


class Check(NamedTuple):
    """A marker and its workspace."""

    workspace: MarkedWorkspace
    marker: Marker
    update: bool

    @property
    def client(self) -> Any:
        return self.workspace.editor.client

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.marker.arguments

    def place(self, argument: Any) -> Place:
        return self.workspace.place(self.marker, argument)

    def places(self, arguments: tuple[Any, ...]) -> list[str]:
        return self.workspace.described(self.place(each) for each in arguments)

    def document(self) -> types.TextDocumentIdentifier:
        return self.workspace.document(self.marker.file)

    def here(self, range_: types.Range) -> Place:
        return self.workspace.place_of(self.document().uri, range_)

    def golden(self, argument: Any, found: str) -> None:
        """Compares with a golden file, a pattern or a whole text."""
        if isinstance(argument, Golden):
            self.workspace.compare(self.marker, argument, found, self.update)
        elif isinstance(argument, re.Pattern):
            assert argument.search(found), f"{self.marker}: {argument.pattern} is not in {found!r}"
        else:
            self.same(found, argument)

    def same(self, found: Any, expected: Any) -> None:
        assert found == expected, f"{self.marker}"
