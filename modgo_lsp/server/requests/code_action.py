"""textDocument/codeAction and codeAction/resolve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from lsprotocol import types

from modgo_lsp.file_writer import leads_out
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.code_actions import Action, quick_fixes, suppressions
from modgo_lsp.ide.fix_all import fix_all
from modgo_lsp.ide.sdk_action import sdk_action
from modgo_lsp.lint.apply_fixes import best
from modgo_lsp.model.finding import Edit
from modgo_lsp.server.lsp.errors import StaleError
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.requests.translation import diagnostic, to_span, workspace_edit
from modgo_lsp.server.workspace.snapshot import Snapshot

FIX_ALL = "source.fixAll.modgo"
CLIENT_ADD_SDK = "modgo.client.addSdk"


def answer(snapshot: Snapshot, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Quick fixes of findings, "suppress here", adding the SDK to go.mod, and all safe fixes of a file as
    source.fixAll.modgo"""
    path = path_of(params.text_document.uri)
    document = None if path is None else snapshot.document(path)
    if document is None or not snapshot.client.code_action_literals:
        return []
    findings = snapshot.findings_of(document.path)
    actions: list[types.CodeAction] = []
    if _is_requested(types.CodeActionKind.QuickFix.value, params.context):
        span = to_span(document.lines, params.range, snapshot.encoding)
        found = [*quick_fixes(findings, document.path, span), *suppressions(findings, document, span)]
        inside = [action for action in found if not _lead_out(action.edits)]
        actions += [_quick_fix(snapshot, action) for action in inside]
        actions += _sdk_actions(snapshot, document, span, params)
    if _is_requested(FIX_ALL, params.context) and any(best(finding, unsafe=False) for finding in findings):
        actions += _fix_all(snapshot, params.text_document.uri, document.path)
    return actions


def resolve(snapshot: Snapshot, action: types.CodeAction) -> types.CodeAction:
    """The edit of "fix all", which takes several rounds of fixing to work out"""
    path = path_of(action.data["uri"]) if isinstance(action.data, dict) and "uri" in action.data else None
    if path is not None and action.edit is None:
        if snapshot.is_superseded:
            raise StaleError  # the edit would be of an older text
        action.edit = workspace_edit(snapshot, _all_edits(snapshot, path))
    return action


def _is_requested(kind: str, context: types.CodeActionContext) -> bool:
    """Whether the client asks for a kind. Kinds are a tree: "source" and "source.fixAll" include ours."""
    asked = [only.value if isinstance(only, types.CodeActionKind) else only for only in context.only or ()]
    return not asked or any(only == "" or kind == only or kind.startswith(only + ".") for only in asked)


def _lead_out(edits: Sequence[Edit]) -> bool:
    """Whether an edit is of a file outside the workspace, to which a symbolic link leads."""
    return any(leads_out(path) for path in {edit.location.path for edit in edits})


def _quick_fix(snapshot: Snapshot, action: Action) -> types.CodeAction:
    return types.CodeAction(
        title=action.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(snapshot, action.finding)],
        is_preferred=True if action.preferred else None,
        edit=workspace_edit(snapshot, action.edits),
    )


def _sdk_actions(
    snapshot: Snapshot, document: Document, span: Span, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """The action that adds the SDK to go.mod, as a fix of all that servers report at its import."""
    package = snapshot.package_of(document.path) if snapshot.client.options.trusted else None
    if package is None:
        return []
    is_found = snapshot.loader.finds_sdk(package.directory)
    title = sdk_action(package, document.path, document.lines, span, snapshot.files, is_found)
    if title is None:
        return []
    ours = CLIENT_ADD_SDK in snapshot.client.options.commands
    arguments = {"uri": params.text_document.uri, **({} if ours else {"show": True})}
    name = CLIENT_ADD_SDK if ours else "modgo.addSdk"
    return [
        types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=list(params.context.diagnostics) or None,
            is_preferred=True if params.context.diagnostics else None,
            command=types.Command(title, name, arguments=[arguments]),
        )
    ]


def _fix_all(snapshot: Snapshot, uri: str, path: str) -> list[types.CodeAction]:
    action = types.CodeAction("Fix all that Modgo can fix safely", FIX_ALL)
    if snapshot.client.action_edits_later:
        action.data = {"uri": uri}
        return [action]
    edits = _all_edits(snapshot, path)
    action.edit = workspace_edit(snapshot, edits)
    return [action] if edits else []


def _all_edits(snapshot: Snapshot, path: str) -> tuple[Edit, ...]:
    settings = snapshot.configuration(str(PurePath(path).parent)).settings
    edits = fix_all(path, snapshot.files, snapshot.loader, settings)
    return () if _lead_out(edits) else edits
