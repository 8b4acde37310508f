"""The modules that `modgo build ./...` builds: one for each package with UDFs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import Scope, lint_paths
from modgo_lsp.lint.linted_modules import Machine

_DOTS = "..."


def is_pattern(word: str) -> bool:
    """Whether a package's name on the command line stands for all packages below a folder."""
    return word == _DOTS or word.endswith(f"/{_DOTS}")


def module_targets(words: Sequence[str], output: str | None) -> list[tuple[Path, Path]]:
    """The folder of each package that becomes a module, and the module's file: NAME.so in the folder
    `output`, or in the working directory. Raises CliError."""
    folder = Path(output or ".")
    if output is not None and not output.endswith(os.sep) and not folder.is_dir():
        raise CliError(f"-o {output} is not a folder, and each package becomes a module", f"use -o {output}/")
    machine = Machine(find_go_environment, DiskFactsCache(), DiskStore())
    found = lint_paths(words, DiskFiles(), machine=machine, scope=Scope(global_options().config))
    for problem in found.problems:
        raise CliError(str(problem))
    folders = [Path(os.path.relpath(directory)) for directory, _ in found.modules]
    if not folders:
        raise CliError(f"no package in {' '.join(words)} has UDFs", "name the folder of a package")
    targets = [(each, folder / f"{_name(each)}.so") for each in folders]
    owners: dict[Path, Path] = {}
    for package, file in targets:
        if file in owners:
            message = f"{owners[file]} and {package} would both become {file}"
            raise CliError(message, "build one of them by itself, with -o")
        owners[file] = package
    return targets


def _name(folder: Path) -> str:
    return Path(os.path.abspath(folder)).name or "module"  # noqa: PTH100 (what a link is called stays its name)
