"""Requests about a document, for whose packages the state of their arrival is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from modgo_lsp.server.lsp.errors import StaleError
from modgo_lsp.server.lsp.uri import path_of

if TYPE_CHECKING:
    from modgo_lsp.server.workspace.session import Session
    from modgo_lsp.server.workspace.snapshot import Snapshot

_T = TypeVar("_T")


def answered(session: Session, handle: Callable[[Snapshot, Any], _T], snapshot: Snapshot, params: Any) -> _T:
    """Calls a handler with the state when its request came. If another document has been edited and analysed
    since, with the state of now: VS Code shows no lenses after a refusal, and asks again only once the
    request's own document is edited. Raises StaleError if that has been. On the analysis thread."""
    try:
        return handle(snapshot, params)
    except StaleError:
        document = getattr(params, "text_document", None)
        path = None if document is None else path_of(document.uri)
        newest = session.snapshot()
        if path is None or newest.documents.get(path) is not snapshot.documents.get(path):
            raise
        return handle(newest, params)
