"""Starts an LSP method: `make new-method METHOD=textDocument/linkedEditingRange`.

Writes its handler, its row in the table of methods, and a workspace test, which fails until the handler
answers.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import get_args

from lsprotocol import types

from modgo_lsp.server.lsp.methods import METHODS

ROOT = Path(__file__).parents[1]

_HANDLER = '''"""{method}."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.server.requests.cursor import {function}
from modgo_lsp.server.workspace.snapshot import Snapshot


def answer(snapshot: Snapshot, params: types.{params}) -> None:
    """What the method answers, in one sentence for docs/features.md"""
    {target} = {function}(snapshot, {argument})
    if {target} is None:
        return None
    return None  # null where nothing concerns modgo: the editor asks gopls
'''

_TEST = """{method}: what it answers.

-- stats.go --
package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func Add(a, b int64) int64 {{ return a + b }}

func init() {{
	udf.Register(/*𝄞*/ "add", Add) //@result(`"add"`, "{method}", @add)
}}
-- @add --
"replace this by the answer, or run with --update-golden"
"""

# What gopls does for Go, and modgo does not.
GOPLS = (
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "textDocument/typeDefinition",
    "textDocument/implementation",
    "textDocument/declaration",
    "textDocument/prepareTypeHierarchy",
    "textDocument/moniker",
    "textDocument/inlineValue",
)

_TABLE = Path("modgo_lsp/server/lsp/methods.py")
_WIDTH = 110
_END_OF_ROWS = "\n)\n_PACKAGES = "


def new_method(method: str, root: Path = ROOT) -> tuple[Path, Path, Path]:
    """Writes the files below `root`, and returns their paths: handler, table, test.

    Raises ValueError if there is no such request or it has a row, and FileExistsError if its file exists.
    """
    if method in METHODS:
        raise ValueError(f"{method} has a row in {_TABLE} already")
    if method in GOPLS:
        raise ValueError(f"{method} is gopls's: modgo runs beside it, and announces none of its methods")
    _, response, params, _ = types.METHOD_TO_TYPES.get(method, (None,) * 4)
    if response is None or params is None or types.message_direction(method) == "serverToClient":
        raise ValueError(f"{method} is not a request that LSP has a client send")
    fields = {each.name for each in params.__attrs_attrs__}
    if "text_document" not in fields:
        raise ValueError(f"{method} is not about a document: start from a file in requests/ that is like it")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method.split("/", 1)[1]).lower().replace("/", "_")
    at_cursor = "position" in fields
    values = {
        "method": method,
        "name": name,
        "params": params.__name__,
        "function": "cursor_of" if at_cursor else "go_document_of",
        "target": "cursor" if at_cursor else "document",
        "argument": "params" if at_cursor else "params.text_document",
    }
    handler = root / "modgo_lsp/server/requests" / f"{name}.py"
    test = root / "tests/server/workspaces" / f"{name}.txtar"
    for path, content in ((handler, _HANDLER), (test, _TEST)):
        with path.open("x", encoding="utf-8") as file:
            file.write(content.format(**values))
    table = root / _TABLE
    rows, end, rest = table.read_text(encoding="utf-8").partition(_END_OF_ROWS)
    table.write_text(f"{rows}\n{_row(method, name)}{end}{rest}", encoding="utf-8")
    return handler, table, test


def provider_of(method: str) -> str:
    """The field of ServerCapabilities for a method, "hoverProvider": the one whose type contains the options
    that the method is registered with. "" if there is none, or if it is another method's."""
    registration = types.METHOD_TO_TYPES[method][3]
    options = registration.__name__.replace("RegistrationOptions", "Options") if registration else ""
    for field in types.ServerCapabilities.__attrs_attrs__:
        named = {getattr(each, "__name__", "") for each in get_args(field.type)}
        if field.name.endswith("_provider") and options in named:
            return re.sub(r"_([a-z])", lambda letter: letter[1].upper(), field.name)
    return ""


def _row(method: str, name: str) -> str:
    """The row as ruff formats it, with the field of ServerCapabilities for the method, if there is one."""
    cells = [f'"{method}"', f'"{name}.answer"', '"snapshot"']
    if provider := provider_of(method):
        cells.append(f'"{provider}"')
    row = f"    Method({', '.join(cells)}),"
    return (
        row
        if len(row) <= _WIDTH
        else "\n        ".join(["    Method(", *(f"{each}," for each in cells)]) + "\n    ),"
    )


if __name__ == "__main__":
    try:
        for written in new_method(*sys.argv[1:2]):
            print(written.relative_to(ROOT))
    except (ValueError, FileExistsError, TypeError) as error:
        sys.exit(f"{error}\nUsage: make new-method METHOD=textDocument/linkedEditingRange")
