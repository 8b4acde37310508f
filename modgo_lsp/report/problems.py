"""What kept lint from looking at parts: paths that can't be read, and mistakes in the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Union

import msgspec

from modgo_lsp.lint.config import ConfigProblem
from modgo_lsp.lint.target_folders import PathProblem
from modgo_lsp.report.sources import Sources, printable


class Problem(msgspec.Struct, frozen=True):
    """`path` is None where no file is at fault, `line` (from 1) where no line is."""

    path: Union[str, None]
    line: Union[int, None]
    message: str

    @property
    def place(self) -> str:
        """For services that want every entry to have a file."""
        return self.path or "modgo.toml"


def problems_of(problems: Iterable[PathProblem | ConfigProblem], sources: Sources) -> list[Problem]:
    """In their order, with paths as findings have them."""
    return [_problem(each, sources) for each in problems]


def _problem(problem: PathProblem | ConfigProblem, sources: Sources) -> Problem:
    if isinstance(problem, PathProblem):
        return Problem(sources.shown(problem.path), None, printable(problem.message))
    if os.path.isabs(problem.origin):
        return Problem(sources.shown(problem.origin), problem.line, printable(problem.message))
    return Problem(None, None, printable(str(problem)))
