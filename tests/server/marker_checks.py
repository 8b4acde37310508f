"""The checks of each marker. workspaces/README.md describes the markers."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import pytest
from lsprotocol import converters, types
from pygls.exceptions import JsonRpcException

from .conftest import SECONDS
from .marked_workspace import MarkedWorkspace, Place
from .markers import Golden, Marker

_CONVERTER = converters.get_converter()


class Check(NamedTuple):
    """A marker and what it is checked with."""

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
    """link(place, pattern): what a click there opens."""
    place = check.place(check.arguments[0])
    found = await check.client.text_document_document_link_async(types.DocumentLinkParams(check.document()))
    (target,) = [each.target for each in found if check.here(each.range) == place]
    check.golden(check.arguments[1], target or "")


async def outgoing(check: Check) -> None:
    """outgoing(place, function…): what the function calls, one after the other on the way down."""
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


# --- words


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
    return sorted(found.items, key=lambda item: item.sort_text or item.label)


# --- changes


async def rename(check: Check) -> None:
    """rename(place, name, golden): what another name changes."""
    where = check.workspace.at(check.place(check.arguments[0]))
    prepared = await check.client.text_document_prepare_rename_async(types.PrepareRenameParams(**where))
    assert prepared is not None, str(check.marker)
    check.same(check.workspace.text(check.here(prepared.range)), prepared.placeholder)
    edit = await check.client.text_document_rename_async(
        types.RenameParams(new_name=check.arguments[1], **where)
    )
    check.golden(check.arguments[2], check.workspace.difference(*check.workspace.edited(edit)))


async def renameerr(check: Check) -> None:
    """renameerr(place, name, pattern): why that name is refused."""
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


# --- a whole file, or all of them, as a golden file


async def lenses(check: Check) -> None:
    """lenses(golden): each line with its lenses, and what they run."""
    found = await check.client.text_document_code_lens_async(types.CodeLensParams(check.document()))
    shown: dict[int, list[str]] = {}
    for lens in found:
        assert lens.command is None, "a lens has its command once it has come into view"
        command = (await check.client.code_lens_resolve_async(lens)).command
        function = command.arguments[0].get("function") if command.arguments else None
        runs = " ".join(word for word in (command.command, function) if word)
        shown.setdefault(lens.range.start.line, []).append(
            f"{command.title} ({runs})" if runs else command.title
        )
    check.golden(
        check.arguments[0], _beside_lines(check, {line: " | ".join(all_) for line, all_ in shown.items()})
    )


async def hints(check: Check) -> None:
    """hints(golden): each line that has hints, with them in «»; within="first line:last line", from 1."""
    text = check.workspace.texts[check.marker.file]
    first, last = map(int, check.marker.options.get("within", f"1:{text.count(chr(10)) + 1}").split(":"))
    range_ = types.Range(types.Position(first - 1, 0), types.Position(last, 0))
    found = await check.client.text_document_inlay_hint_async(types.InlayHintParams(check.document(), range_))
    places = [
        (
            check.here(types.Range(hint.position, hint.position)).start,
            f"«{' ' * bool(hint.padding_left)}{hint.label}»",
            "",
        )
        for hint in found
    ]
    check.golden(
        check.arguments[0], _marked_lines(text, [(at, at, before, after) for at, before, after in places])
    )


async def tokens(check: Check) -> None:
    """tokens(golden): each line that has semantic tokens, as ⟨type text⟩; line=… asks for that line only."""
    text = check.workspace.texts[check.marker.file]
    server = check.workspace.editor.initialized
    legend = server.capabilities.semantic_tokens_provider.legend.token_types
    line = check.marker.options.get("line")
    if line is None:
        found = await check.client.text_document_semantic_tokens_full_async(
            types.SemanticTokensParams(check.document())
        )
    else:
        range_ = types.Range(types.Position(line - 1, 0), types.Position(line, 0))
        found = await check.client.text_document_semantic_tokens_range_async(
            types.SemanticTokensRangeParams(check.document(), range_)
        )
    marks, at, column = [], 0, 0
    for start in range(0, len(found.data), 5):
        lines, columns, length, kind, _ = found.data[start : start + 5]
        at, column = at + lines, columns if lines else column + columns
        ends = types.Range(types.Position(at, column), types.Position(at, column + length))
        place = check.here(ends)
        marks.append((place.start, place.end, f"⟨{legend[kind]} ", "⟩"))
    check.golden(check.arguments[0], _marked_lines(text, marks))


async def folds(check: Check) -> None:
    """folds(golden): each run of lines that folds into its first one."""
    found = await check.client.text_document_folding_range_async(types.FoldingRangeParams(check.document()))
    lines = check.workspace.texts[check.marker.file].split("\n")
    shown = [f"{lines[each.start_line].strip()} … {lines[each.end_line].strip()}\n" for each in found or ()]
    check.golden(check.arguments[0], "".join(shown))


async def selection(check: Check) -> None:
    """selection(place, text…): what a growing selection covers, step by step."""
    position = check.workspace.range_of(check.place(check.arguments[0])).start
    (grown,) = await check.client.text_document_selection_range_async(
        types.SelectionRangeParams(check.document(), [position])
    )
    shown = []
    while grown is not None:
        shown.append(check.workspace.text(check.here(grown.range)))
        grown = grown.parent
    check.same(shown[: len(check.arguments) - 1], list(check.arguments[1:]))
    check.same(shown[-1], check.workspace.texts[check.marker.file])


async def symbols(check: Check) -> None:
    """symbols(golden): the outline of the file, with positions."""
    found = await check.client.text_document_document_symbol_async(
        types.DocumentSymbolParams(check.document())
    )
    shown = {}
    for each in found or ():
        trees = isinstance(each, types.DocumentSymbol)
        place = check.here(each.selection_range if trees else each.location.range)
        words = f"{each.name}: {each.detail}" if trees else f"{each.name} of {each.container_name}"
        shown.setdefault(check.workspace.line(place), []).append(words)
    check.golden(
        check.arguments[0], _beside_lines(check, {line: " | ".join(all_) for line, all_ in shown.items()})
    )


async def workspacesymbol(check: Check) -> None:
    """workspacesymbol(query, golden): what is found in the workspace by its registered name."""
    query, golden = check.arguments
    found = await check.client.workspace_symbol_async(types.WorkspaceSymbolParams(query))
    shown = [
        f"{each.name} of {each.container_name}: "
        + check.workspace.described([check.workspace.place_of(each.location.uri, each.location.range)])[0]
        for each in found
    ]
    check.golden(golden, "\n".join(shown))


def _beside_lines(check: Check, words: Mapping[int, str]) -> str:
    lines = check.workspace.texts[check.marker.file].split("\n")
    return "".join(f"{lines[line].strip()}\n    {words[line]}\n" for line in sorted(words))


def _marked_lines(text: str, marks: list[tuple[int, int, str, str]]) -> str:
    """The lines of a text that have marks, with the text before and after each."""
    touched = {text.count("\n", 0, start) for start, _, _, _ in marks}
    for start, end, before, after in sorted(marks, reverse=True):
        text = text[:start] + before + text[start:end] + after + text[end:]
    return "".join(f"{line.strip()}\n" for index, line in enumerate(text.split("\n")) if index in touched)


# --- diagnostics


async def diagnostics(workspace: MarkedWorkspace, extra: bool) -> None:
    """diag(place, code, pattern): each diagnostic of the workspace has one; severity="error". `extra`: there
    may be others."""
    marked = [
        (workspace.place(marker, marker.arguments[0]), marker.arguments[1].name)
        for marker in workspace.markers
        if marker.name == "diag"
    ]
    expected = [f"{workspace.described([place])[0]} {code}" for place, code in sorted(marked)]
    editor = workspace.editor
    linted = [file for file in workspace.opened if file.endswith(".go") and not file.endswith("_test.go")]
    end = asyncio.get_running_loop().time() + SECONDS
    while True:
        shown = await _shown_diagnostics(workspace)
        found = [f"{workspace.described([place])[0]} {each.code}" for place, each in shown]
        missing = [each for each in expected if each not in found] if extra else found != expected
        pulls = editor.initialized.capabilities.diagnostic_provider is not None
        if not missing and (pulls or all(editor.uri(file) in editor.client.diagnostics for file in linted)):
            break
        if asyncio.get_running_loop().time() > end:
            assert found == expected, "diagnostics"
        await asyncio.sleep(0.005)
    for marker in workspace.markers:
        if marker.name == "diag":
            place = workspace.place(marker, marker.arguments[0])
            (each,) = [
                each for there, each in shown if there == place and str(each.code) == marker.arguments[1].name
            ]
            pattern = marker.arguments[2]
            assert pattern.search(each.message), f"{marker}: {each.message!r}"
            severity = marker.options.get("severity", each.severity.name.lower())
            assert each.severity.name.lower() == severity, str(marker)


async def _shown_diagnostics(workspace: MarkedWorkspace) -> list[tuple[Place, types.Diagnostic]]:
    """Pushed diagnostics, and for a client that pulls those of its open files."""
    editor = workspace.editor
    shown = {uri: list(found) for uri, found in editor.client.diagnostics.items() if workspace.holds(uri)}
    if editor.initialized.capabilities.diagnostic_provider is not None:
        for file in workspace.opened:
            if not file.endswith(".go"):
                continue  # a client pulls only for files of its languages
            params = types.DocumentDiagnosticParams(workspace.document(file))
            report = await editor.client.text_document_diagnostic_async(params)
            assert not shown.get(editor.uri(file)), f"{file} was pushed and pulled"
            shown[editor.uri(file)] = list(report.items)
    places = [(workspace.place_of(uri, each.range), each) for uri, found in shown.items() for each in found]
    return sorted(places, key=lambda pair: (pair[0], str(pair[1].code)))


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
