"""The checks of each marker. workspaces/README.md describes the markers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from lsprotocol import converters, types
from pygls.exceptions import JsonRpcException

from .diagnostic_checks import diagnostics
from .marked_workspace import MarkedWorkspace
from .marker_check import Check
from .markers import Golden
from .whole_file_checks import folds, hints, lenses, selection, symbols, tokens, workspacesymbol

_CONVERTER = converters.get_converter()


# --- places


async def definition(check: Check) -> None:
    """def(place, function…): where the name at `place` leads."""
    source, *expected = check.arguments
    params = types.DefinitionParams(**check.workspace.at(check.place(source)))
    found = await check.client.text_document_definition_async(params)
    _same_locations(check, found, tuple(expected))


async def references(check: Check) -> None:
    """refs(place, use…): all uses, the declaration among them."""
    source, *expected = check.arguments
    params = types.ReferenceParams(
        context=types.ReferenceContext(check.marker.options.get("declaration", True)),
        **check.workspace.at(check.place(source)),
    )
    found = await check.client.text_document_references_async(params)
    _same_locations(check, found, tuple(expected))


def _same_locations(check: Check, found: Any, expected: tuple[Any, ...]) -> None:
    shown = check.workspace.described(check.workspace.place_of(each.uri, each.range) for each in found or ())
    check.same(shown, check.places(expected))


async def highlight(check: Check) -> None:
    """highlight(place, mark…): what is marked while the cursor is at `place`."""
    source, *expected = check.arguments
    params = types.DocumentHighlightParams(**check.workspace.at(check.place(source)))
    found = await check.client.text_document_document_highlight_async(params) or ()
    shown = check.workspace.described(check.here(each.range) for each in found)
    check.same(shown, check.places(tuple(expected)))


async def link(check: Check) -> None:
    """link(place, pattern): the target of the link."""
    place = check.place(check.arguments[0])
    found = await check.client.text_document_document_link_async(types.DocumentLinkParams(check.document()))
    (target,) = [each.target for each in found if check.here(each.range) == place]
    check.golden(check.arguments[1], target or "")


async def outgoing(check: Check) -> None:
    """outgoing(place, function…): the functions that it calls."""
    item = await _prepared(check)
    found = await check.client.call_hierarchy_outgoing_calls_async(
        types.CallHierarchyOutgoingCallsParams(item)
    )
    check.same(_described(check, [each.to for each in found]), check.places(check.arguments[1:]))


async def incoming(check: Check) -> None:
    """incoming(place, callee, function…): who calls what the UDF at `place` calls as `callee`."""
    item = await _prepared(check)
    below = await check.client.call_hierarchy_outgoing_calls_async(
        types.CallHierarchyOutgoingCallsParams(item)
    )
    callee = check.places(check.arguments[1:2])
    (item,) = [each.to for each in below if _described(check, [each.to]) == callee]
    found = await check.client.call_hierarchy_incoming_calls_async(
        types.CallHierarchyIncomingCallsParams(item)
    )
    check.same(_described(check, [each.from_ for each in found]), check.places(check.arguments[2:]))


async def nocalls(check: Check) -> None:
    """nocalls(place): there is no call hierarchy from there."""
    params = types.CallHierarchyPrepareParams(**check.workspace.at(check.place(check.arguments[0])))
    assert not await check.client.text_document_prepare_call_hierarchy_async(params), str(check.marker)


async def _prepared(check: Check) -> types.CallHierarchyItem:
    params = types.CallHierarchyPrepareParams(**check.workspace.at(check.place(check.arguments[0])))
    found = await check.client.text_document_prepare_call_hierarchy_async(params)
    assert found is not None, str(check.marker)
    assert len(found) == 1, str(check.marker)
    return found[0]


def _described(check: Check, items: list[types.CallHierarchyItem]) -> list[str]:
    workspace = check.workspace
    return workspace.described(workspace.place_of(each.uri, each.selection_range) for each in items)


# --- hover, signature help and completion


async def hover(check: Check) -> None:
    """hover(place, about, text): the hover of `about`; hover(place): none. Clients without
    Markdown have golden files of their own: @add.text beside @add."""
    params = types.HoverParams(**check.workspace.at(check.place(check.arguments[0])))
    found = await check.client.text_document_hover_async(params)
    if len(check.arguments) == 1:
        check.same(found, None)
        return
    assert found is not None, str(check.marker)
    shown = check.workspace.described([check.here(found.range)])
    check.same(shown, check.places(check.arguments[1:2]))
    expected = check.arguments[2]
    if found.contents.kind == types.MarkupKind.PlainText and isinstance(expected, Golden):
        expected = Golden(f"{expected.name}.text")
    check.golden(expected, found.contents.value)


async def signature(check: Check) -> None:
    """signature(place, label, parameter…): the help at the end of `place`; signature(place): none."""
    params = types.SignatureHelpParams(**check.workspace.at(check.place(check.arguments[0]), end=True))
    found = await check.client.text_document_signature_help_async(params)
    if len(check.arguments) == 1:
        check.same(found, None)
        return
    assert found is not None, str(check.marker)
    (only,) = found.signatures
    check.same((only.label, *(each.label for each in only.parameters or ())), check.arguments[1:])


async def complete(check: Check) -> None:
    """complete(place, label…): what is offered at the end of `place`, the likeliest first."""
    items = await _completions(check)
    check.same([item.label for item in items], list(check.arguments[1:]))


async def accept(check: Check) -> None:
    """accept(place, label, golden): what accepting a label does to the file; detail="…" is shown beside it,
    and doc=… is its documentation."""
    items = await _completions(check)
    (item,) = [item for item in items if item.label == check.arguments[1]]
    check.same(item.documentation, None)  # it comes with completionItem/resolve
    options = check.marker.options
    if "detail" in options:
        check.same(item.detail, options["detail"])
    edit = types.WorkspaceEdit(changes={check.document().uri: [item.text_edit]})
    check.golden(check.arguments[2], check.workspace.difference(*check.workspace.edited(edit)))
    if "doc" in options:
        resolved = await check.client.completion_item_resolve_async(item)
        page = resolved.documentation
        check.golden(options["doc"], page if isinstance(page, str) else page.value)


async def _completions(check: Check) -> list[types.CompletionItem]:
    params = types.CompletionParams(**check.workspace.at(check.place(check.arguments[0]), end=True))
    found = await check.client.text_document_completion_async(params)
    assert not found.is_incomplete, str(check.marker)  # the editor asks again for each letter, else
    return sorted(found.items, key=lambda item: item.sort_text or item.label)


# --- changes


async def rename(check: Check) -> None:
    """rename(place, name, golden): the edits of a rename."""
    where = check.workspace.at(check.place(check.arguments[0]))
    prepared = await check.client.text_document_prepare_rename_async(types.PrepareRenameParams(**where))
    assert prepared is not None, str(check.marker)
    check.same(check.workspace.text(check.here(prepared.range)), prepared.placeholder)
    edit = await check.client.text_document_rename_async(
        types.RenameParams(new_name=check.arguments[1], **where)
    )
    check.golden(check.arguments[2], check.workspace.difference(*check.workspace.edited(edit)))


async def renameerr(check: Check) -> None:
    """renameerr(place, name, pattern): the error for an invalid name."""
    where = check.workspace.at(check.place(check.arguments[0]))
    with pytest.raises(JsonRpcException) as problem:
        await check.client.text_document_rename_async(
            types.RenameParams(new_name=check.arguments[1], **where)
        )
    check.golden(check.arguments[2], problem.value.message)


async def norename(check: Check) -> None:
    """norename(place): nothing to rename."""
    where = check.workspace.at(check.place(check.arguments[0]))
    found = await check.client.text_document_prepare_rename_async(types.PrepareRenameParams(**where))
    check.same(found, None)


async def action(check: Check) -> None:
    """action(place, title, golden): what the action of that title does; kind="source", preferred=true."""
    found = [each for each in await _actions(check) if each.title == check.arguments[1]]
    assert len(found) == 1, str(check.marker)
    if "preferred" in check.marker.options:
        check.same(bool(found[0].is_preferred), check.marker.options["preferred"])
    check.golden(check.arguments[2], check.workspace.difference(*check.workspace.edited(found[0].edit)))


async def actions(check: Check) -> None:
    """actions(place, title…): all actions there."""
    check.same([each.title for each in await _actions(check)], list(check.arguments[1:]))


async def _actions(check: Check) -> list[types.CodeAction]:
    kind = check.marker.options.get("kind")
    range_ = check.workspace.range_of(check.place(check.arguments[0]))
    return await check.workspace.editor.actions(check.document().uri, range_, only=[kind] if kind else None)


async def result(check: Check) -> None:
    """result(place, "method", text): the JSON that any method about a document answers, with
    its positions as "LINE:COLUMN"."""
    place, method = check.place(check.arguments[0]), check.arguments[1]
    kind: Any = types.METHOD_TO_TYPES[method][2]
    given = {**check.workspace.at(place), "range": check.workspace.range_of(place)}
    params = kind(**{each.name: given[each.name] for each in kind.__attrs_attrs__ if each.name in given})
    found = await check.client.protocol.send_request_async(method, params)
    answer = check.workspace.readable(_CONVERTER.unstructure(found), check.marker.file)
    text = json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False)
    check.golden(check.arguments[2], text.replace(check.workspace.folder.as_uri(), "FOLDER"))


CHECKS: dict[str, Callable[[Check], Awaitable[None]]] = {
    "def": definition,
    "refs": references,
    **{
        check.__name__: check
        for check in (
            *(highlight, link, outgoing, incoming, nocalls, hover, signature, complete, accept),
            *(rename, renameerr, norename, action, actions),
            *(lenses, hints, tokens, folds, selection, symbols, workspacesymbol, result),
        )
    },
}


async def check_all(workspace: MarkedWorkspace, update: bool, extra: bool) -> None:
    await diagnostics(workspace, extra)
    for marker in workspace.markers:
        if marker.name not in ("loc", "diag"):
            assert marker.name in CHECKS, f"{marker}: there is no such marker"
            await asyncio.wait_for(CHECKS[marker.name](Check(workspace, marker, update)), 20)
    await diagnostics(workspace, extra)
