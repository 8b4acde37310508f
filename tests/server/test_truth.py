"""After any sequence of events the editor shows what `modgo lint` reports for the same content.

`make truth` goes on for longer (MODGO_EDITS).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.server.language_client import LanguageServer
from tests.server.truth import World

STEPS = int(os.environ.get("MODGO_EDITS", "240"))
SEEDS = 4 if STEPS > 1000 else 2


@pytest.mark.timeout(0 if STEPS > 1000 else 240)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_editor_shows_what_lint_reports(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    encoding = ("utf-16", "utf-8", "utf-32")[seed % 3]
    server = LanguageServer([sys.executable, "-m", "modgo_lsp.server.main"], folder)
    world = World(folder, server, encoding, seed)  # type: ignore[arg-type]
    server.initialize(
        capabilities={
            "general": {"positionEncodings": [encoding]},
            "textDocument": {"publishDiagnostics": {"versionSupport": True}},
        }
    )
    world.open()
    before = ""
    for number in range(STEPS // SEEDS):
        done = world.step()
        world.settle()
        shown = {path: items for path, items in world.pushed().items() if path.endswith(".go")}
        fresh, linted = world.expected()
        shown_sorted = {path: sorted(items, key=repr) for path, items in shown.items() if items}
        due = {path: sorted(items, key=repr) for path, items in fresh.items() if items and path[-3:] == ".go"}
        where = f"at step {number} of seed {seed}, which was: {done}; after {before}"
        assert shown_sorted == due, where
        opened = {str(Path(path).parent) for path in (str(folder / each) for each in world.texts)}
        ours = {path: items for path, items in due.items() if str(Path(path).parent) in opened}
        assert ours == {
            path: sorted(items, key=repr) for path, items in linted.items() if path[-3:] == ".go"
        }, where
        before = done
    server.close()
