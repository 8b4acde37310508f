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
DEBUG_PATH = f"{SDK_PATH}/udfdebug"

# A worker may not write files, so the counters leave it as the result of a function.
COVERAGE_FUNCTION = "zz_modgo_coverage"
_COVERAGE_IMPORTS = 'import "bytes"\nimport "runtime/coverage"\nimport _ "unsafe"\n'
_REGISTER_COVERAGE = f"\tinitHook(false)\n\tudf.Register({quoted(COVERAGE_FUNCTION)}, counted)\n"
_COVERAGE = """
// The compiler adds the call only to a main package that counts, too.
//
//go:linkname initHook runtime/coverage.initHook
func initHook(isTest bool)

func counted(*udf.Record) ([][]byte, error) {
	var meta, counters bytes.Buffer
	if err := coverage.WriteMeta(&meta); err != nil {
		return nil, err
	}
	if err := coverage.WriteCounters(&counters); err != nil {
		return nil, err
	}
	return [][]byte{meta.Bytes(), counters.Bytes()}, nil
}
"""


def debug_main_file(folder: Path, imports: Sequence[str]) -> Generated:
    """The main package of a program for a debugger, which gets its calls from modgo."""
    links = "".join(f"import _ {quoted(path)}\n" for path in imports)
    text = f"{HEAD}package main\n\nimport {quoted(DEBUG_PATH)}\n{links}\nfunc main() {{ udfdebug.Main() }}\n"
    return Generated(folder / "main.go", text.encode())


def main_file(
    folder: Path,
    imports: Sequence[str],
    dispatch: Dispatch,
    build: Mapping[str, Any],
    functions: Sequence[Mapping[str, Any]],
    coverage: bool,
) -> Generated:
    """The main package in `folder`, which does not exist; it links `imports`. It lists the descriptors that
    have a symbol in the order of `functions`, because a symbol passes its index in this list. With `coverage`
    it registers COVERAGE_FUNCTION, which returns what Go's runtime has counted."""
    symbolic = [quoted(function["name"]) for function in functions if function["symbol"]]
    about = json.dumps(build, sort_keys=True, ensure_ascii=False)
    fields = [f"Dispatch: {quoted(dispatch)}", f"Build: {quoted(about)}"]
    if symbolic:
        fields.append(f"Symbols: []string{{{', '.join(symbolic)}}}")
    text = (
        f"{HEAD}package main\n\nimport {quoted(SDK_PATH)}\n"
        f"{''.join(f'import _ {quoted(path)}' + chr(10) for path in imports)}"
        f"{_COVERAGE_IMPORTS if coverage else ''}\n"
        f"func init() {{\n\tudf.Build(udf.BuildInfo{{{', '.join(fields)}}})\n"
        f"{_REGISTER_COVERAGE if coverage else ''}}}\n\nfunc main() {{}}\n"
        f"{_COVERAGE if coverage else ''}"
    )
    return Generated(folder / "main.go", text.encode())
