"""The key of lint's result cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import modgo_lsp
from modgo_lsp.build import lint_store
from modgo_lsp.golang.modules.go_environment import GoEnvironment

PACKAGE = Path(modgo_lsp.__file__).parent


def test_the_key_covers_all_code_that_lint_results_depend_on(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import json, sys, modgo_lsp.lint.package_linter; from modgo_lsp.rules.catalogue import RULES\n"
        "list(RULES.values())\n"
        "ours = [each for name, each in sys.modules.items() if name.startswith('modgo_lsp')]\n"
        "print(json.dumps([each.__file__ for each in ours]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = {Path(path) for path in json.loads(ran.stdout)}
    looked_at: set[Path] = set()
    original = os.scandir

    def scandir(folder: str) -> object:
        looked_at.update(path for path in Path(folder).iterdir() if path.is_file())
        return original(folder)

    monkeypatch.setattr(lint_store.os, "scandir", scandir)
    assert lint_store.DiskStore()._key("/m", GoEnvironment())
    assert len(imported) > 50
    assert sorted(map(str, imported - looked_at)) == []


def test_the_key_changes_with_go_s_library(tmp_path: Path) -> None:
    environment = GoEnvironment(goroot=str(tmp_path))
    keys = [lint_store.DiskStore()._key("/m", environment)]
    for text in ("go1.26.0\n", "go1.26.10\n"):
        (tmp_path / "VERSION").write_text(text)
        keys.append(lint_store.DiskStore()._key("/m", environment))
    assert len(set(keys)) == 3
