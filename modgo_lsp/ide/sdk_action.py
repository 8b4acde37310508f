"""The code action at the import of the SDK where Go's own tools don't find it: gopls marks the import red."""

from __future__ import annotations

from modgo_lsp.golang.files import Files, join, upwards
from modgo_lsp.golang.modules.go_mod import GoMod, parse_go_mod
from modgo_lsp.golang.syntax.positions import LineIndex, Span
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH


def sdk_action(
    package: Package, path: str, lines: LineIndex, selection: Span, files: Files, is_found: bool
) -> str | None:
    """The title of the action for a selection in the line of the import in the file `path`; None where there
    is nothing to do, or no go.mod. `is_found` is whether the go command finds the SDK's sources."""
    place = next((file.sdk_import for file in package.files if file.document.path == path), None)
    if place is None:
        return None
    line = lines.line_of(place.span.start)
    if {lines.line_of(selection.start), lines.line_of(selection.end)} != {line}:
        return None
    found = _go_mod(package.directory, files)
    if found is None:
        return None
    folder, mod = found
    if any(each.old == SDK_PATH for each in mod.replaces):
        return None
    required = next((version for module, version in mod.requires if module == SDK_PATH), None)
    if required is None:
        return None if is_found else "Add the SDK to go.mod"  # it may be found by go.work, or be this module
    if not _has_sums(folder, required, files):
        return "Add the SDK's checksums to go.sum"
    return None if is_found else "Install the SDK for Go's own tools"


def _go_mod(directory: str, files: Files) -> tuple[str, GoMod] | None:
    for folder in upwards(directory):
        try:
            return folder, parse_go_mod(files.read(join(folder, "go.mod")))
        except OSError:
            continue
    return None


def _has_sums(folder: str, version: str, files: Files) -> bool:
    """Whether go.sum has both lines of the SDK, or the module's dependencies are in vendor/, without it."""
    try:
        text = files.read(join(folder, "go.sum"))
    except OSError:
        return files.stamp(join(join(folder, "vendor"), "modules.txt")) is not None
    return all(f"{SDK_PATH} {each} ".encode() in text for each in (version, f"{version}/go.mod"))
