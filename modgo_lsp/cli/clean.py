"""`modgo clean`: removes modgo's cache."""

from __future__ import annotations

import sys

import click
import msgspec

from modgo_lsp.build.cache import cache_directory
from modgo_lsp.build.cache_cleaning import CacheFolder, cache_folders, foreign_file, remove, unknown_entries
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.local_module import write_json
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.terminal import note, say


@click.command(
    cls=Command,
    epilog="Exits with 0 if the cache is empty now, 2 if something could not be removed.",
)
@click.option("--dry-run", "-n", is_flag=True, help="List what would be removed, with sizes.")
@json_option
def command(dry_run: bool, as_json: bool) -> None:
    """Remove modgo's cache: lint results, built modules, the compiled loader. modgo makes all of it again.

    Go's own caches are not touched (`go clean -cache` removes them), nor are recorded failures of calls.
    Folders that modgo did not make, links and folders of other users are left alone.

    \b
    Examples:
      modgo clean --dry-run
      modgo clean
    """
    try:
        with waiting("looking at the cache" if dry_run else "removing the cache", as_json):
            if (foreign := foreign_file()) is not None:
                raise CliError(
                    f"{cache_directory()} is not only modgo's cache: it has {foreign}",
                    "set XDG_CACHE_HOME to another folder, or remove what modgo made there yourself",
                )
            found = cache_folders()
            done = found if dry_run else [remove(folder) for folder in found]
            others = unknown_entries()
        cache = cache_directory()
    except OSError as error:
        place = error.filename or "modgo's cache"
        raise CliError(f"{place} cannot be used ({error.strerror or error})", "set XDG_CACHE_HOME") from None
    freed = sum(folder.bytes for folder in done if folder.problem is None)
    failed = [folder for folder in done if folder.problem is not None]
    if as_json:
        folders = msgspec.to_builtins(done)
        write_json(
            {"ok": not failed, "path": str(cache), "dry_run": dry_run, "bytes": freed, "folders": folders}
        )
    else:
        _show(done, str(cache), freed, dry_run)
        if others:
            note(
                f"Note: not made by modgo, and left alone: {', '.join(others[:5])}{' …' * (len(others) > 5)}"
            )
    sys.exit(2 if failed else 0)


def _show(done: list[CacheFolder], cache: str, freed: int, dry_run: bool) -> None:
    if not done:
        say(f"{cache} is empty.")
        return
    say(cache)
    width = max(len(folder.name) for folder in done)
    for folder in done:
        if folder.problem is None:
            say(f"  {folder.name:<{width}}  {_size(folder.bytes):>9}  {folder.about}")
    for folder in done:
        if folder.problem is not None:
            say(f"Error: {folder.path} is left alone: {folder.problem}", err=True)
    say(f"{_size(freed)} would be freed." if dry_run else f"Freed {_size(freed)}.")


def _size(size: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
