"""Why parts were not linted: paths that can't be read, and errors in the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Union

import msgspec

from modgo_lsp.lint.config import ConfigProblem
from modgo_lsp.lint.target_folders import PathProblem
from modgo_lsp.report.sources import Sources, printable


class Problem(msgspec.Struct, frozen=True):
    """`path` is None if the problem is in no file, `line`, from 1, if it is on no line."""

    path: Union[str, None]
    line: Union[int, None]
    message: str

    @property
    def place(self) -> str:
        """The path, or another for services that require one."""
        return self.path or "modgo.toml"


def problems_of(problems: Iterable[PathProblem | ConfigProblem], sources: Sources) -> list[Problem]:
    """The problems in the same order, with paths as in findings."""
    return [_problem(each, sources) for each in problems]


def _problem(problem: PathProblem | ConfigProblem, sources: Sources) -> Problem:
    if isinstance(problem, PathProblem):
        return Problem(sources.shown(problem.path), None, printable(problem.message))
    if os.path.isabs(problem.origin):
        return Problem(sources.shown(problem.origin), problem.line, printable(problem.message))
    return Problem(None, None, printable(str(problem)))
