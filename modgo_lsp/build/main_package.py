"""The main package that a build adds: it links the UDF packages into one shared object and passes the SDK the
build's properties.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modgo_lsp.build.wrappers import HEAD, Dispatch, Generated, quoted
from modgo_lsp.model.sdk import SDK_PATH

MAIN_FOLDER = "zz_modgo_main"


def main_file(
    folder: Path,
    imports: Sequence[str],
    dispatch: Dispatch,
    build: Mapping[str, Any],
    functions: Sequence[Mapping[str, Any]],
) -> Generated:
    """The main package in `folder`, which does not exist; it links `imports`. It lists the descriptors that
    have a symbol in the order of `functions`, because a symbol passes its index in this list."""
    symbolic = [quoted(function["name"]) for function in functions if function["symbol"]]
    fields = [f"Dispatch: {quoted(dispatch)}", f"Build: {quoted(json.dumps(build, sort_keys=True))}"]
    if symbolic:
        fields.append(f"Symbols: []string{{{', '.join(symbolic)}}}")
    text = (
        f"{HEAD}package main\n\nimport {quoted(SDK_PATH)}\n"
        f"{''.join(f'import _ {quoted(path)}' + chr(10) for path in imports)}\n"
        f"func init() {{\n\tudf.Build(udf.BuildInfo{{{', '.join(fields)}}})\n}}\n\nfunc main() {{}}\n"
    )
    return Generated(folder / "main.go", text.encode())
