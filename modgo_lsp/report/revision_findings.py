"""The findings that a git revision has: `modgo lint --new-since`, and the setting of editors."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.git_revision import RevisionError, revision_files
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles, Files, join
from modgo_lsp.lint.lint_paths import EVERYWHERE, Scope, lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.fingerprint import fingerprint
from modgo_lsp.report.sources import Sources


def new_findings(
    findings: Sequence[Finding], sources: Sources, before: frozenset[str]
) -> tuple[Finding, ...]:
    """The findings that are not in `before`: of the same file, rule, message and text of the line, wherever
    that stands."""
    now = _identities(findings, sources)
    return tuple(finding for finding, one in zip(findings, now, strict=True) if one not in before)


def findings_in_revision(
    paths: Sequence[str], revision: str, overrides: Mapping[str, Any], base: str, scope: Scope = EVERYWHERE
) -> frozenset[str]:
    """The identities of the findings that the revision has in these absolute paths, for sources that are
    shown relative to `base`. Raises RevisionError."""
    first = next((each for each in (Path(paths[0]), *Path(paths[0]).parents) if each.is_dir()), Path("/"))
    with revision_files(str(first), revision, DiskFiles()) as files:
        for path in paths:
            if not f"{path}{os.sep}".startswith(join(files.root, "")):
                raise RevisionError(f"{path} is not in the git repository {files.root}", "lint it by itself")
        there = [path for path in paths if _exists(path, files)]
        machine = Machine(find_go_environment, DiskFactsCache())
        found = lint_paths(there, files, overrides, None, machine, scope)
        return frozenset(_identities(found.findings, Sources(files, base, found.documents)))


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
