"""textDocument/codeAction: quick fixes, "suppress here" and source.fixAll.modgo."""

from __future__ import annotations

from pathlib import PurePath

from lsprotocol import types

from modgo_lsp.ide.actions import Action, quick_fixes, suppressions
from modgo_lsp.ide.fix_all import fix_all
from modgo_lsp.lint.fix import best
from modgo_lsp.server.snapshot import Snapshot
from modgo_lsp.server.translate import diagnostic, to_span, workspace_edit
from modgo_lsp.server.uri import path_of

FIX_ALL = "source.fixAll.modgo"
OPTIONS = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL])


def answer(snapshot: Snapshot, params: types.CodeActionParams) -> list[types.CodeAction]:
    path = path_of(params.text_document.uri)
    document = None if path is None else snapshot.document(path)
    if document is None or not snapshot.client.code_action_literals:
        return []
    findings = snapshot.findings_of(document.path)
    actions: list[types.CodeAction] = []
    if _wanted(types.CodeActionKind.QuickFix.value, params.context):
        span = to_span(document.lines, params.range, snapshot.encoding)
        found = [*quick_fixes(findings, document.path, span), *suppressions(findings, document, span)]
        actions += [_quick_fix(snapshot, action) for action in found]
    if _wanted(FIX_ALL, params.context) and any(best(finding, unsafe=False) for finding in findings):
        actions += _fix_all(snapshot, document.path)
    return actions


def _wanted(kind: str, context: types.CodeActionContext) -> bool:
    """Kinds form a tree: who asks for "source" or "source.fixAll" means ours too."""
    asked = [only.value if isinstance(only, types.CodeActionKind) else only for only in context.only or ()]
    return not asked or any(only == "" or kind == only or kind.startswith(only + ".") for only in asked)


def _quick_fix(snapshot: Snapshot, action: Action) -> types.CodeAction:
    return types.CodeAction(
        title=action.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(snapshot, action.finding)],
        is_preferred=True if action.preferred else None,
        edit=workspace_edit(snapshot, action.edits),
    )


def _fix_all(snapshot: Snapshot, path: str) -> list[types.CodeAction]:
    settings = snapshot.configuration(str(PurePath(path).parent)).settings
    edits = fix_all(path, snapshot.files, snapshot.loader, settings)
    if not edits:
        return []
    title = "Fix all that Modgo can fix safely"
    return [types.CodeAction(title, FIX_ALL, edit=workspace_edit(snapshot, edits))]
