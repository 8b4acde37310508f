"""Source locations for failures of a module: a package clause, or a stack frame "file.go:12".

Compiler errors have columns, too (build/compiler_errors.py).
"""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.golang.syntax.positions import LineIndex, Span
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package


def place_of(package: Package | None, path: Path) -> Location:
    """The package clause of the first file; without a package the module's own file."""
    if package is not None and package.files:
        return package.files[0].package_name_location
    return Location(str(path), Span(0, 0))


def place_of_frame(path: str, line: int, package: Package | None = None) -> Location | None:
    """The location of a line, without its indentation. A bare file name is looked up in the package and its
    imports from its Go module. None if there is no such line."""
    if package is not None:
        for one in (package, *package.dependencies):
            for file in one.files:
                if Path(file.document.path).name == path:
                    return _line(file.document.path, file.document.text, line)
        return None
    try:
        return _line(path, Path(path).read_bytes(), line)
    except OSError:
        return None


def _line(path: str, text: bytes, line: int) -> Location | None:
    index = LineIndex(text)
    if not 1 <= line <= index.line_count:
        return None
    start = index.byte_column(line, 1)
    end = index.byte_column(line + 1, 1) if line < index.line_count else len(text)
    content = text[start:end]
    start += len(content) - len(content.lstrip())
    return Location(path, Span(start, start + len(content.strip())))
