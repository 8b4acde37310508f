"""The types of the messages that are handled before lsprotocol is loaded, and for every edit: documents,
diagnostics, files and settings. They have LSP's names, and of its fields those that are used.
"""

from __future__ import annotations

from typing import Any, Union

import msgspec

from modgo_lsp.server.lsp.uri import uri_of


class Position(msgspec.Struct, frozen=True):
    line: int
    character: int


class Range(msgspec.Struct, frozen=True):
    start: Position
    end: Position


class _Message(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Fields are LSP's in snake case. A field with its default value is not sent."""


class Identifier(_Message, frozen=True):
    """Of a document."""

    uri: str
    version: Union[int, None] = None


class Item(_Message, frozen=True):
    """A document that is opened."""

    uri: str
    text: str
    version: Union[int, None] = None


class Change(_Message, frozen=True):
    """Without a range the text is the whole document's."""

    text: str
    range: Union[Range, None] = None


class DidOpen(_Message, frozen=True):
    text_document: Item


class DidChange(_Message, frozen=True):
    text_document: Identifier
    content_changes: tuple[Change, ...]


class OfDocument(_Message, frozen=True):
    """didClose, didSave."""

    text_document: Identifier


class FileEvent(_Message, frozen=True):
    uri: str


class DidChangeWatchedFiles(_Message, frozen=True):
    changes: tuple[FileEvent, ...]


class Folder(_Message, frozen=True):
    uri: str


class Folders(_Message, frozen=True):
    added: tuple[Folder, ...] = ()
    removed: tuple[Folder, ...] = ()


class DidChangeWorkspaceFolders(_Message, frozen=True):
    event: Folders


class DidChangeConfiguration(_Message, frozen=True):
    settings: Any = None


class Nothing(_Message, frozen=True):
    """The parameters of a method that has none."""


class CancelProgress(_Message, frozen=True):
    token: Union[int, str]


class SetTrace(_Message, frozen=True):
    value: str


class Cancel(_Message, frozen=True):
    id: Union[int, str]


class ClientInfo(_Message, frozen=True):
    name: str
    version: Union[str, None] = None


class Initialize(_Message, frozen=True):
    capabilities: dict[str, Any] = {}
    client_info: Union[ClientInfo, None] = None
    initialization_options: Any = None
    process_id: Union[int, None] = None
    root_path: Union[str, None] = None
    root_uri: Union[str, None] = None
    trace: Union[str, None] = None
    workspace_folders: Union[tuple[Folder, ...], None] = None

    @property
    def folder_uris(self) -> list[str]:
        """The workspace's folders, in whichever of LSP's three fields they are."""
        if self.workspace_folders:
            return [folder.uri for folder in self.workspace_folders]
        if self.root_uri:
            return [self.root_uri]
        return [] if self.root_path is None else [uri_of(self.root_path)]


class DocumentDiagnostic(_Message, frozen=True):
    """The parameters of textDocument/diagnostic."""

    text_document: Identifier
    previous_result_id: Union[str, None] = None


class PreviousResultId(_Message, frozen=True):
    """Of a report that the client has."""

    uri: str
    value: str


class WorkspaceDiagnostic(_Message, frozen=True):
    """The parameters of workspace/diagnostic."""

    previous_result_ids: tuple[PreviousResultId, ...] = ()


class CodeDescription(_Message, frozen=True):
    href: str


class Location(_Message, frozen=True):
    uri: str
    range: Range


class Related(_Message, frozen=True):
    location: Location
    message: str


class Diagnostic(_Message, frozen=True):
    range: Range
    message: str
    severity: Union[int, None] = None
    code: Union[str, None] = None
    code_description: Union[CodeDescription, None] = None
    source: Union[str, None] = None
    tags: Union[tuple[int, ...], None] = None
    related_information: Union[tuple[Related, ...], None] = None


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """The diagnostics of one version of a document."""

    uri: str
    version: Union[int, None]
    items: tuple[Diagnostic, ...]
