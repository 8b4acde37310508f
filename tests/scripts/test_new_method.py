"""make new-method writes a handler, a row and a workspace test, which fails until the handler answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modgo_lsp.server.lsp.methods import METHODS
from scripts.new_method import ROOT, new_method

_METHOD = "textDocument/linkedEditingRange"
_ANSWER = "return types.LinkedEditingRanges([types.Range(params.position, params.position)])\n"
_EXPECTED = """{
  "ranges": [
    {
      "end": "8:21",
      "start": "8:21"
    }
  ]
}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the server and its workspace tests need."""
    folders = ("modgo_lsp", "grammars", "udf", "libmod_go", "tests", "docs", "scripts")
    needed = (*folders, "pyproject.toml", "vscode-extension/package.json")
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *needed], cwd=ROOT
    )
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )


def contents(checkout: Path) -> dict[str, bytes]:
    paths = (path for path in checkout.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {path.relative_to(checkout).as_posix(): path.read_bytes() for path in paths}


def test_a_method_is_a_file_a_row_and_a_workspace_test(checkout: Path) -> None:
    assert _METHOD not in METHODS, "take another method here that the server does not have"
    before = contents(checkout)
    handler, _, test = new_method(_METHOD, checkout)
    pytest_ = ("-m", "pytest", "-p", "no:cacheprovider", "-k", "linked_editing and not vscode and not emacs")
    markers = (*pytest_, "tests/server/test_markers.py")
    failed = run(checkout, *markers)
    assert "not as in @add" in failed.stdout, failed.stdout + failed.stderr

    source = handler.read_text()
    handler.write_text(
        source.replace("-> None:", "-> types.LinkedEditingRanges | None:").replace(
            "return None  # null where nothing concerns modgo: the editor asks gopls\n", _ANSWER
        )
    )
    text = test.read_text()
    test.write_text(text[: text.index("-- @add --\n")] + "-- @add --\n" + _EXPECTED)
    for passes in (
        markers,
        (
            *pytest_[:4],
            "tests/server/test_capabilities.py",
            "tests/server/test_beside_gopls.py::test_nothing_that_gopls_does_is_announced",
        ),
        ("docs/generate.py",),
    ):
        done = run(checkout, *passes)
        assert done.returncode == 0, done.stdout + done.stderr
    after = contents(checkout)
    assert {name for name in after if after[name] != before.get(name) and not name.startswith(".")} == {
        "modgo_lsp/server/requests/linked_editing_range.py",
        "modgo_lsp/server/lsp/methods.py",
        "tests/server/workspaces/linked_editing_range.txtar",
        "docs/features.md",
    }


@pytest.mark.parametrize(
    "method",
    [
        "textDocument/hover",
        "textDocument/didOpen",
        "textDocument/nonsense",
        "textDocument/typeDefinition",
        "workspace/configuration",
        "workspaceSymbol/resolve",
    ],
)
def test_what_is_no_new_request_about_a_document_is_refused(tmp_path: Path, method: str) -> None:
    with pytest.raises(ValueError, match=method):
        new_method(method, tmp_path)
