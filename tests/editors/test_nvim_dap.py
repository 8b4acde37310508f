"""Debugging in Neovim by nvim-dap, which no package registry has: $MODGO_NVIM_DAP names a checkout of it."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from .conftest import PAGES, program

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif("MODGO_NVIM_DAP" not in os.environ, reason="needs a checkout of nvim-dap")


def test_a_breakpoint_variables_a_step_and_the_result(run, home, counters):
    page = (PAGES / "neovim.md").read_text()
    (configuration,) = re.findall(r"```lua\n(local dap.*?)```", page, re.DOTALL)
    settings = home / ".config" / "nvim"
    settings.mkdir(parents=True)
    start = f"vim.opt.runtimepath:prepend({json.dumps(os.environ['MODGO_NVIM_DAP'])})\n"
    (settings / "init.lua").write_text(start + configuration)
    result = home / "result.json"
    neovim = program(str(Path(sys.executable).with_name("nvim")))
    command = [neovim, "--headless", "counters.go", "-S", str(HERE / "nvim_dap.lua")]
    output = run(command, counters, RESULT=str(result))
    assert result.exists(), output
    found = json.loads(result.read_text())
    assert "problem" not in found, (found, output)
    assert (found["line"], found["next"]) == (0, 1)
    assert (found["variables"]["Locals bin"], found["variables"]["Locals limit"]) == ('"hits"', "100")
    assert found["variables"]["Record failed"] == "2"
    assert "+ hits: 5" in found["repl"]
