"""The modules that the arguments of `modgo test` name, and the case files of each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.host.cases.case_file import CASE_ENDINGS, case_files
from modgo_lsp.host.sample import SAMPLES
from modgo_lsp.lint.target_folders import find_targets

_WRITE_ONE = f"write one as {SAMPLES}/NAME.case.yaml in the package's folder"


class Target(msgspec.Struct, frozen=True):
    """A package's folder, or a .so, whose cases are beside its package. `files` are the case files to run
    with the lines that were named (0 for the whole file), None for all of them."""

    path: Path
    files: tuple[tuple[Path, int], ...] | None = None

    @property
    def is_built(self) -> bool:
        return not self.path.is_dir()


def targets_of(words: Sequence[str]) -> list[Target]:
    """The modules, each once and in order. Raises CliError."""
    found: dict[str, Target] = {}
    for word in words or (".",):
        for target in _targets(word):
            key = os.path.realpath(target.path)
            before = found.get(key)
            files = None
            if before is not None and before.files is not None and target.files is not None:
                files = (*before.files, *target.files)
            found[key] = target if before is None else msgspec.structs.replace(before, files=files)
    return list(found.values())


def _targets(word: str) -> Iterator[Target]:
    if word == "..." or word.endswith("/..."):
        top = Path(word.removesuffix("...") or ".")
        if not top.is_dir():
            raise CliError(f"{top} is not a folder", "name the folder above the packages, as in ./...")
        found = list(_below(top))
        if not found:
            raise CliError(f"there are no cases in {_name(top)} and below it", _WRITE_ONE)
        yield from found
        return
    path, line = Path(word), 0
    if (match := re.fullmatch(r"(.+):(\d{1,9})", word)) and not path.exists():
        path, line = Path(match[1]), int(match[2])
    if path.name.endswith(CASE_ENDINGS):
        yield _of_file(path, line)
    elif line or not path.exists():
        raise CliError(f"{word} does not exist", "name a package's folder, a module (.so) or a case file")
    elif path.is_dir() and not case_files(path):
        also = f"; {word.rstrip('/')}/... are all packages below it" if any(_below(path)) else ""
        raise CliError(f"{_name(path)} has no cases", f"{_WRITE_ONE}{also}")
    else:
        yield Target(path)


def _name(path: Path) -> str:
    return "this folder" if path == Path() else str(path)


def _of_file(path: Path, line: int) -> Target:
    if not path.is_file():
        raise CliError(f"{path} does not exist", "name a package's folder, a module (.so) or a case file")
    full = Path(os.path.abspath(path))  # noqa: PTH100 (what a link is called stays its name)
    if full.parent.parts[-2:] != SAMPLES.parts:
        raise CliError(f"{path} is not in a {SAMPLES} folder", f"move it to {SAMPLES} of its package")
    return Target(Path(os.path.relpath(full.parents[2])), ((path, line),))


def _below(top: Path) -> Iterator[Target]:
    """The packages with cases in a folder and below it."""
    found, _ = find_targets([os.path.abspath(top)], DiskFiles())  # noqa: PTH100 (as above)
    for folder in found:
        path = Path(os.path.relpath(folder.directory))
        if case_files(path):
            yield Target(path)
