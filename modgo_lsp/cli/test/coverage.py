"""`modgo test --coverage`: writes the cover profile of the UDFs' Go code."""

from __future__ import annotations

from pathlib import Path

import msgspec

from modgo_lsp.build.cover_profile import PROFILE, cover_profile, percentage
from modgo_lsp.build.toolchain import discover_go
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.local_module import complete, tools_for
from modgo_lsp.cli.test.run import Options
from modgo_lsp.file_writer import check_place, explain, workspace_of, write_file

DEFAULT = "cover.out"


class Coverage(msgspec.Struct, frozen=True):
    """A profile that was written, and the percentage of executed statements."""

    profile: str
    percent: float


def check_profile(path: Path) -> None:
    """Raises CliError if the profile could not be written."""
    try:
        check_place(path, replaces=PROFILE, within=workspace_of(path))
    except OSError as error:
        raise CliError(*explain(error, "name another file: --coverage=FILE")) from None


def write_profile(path: Path, options: Options, counted: list[tuple[bytes, bytes]]) -> Coverage | None:
    """Writes the profile of what workers counted; None if no worker could return its counters. Raises
    CliError."""
    if not counted:
        return None

    async def profile() -> str:
        return await cover_profile(await discover_go(tools_for(Path(), options.go, options.cc).go), counted)

    text = complete(profile())
    try:
        write_file(path, text.encode(), replaces=PROFILE, within=workspace_of(path))
    except OSError as error:
        raise CliError(*explain(error, "name another file: --coverage=FILE")) from None
    return Coverage(str(path), round(percentage(text), 1))
