"""modgo.cases."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from modgo_lsp.host.cases.case_file import CASE_ENDINGS, Table, case_files
from modgo_lsp.host.cases.case_result import problems_json
from modgo_lsp.host.cases.case_selection import select_cases
from modgo_lsp.report.sources import printable
from modgo_lsp.server.commands.arguments import Request, UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.default_module import with_module


async def cases(commands: Commands, arguments: Arguments, _token: Token) -> Json:
    """Lists the cases of a module or of a case file, without running them."""
    session = commands.session
    request = await with_module(session, request_of(arguments))
    directory = request.directory(session.documents.by_path)
    return await asyncio.to_thread(_listed, request, directory)


def _listed(request: Request, directory: Path) -> Json:
    def shown(path: Path) -> str:
        return printable(os.path.relpath(path, directory))

    found = select_cases([(path, 0) for path in files_of(request, (directory,))], [])
    return {
        "ok": not found.problems,
        "cases": [
            {
                "name": case.name,
                "function": case.function,
                "file": printable(case.path.name),
                "location": f"{shown(case.path)}:{case.line}",
                "table": _table_json(case.table, shown(case.path)),
            }
            for case in found.cases
        ],
        "invalid": problems_json(found.problems, shown),
    }


def _table_json(table: Table | None, path: str) -> dict[str, Any] | None:
    return None if table is None else {"name": table.name, "location": f"{path}:{table.line}"}


def files_of(request: Request, folders: tuple[Path, ...]) -> list[Path]:
    """The case files that a request means: the one that it names, else those of all folders. Raises
    UsageError."""
    if request.path.name.endswith(CASE_ENDINGS):
        if not request.path.is_file():
            raise UsageError(f"There is no file {request.path}. Give a case file or the module's folder.")
        return [request.path]
    return [path for folder in folders for path in case_files(folder)]
