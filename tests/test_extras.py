"""The command that adds an extra."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest

from modgo_lsp import extras


def test_an_active_environment_has_its_own_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert extras.install_command("zig") == "pip install 'modgo-lsp[zig]'"


@pytest.mark.parametrize("active", ["", "/elsewhere/.venv"])
def test_another_environment_is_named_by_its_python(active: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", active)
    *command, package = shlex.split(extras.install_command("zig"))
    assert (command, package) == ([sys.executable, "-m", "pip", "install"], "modgo-lsp[zig]")
    dry = subprocess.run(
        [*command, "--dry-run", "--no-index", "--no-deps", package],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Requirement already satisfied: modgo-lsp[zig]" in dry.stdout  # the extra of the installed modgo


def test_an_environment_without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "")
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "executable", "/opt/my tools/bin/python")
    assert extras.install_command("deploy") == (
        "uv pip install --python '/opt/my tools/bin/python' 'modgo-lsp[deploy]'"
    )
