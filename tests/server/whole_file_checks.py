"""The checks of the markers whose expectation is a whole file, or a golden file."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types

from .marker_check import Check


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
