"""textDocument/completion and completionItem/resolve."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.completion import Completion, CompletionKind, completions, documentation
from modgo_lsp.server.requests.cursor import Cursor, cursor_of
from modgo_lsp.server.requests.translation import to_range
from modgo_lsp.server.workspace.snapshot import Snapshot

_KINDS: dict[CompletionKind, types.CompletionItemKind] = {
    "rule": types.CompletionItemKind.EnumMember,
    "bin": types.CompletionItemKind.Field,
    "name": types.CompletionItemKind.Constant,
    "udf": types.CompletionItemKind.Function,
    "call": types.CompletionItemKind.Method,
    "snippet": types.CompletionItemKind.Snippet,
}


def answer(snapshot: Snapshot, params: types.CompletionParams) -> types.CompletionList:
    """Rule codes in suppressions, bin names, calls with their bins, names to register, registrations, UDF
    skeletons, and UDFs in cases"""
    cursor = cursor_of(snapshot, params)
    if cursor is None:
        return types.CompletionList(False, [])
    found = completions(
        cursor.package, cursor.document, cursor.offset, snapshot.files, snapshot.client.snippets
    )
    return types.CompletionList(
        False, [_item(snapshot, cursor, each, rank) for rank, each in enumerate(found)]
    )


def resolve(snapshot: Snapshot, item: types.CompletionItem) -> types.CompletionItem:
    """The page of a rule, or the documentation of an SDK call"""
    markdown = snapshot.client.completion_markdown
    page = documentation(item.data, markdown) if isinstance(item.data, str) else None
    if page is not None:
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, page) if markdown else page
    return item


def _item(snapshot: Snapshot, cursor: Cursor, completion: Completion, rank: int) -> types.CompletionItem:
    form = types.InsertTextFormat
    return types.CompletionItem(
        label=completion.label,
        kind=_KINDS[completion.kind],
        detail=completion.detail,
        sort_text=f"{rank:04}",
        filter_text=completion.label,
        insert_text_format=form.Snippet if completion.snippet else form.PlainText,
        text_edit=types.TextEdit(
            to_range(cursor.document.lines, completion.replaced, snapshot.encoding), completion.text
        ),
        data=completion.documented or None,
    )
