"""The check of the diag markers: each diagnostic of a workspace has one."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from .conftest import SECONDS
from .marked_workspace import MarkedWorkspace, Place


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
