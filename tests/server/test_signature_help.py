"""textDocument/signatureHelp as the client gets it."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from modgo_lsp.server.requests.signature_help import answer

from .analysed_files import AnalysedFiles
from .conftest import CLEAN, GO_MOD


def test_the_signature_that_callers_see_with_its_documentation(tmp_path: Path) -> None:
    files = AnalysedFiles(tmp_path)
    files.write("go.mod", GO_MOD)
    files.write("stats.go", CLEAN)
    lines = CLEAN.splitlines()

    def at(text: str) -> types.SignatureHelp | None:
        line = next(number for number, each in enumerate(lines) if text in each)
        place = types.Position(line, lines[line].index(text) + len(text))
        document = types.TextDocumentIdentifier(files.uri("stats.go"))
        return answer(files.snapshot(), types.SignatureHelpParams(document, place))

    assert at('udf.Register("add", ') == types.SignatureHelp(
        [
            types.SignatureInformation(
                "add(a: integer, b: integer) → integer",
                "Add adds b to a.",
                [types.ParameterInformation("a: integer"), types.ParameterInformation("b: integer")],
            )
        ],
        0,
        None,
    )
    assert at("package") is None
