"""Neovim, headless, with the very configuration of docs/editors/neovim.md: Debian's, and a current one."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.repository import Hostile

from .conftest import PAGES, SELF_ASSIGNED, UNREGISTERED, program

HERE = Path(__file__).parent
GOPLS = """
vim.api.nvim_create_autocmd('FileType', {
  pattern = 'go',
  callback = function(event)
    local config = {
      name = 'gopls', cmd = { 'gopls' }, root_dir = vim.fn.getcwd(),
    }
    if vim.lsp.start then
      vim.lsp.start(config, { bufnr = event.buf })
    else
      vim.lsp.buf_attach_client(event.buf, vim.lsp.start_client(config))
    end
  end,
})
"""


@pytest.fixture(
    params=["/usr/bin/nvim", str(Path(sys.executable).with_name("nvim"))], ids=["debian", "wheel"]
)
def neovim(request: pytest.FixtureRequest) -> str:
    return program(request.param)


def drive(run: Any, neovim: str, home: Path, folder: Path, **wanted: Any) -> dict[str, Any]:
    """What the driver saw, after nvim has ended. The settings are the page's, as a plugin of the user."""
    plugins = home / ".config" / "nvim" / "plugin"
    plugins.mkdir(parents=True, exist_ok=True)
    shutil.copy(PAGES / "neovim.lua", plugins / "modgo.lua")
    seen = home / "seen.json"
    command = [neovim, "--headless", "counters.go", "-S", str(HERE / "neovim.lua")]
    wanted = {"sources": ["modgo"], "action": 'Register Take as "take"', **wanted}
    output = run(command, folder, SEEN=str(seen), WANTED=json.dumps(wanted))
    assert seen.exists(), output
    found: dict[str, Any] = json.loads(seen.read_text())
    assert "problem" not in found, (found, output)
    return found


def check(seen: dict[str, Any], folder: Path) -> None:
    found = [each for each in seen["diagnostics"] if each["source"] == "modgo"]
    assert [(each["code"], each["line"]) for each in found] == [("MG101", 38)]
    assert "Take" in found[0]["message"]
    assert UNREGISTERED in seen["text"]
    assert (folder / "counters.go").read_text() == seen["text"]  # :ModgoBuild saves what it builds
    assert (folder / "counters.so").read_bytes()[:4] == b"\x7fELF"
    assert f"Modgo: built {folder / 'counters.so'}" in seen["notified"]
    assert "Modgo: result 1" in seen["notified"]


def test_neovim_shows_mends_builds_and_runs(neovim, run, home, counters):
    seen = drive(run, neovim, home, counters)
    check(seen, counters)
    assert seen["clients"] == ["modgo"]
    assert seen["diagnostics_at_end"] == []


def test_nothing_in_a_repository_runs(neovim, run, home, counters):
    hostile = Hostile(counters, home / "marks")
    # Two empty entries: the folder that a Python stands in. Set here, for the wheel's nvim is a Python, too.
    (home / ".config" / "nvim").mkdir(parents=True)
    (home / ".config" / "nvim" / "init.lua").write_text("vim.env.PYTHONPATH = ':'\n")
    seen = drive(run, neovim, home, counters)
    check(seen, counters)
    assert hostile.ran() == []


def test_beside_gopls_each_says_its_own(neovim, gopls, run, home, counters):
    (home / ".config" / "nvim").mkdir(parents=True)
    (home / ".config" / "nvim" / "init.lua").write_text(GOPLS)
    source = counters / "counters.go"
    source.write_text(source.read_text() + SELF_ASSIGNED)
    seen = drive(run, neovim, home, counters, sources=["modgo", "assign"])
    check(seen, counters)
    assert seen["clients"] == ["gopls", "modgo"]
    sources = [each["source"] for each in seen["diagnostics"]]
    assert (sources.count("modgo"), sources.count("assign")) == (1, 1)
    at_end = [each["source"] for each in seen["diagnostics_at_end"]]
    assert (at_end.count("modgo"), at_end.count("assign")) == (0, 1)
    assert len([title for title in seen["actions"] if "Register Take" in title]) == 1
