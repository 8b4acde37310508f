"""`modgo lint --new-since REV`: leaves out the findings that a git revision has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.git_revision import RevisionError, revision_files
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.lint_options import Options, overridden_settings, scope_of
from modgo_lsp.cli.terminal import detail
from modgo_lsp.golang.files import DiskFiles, Files, join
from modgo_lsp.lint.lint_paths import Outcome, absolute, lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.fingerprint import fingerprint
from modgo_lsp.report.sources import Sources


def only_new(outcome: Outcome, options: Options, files: Files, paths: Sequence[str]) -> Outcome:
    """The outcome without the findings that the revision has as well: of the same file, rule, message and
    text of the line, wherever that stands. Raises CliError."""
    if not outcome.findings:
        return outcome
    before = _in_revision(options, paths)
    now = _identities(outcome.findings, Sources(files, os.getcwd(), outcome.documents))  # noqa: PTH109
    new = tuple(finding for finding, one in zip(outcome.findings, now, strict=True) if one not in before)
    detail(f"findings: {len(outcome.findings)}, of which new since {options.new_since}: {len(new)}")
    return msgspec.structs.replace(outcome, findings=new)


def _in_revision(options: Options, paths: Sequence[str]) -> frozenset[str]:
    """The identities of the findings in the revision."""
    named = [absolute(path) for path in paths]
    first = next((each for each in (Path(named[0]), *Path(named[0]).parents) if each.is_dir()), Path("/"))
    try:
        with revision_files(str(first), options.new_since or "", DiskFiles()) as files:
            for path in named:
                if not f"{path}{os.sep}".startswith(join(files.root, "")):
                    raise CliError(f"{path} is not in the git repository {files.root}", "lint it by itself")
            there = [path for path in named if _exists(path, files)]
            machine = Machine(find_go_environment, DiskFactsCache())
            found = lint_paths(there, files, overridden_settings(options), None, machine, scope_of(options))
            sources = Sources(files, os.getcwd(), found.documents)  # noqa: PTH109
            return frozenset(_identities(found.findings, sources))
    except RevisionError as error:
        raise CliError(error.message, error.remedy) from None


def _exists(path: str, files: Files) -> bool:
    try:
        files.entries(path)
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return True


def _identities(findings: Iterable[Finding], sources: Sources) -> list[str]:
    counts: dict[str, int] = {}
    return [fingerprint(finding, sources, counts) for finding in findings]
