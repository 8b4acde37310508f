"""Neovim, headless, with the configuration of docs/editors/neovim.md: Debian's version and a current one."""

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


def drive(run: Any, neovim: str, home: Path, folder: Path, **options: Any) -> dict[str, Any]:
    """Runs neovim.lua in Neovim, with the configuration of the page as a plugin, and returns its result."""
    plugins = home / ".config" / "nvim" / "plugin"
    plugins.mkdir(parents=True, exist_ok=True)
    shutil.copy(PAGES / "neovim.lua", plugins / "modgo.lua")
    result = home / "result.json"
    command = [neovim, "--headless", "counters.go", "-S", str(HERE / "neovim.lua")]
    options = {"sources": ["modgo"], "action": 'Register Take as "take"', **options}
    output = run(command, folder, RESULT=str(result), OPTIONS=json.dumps(options))
    assert result.exists(), output
    found: dict[str, Any] = json.loads(result.read_text())
    assert "problem" not in found, (found, output)
    return found


def check(result: dict[str, Any], folder: Path) -> None:
    found = [each for each in result["diagnostics"] if each["source"] == "modgo"]
    assert [(each["code"], each["line"]) for each in found] == [("MG101", 38)]
    assert "Take" in found[0]["message"]
    assert UNREGISTERED in result["text"]
    assert (folder / "counters.go").read_text() == result["text"]  # :ModgoBuild saves the file
    assert (folder / "counters.so").read_bytes()[:4] == b"\x7fELF"
    assert f"Modgo: built {folder / 'counters.so'}" in result["notified"]
    assert "Modgo: add → 1" in result["notified"]
    assert result["run"][0] == "add → 1"
    assert "+ n: 1" in result["run"]
    assert result["rule"][0].startswith("# MG101")
    assert result["lens"] == "modgo.client.runOnSample"
    assert result["lens_run"][0].startswith("take")


def test_neovim_shows_fixes_builds_and_runs(neovim, run, home, counters):
    result = drive(run, neovim, home, counters)
    check(result, counters)
    assert result["clients"] == ["modgo"]
    assert result["diagnostics_at_end"] == []


def test_nothing_in_a_repository_runs(neovim, run, home, counters):
    hostile = Hostile(counters, home / "marks")
    # Empty entries are the current folder. Set in Neovim, because the nvim of the wheel is a Python program.
    (home / ".config" / "nvim").mkdir(parents=True)
    (home / ".config" / "nvim" / "init.lua").write_text("vim.env.PYTHONPATH = ':'\n")
    result = drive(run, neovim, home, counters)
    check(result, counters)
    assert hostile.ran() == []


def test_beside_gopls_both_show_diagnostics(neovim, gopls, run, home, counters):
    (home / ".config" / "nvim").mkdir(parents=True)
    (home / ".config" / "nvim" / "init.lua").write_text(GOPLS)
    source = counters / "counters.go"
    source.write_text(source.read_text() + SELF_ASSIGNED)
    result = drive(run, neovim, home, counters, sources=["modgo", "assign"])
    check(result, counters)
    assert result["clients"] == ["gopls", "modgo"]
    sources = [each["source"] for each in result["diagnostics"]]
    assert (sources.count("modgo"), sources.count("assign")) == (1, 1)
    at_end = [each["source"] for each in result["diagnostics_at_end"]]
    assert (at_end.count("modgo"), at_end.count("assign")) == (0, 1)
    assert len([title for title in result["actions"] if "Register Take" in title]) == 1
