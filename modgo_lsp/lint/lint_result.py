"""Lint results, one a package, and which of their findings are reported.

A lint result holds what the rules found, whatever is configured or suppressed: it can be cached, and made by
another process. The results of all packages are filtered together, by settings, suppressions and baseline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from modgo_lsp.lint.baseline import unknown
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.rule_selection import configured
from modgo_lsp.lint.suppressions import Suppression, require_reasons, suppress, suppression_findings
from modgo_lsp.model.finding import Finding, Location


class LintResult(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The result of running the rules over a package that imports the SDK, or whose files are not all text.

    `suppressions` are those in its files, by path, and in other files with findings.
    `dependencies` are the folders of the packages with UDFs that it imports. `registered` are the names that
    it registers, with the places of their functions. `in_module` is False where there is no go.mod.
    `unread` are the import paths of packages whose types mattered and whose source was not found."""

    directory: str
    paths: tuple[str, ...]
    findings: tuple[Finding, ...]
    suppressions: dict[str, tuple[Suppression, ...]]
    dependencies: tuple[str, ...]
    registered: tuple[tuple[str, Location], ...]
    imported_in_module: bool
    in_module: bool
    imports_sdk: bool
    unread: tuple[str, ...] = ()


def report_findings(results: Sequence[LintResult], settings_of: Callable[[str], Settings]) -> list[Finding]:
    """The findings to report in packages that were linted together, each once, by path, position and code.
    `settings_of` gives the settings of a package's folder.

    Unused suppressions are certain only where all packages of a Go module are linted together."""
    settings = {each.directory: settings_of(each.directory) for each in results}
    home = {path: each.directory for each in results for path in each.paths}
    found: list[Finding] = []
    reported: set[tuple[object, str]] = set()
    for each in results:
        # Two packages that import a third may both report a name that it registers.
        new = [finding for finding in each.findings if (finding.location, finding.code) not in reported]
        reported.update((finding.location, finding.code) for finding in new)
        found += new
        for finding in new:
            home.setdefault(finding.location.path, each.directory)
    left, used = suppress(found, _suppressions(results, settings))
    suppressing = [each for each in results if each.suppressions]
    imported = {directory for each in results for directory in each.dependencies} if suppressing else set()
    for each in suppressing:
        # Packages that import this one may not be among the results.
        unsure = each.imported_in_module and each.directory not in imported
        for path in each.paths:
            if written := each.suppressions.get(path):
                written = require_reasons(written, settings[each.directory])
                left.extend(suppression_findings(written, used, unsure))
    return sorted(_configured(left, home, settings), key=finding_order)


def _suppressions(results: Sequence[LintResult], settings: dict[str, Settings]) -> Iterator[Suppression]:
    """The suppressions in all files, each once, by the settings of the package that the file belongs to."""
    own = {path for each in results for path in each.paths}
    done: set[str] = set()
    for each in results:
        for path, written in each.suppressions.items():
            if path in each.paths:
                yield from require_reasons(written, settings[each.directory])
            elif path not in own and path not in done:
                done.add(path)
                yield from written


def finding_order(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.location.span
    return finding.location.path, span.start, span.end, finding.code, finding.message


def _configured(
    findings: Sequence[Finding], home: dict[str, str], settings: dict[str, Settings]
) -> list[Finding]:
    """The findings that the settings let through: those of the package of a finding, or else
    of the package in whose result it is."""
    result: list[Finding] = []
    known: dict[str, dict[str, int]] = {}
    for finding in findings:
        ours = settings[home[finding.location.path]]
        result += configured([finding], ours)
        known.update(ours.known)
    return unknown(result, known)
