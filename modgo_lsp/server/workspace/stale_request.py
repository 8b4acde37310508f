"""Requests that arrive after a newer state was analysed: their own is no longer loaded.

That happens while pygls loads, when requests wait and diagnostics do not, and to a request that waits behind
one of the whole workspace. The old state could be loaded again, but that takes 1 s with the findings of a
package of 40,000 lines, for an answer that the editor drops. So such a request is answered from the newest
state where its own document is the same, and refused with ContentModified where it has been edited.
"""

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
    """Calls a handler with the state when its request came, or with the newest: VS Code shows no lenses after
    a refusal, and asks again only once the request's own document is edited. Raises StaleError. On the
    analysis thread."""
    if snapshot.is_superseded:
        about = getattr(params, "text_document", None) or getattr(params, "item", None)  # of a call hierarchy
        path = None if about is None else path_of(about.uri)
        if path is not None:
            newest = session.snapshot()
            if newest.documents.get(path) is not snapshot.documents.get(path):
                raise StaleError
            return handle(newest, params)
    return handle(snapshot, params)
