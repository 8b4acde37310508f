"""The man pages have every command and option, and nothing in a help text is a request to roff."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from modgo_lsp.cli.commands import COMMANDS, modgo

PAGES = Path(__file__).parents[2] / "docs" / "man"
REQUESTS = {'.\\"', ".TH", ".SH", ".PP", ".TP", ".B", ".nf", ".fi"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_page(name: str) -> None:
    page = (PAGES / f"modgo-{name}.1").read_text("utf-8").replace("\\-", "-")
    command = modgo.get_command(click.Context(modgo), name)
    assert command is not None
    for option in command.get_params(click.Context(command)):
        if isinstance(option, click.Option) and not option.hidden:
            assert all(word in page for word in option.opts), option.opts
    assert ".SH EXAMPLES" in page


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.1")), ids=lambda path: path.name)
def test_only_known_requests_and_escapes(path: Path) -> None:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith((".", "'")):
            assert line.split(" ")[0] in REQUESTS, line
        assert not re.search(r'\\(?![-&e"]|f[BR])', line), line
